"""What is promised about the package as a whole: light imports, complete wheels, a true README."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import xorgames as xg
from xorgames.cli.main import main

ROOT = Path(__file__).parent.parent
HEAVY = [
    "click", "cvxpy", "jinja2", "matplotlib", "mpmath", "numba", "pydantic", "scipy", "scs",
    "sympy",
]  # fmt: skip
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after `code`."""
    code += "; import sys; print('loaded:', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split("loaded:")[1].split()}


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import xorgames", set()),
        ("import xorgames as xg; xg.XORGame; xg.catalog.chsh()", set()),
        ("from xorgames.cli.main import cli", {"click"}),
    ],
)
def test_what_must_not_be_loaded(code, allowed):
    assert loaded_by(code).intersection(HEAVY) <= allowed


def test_help_loads_not_even_numpy():
    code = "from xorgames.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "import sys; print('loaded:', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: xorgames" in done.stdout
    assert "numpy" not in done.stdout.split("loaded:")[1].split()


def test_every_public_name_is_there():
    for name in xg.__all__:
        assert getattr(xg, name) is not None
    assert set(dir(xg)) == set(xg.__all__)
    with pytest.raises(AttributeError, match="module 'xorgames' has no attribute 'nothing'"):
        xg.nothing  # noqa: B018


def test_the_version_is_the_same_everywhere():
    assert PYPROJECT["project"]["version"] == xg.__version__
    assert f"version: {xg.__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## [{xg.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def source_files() -> dict[str, Path]:
    """Every file that the wheel must hold, by its path in the wheel."""
    homes = {"xorgames": "xorgames"}
    homes |= {folder: f"xorgames/{folder}" for folder in ("solvers", "hardware", "reports")}
    files = {}
    for folder, home in homes.items():
        for path in sorted((ROOT / folder).rglob("*")):
            relative = path.relative_to(ROOT / folder)
            linked = folder == "xorgames" and relative.parts[0] in homes
            if path.is_file() and "__pycache__" not in path.parts and not linked:
                files[f"{home}/{relative}"] = path
    return files


def test_packages_are_the_folders():
    folders = {str(Path(name).parent).replace("/", ".") for name in source_files()}
    assert set(PYPROJECT["tool"]["setuptools"]["packages"]) == folders


@pytest.mark.slow
def test_the_wheel_holds_the_tree(tmp_path):
    command = [sys.executable, "-m", "build", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in names if ".dist-info/" not in name} == set(source_files())


def readme_blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)


def test_readme_commands_of_the_set_up():
    (block,) = readme_blocks("sh")
    install, test = block.splitlines()
    assert "pip install" in install
    assert "xorgames report games/hft.toml --design yb_cavity -o report.html" in install
    assert test == ".venv/bin/python -m pytest -q -n auto --dist worksteal"


@pytest.mark.parametrize(
    "line", [line for block in readme_blocks("console") for line in block.splitlines()]
)
def test_readme_commands_run(line, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as ended:
        main(line.removeprefix("$ xorgames ").partition("#")[0].split())
    done = capsys.readouterr()
    assert (ended.value.code, done.err) == (0, "")
    assert done.out.strip()


def test_readme_python_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    (block,) = readme_blocks("python")
    exec(compile(block, "README.md", "exec"), {})
    assert "PROVEN" in capsys.readouterr().out


def test_readme_is_short_and_its_picture_is_there():
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 70
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", text):
        assert (ROOT / picture).is_file()
