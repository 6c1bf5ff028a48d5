"""What a report says about requirements, and about a machine that is held against them."""

import math

from xorgames.bound import Bound, Finding
from xorgames.hardware.criteria import Criterion
from xorgames.hardware.requirements import Requirements
from xorgames.hardware.rounds import CLAIMS
from xorgames.hardware.verdict import Verdict
from xorgames.reports.blocks import Block, Figure, Items, Paragraph, Section, Table, clean, table
from xorgames.reports.numbers import digits, factor, margin, plain, prose, quantity

#: Stationary windows that are always compared, besides the one asked for.
_WINDOWS_S = (0.01, 0.03, 0.1)
_WORDS = {True: "PASS", False: "FAIL", None: "UNDECIDED"}


def requirements_answer(needs: Requirements) -> str:
    """Say in one sentence what a machine must do."""
    limit, rate = needs.combined_infidelity_max, needs.rate_min_hz
    if needs.advantage is not Finding.PROVEN or limit is None:
        return needs.statement
    parts = [f"err by less than {_percent_down(limit.lower)} in all"]
    if rate is not None:
        window = quantity(needs.conditions.window_s, "s")
        parts.append(f"deliver more than {_rate(rate)} of pairs in a window of {window}")
    parts.append(f"decide in less than {quantity(needs.time_max_s, 's')}")
    text = "The machine must " + ", ".join(parts[:-1]) + f" and {parts[-1]}."
    return text if rate is not None else f"{text} No rate is enough: {needs.rounds.reason}."


def verdict_answer(verdict: Verdict) -> str:
    """Say in one sentence whether the machine does it."""
    machine = clean(verdict.performance.design)
    open_or_missed = [c for c in verdict.criteria if c.passed is not True]
    names = ", ".join(criterion.name for criterion in open_or_missed)
    if verdict.verdict == "UNDECIDED":
        return f"{machine} fails no criterion, but the proven bounds leave open: {names}."
    if verdict.verdict == "FAIL":
        missed = [c for c in open_or_missed if c.passed is False]
        names = ", ".join(_missed(criterion) for criterion in missed)
        return f"{machine} misses {len(missed)} of {len(verdict.criteria)} criteria: {names}."
    ratios = {c.name: ratio for c in verdict.criteria if (ratio := _ratio(c)) is not None}
    tightest = min(ratios, key=ratios.__getitem__)
    return (
        f"{machine} meets all {len(verdict.criteria)} criteria; the tightest is {tightest}, kept "
        f"by a factor of {factor(ratios[tightest])}."
    )


def criteria_section(verdict: Verdict) -> Section:
    """Return each criterion with what is required and achieved, its margin and its verdict."""
    rows = [
        (
            criterion.name,
            _WORDS[criterion.passed],
            _compared(criterion),
            _quantity(criterion.achieved, criterion.unit),
            "" if criterion.margin is None else margin(criterion.margin),
        )
        for criterion in verdict.criteria
    ]
    header = ("criterion", "verdict", "required", "achieved", "margin")
    notes = [
        f"{c.name.capitalize()}: {prose(clean(c.note, 1000)).rstrip('.')}."
        for c in verdict.criteria
        if c.note
    ]
    figure = _margins_figure(verdict)
    caption = "Required and achieved, and by how much each limit is kept"
    blocks: list[Block] = [table(caption, header, rows, align="llrrr")]
    blocks += [figure] if figure else []
    return Section("The criteria", (*blocks, Items(tuple(notes))))


def plain_section(verdict: Verdict) -> Section:
    """Return what the verdict depends on: the definition of the rate, the window, the pairs."""
    needs = verdict.requirements
    blocks: list[Block] = [Items(tuple(prose(clean(note, 1000)) for note in verdict.notes))]
    if needs.rounds.first is not None:
        blocks.append(_windows(needs, verdict.performance.rate_hz))
    return Section("Said plainly", tuple(blocks))


