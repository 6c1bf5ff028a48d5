"""Pages whose code is run: what a block prints must be what the page says."""

import contextlib
import io
import re
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
_BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def run(page):
    """Return what the page says its blocks print, and what they print."""
    said, printed, names = [], [], {}
    for kind, text in _BLOCK.findall((DOCS / page).read_text(encoding="utf-8")):
        if kind == "text":
            said.append(text)
            continue
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(text, page, "exec"), names)
        if output.getvalue():
            printed.append(output.getvalue())
    return said, printed


def fill_in(page):
    """Write what the blocks print into the page: for those who change it."""
    printed = iter(run(page)[1])
    path = DOCS / page
    text = re.sub(
        r"^```text\n.*?^```$",
        lambda _: f"```text\n{next(printed)}```",
        path.read_text(encoding="utf-8"),
        flags=re.DOTALL | re.MULTILINE,
    )
    path.write_text(text, encoding="utf-8")
