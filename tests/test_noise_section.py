"""The section on noise: every limit stands in it, and the figure can be drawn."""

from dataclasses import replace

import pytest

from xorgames.bound import Bound, Finding
from xorgames.catalog import chsh, hadamard, random_access_code
from xorgames.hardware.noise_thresholds import thresholds
from xorgames.reports.blocks import Figure, Paragraph, Table
from xorgames.reports.noise_figure import DRAWINGS
from xorgames.reports.noise_section import noise_section
from xorgames.solvers.solve import solve

CHSH, CODE = solve(chsh()), solve(random_access_code(4))


def blocks_of(solution, kind):
    return [block for block in noise_section(solution).blocks if isinstance(block, kind)]


def test_the_limits_of_chsh():
    limits, dephasing = blocks_of(CHSH, Table)
    assert limits.rows[0] == ("visibility of isotropic noise", "above", "0.707107")
    assert {row[2] for row in limits.rows} == {
        "0.707107", "0.146447", "0.21967", "0.292893", "0.0795518", "0.828427",
    }  # fmt: skip
    assert len(limits.rows) == 10
    assert dephasing.rows[1] == ("5 %", "0.835876", "0.83634 … 0.843199", "0.0004 … 0.0074")


def test_the_figure_shows_the_thresholds_and_can_be_drawn():
    (figure,) = blocks_of(CHSH, Figure)
    assert figure.name == "trade_off"
    names = [curve["name"] for curve in figure.data["curves"]]
    assert names == ["whatever the noise", "no direction", "kindest"]
    found = thresholds(CHSH).infidelity_max
    firsts = [curve["lower"][0] for curve in figure.data["curves"]]
    expected = [found.guaranteed.lower, found.werner.lower, found.best.lower]
    assert firsts == pytest.approx(expected, abs=1e-12)
    assert "falls from 14.64 % with perfect readout" in figure.description
    (axes,) = DRAWINGS["trade_off"](figure.data).axes
    assert len(axes.lines) == 3
    assert axes.lines[0].get_ydata()[0] == pytest.approx(100 * firsts[0])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == names


def test_several_pairs_are_explained():
    last = blocks_of(CODE, Paragraph)[-1].text
    assert last.startswith("The Tsirelson strategy needs 2 pairs (rank 4).")
    assert "0.82288 on the standard construction" in last
    assert all("Tsirelson" not in block.text for block in blocks_of(CHSH, Paragraph))


def test_what_is_not_proven_is_said_first():
    wide = replace(CHSH.quantum, bias=Bound(0.5, 0.72))
    pair = replace(CHSH.one_pair, bias=Bound(0.5, 0.72))
    advantage = replace(CHSH.advantage, verdict=Finding.UNDECIDED)
    open_ = replace(CHSH, quantum=wide, one_pair=pair, advantage=advantage)
    assert blocks_of(open_, Paragraph)[0].text == (
        "No advantage of one pair is proven here: a bracket may reach to where noise must be "
        "absent."
    )
    assert blocks_of(CHSH, Paragraph)[0].text.startswith("Each limit is for one kind of noise")


def test_a_game_without_advantage_has_no_such_section():
    assert noise_section(solve(hadamard(4))) is None