def requirements_section(needs: Requirements, *, windows: bool) -> Section:
    """Return the limits of infidelity, the rounds and rates, and the times.

    Parameters
    ----------
    needs : Requirements
    windows : bool
        Whether to compare windows here: a verdict has done so already.
    """
    blocks: list[Block] = [Paragraph(needs.statement)] if needs.statement else []
    if needs.combined_infidelity_max is not None:
        blocks += [
            _fidelity(needs),
            Paragraph(
                "The infidelity that a pair may have is never one number: it depends on the noise. "
                "If only a fidelity is known, the guaranteed limit is the requirement."
            ),
        ]
    blocks.append(_rounds(needs))
    blocks.append(Paragraph(_claim(needs)))
    if windows and needs.rounds.first is not None:
        blocks.append(_windows(needs, None))
    blocks.append(_times(needs))
    return Section("What the machine must do", tuple(blocks))


def _fidelity(needs: Requirements) -> Table:
    limits = (
        ("combined", needs.combined_infidelity_max, "pair and readout together shrink correlators"),
        ("guaranteed", needs.guaranteed_infidelity_max, "pair alone, whatever the noise"),
        ("Werner", needs.werner_infidelity_max, "pair alone, noise without direction"),
        ("best case", needs.best_infidelity_max, "pair alone, the kindest noise"),
    )
    return table(
        "Infidelity that the machine must stay below, each limit a proven bracket",
        ("limit", "infidelity", "of what"),
        [(name, digits(limit, 6), what) for name, limit, what in limits if limit is not None],
        align="lrl",
    )


def _rounds(needs: Requirements) -> Table:
    rounds, window_s = needs.rounds, needs.conditions.window_s
    counts = [
        (rounds.test, rounds.first, plain(rounds.power) if rounds.power else "about 0.5"),
        ("hoeffding", rounds.hoeffding_rounds, plain(needs.conditions.power)),
        ("expected-score", rounds.expected_score_rounds, "about 0.5"),
    ]
    rates = [needs.rate_min_hz, *(count and count / window_s for _, count, _ in counts[1:])]
    rows = [
        (test, power, _count(count), "no rate" if rate is None else _rate(rate))
        for i, ((test, count, power), rate) in enumerate(zip(counts, rates, strict=True))
        if i == 0 or test != rounds.test
    ]
    return table(
        "Rounds, and the rate that brings them into a window of "
        + quantity(window_s, "s")
        + "; the first row is the requirement",
        ("test", "power", "rounds", "rate above"),
        rows,
        align="lrrr",
    )


def _claim(needs: Requirements) -> str:
    rounds = needs.rounds
    text = (
        f"The requirement is for: {prose(rounds.terms)}; protocol {needs.protocol}. The claim says "
        f"that {CLAIMS[rounds.claim]}. Hoeffding's closed form and the expected-score "
        "definition stand beside the requirement for comparison; the latter asks for the expected "
        "score only, which a run reaches about half of the time."
    )
    if rounds.first is None:
        return f"{text} No number of rounds is enough: {rounds.reason}."
    if rounds.mean_rounds is not None:
        text += f" On average the test stops after {rounds.mean_rounds:,.0f} rounds."
    if rounds.fewest_by_any_test is not None:
        fewest = f"{rounds.fewest_by_any_test:,}"
        text += f" With fewer than {fewest} rounds no test of this claim has this power."
    if rounds.hoeffding_rounds is not None and rounds.hoeffding_rounds > rounds.first:
        times = factor(rounds.hoeffding_rounds / rounds.first)
        text += f" Hoeffding's closed form asks for {times} times as many rounds."
    if rounds.safe is not None and rounds.safe != rounds.first:
        text += f" Not every larger number will do: from {rounds.safe:,} rounds on all of them do."
    return text


