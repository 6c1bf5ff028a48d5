"""The Markdown shows the model, is aligned for the terminal, and stays plain text where it must."""

import re
import unicodedata

import pytest

from tests.report_subjects import SUBJECTS, report_of
from xorgames.reports.blocks import Command, Figure, Items, Paragraph, Section, Table, table
from xorgames.reports.markdown import escape, to_markdown
from xorgames.reports.model import Report


def report_with(*blocks, title="title", answer="answer"):
    return Report(
        title=title,
        question="question",
        verdict="PASS",
        answer=answer,
        sections=(Section("section", blocks),),
        data={},
    )


def body(*blocks):
    return to_markdown(report_with(*blocks)).split("## section\n\n")[1]


def tables_in(text):
    """The cells of each table as Markdown understands them."""
    lines = [line if line.startswith("|") else "" for line in text.splitlines()]
    chunks = [
        chunk.splitlines() for chunk in re.split(r"\n{2,}", "\n".join(lines)) if chunk.strip()
    ]
    return [[cells_of(line) for line in chunk] for chunk in chunks]


def cells_of(line):
    cells = re.split(r"(?<!\\)\|", line)[1:-1]
    return [re.sub(r"\\([^a-z0-9\s])", r"\1", cell.strip()) for cell in cells]


def columns(line):
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in line)
    return len(line) + wide - sum(unicodedata.combining(c) > 0 for c in line)


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_cell_is_the_models(name):
    report = report_of(name)
    blocks = [block for section in report.sections for block in section.blocks]
    expected = [block for block in blocks if isinstance(block, Table)]
    shown = tables_in(to_markdown(report))
    assert [[rows[0], *rows[2:]] for rows in shown] == [
        [list(one.header), *map(list, one.rows)] for one in expected
    ]
    for rows, one in zip(shown, expected, strict=True):
        assert ["r" if rule.endswith("-:") else "l" for rule in rows[1]] == list(one.align)


@pytest.mark.parametrize("name", SUBJECTS)
def test_tables_are_aligned_and_sentences_fit_a_terminal(name):
    in_table = 0
    for line in to_markdown(report_of(name)).splitlines():
        if line.startswith("|"):
            in_table = in_table or columns(line)
            assert columns(line) == in_table
        else:
            in_table = 0
            assert len(line) <= 100 or " " not in line.strip() or line.startswith(("#", "$"))


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_same_text_comes_out_twice(name):
    assert to_markdown(report_of(name)) == to_markdown(report_of(name))


def test_a_report_in_full():
    report = report_with(
        Paragraph("A sentence."),
        Items(("one", "two")),
        table("Numbers", ("name", "number"), [("a", "1"), ("b", "10")], align="lr"),
        Command("xorgames report chsh"),
        Figure(name="margins", title="Margins", description="rate × 2", data={}),
        title="Title",
    )
    assert to_markdown(report) == (
        "# Title\n\nquestion\n\n**PASS** answer\n\n## section\n\nA sentence.\n\n- one\n- two\n\n"
        "Numbers:\n\n| name | number |\n| ---- | -----: |\n| a    |      1 |\n| b    |     10 |\n\n"
        "```console\n$ xorgames report chsh\n```\n\nMargins: rate × 2\n"
    )


def test_the_values_become_a_chart():
    text = to_markdown(report_of("chsh"))
    assert (
        "```text\n"
        "classical              0.75 |●\n"
        f"one Bell pair      0.853553 |{'·' * 20}●\n"
        f"quantum            0.853553 |{'·' * 20}●\n"
        f"no-signalling             1 |{'·' * 49}●\n"
        "```\n"
    ) in text


def test_equal_values_share_a_place_in_the_chart():
    assert to_markdown(report_of("1x1")).count("1 |●") == 4


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<script>", r"\<script>"),
        ("`tick`", r"\`tick\`"),
        ("*bold* and __bold__", r"\*bold\* and \_\_bold\_\_"),
        ("yb_cavity", "yb_cavity"),
        ("[text](address)", r"\[text\](address)"),
        ("a & b &amp; &#60;", r"a & b \&amp; \&#60;"),
        ("$x$ ~~gone~~", r"\$x\$ \~\~gone\~\~"),
        ("back\\slash", r"back\\slash"),
        ("a < b > c", r"a \< b > c"),
    ],
)
def test_signs_of_markdown_are_escaped(text, escaped):
    assert escape(text) == escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("+ item", r"\+ item"),
        ("> quote", r"\> quote"),
        ("1. item", r"1\. item"),
        ("12) item", r"12\) item"),
        ("---", r"\---"),
        ("===", r"\==="),
        ("|:--|--:|", r"\|:--|--:|"),
        ("+1 is a number", "+1 is a number"),
        ("#hashtag", "#hashtag"),
        ("0.5 is a number", "0.5 is a number"),
    ],
)
def test_no_line_starts_a_structure(text, shown):
    assert body(Paragraph(text)) == shown + "\n"
    assert body(Items((text,))) == f"- {shown}\n"


def test_a_wrapped_line_starts_no_structure():
    lines = body(Paragraph("x" * 98 + " # " + "y" * 98 + " - z")).splitlines()
    assert lines == ["x" * 98 + " #", "y" * 98 + " -", "z"]
    lines = body(Paragraph("x" * 99 + " # y")).splitlines()
    assert lines == ["x" * 99, r"\# y"]


def test_pipes_stay_in_their_cells():
    text = body(table("c", ("a|b", "c"), [("|", "`|`")], align="ll"))
    assert text.splitlines()[2:] == [
        r"| a\|b | c      |",
        "| ---- | ------ |",
        r"| \|   | \`\|\` |",
    ]


def test_wide_signs_take_two_columns():
    rows = body(table("c", ("名", "b"), [("x", "y")], align="ll")).splitlines()[2:]
    assert rows == ["| 名  | b   |", "| --- | --- |", "| x   | y   |"]


def test_a_command_cannot_close_its_fence():
    assert body(Command("a ``` b")) == "````console\n$ a ``` b\n````\n"


def test_hostile_text_stays_text():
    text = to_markdown(report_of("hostile"))
    outside = re.sub(r"(?ms)^(`{3,})\w+$.*?^\1$", "", text)
    assert outside.count("```") == 0
    assert r"\<script>" in outside
    assert not re.search(r"(?<!\\)[<`]", outside)
    assert "\x00" not in text
