"""Run the command line with `python -m xorgames`."""

from xorgames.cli.start import main

if __name__ == "__main__":
    main()
