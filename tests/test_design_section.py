"""What a report says about machines that are derived from their physics."""

import pytest

from xorgames.hardware.design import load_design
from xorgames.reports.blocks import Items, Paragraph, Table
from xorgames.reports.design_section import design_section


def shown(name):
    design = load_design(name)
    blocks = design_section(design, design.evaluate()).blocks
    tables = {block.caption: block for block in blocks if isinstance(block, Table)}
    text = [block.text for block in blocks if isinstance(block, Paragraph)]
    items = [item for block in blocks if isinstance(block, Items) for item in block.items]
    return tables, text, items


def rows(table):
    return {row[0]: row[1:] for row in table.rows}


def test_the_budget_by_cause_and_the_state():
    tables, text, _ = shown("yb_cavity_physics")
    assert list(tables) == [
        "What it achieves",
        "Error budget: what each cause takes from the correlators",
        "Fidelity budget: what each cause takes of the pair",
        "The pair when it is measured",
        "Parameters",
    ]
    budget = rows(tables["Fidelity budget: what each cause takes of the pair"])
    assert budget["photon overlap"] == ("0.01984", "53.8 %")
    assert budget["together"] == ("0.03686", "")
    pair = rows(tables["The pair when it is measured"])
    assert list(pair) == ["Phi+", "Phi-", "Psi+", "Psi-"]
    assert pair["Phi+"] == ("0.9631",)
    assert sum(float(weight) for (weight,) in pair.values()) == pytest.approx(1, abs=1e-3)
    assert sum("after the Pauli frame of its herald" in line for line in text) == 1


def test_every_default_has_its_source_and_every_mark_its_meaning():
    tables, text, _ = shown("yb_cavity_physics")
    parameters = rows(tables["Parameters"])
    assert parameters["memory lifetime"][0] == "7.9 ± 0.4 s"
    assert parameters["memory lifetime"][2] == "arXiv:2112.06732: T2 by Hahn echo, 7.9(4) s [A]"
    assert parameters["excited lifetime"][2] == "lifetime of 3D1 [U]"
    assert parameters["mode overlap"][2].endswith("[C]")
    # Without a source of its own it has the design's, which the first sentence gives.
    assert parameters["photon window"][2] == ""
    assert "a number's source is: as reported for arXiv:2604.07451 [P]." in text[0]
    assert (
        "Marks of the sources: [A] read in an abstract; [C] chosen here, not sourced; [D] derived; "
        "[P] as reported for the paper; [U] general knowledge of the literature, not checked "
        "against a source." in text
    )


def test_what_was_chosen_confirms_nothing():
    for name, chosen in (("yb_cavity_physics", True), ("yb_cavity", False)):
        _, text, _ = shown(name)
        assert any("that confirms nothing" in line for line in text) is chosen
        assert any("Nothing was tuned to agree" in line for line in text) is not chosen


def test_what_is_not_known_is_said():
    _, text, items = shown("yb_cavity_physics")
    assert text[-1] == "Not known, and not invented here:"
    assert items == list(load_design("yb_cavity_physics").unknown)
    assert any("cavity rates g, kappa_in, kappa_ex" in item for item in items)


def test_a_design_of_stated_figures_needs_none_of_it():
    tables, text, items = shown("your_machine")
    assert "The pair when it is measured" not in tables
    assert not any(line.startswith(("Marks", "Not known")) for line in text)
    assert items == []
