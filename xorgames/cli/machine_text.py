"""Requirements, verdicts and figures of a machine as text for the terminal."""

from typing import TYPE_CHECKING

from xorgames.cli.text import aligned
from xorgames.units import format_quantity, name_of, unit_of

if TYPE_CHECKING:
    from xorgames.bound import Bound
    from xorgames.hardware.performance import Performance
    from xorgames.hardware.requirements import Requirements
    from xorgames.hardware.verdict import Verdict

_PASSED = {True: "yes", False: "NO", None: "undecided"}


def requirements_text(needs: "Requirements") -> str:
    """Return what a machine must do as a table."""
    rounds, conditions = needs.rounds, needs.conditions
    power = "none stated" if rounds.power is None else f"{rounds.power:g}"
    lines = [
        f"{needs.solution.game.name}: what a machine must do with one Bell pair per round",
        "",
        aligned(
            [
                ["fidelity", "combined infidelity below", _limit(needs.combined_infidelity_max)],
                ["", "Werner pair, perfect readout", _limit(needs.werner_infidelity_max)],
                ["", "guaranteed, any noise", _limit(needs.guaranteed_infidelity_max)],
                ["", "at best, kindest noise", _limit(needs.best_infidelity_max)],
                ["rate", f"above, at infidelity {rounds.infidelity:g}", _rate(needs.rate_min_hz)],
                [
                    "",
                    f"rounds in {format_quantity(conditions.window_s, 's')}",
                    _count(rounds.first),
                ],
                ["", "and every number from", _count(rounds.safe)],
                ["", "by Hoeffding's closed form", _count(rounds.hoeffding_rounds)],
                ["", "by expected score, no power", _count(rounds.expected_score_rounds)],
                ["decision", "within", format_quantity(needs.time_max_s, "s")],
                ["", "which must be below light's", format_quantity(needs.light_time_s, "s")],
            ]
        ),
        "",
        f"claim {rounds.claim}, test {rounds.test}, alpha {rounds.alpha:g}, power {power},"
        f" combined infidelity {rounds.infidelity:g}, {rounds.stopping_rule}",
        f"Bell pairs for the Tsirelson value: {needs.pairs} (rank {needs.rank})",
    ]
    lines += [needs.statement] if needs.statement else []
    lines += [f"The payoff {rounds.reason}."] if rounds.reason else []
    lines += ["", "Assumptions:", *(f"- {text}" for text in needs.assumptions)]
    return "\n".join(lines)


def verdict_text(verdict: "Verdict") -> str:
    """Return a verdict with its criteria as a table."""
    rows = [["criterion", "required", "achieved", "margin", "met"]]
    for criterion in verdict.criteria:
        required, achieved = criterion.required, criterion.achieved
        shown = [
            "none" if number is None else format_quantity(number, criterion.unit)
            for number in (required, achieved)
        ]
        margin = "" if criterion.margin is None else _margin(criterion.margin)
        limit = f"{criterion.comparison} {shown[0]}"
        if required is None:
            limit = "nothing suffices" if criterion.passed is False else "not proven"
        rows.append([criterion.name, limit, shown[1], margin, _PASSED[criterion.passed]])
    game, performance = verdict.requirements.solution.game, verdict.performance
    lines = [
        f"{verdict.verdict}: {game.name} with {performance.design} ({performance.profile})",
        "",
        aligned(rows),
        "",
        *(f"{c.name}: {c.note}" for c in verdict.criteria if c.note),
        "",
        *(f"- {note}" for note in verdict.notes),
    ]
    return "\n".join(lines)


def performance_text(performance: "Performance") -> str:
    """Return what a design achieves, and its error budget, as tables."""
    content = performance.to_dict()
    rows = [
        [name_of(key), format_quantity(value, unit_of(key), digits=6)]
        for key, value in content.items()
        if isinstance(value, (int, float))
    ]
    budget = [[cause, f"{part:.6g}"] for cause, part in performance.error_budget]
    total = ["sum, the combined infidelity", f"{performance.combined_infidelity:.6g}"]
    return "\n".join(
        [
            f"{performance.design} (profile {performance.profile})",
            "",
            aligned(rows),
            "",
            "Error budget",
            aligned([*budget, total]),
        ]
    )


def _margin(margin: float) -> str:
    """Write a relative distance as a percentage, or as a factor where that would be unreadable."""
    return f"{margin:+.1%}" if margin < 10 else f"{margin + 1:.0f} times"


def _limit(bound: "Bound | None") -> str:
    return "no infidelity suffices" if bound is None else bound.display(9)


def _rate(rate_hz: float | None) -> str:
    return "no rate suffices" if rate_hz is None else format_quantity(rate_hz, "Hz", digits=6)


def _count(rounds: int | None) -> str:
    return "no number suffices" if rounds is None else str(rounds)
