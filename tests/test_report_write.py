"""Reports as files: the suffix chooses the format, and a file is never half written."""

import json

import pytest

from xorgames.catalog import chsh
from xorgames.errors import InputError
from xorgames.reports.model import build_report
from xorgames.reports.write import check_target, render, to_json, write_report
from xorgames.solvers.solve import solve

STARTS = {"html": "<!DOCTYPE html>\n", "md": "# CHSH", "json": '{\n  "title": "CHSH'}


@pytest.fixture(scope="module")
def solution():
    return solve(chsh())


@pytest.mark.parametrize("name", STARTS)
@pytest.mark.parametrize("shout", [str, str.upper])
def test_the_suffix_chooses_the_format(solution, tmp_path, name, shout):
    path = tmp_path / shout(f"report.{name}")
    write_report(solution, path, command="do it")
    text = path.read_text(encoding="utf-8")
    assert text == render(solution, name, command="do it")
    assert text.startswith(STARTS[name])
    assert text.endswith("\n")
    assert "do it" in text


def test_json_is_the_report(solution):
    report = build_report(solution)
    assert json.loads(render(solution, "json")) == json.loads(json.dumps(report.to_dict()))
    assert "Φ+" in to_json(build_report(solution))


def test_another_suffix_is_refused(solution, tmp_path):
    for name in ("report.doc", "report"):
        path = tmp_path / name
        for act in (lambda: write_report(solution, path), lambda: check_target(path)):  # noqa: B023
            with pytest.raises(InputError) as caught:
                act()
            assert str(caught.value) == (
                f"`file` must end in one of .html, .md, .json, .pdf; received {path}. "
                "Cure: the suffix chooses the format."
            )
        assert not path.exists()


def test_another_format_is_refused(solution):
    with pytest.raises(InputError) as caught:
        render(solution, "doc")
    assert str(caught.value) == "`format` must be one of html, md, json; received 'doc'."


def test_an_existing_file_is_kept_unless_told_otherwise(solution, tmp_path):
    path = tmp_path / "report.md"
    path.write_text("mine")
    for act in (lambda: write_report(solution, str(path)), lambda: check_target(path)):
        with pytest.raises(InputError) as caught:
            act()
        assert str(caught.value) == (
            f"{path}: `file` must not exist yet; received an existing file. "
            "Cure: use --force, or overwrite=True, to replace it."
        )
    check_target(path, overwrite=True)
    assert path.read_text() == "mine"
    write_report(solution, str(path), overwrite=True)
    assert path.read_text(encoding="utf-8").startswith("# CHSH")
