"""What a report says about a machine: its parameters, what it achieves, where the errors arise."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields

from xorgames.hardware.design import Design, Parameter
from xorgames.hardware.performance import Performance
from xorgames.reports.blocks import Block, Items, Paragraph, Section, Table, clean, table
from xorgames.reports.numbers import percent, quantity, with_error
from xorgames.units import name_of, unit_of

_NOT_TUNED = (
    "Where the two columns differ by more than rounding, the stated figure does not follow from "
    "the parameters below. Nothing was tuned to agree."
)

_CHOSEN = (
    "Parameters marked [C] below were chosen, some of them so that the stated figures come out: "
    "where the two columns agree, that confirms nothing."
)

_ELSEWHERE = (
    "The design is stated for {}: results that its source states there are not shown beside those "
    "computed here for another distance."
)

_DERIVED = (
    "These figures are derived from the parameters below. Each cause acts on what those before it "
    "have left, so that the entries sum to the whole. The pair is stated after the Pauli frame of "
    "its herald, as a mixture of Bell states; a perfect pair is all Phi+."
)

_MARKS = {
    "A": "read in an abstract",
    "C": "chosen here, not sourced",
    "D": "derived",
    "P": "as reported for the paper",
    "U": "general knowledge of the literature, not checked against a source",
}


def design_section(design: Design | None, performance: Performance) -> Section:
    """Return the machine's figures, its error budget, and its parameters with units and sources.

    Without a design, the parameters are not known.
    """
    heading = f"The machine: {clean(performance.design)}"
    if design is None:
        return Section(heading, (_figures(performance, {}), _budget(performance)))
    own_m = design.numbers.get("distance_m")
    stated = {part.name: part.value for part in design.reported}
    elsewhere = ""
    if own_m is not None and performance.distance_m != own_m:
        stated, elsewhere = {}, " " + _ELSEWHERE.format(quantity(own_m, "m"))
    source = clean(design.source, 200) or "not stated"
    blocks: list[Block] = [
        Paragraph(
            f"Model: {design.model}; profile: {clean(performance.profile)}. "
            f"Where the table names no other source, a number's source is: {source}." + elsewhere
        ),
        _figures(performance, stated),
        *([Paragraph(_CHOSEN if _has_choices(design) else _NOT_TUNED)] if stated else []),
        _budget(performance),
        *_pair(performance),
        table(
            "Parameters",
            ("parameter", "value", "meaning", "source"),
            [
                (
                    name_of(part.name),
                    _value(part),
                    part.about,
                    "" if part.source == design.source else clean(part.source, 200),
                )
                for part in design.parameters
            ],
            align="lrll",
        ),
        *_marks(design),
    ]
    if performance.profile in design.profiles:
        blocks.append(_profile(design, performance.profile))
    if design.unknown:
        unknown = tuple(clean(text, 300) for text in design.unknown)
        blocks += [Paragraph("Not known, and not invented here:"), Items(unknown)]
    return Section(heading, tuple(blocks))


def _value(part: Parameter) -> str:
    """Write a number with its standard deviation, if one is stated."""
    value = quantity(part.value, part.unit, 6)
    if part.uncertainty is None:
        return value
    return with_error(value, part.value, part.uncertainty)


def _has_choices(design: Design) -> bool:
    return any("[C]" in part.source for part in design.parameters)


def _marks(design: Design) -> list[Block]:
    """Explain the marks that the sources carry, such as [C]."""
    sources = " ".join([design.source, *(p.source for p in (*design.parameters, *design.reported))])
    found = sorted(set(re.findall(r"\[([A-Z])\]", sources)) & set(_MARKS))
    if not found:
        return []
    said = "; ".join(f"[{mark}] {_MARKS[mark]}" for mark in found)
    return [Paragraph(f"Marks of the sources: {said}.")]


def _pair(performance: Performance) -> list[Block]:
    """Return the fidelity budget and the state of a pair that is derived from physics."""
    state = performance.pair_state
    if state is None:
        return []
    whole = performance.state_infidelity
    causes = table(
        "Fidelity budget: what each cause takes of the pair",
        ("cause", "infidelity", "share"),
        [
            *(
                (cause, quantity(part, ""), _share(part, whole))
                for cause, part in performance.state_budget
            ),
            ("together", quantity(whole, ""), ""),
        ],
        align="lrr",
    )
    (a, b), (c, d) = (state[0][0], state[0][3]), (state[1][1], state[1][2])
    weights = {"Phi+": a + b, "Phi-": a - b, "Psi+": c + d, "Psi-": c - d}
    mixture = table(
        "The pair when it is measured",
        ("Bell state", "weight"),
        [(name, quantity(weight, "")) for name, weight in weights.items()],
        align="lr",
    )
    return [Paragraph(_DERIVED), causes, mixture]


def _figures(performance: Performance, stated: Mapping[str, float]) -> Table:
    """Return every figure computed, and beside it what the source states, not tuned to agree."""
    rows = [
        (
            name_of(name),
            quantity(value, unit_of(name), 5),
            quantity(stated[name], unit_of(name), 5) if name in stated else "",
        )
        for name, value in _numbers(performance)
    ]
    header = ("figure", "computed", "stated by the source")
    if not stated:
        return table("What it achieves", header[:2], [row[:2] for row in rows], align="lr")
    return table("What it achieves", header, rows, align="lrr")


def _numbers(performance: Performance) -> Iterator[tuple[str, float]]:
    for field in fields(performance):
        value = getattr(performance, field.name)
        if isinstance(value, int | float):
            yield field.name, value


def _budget(performance: Performance) -> Table:
    rows = [
        (cause, quantity(part, ""), _share(part, performance.combined_infidelity))
        for cause, part in performance.error_budget
    ]
    rows.append(("together", quantity(performance.combined_infidelity, ""), ""))
    return table(
        "Error budget: what each cause takes from the correlators",
        ("cause", "infidelity", "share"),
        rows,
        align="lrr",
    )


def _profile(design: Design, profile: str) -> Table:
    return table(
        f"Profile {clean(profile)}: these figures replace the formulas",
        ("figure", "value"),
        [
            (name_of(name), quantity(value, unit_of(name), 6))
            for name, value in design.profiles[profile].items()
        ],
        align="lr",
    )


def _share(part: float, whole: float) -> str:
    return percent(part / whole) if whole else ""
