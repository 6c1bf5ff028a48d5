"""A file appears whole or not at all, whatever fails on the way."""

import errno
import os
import stat
from pathlib import Path

import pytest

from xorgames.errors import InputError
from xorgames.output import check_target, write_whole

EXISTS = (
    "`file` must not exist yet; received an existing file. "
    "Cure: use --force, or overwrite=True, to replace it."
)
FULL = (
    "`file` must be written whole; received No space left on device. "
    "Cure: make room or choose another folder; nothing was left behind."
)


def refusal(call, path, *arguments, **options):
    with pytest.raises(InputError) as caught:
        call(path, *arguments, **options)
    assert caught.value.file == str(path)
    return str(caught.value).removeprefix(f"{path}: ")


def message(path, content="new", **options):
    return refusal(write_whole, path, content, **options)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    ("content", "written"),
    [("ω = 1\r\n", b"\xcf\x89 = 1\r\n"), (b"\x00\xff", b"\x00\xff"), ("", b"")],
)
def test_new_file(tmp_path, content, written, overwrite):
    path = tmp_path / "report.md"
    write_whole(str(path), content, overwrite=overwrite)
    assert path.read_bytes() == written
    assert names(tmp_path) == ["report.md"]


def test_new_file_has_the_usual_permissions(tmp_path):
    (tmp_path / "usual").write_text("")
    write_whole(tmp_path / "new", "")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_name_that_is_too_long(tmp_path):
    path = tmp_path / ("n" * 300)
    too_long = (
        "`file` must have a name that can be given; received 300 characters. "
        "Cure: choose a shorter one."
    )
    assert message(path) == too_long
    assert refusal(check_target, path) == too_long
    assert names(tmp_path) == []


def test_existing_file_is_kept(tmp_path):
    path = tmp_path / "report.md"
    path.write_text("old")
    assert message(path) == EXISTS
    assert path.read_text() == "old"
    assert names(tmp_path) == ["report.md"]


def test_overwrite_keeps_permissions(tmp_path):
    path = tmp_path / "report.md"
    path.write_text("old")
    path.chmod(0o640)
    write_whole(path, "new", overwrite=True)
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(tmp_path) == ["report.md"]


def test_symbolic_link_is_followed(tmp_path):
    target = tmp_path / "target.md"
    target.write_text("old")
    (tmp_path / "link.md").symlink_to(target)
    assert message(tmp_path / "link.md") == EXISTS
    write_whole(tmp_path / "link.md", "new", overwrite=True)
    assert (tmp_path / "link.md").is_symlink()
    assert target.read_text() == "new"


@pytest.mark.parametrize("overwrite", [False, True])
def test_places_where_no_file_can_be(tmp_path, overwrite):
    (tmp_path / "file").write_text("")
    cure = "Cure: make it first."
    for folder in ("gone", "file"):
        path = tmp_path / folder / "report.md"
        rule = f"`file` must be in a folder that exists; received {path.parent}. {cure}"
        assert message(path, overwrite=overwrite) == rule
        assert refusal(check_target, path, overwrite=overwrite) == rule
    rule = "`file` must be a file; received a directory. Cure: add a file name."
    assert message(tmp_path, overwrite=overwrite) == rule
    assert refusal(check_target, tmp_path, overwrite=overwrite) == rule
    os.mkfifo(tmp_path / "pipe")
    rule = "`file` must be a regular file; received a device or a pipe."
    assert message(tmp_path / "pipe", overwrite=overwrite) == rule
    assert refusal(check_target, tmp_path / "pipe", overwrite=overwrite) == rule
    assert names(tmp_path) == ["file", "pipe"]


def test_a_target_is_checked_before_the_work(tmp_path, monkeypatch):
    check_target(tmp_path / "report.md")
    (tmp_path / "report.md").write_text("old")
    assert refusal(check_target, tmp_path / "report.md") == EXISTS
    check_target(tmp_path / "report.md", overwrite=True)
    monkeypatch.setattr(os, "access", lambda path, _mode: path != tmp_path)
    rule = "`file` must be in a folder that can be written to; received permission denied."
    refused = refusal(check_target, tmp_path / "report.md", overwrite=True)
    assert refused == f"{rule} Cure: choose another folder."


def failing(failure):
    def fail(*_args, **_options):
        raise failure

    return fail


@pytest.mark.parametrize(
    ("overwrite", "step"),
    [
        (False, (os, "fsync")),
        (False, (Path, "hardlink_to")),
        (True, (os, "fsync")),
        (True, (Path, "replace")),
    ],
)
@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (
            PermissionError(errno.EACCES, "Permission denied"),
            "`file` must be in a folder that can be written to; received permission denied. "
            "Cure: choose another folder.",
        ),
        (KeyboardInterrupt(), None),
    ],
)
def test_failure_leaves_nothing_behind(tmp_path, monkeypatch, overwrite, step, failure, expected):
    path = tmp_path / "report.md"
    if overwrite:
        path.write_text("old")
    before = names(tmp_path)
    monkeypatch.setattr(*step, failing(failure))
    if expected is None:
        with pytest.raises(KeyboardInterrupt):
            write_whole(path, "new", overwrite=overwrite)
    else:
        assert message(path, overwrite=overwrite) == expected
    assert names(tmp_path) == before
    assert not overwrite or path.read_text() == "old"


def test_a_file_that_appears_in_the_meantime_is_kept(tmp_path, monkeypatch):
    path = tmp_path / "report.md"
    monkeypatch.setattr(os, "fsync", lambda _: path.write_text("other"))
    assert message(path) == EXISTS
    assert path.read_text() == "other"
    assert names(tmp_path) == ["report.md"]


NO_LINKS = OSError(errno.EPERM, "Operation not permitted")


def test_file_system_without_hard_links(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "hardlink_to", failing(NO_LINKS))
    write_whole(tmp_path / "report.md", "new")
    assert (tmp_path / "report.md").read_text() == "new"
    assert names(tmp_path) == ["report.md"]


def test_file_system_without_hard_links_keeps_other_files(tmp_path, monkeypatch):
    path = tmp_path / "report.md"

    def appear_and_fail(*_args):
        path.write_text("other")
        raise NO_LINKS

    monkeypatch.setattr(Path, "hardlink_to", appear_and_fail)
    assert message(path) == EXISTS
    assert path.read_text() == "other"
    assert names(tmp_path) == ["report.md"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full")])
def test_file_system_without_hard_links_leaves_nothing_behind(tmp_path, monkeypatch, failure):
    monkeypatch.setattr(Path, "hardlink_to", failing(NO_LINKS))
    monkeypatch.setattr(Path, "replace", failing(failure))
    with pytest.raises((KeyboardInterrupt, InputError)):
        write_whole(tmp_path / "report.md", "new")
    assert names(tmp_path) == []


def test_text_that_is_no_unicode(tmp_path):
    assert message(tmp_path / "report.md", "\ud800").startswith(
        "`file` must be written whole; received 'utf-8' codec can't encode character '\\ud800'"
    )
    assert names(tmp_path) == []
