"""Streams and signals: a closed output, an interrupt at any moment."""

import subprocess
import sys

import pytest

from xorgames.cli import start


def test_without_a_standard_output(tmp_path):
    target = tmp_path / "proof.json"
    command = f"{sys.executable} -m xorgames solve chsh --certificate {target} >&-"
    done = subprocess.run(command, shell=True, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert target.exists()


@pytest.mark.parametrize(
    ("words", "streams", "code"),
    [("solve chsh", "2>&- >/dev/null", 0), ("solve chhs", "2>/dev/full", 2)],
)
def test_without_a_standard_error(words, streams, code):
    """What cannot be said is left unsaid; the exit code stands."""
    command = f"{sys.executable} -m xorgames {words} {streams}"
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, "")


def test_an_interrupt_while_the_command_is_loaded(monkeypatch, capsys):
    class Interrupting:
        def find_spec(self, name, *_):
            if name == "xorgames.cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "xorgames.cli.main", raising=False)
    monkeypatch.delattr("xorgames.cli.main", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    with pytest.raises(SystemExit) as left:
        start.main()
    assert left.value.code == 130
    assert capsys.readouterr() == ("", "\nInterrupted: nothing was written.\n")


def test_an_interrupted_solution_is_shown_and_marked(monkeypatch, capsys):
    from dataclasses import replace

    from xorgames.cli.main import main
    from xorgames.solvers import solve as solving

    solve = solving.solve

    def stopped(game, **options):
        found = solve(game, **options)
        return replace(found, classical=replace(found.classical, interrupted=True))

    monkeypatch.setattr(solving, "solve", stopped)
    for command in ("solve", "angles"):
        with pytest.raises(SystemExit) as left:
            main([command, "chsh"])
        out, err = capsys.readouterr()
        assert left.value.code == 130
        assert out.startswith("CHSH: ")
        assert err == "Interrupted: what was known by then is shown, nothing was written.\n"
        with pytest.raises(SystemExit) as left:
            main([command, "chsh", "--time-limit", "1s"])
        assert left.value.code == 0
        assert capsys.readouterr().err == ""
