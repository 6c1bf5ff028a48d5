"""The subcommands about many games: sweep, combine."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from xorgames.cli.options import Invocation
from xorgames.cli.screen import is_watched, show
from xorgames.units import format_quantity

if TYPE_CHECKING:
    from xorgames.sweep.run import Progress
    from xorgames.sweep.sweep_file import Sweep


@click.command("sweep")
@click.argument("sweep", metavar="SWEEP.toml")
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    required=True,
    help="Rows are added to it: a .csv file, or a .parquet folder. Run again to go on.",
)
@click.option(
    "--workers", type=int, help="Processes on this machine, such as 4; else one for each core."
)
@click.option("--dask", metavar="ADDRESS", help="A Dask cluster instead: tcp://host:8786.")
def sweep_command(sweep: str, output: str, workers: int | None, dask: str | None) -> None:
    """Compute the rows of a sweep that are not in its file yet."""
    from xorgames.sweep.collect import collect

    loaded = _read_sweep(sweep)
    invocation: Invocation = click.get_current_context().find_root().obj
    invocation.resumable = output
    found = collect(loaded, output, workers=workers, dask=dask, progress=_progress())
    show(f"{found.added} rows added to {output}: all {found.total} are there.")
    _say_others(found.others)
    _say_result(loaded, [output])


@click.command("combine")
@click.argument("files", nargs=-1, required=True, metavar="FILE.csv...")
@click.option("-o", "--output", type=click.Path(), required=True, help="A .csv or .parquet file.")
@click.option("--sweep", metavar="SWEEP.toml", help="Say how many of its rows are still missing.")
@click.option("--force", is_flag=True, help="Overwrite the output file if it exists.")
def combine_command(files: tuple[str, ...], output: str, sweep: str | None, force: bool) -> None:
    """Join the rows of many files, from many machines, in one."""
    from xorgames.sweep.combine import combine

    loaded = _read_sweep(sweep) if sweep is not None else None
    rows = combine(files, output, overwrite=force)
    show(f"{len(rows)} rows in {output}.")
    if loaded is not None:
        there = {row["id"] for row in rows}
        missing = sum(task.id not in there for task in loaded.tasks())
        show(f"{missing} of {loaded.total} rows are missing.")
        _say_others(len(rows) - (loaded.total - missing))
        _say_result(loaded, list(files))


def _read_sweep(path: str) -> "Sweep":
    from xorgames.sweep.sweep_file import load_sweep
    from xorgames.textfile_kind import expect_file

    expect_file(path, "sweep")
    return load_sweep(path)


def _say_others(count: int) -> None:
    """Say that a file holds more than the sweep, whose grid was larger once, or another one."""
    if count:
        show(f"{count} rows besides are of other sweeps, told apart by their ids.")


def _say_result(sweep: "Sweep", files: list[str]) -> None:
    """Say the classical bias that the parts of a split prove."""
    from xorgames.sweep.combine import combine
    from xorgames.sweep.split import SplitSweep

    if not isinstance(sweep, SplitSweep) or not all(name.endswith(".csv") for name in files):
        return
    bias = sweep.result(combine(files))
    if bias is not None:
        show(f"classical bias of {sweep.game.name}: {bias.display()}")


def _progress() -> "Callable[[Progress], None] | None":
    """Return a callback that shows rows and the time left on a terminal."""
    if not is_watched():
        return None
    shown = 0.0

    def draw(progress: "Progress") -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown < 0.2 and progress.done < progress.total:
            return
        shown = now
        left = "" if progress.left_s is None else f", {format_quantity(progress.left_s, 's')} left"
        end = "\n" if progress.done == progress.total else ""
        click.echo(f"\r{progress.done} of {progress.total} rows{left}   {end}", err=True, nl=False)

    return draw
