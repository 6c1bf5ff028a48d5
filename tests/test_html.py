"""The HTML shows the model, all of it and nothing else, and needs no other file."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import jinja2
import pytest

from tests.report_subjects import HOSTILE, SUBJECTS, report_of
from xorgames.reports.blocks import Command, Figure, Items, Paragraph, Section, Table, table
from xorgames.reports.html import to_html

VOID = {"meta", "path", "use", "br"}


class Page(HTMLParser):
    """The texts of a document by tag, the cells of its tables, all attributes."""

    def __init__(self, document):
        super().__init__(convert_charrefs=True)
        self.open, self.tables, self.attributes = [], [], []
        self.texts = {}
        self.feed(document)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.attributes += [(tag, *pair) for pair in attributes]
        if tag in VOID:
            return
        self.open.append(tag)
        self.texts.setdefault(tag, []).append("")
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag, attributes):
        self.attributes += [(tag, *pair) for pair in attributes]

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in set(self.open):
            self.texts[tag][-1] += data
        if {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1] += data

    def all(self, tag):
        return [" ".join(text.split()) for text in self.texts.get(tag, [])]


def blocks_of(report, kind):
    blocks = [block for section in report.sections for block in section.blocks]
    return [block for block in blocks if isinstance(block, kind)]


@cache
def html_of(name):
    return to_html(report_of(name))


@pytest.fixture(params=SUBJECTS)
def page(request):
    return report_of(request.param), Page(html_of(request.param))


def test_every_cell_is_the_models(page):
    report, shown = page
    expected = [[list(t.header), *map(list, t.rows)] for t in blocks_of(report, Table)]
    assert shown.tables == expected


def test_every_sentence_is_the_models(page):
    report, shown = page
    sentences = [block.text for block in blocks_of(report, Paragraph)]
    answer = f"{report.verdict} {report.answer}"
    assert shown.all("p") == [report.question, answer, *sentences]
    assert shown.all("li") == [item for block in blocks_of(report, Items) for item in block.items]
    assert shown.all("code") == [block.text for block in blocks_of(report, Command)]
    assert shown.all("caption") == [block.caption for block in blocks_of(report, Table)]


def test_headings_are_in_order(page):
    report, shown = page
    assert shown.all("h1") == [report.title]
    assert shown.all("h2") == [section.heading for section in report.sections]
    assert shown.texts["title"][0] == report.title
    assert ("html", "lang", "en") in shown.attributes


def test_every_figure_stands_in_the_page(page):
    report, shown = page
    figures = blocks_of(report, Figure)
    assert len(shown.all("svg")) == len(figures)
    assert shown.all("figcaption") == [f"{f.title}. {f.description}" for f in figures]
    assert shown.all("desc") == [figure.description for figure in figures]


def test_ids_are_unique_and_what_is_referred_to_exists(page):
    _, shown = page
    ids = [value for _, name, value in shown.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    labels = [value for _, name, value in shown.attributes if name == "aria-labelledby"]
    assert {one for label in labels for one in label.split()} <= set(ids)


def test_the_page_needs_nothing_else(page):
    _, shown = page
    assert not {"script", "link", "img", "iframe", "object"} & set(shown.texts)
    assert not [name for _, name, _ in shown.attributes if name.startswith("on") or name == "src"]
    assert all(value.startswith("#") for _, name, value in shown.attributes if name == "href")
    assert not re.search(r"url\((?!#)|@import", shown.texts["style"][0])
    policy = ("meta", "content", "default-src 'none'; style-src 'unsafe-inline'")
    assert policy in shown.attributes


def test_every_table_has_a_name_and_headers_with_scopes(page):
    report, shown = page
    scopes = [value for tag, name, value in shown.attributes if (tag, name) == ("th", "scope")]
    tables = blocks_of(report, Table)
    assert scopes.count("col") == sum(len(table.header) for table in tables)
    assert scopes.count("row") == sum(len(table.rows) for table in tables)


def test_hostile_text_stays_text():
    report = report_of("hostile")
    assert "<script>" in report.title
    document = to_html(report)
    assert HOSTILE not in document
    assert "<script" not in document
    assert "&lt;script&gt;" in document
    assert "\x00" not in document
    assert "\u202e" not in document


def test_the_template_tells_what_it_lacks(monkeypatch):
    monkeypatch.setattr("xorgames.reports.html._template", lambda _: "{{ report.nothing }}")
    with pytest.raises(jinja2.UndefinedError, match="has no attribute 'nothing'"):
        to_html(report_of("chsh"))


@pytest.mark.parametrize("name", ["hostile", "pass", "fail"])
def test_the_same_bytes_come_out_twice(name):
    assert to_html(report_of(name)) == to_html(report_of(name))


def test_the_same_bytes_come_out_of_another_process():
    code = (
        "import hashlib; from tests.report_subjects import report_of;"
        "from xorgames.reports.write import to_html, to_json, to_markdown;"
        "report = report_of('pass');"
        "text = to_html(report) + to_markdown(report) + to_json(report);"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_two_figures_of_one_kind_have_ids_of_their_own():
    figure = blocks_of(report_of("chsh"), Figure)[0]
    report = replace(report_of("chsh"), sections=(Section("Twice", (figure, figure)),))
    ids = re.findall(r' id="([^"]*)"', to_html(report))
    assert {"values-title", "values-2-title"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_number_stays_with_its_unit_but_code_and_cells_are_left_alone():
    rows = table("In 10 ms", ("p = 0.5", "n"), [("10 ms", "± 3")], align="lr")
    text = Paragraph("At p = 0.5 it takes 10 ms ± 3 %, × 2,025 and 7 steps, 5 market days.")
    code = Command("xorgames check chsh --window 10 ms")
    page = to_html(replace(report_of("chsh"), sections=(Section("Units", (text, rows, code)),)))
    shown = page.replace("\u00a0", "~")
    assert "<p>At p~=~0.5 it takes 10~ms ±~3~%, ×~2,025 and 7 steps, 5 market days.</p>" in shown
    assert "<span>In 10~ms</span>" in shown
    assert '<th scope="row">10 ms</th>' in shown
    assert "--window 10 ms</code>" in shown


def test_long_heads_may_be_broken_and_wide_tables_are_marked_for_print():
    heads = ("a head of twenty one", "a head of twenty-one.")
    wide = table("Wide", ("", *heads, *"abcd"), [(heads[1], *"123456")], align="lrrrrrr")
    page = to_html(replace(report_of("chsh"), sections=(Section("Wide", (wide,)),)))
    assert '<table class="wide">' in page
    assert f'<th scope="col" class="number">{heads[0]}</th>' in page
    assert f'<th scope="col" class="number long">{heads[1]}</th>' in page
    assert f'<th scope="row" class="long">{heads[1]}</th>' in page
    assert 'class="wide"' not in to_html(report_of("chsh"))
