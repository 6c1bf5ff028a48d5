"""The examples of docs/design.md run, and its command is one that exists."""

import re
from pathlib import Path

import pytest

from xorgames.cli.design import design_command
from xorgames.cli.options import Invocation

PAGE = (Path(__file__).parent.parent / "docs" / "design.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_blocks_run(block):
    exec(compile(block, "docs/design.md", "exec"), {})


def test_the_command_is_understood():
    words = re.search(r"\$ xorgames design (.*)", PAGE).group(1).split()
    parsed = design_command.make_context("design", words, obj=Invocation(words=words))
    assert parsed.params["family"] == "hft"
    assert parsed.params["subjects"] == ("pass",)
