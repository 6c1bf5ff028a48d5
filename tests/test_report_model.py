"""The report as data: what it says about each kind of subject, and that it says it every time."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.report_subjects import COMMAND, HOSTILE, SUBJECTS, report_of
from xorgames.bound import Bound, Finding
from xorgames.catalog import chsh, hft
from xorgames.game import XORGame
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.requirements import require
from xorgames.reports.blocks import (
    VERDICTS,
    Command,
    Figure,
    Items,
    Paragraph,
    Table,
    block_to_dict,
    clean,
)
from xorgames.reports.game_sections import game_section, play_section
from xorgames.reports.model import build_report
from xorgames.solvers.solve import solve

NOISE = "How much noise the game forgives"
WORDS = "Words used here"
GAME = ["What the game is worth", "How to play it with one Bell pair"]
END = ["References", "How this report was made"]


def section(name, heading):
    return next(s for s in report_of(name).sections if s.heading.startswith(heading)).blocks


def tables(blocks):
    return {block.caption: block for block in blocks if isinstance(block, Table)}


def table_of(name, heading, caption):
    found = tables(section(name, heading))
    return next(one for key, one in found.items() if key.startswith(caption))


def rows_of(name, heading, caption):
    return {row[0]: row[1:] for row in table_of(name, heading, caption).rows}


def sentences(name, heading):
    return " ".join(b.text for b in section(name, heading) if isinstance(b, Paragraph))


@pytest.mark.parametrize("name", SUBJECTS)
def test_tables_are_rectangular_and_text_is_one_clean_line(name):
    report = report_of(name)
    assert report.verdict in VERDICTS
    texts = [report.title, report.question, report.answer]
    for part in report.sections:
        texts.append(part.heading)
        assert part.blocks
        for block in part.blocks:
            if isinstance(block, Table):
                assert {len(row) for row in (block.header, *block.rows)} == {len(block.align)}
                assert set(block.align) <= {"l", "r"}
                assert block.rows
                texts += [block.caption, *block.header, *(c for row in block.rows for c in row)]
            elif isinstance(block, Items):
                texts += block.items
            elif isinstance(block, Figure):
                texts += [block.title, block.description]
            else:
                texts.append(block.text)
    for text in texts:
        assert text == clean(text, 10_000)
        assert "None" not in text
        assert ".." not in text


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_report_is_json_and_the_same_twice(name):
    text = json.dumps(report_of(name).to_dict(), allow_nan=False)
    assert text == json.dumps(report_of.__wrapped__(name).to_dict(), allow_nan=False)
    assert '"seconds"' not in text
    assert list(json.loads(text)) == ["title", "question", "verdict", "answer", "sections", "data"]


def test_the_data_are_the_subjects_own():
    assert list(report_of("chsh").data) == ["game", "solution"]
    assert list(report_of("requirements").data) == ["game", "solution", "requirements"]
    data = report_of("pass").data
    assert list(data) == ["game", "solution", "verdict", "design"]
    assert data["verdict"]["verdict"] == "PASS"
    assert data["design"]["name"] == "yb_cavity"
    assert report_of("without a design").data["design"] is None


@pytest.mark.parametrize(
    ("name", "headings"),
    [
        ("chsh", ["The game: CHSH", *GAME, WORDS, *END]),
        (
            "requirements",
            [
                "What the machine must do",
                NOISE,
                "The game: CHSH",
                *GAME,
                WORDS,
                "Assumptions",
                *END,
            ],
        ),
        (
            "pass",
            [
                "The criteria",
                "Said plainly",
                "The game: CHSH",
                *GAME,
                "What the machine must do",
                NOISE,
                "The machine: yb_cavity",
                WORDS,
                "Assumptions",
                *END,
            ],
        ),
    ],
)
def test_sections_stand_in_the_readers_order_and_only_where_they_apply(name, headings):
    assert [part.heading for part in report_of(name).sections] == headings


@pytest.mark.parametrize(
    ("name", "title", "verdict", "answer"),
    [
        (
            "chsh",
            "CHSH: is entanglement worth it?",
            "PROVEN",
            "Entanglement adds 0.103553391 to the payoff per round; 29.3 % of the quantum bias is "
            "out of reach without it.",
        ),
        (
            "no advantage",
            "Sylvester-Hadamard, n = 4: is entanglement worth it?",
            "REFUTED",
            "Entanglement is of no use in this game: the best classical strategy is proven to "
            "reach the quantum value.",
        ),
        (
            "undecided",
            "CHSH: is entanglement worth it?",
            "UNDECIDED",
            "The proven brackets of the classical and the quantum value meet: entanglement adds at "
            "most 0.11 to the payoff per round, perhaps nothing.",
        ),
        (
            "requirements",
            "CHSH: what must the machine do?",
            "PROVEN",
            "The machine must err by less than 29.289 % in all, deliver more than 1.3 kHz of pairs "
            "in a window of 100 ms and decide in less than 10 µs.",
        ),
        (
            "requirements without advantage",
            "Sylvester-Hadamard, n = 4: what must the machine do?",
            "REFUTED",
            "No machine can win: entanglement has no advantage in this game.",
        ),
        (
            "pass",
            "CHSH on yb_cavity",
            "PASS",
            "yb_cavity meets all 5 criteria; the tightest is rate, kept by a factor of 3.72.",
        ),
        (
            "fail",
            "HFT, p = 0.3, beta = 0.3 on yb_cavity",
            "FAIL",
            "yb_cavity misses 1 of 5 criteria: rate (by a factor of 755).",
        ),
        (
            "fail without advantage",
            "Sylvester-Hadamard, n = 4 on yb_cavity",
            "FAIL",
            "yb_cavity misses 2 of 4 criteria: fidelity, rate.",
        ),
        (
            "open",
            "CHSH on yb_cavity",
            "UNDECIDED",
            "yb_cavity fails no criterion, but the proven bounds leave open: fidelity.",
        ),
    ],
)
def test_the_answer_comes_first(name, title, verdict, answer):
    report = report_of(name)
    assert (report.title, report.verdict, report.answer) == (title, verdict, answer)


def test_a_rate_that_nothing_reaches_is_said():
    needs = require(solve(chsh()), infidelity=0.5)
    assert build_report(needs).answer == (
        "The machine must err by less than 29.289 % in all and decide in less than 10 µs. No rate "
        "is enough: cannot be certified at this visibility: with a combined infidelity of 0.5 "
        "there is no advantage."
    )
    blocks = build_report(needs).sections[0].blocks
    text = " ".join(block.text for block in blocks if isinstance(block, Paragraph))
    assert "No number of rounds is enough: cannot be certified at this visibility" in text
    assert not [caption for caption in tables(blocks) if "window asks" in caption]


def test_the_question_names_the_conditions():
    assert report_of("pass").question == (
        "Does yb_cavity show a quantum advantage in CHSH within 100 ms, 50 km apart, "
        "at significance 0.05 and power 0.9?"
    )
    needs = require(solve(chsh()), Conditions(window_s=0.01), test="expected-score")
    assert build_report(needs).question == (
        "What must a machine do to show a quantum advantage in CHSH within 10 ms, 50 km apart, "
        "at significance 0.05?"
    )


def test_criteria_show_what_is_required_and_achieved():
    assert rows_of("pass", "The criteria", "Required") == {
        "fidelity": ("PASS", "below 0.29289", "0.060973", "+79.2 %"),
        "rate": ("PASS", "above 2.11 kHz", "7.8545 kHz", "+272.3 %"),
        "decision": ("PASS", "below 10 µs", "970 ns", "+90.3 %"),
        "locality": ("PASS", "below 166.78 µs", "10 µs", "+94.0 %"),
        "memory": ("PASS", "above 2.6425 ms", "7.9 s", "× 2,990"),
    }
    without = rows_of("fail without advantage", "The criteria", "Required")
    assert without["rate"] == ("FAIL", "nothing suffices", "7.4198 kHz", "")
    assert rows_of("open", "The criteria", "Required")["fidelity"][0] == "UNDECIDED"


def test_the_margins_figure_leaves_out_what_has_no_ratio():
    figures = [
        b for b in section("fail without advantage", "The criteria") if isinstance(b, Figure)
    ]
    assert [one["name"] for one in figures[0].data["criteria"]] == ["decision", "locality"]


def test_windows_say_plainly_that_the_definitions_differ():
    table = table_of("pass", "Said plainly", "The rate that each window")
    assert table.caption.endswith("the machine delivers 7.8545 kHz")
    assert table.rows == (
        ("10 ms", "above 21.1 kHz", "FAIL", "above 6.5 kHz", "PASS"),
        ("30 ms", "above 7.0333 kHz", "PASS", "above 2.1667 kHz", "PASS"),
        ("100 ms (asked)", "above 2.11 kHz", "PASS", "above 650 Hz", "PASS"),
    )


def test_the_window_asked_for_is_among_them():
    windows = [row[0] for row in table_of("requirements", "What the machine", "The rate that").rows]
    assert windows == ["10 ms", "30 ms", "100 ms (asked)"]
    needs = require(solve(chsh()), Conditions(window_s=0.02))
    (found,) = [
        t
        for c, t in tables(build_report(needs).sections[0].blocks).items()
        if c.startswith("The rate that")
    ]
    assert [row[0] for row in found.rows] == ["10 ms", "20 ms (asked)", "30 ms", "100 ms"]


def test_the_windows_leave_open_what_the_bounds_leave_open(monkeypatch):
    needs = require(solve(chsh()))
    monkeypatch.setattr(type(needs.rounds), "fewest", property(lambda _: 100))
    from xorgames.reports.hardware_sections import _windows

    rows = {row[0]: row[2] for row in _windows(needs, 1100.0).rows}
    assert rows == {"10 ms": "FAIL", "30 ms": "FAIL", "100 ms (asked)": "UNDECIDED"}


def test_requirements_give_the_limits_by_name():
    assert rows_of("requirements", "What the machine", "Infidelity") == {
        "combined": ("0.292893", "pair and readout together shrink correlators"),
        "guaranteed": ("0.146447", "pair alone, whatever the noise"),
        "Werner": ("0.21967", "pair alone, noise without direction"),
        "best case": ("0.292893", "pair alone, the kindest noise"),
    }
    assert rows_of("pass", "What the machine", "Rounds") == {
        "binomial": ("0.9", "211", "2.11 kHz"),
        "hoeffding": ("0.9", "785", "7.85 kHz"),
        "expected-score": ("about 0.5", "65", "650 Hz"),
    }
    text = sentences("pass", "What the machine")
    assert text.count("protocol average. The claim says that the mean payoff exceeds the") == 1
    assert (
        "claim payoff, test binomial, alpha 0.05, power 0.9, number of rounds fixed in advance, "
        "known input law, combined infidelity 0.0609727"
    ) in text
    assert "With fewer than 210 rounds no test of this claim has this power." in text
    assert "Hoeffding's closed form asks for 3.72 times as many rounds." in text
    assert "from 229 rounds on all of them do" in text
    assert sentences("requirements not proven", "What the machine").startswith(
        "It is not proven that one Bell pair has an advantage in this game."
    )


def test_the_claim_and_the_stopping_rule_are_those_asked_for():
    needs = require(solve(chsh()), claim="nonclassical", test="betting", protocol="average")
    (text,) = [
        block.text
        for section in build_report(needs).sections
        for block in section.blocks
        if isinstance(block, Paragraph) and "protocol" in block.text
    ]
    assert "claim nonclassical, test betting" in text
    assert "may stop at any time" in text
    assert "The claim says that no classical strategy explains the results." in text
    assert "On average the test stops after 95 rounds." in text


def test_the_rate_is_that_of_the_protocol():
    needs = require(solve(chsh()), protocol="preset")
    tables_found = [
        block
        for section in build_report(needs).sections
        for block in section.blocks
        if isinstance(block, Table)
    ]
    (rounds,) = [t for t in tables_found if t.caption.startswith("Rounds")]
    rate = needs.rate_by_protocol["preset"]
    assert rounds.rows[0][3] == f"{rate / 1000:.5g} kHz"
    (windows,) = [t for t in tables_found if t.caption.startswith("The rate that")]
    assert windows.caption == "The rate that each window asks for, on average"


def test_a_test_stands_once_in_the_table_of_rounds():
    report = build_report(require(solve(chsh()), test="hoeffding"))
    (rounds,) = [t for c, t in tables(report.sections[0].blocks).items() if c.startswith("Rounds")]
    assert [row[0] for row in rounds.rows] == ["hoeffding", "expected-score"]


def test_the_machine_is_shown_with_units_sources_and_what_its_source_states():
    figures = rows_of("pass", "The machine", "What it achieves")
    assert figures["rate"] == ("7.8545 kHz", "7.9 kHz")
    assert figures["saturation atoms"] == ("419", "")
    assert figures["occupancy time"] == ("242.55 µs", "244 µs")
    parameters = rows_of("pass", "The machine", "Parameters")
    assert parameters["photon window"] == ("240 ns", "length of one time bin", "")
    assert parameters["attenuation"] == ("0.25 dB/km", "fibre loss", "")
    assert parameters["memory lifetime"][2].startswith("arXiv:2112.06732")
    assert rows_of("pass", "The machine", "Profile displayed")["link time"] == ("240 µs",)
    budget = rows_of("pass", "The machine", "Error budget")
    assert budget["pair generation"] == ("0.05333", "87.5 %")
    assert budget["together"] == ("0.06097", "")


def test_the_profile_law_has_no_table_of_its_own():
    assert not [c for c in tables(section("fail", "The machine")) if c.startswith("Profile")]


def test_without_a_design_only_the_figures_are_shown():
    captions = list(tables(section("without a design", "The machine")))
    assert captions == [
        "What it achieves",
        "Error budget: what each cause takes from the correlators",
    ]


def test_values_are_the_solutions():
    assert rows_of("hft", "What the game is worth", "Expected payoff") == {
        "classical": ("0.79", "0.58", "10⁻¹⁵", "enumeration, proven best"),
        "one Bell pair": ("0.812339559", "0.624679118", "10⁻¹⁴", "measurements in one plane"),
        "quantum": ("0.812339559", "0.624679118", "10⁻¹⁴", "lowrank, certified"),
        "no-signalling": ("0.874", "0.748", "10⁻¹⁵", "closed form"),
        "advantage": ("0.0223395588", "", "10⁻¹⁴", "quantum minus classical"),
    }


def test_the_meaning_of_the_outputs_is_spelled_out():
    assert table_of("hft", "The game", "What the outputs mean").rows == (
        ("equal", "ask first with bid first; bid first with ask first"),
        ("different", "ask first with ask first; bid first with bid first"),
    )
    one_sided = XORGame([["1"]], [[[1, 0]]], labels={"a": ["left", "right"]})
    (meaning,) = [t for c, t in tables(game_section(one_sided).blocks).items() if "outputs" in c]
    assert meaning.rows == (
        ("equal", "left with 0; right with 1"),
        ("different", "left with 1; right with 0"),
    )


def test_the_game_is_written_out_as_exactly_as_it_can_be_read():
    game = XORGame(
        [["1/3", "0.25", "5/12"]],
        [[[1, -1.5], [0, 1e12], ["1234/12341", 1e20]]],
        labels={"y": ["a", "b", "c"]},
    )
    found = tables(game_section(game).blocks)
    assert found["Probability p(x, y) of the inputs"].rows == (("x = 0", "1/3", "0.25", "5/12"),)
    payoff = found["Payoff for equal bits / for different bits"]
    assert payoff.header == ("", "y = 0 (a)", "y = 1 (b)", "y = 2 (c)")
    assert payoff.rows == (("x = 0", "1 / -1.5", "0 / 1000000000000", "≈ 0.0999919 / ≈ 1e+20"),)


def test_a_large_game_is_summarised():
    assert rows_of("large", "The game", "The game in numbers") == {
        "pairs of inputs that occur": ("144 of 144",),
        "probability of such a pair": ("1/144",),
        "payoff of a round": ("0 to 1",),
        "pairs that want equal bits": ("78",),
        "pairs that want different bits": ("66",),
        "indifferent pairs": ("0",),
    }
    assert not [c for c in tables(section("large", "How to play")) if c.startswith("Correlators")]
    assert len(table_of("large", "How to play", "What to dial").rows) == 24


def test_a_very_large_game_lists_its_first_inputs():
    game = XORGame.from_predicate(np.full((70, 1), "1/70"), np.zeros((70, 1)), name="long")
    blocks = play_section(solve(game)).blocks
    assert Paragraph("The first 64 inputs are listed; the JSON form has all of them.") in blocks
    (dials,) = tables(blocks).values()
    assert len(dials.rows) == 65


def test_the_angles_are_those_of_the_strategy():
    solution = solve(hft("0.3", "0.3"))
    angles = solution.one_pair.strategy.angles_deg
    rows = table_of("hft", "How to play", "What to dial").rows
    assert [float(row[1]) for row in rows] == pytest.approx([*angles["a"], *angles["b"]], abs=5e-5)
    assert rows[3] == ("Bob, y = 1 (indicator of negative correlation)", "-59.1446", "1 ask first")
    assert "E(x, y) = cos(a − b)" in sentences("hft", "How to play")
    correlators = table_of("hft", "How to play", "Correlators").rows
    shown = [[float(cell) for cell in row[1:]] for row in correlators]
    assert shown == pytest.approx(solution.one_pair.strategy.correlators, abs=5e-7)


def test_where_a_plane_is_not_enough_there_are_two_angles():
    dials = table_of("elegant", "How to play", "What to dial")
    assert dials.header == ("input", "polar θ (°)", "azimuth φ (°)", "best classical answer")
    assert dials.rows[1][1:3] == ("70.5288", "0.0000")
    assert "one plane is not enough" in sentences("elegant", "How to play")


def test_pairs_are_counted():
    assert "has rank 2 and needs 1 Bell pair." in sentences("chsh", "What the game is worth")
    assert "No Bell pair is needed" in sentences("no advantage", "What the game is worth")
    solution = solve(chsh())
    vectors = replace(solution.quantum.strategy, alice=np.eye(4)[:2], bob=np.eye(4)[2:])
    short = replace(solution.one_pair, shortfall=Bound(0.0, 0.25))
    wide = replace(solution, quantum=replace(solution.quantum, strategy=vectors), one_pair=short)
    text = " ".join(
        b.text for b in build_report(wide).sections[1].blocks if isinstance(b, Paragraph)
    )
    assert "has rank 4 and needs 2 Bell pairs." in text
    assert "A single pair, as dialled below, falls short of it by at most 0 … 0.25." not in text
    assert "falls short of it by at most 0.25." in text
    assert "noise strikes every pair" in text


def test_references_name_the_sources():
    (items,) = section("pass", "References")
    assert items.items[0].startswith("The game: doi:10.1103/PhysRevLett.23.880")
    assert "arXiv:2604.07451, as reported" in items.items[2]
    assert items.items[-1] == "The machine: as reported for arXiv:2604.07451."
    (items,) = section("1x1", "References")
    assert items.items == ("XOR games and Tsirelson's construction: arXiv:quant-ph/0404076.",)


def test_versions_and_the_command_are_given():
    versions, command = section("chsh", "How this report was made")
    assert versions.text.startswith("xorgames 0.1.0, Python 3.")
    assert command == Command(COMMAND)
    (only,) = build_report(solve(chsh())).sections[-1].blocks
    assert only == versions


def test_names_from_files_are_cleaned_and_cut():
    title = report_of("hostile").title
    assert title.startswith("<script>alert('x')</script> \"quoted\" & `tick` |pipe| $x$ # *b* _e_")
    assert "\x00" not in title
    assert len(clean(HOSTILE * 10)) == 80


def test_a_block_says_its_kind():
    assert block_to_dict(Command("x")) == {"kind": "command", "text": "x"}


def test_the_verdict_word_is_known_for_every_finding():
    assert set(map(str, Finding)) <= set(VERDICTS)


def test_the_words_of_a_report_are_explained_as_far_as_they_occur():
    words = {
        name: [
            item
            for section in report_of(name).sections
            if section.heading == WORDS
            for block in section.blocks
            for item in block.items
        ]
        for name in ("chsh", "requirements", "pass")
    }
    assert [text.partition(":")[0] for text in words["chsh"]] == [
        "Round",
        "Value",
        "Classical",
        "Proven bracket",
    ]
    assert words["requirements"] == words["pass"]
    assert [text.partition(":")[0] for text in words["pass"][4:]] == [
        "Infidelity of a pair",
        "Stationary window",
        "Significance alpha",
        "Margin",
    ]
    assert words["pass"][4].endswith(
        "Combined infidelity: by what share pair and readout together shrink the correlators, and "
        "so the bias."
    )
