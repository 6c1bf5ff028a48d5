"""A report as text in a format of choice, and as a file that appears whole or not at all."""

import json
from collections.abc import Callable
from pathlib import Path

from xorgames.errors import reject
from xorgames.output import check_target as check_file
from xorgames.output import write_whole
from xorgames.reports.html import to_html
from xorgames.reports.markdown import to_markdown
from xorgames.reports.model import Report, Subject, build_report
from xorgames.reports.pdf import check_typst, to_pdf


def to_json(report: Report) -> str:
    """Return the report as JSON: its blocks, and the data that they were made of."""
    return json.dumps(report.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


_TEXTS: dict[str, Callable[[Report], str]] = {
    "html": to_html,
    "md": to_markdown,
    "json": to_json,
}
_FORMATS: dict[str, Callable[[Report], str | bytes]] = {**_TEXTS, "pdf": to_pdf}


def render(subject: Subject, format: str, *, command: str | None = None) -> str:  # noqa: A002
    """Return the report on a solution, on requirements or on a verdict as text.

    Parameters
    ----------
    subject : Verdict, Requirements or Solution
    format : {"html", "md", "json"}
    command : str, optional
        The command that made it, for the reader to repeat.

    Raises
    ------
    InputError
        If the format is unknown.

    Examples
    --------
    >>> from xorgames.game import XORGame
    >>> from xorgames.solvers.solve import solve
    >>> text = render(solve(XORGame.from_matrix([[1, 1], [1, -1]], name="CHSH")), "md")
    >>> text.splitlines()[0]
    '# CHSH: is entanglement worth it?'
    """
    if format not in _TEXTS:
        reject("format", "must be one of " + ", ".join(_TEXTS), received=repr(format))
    return _TEXTS[format](build_report(subject, command=command))


def write_report(
    subject: Subject, path: str | Path, *, overwrite: bool = False, command: str | None = None
) -> None:
    """Write the report to a file in the format that its suffix names.

    Parameters
    ----------
    subject : Verdict, Requirements or Solution
    path : str or Path
        Ends in .html, .md, .json or .pdf; the last needs the extra `pdf`.
    overwrite : bool
        Whether an existing file may be replaced.
    command : str, optional
        The command that made it, for the reader to repeat.

    Raises
    ------
    InputError
        If the suffix is another one, or the file exists or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from xorgames.game import XORGame
    >>> from xorgames.solvers.solve import solve
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "report.md")
    ...     write_report(solve(XORGame.from_matrix([[1, 1], [1, -1]], name="CHSH")), path)
    ...     path.read_text(encoding="utf-8").split(":")[0]
    '# CHSH'
    """
    _format_of(path)
    save_report(build_report(subject, command=command), path, overwrite=overwrite)


def save_report(report: Report, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a report that is built already, as `write_report` does."""
    write_whole(path, in_format_of(path, report), overwrite=overwrite)


def in_format_of(path: str | Path, report: Report) -> str | bytes:
    """Return a report in the format that a file's suffix names.

    Raises
    ------
    InputError
        If it names none, or one that is not installed.
    """
    return _FORMATS[_format_of(path)](report)


def check_target(path: str | Path, *, overwrite: bool = False) -> None:
    """Refuse, before any work is done, a file that `write_report` would refuse in the end.

    Raises
    ------
    InputError
        If the suffix names no format or one that is not installed, or the file exists and may not
        be replaced.

    Examples
    --------
    >>> check_target("a report.html")
    """
    _format_of(path)
    check_file(path, overwrite=overwrite)


def _format_of(path: str | Path) -> str:
    suffix = Path(path).suffix.lower()
    known = [f".{name}" for name in _FORMATS]
    if suffix not in known:
        rule = "must end in one of " + ", ".join(known)
        reject("file", rule, received=str(path), cure="the suffix chooses the format")
    if suffix == ".pdf":
        check_typst()
    return suffix.removeprefix(".")