def _windows(needs: Requirements, rate_hz: float | None) -> Table:
    """Return the rate that each window asks for, by the test and by the paper's definition."""
    rounds, asked_s = needs.rounds, needs.conditions.window_s
    expected = rounds.expected_score_rounds
    counts = {rounds.test: (rounds.first, rounds.fewest), "expected-score": (expected, expected)}
    header = ["window"]
    for test in counts:
        header += [f"{test}: rate"] + (["verdict"] if rate_hz is not None else [])
    rows = []
    for window_s in sorted({*_WINDOWS_S, asked_s}):
        row = [quantity(window_s, "s") + (" (asked)" if window_s == asked_s else "")]
        for first, fewest in counts.values():
            row.append("no rate suffices" if first is None else f"above {_rate(first / window_s)}")
            if rate_hz is not None:
                row.append(_WORDS[_enough(rate_hz * window_s, first, fewest)])
        rows.append(row)
    caption = "The rate that each window asks for"
    caption += "" if needs.protocol == "average" else ", on average"
    if rate_hz is not None:
        caption += f"; the machine delivers {_rate(rate_hz)}"
    align = "l" + ("r" if rate_hz is None else "rl") * len(counts)
    return table(caption, header, rows, align=align)


def _enough(held: float, first: int | None, fewest: int | None) -> bool | None:
    """Say whether a window holds enough rounds; None between the proven ends, or if not known."""
    if first is not None and held > first:
        return True
    return False if fewest is not None and held <= fewest else None


def _times(needs: Requirements) -> Table:
    conditions = needs.conditions
    rows = [
        ("stationary window", quantity(conditions.window_s, "s")),
        ("significance alpha", plain(conditions.alpha)),
        ("power", plain(conditions.power)),
        ("time for a decision, strictly below", quantity(needs.time_max_s, "s")),
        ("distance", quantity(conditions.distance_m, "m")),
        ("light time, above the decision's", quantity(needs.light_time_s, "s")),
    ]
    return table("The conditions", ("condition", "value"), rows, align="lr")


def _margins_figure(verdict: Verdict) -> Figure | None:
    pairs = [(c, ratio) for c in verdict.criteria if (ratio := _ratio(c)) is not None]
    if not pairs:
        return None
    said = "; ".join(f"{criterion.name} {factor(ratio)}" for criterion, ratio in pairs)
    return Figure(
        name="margins",
        title="Margins of the criteria",
        description="By what factor each limit is kept (full bars, above 1) or missed (hatched, "
        f"below 1): {said}.",
        data={
            "criteria": [{"name": c.name, "ratio": ratio, "passed": c.passed} for c, ratio in pairs]
        },
    )


def _ratio(criterion: Criterion) -> float | None:
    """Return by what factor a criterion is kept, None where it has no positive numbers."""
    required, achieved = criterion.required, criterion.achieved
    if not required or not achieved:
        return None
    return required / achieved if criterion.comparison == "<" else achieved / required


def _missed(criterion: Criterion) -> str:
    ratio = _ratio(criterion)
    return (
        criterion.name
        if ratio is None
        else f"{criterion.name} (by a factor of {factor(1 / ratio)})"
    )


def _compared(criterion: Criterion) -> str:
    if criterion.required is None:
        return "nothing suffices" if criterion.passed is False else "not proven"
    word = "below" if criterion.comparison == "<" else "above"
    return f"{word} {_quantity(criterion.required, criterion.unit)}"


def _quantity(number: float | None, unit: str) -> str:
    return "" if number is None else quantity(number, unit, 5)


def _rate(rate_hz: float) -> str:
    return quantity(rate_hz, "Hz", 5)


def _count(count: int | None) -> str:
    return "no number" if count is None else f"{count:,}"


def _percent_down(fraction: float) -> str:
    """Write a limit in percent, rounded down so that it holds as written."""
    lower = math.floor(fraction * 1e5) / 1e5
    return Bound(lower, lower).display(5) if lower == 0 else f"{100 * lower:.5g} %"
