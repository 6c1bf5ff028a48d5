"""What a reader of a verdict must know besides, in plain words."""

from xorgames.bound import Finding
from xorgames.hardware.performance import Performance
from xorgames.hardware.requirements import BINOMIAL, Requirements
from xorgames.hardware.supply import MOST_ARRIVALS, observed_power
from xorgames.units import format_quantity

#: Why a count of the expected-score definition may be below that of the sharpest valid test.
FEWER = (
    "The expected-score definition asks for fewer rounds because it states no power: a run reaches "
    "its expected score about half of the time."
)


def notes_of(needs: Requirements, performance: Performance) -> list[str]:
    """Say in plain words what the verdict depends on."""
    rounds, conditions = needs.rounds, needs.conditions
    notes = []
    if rounds.expected_score_rounds is not None:
        how = "By the paper's expected-score definition, about half power"
        notes.append(_met(rounds.expected_score_rounds, how, needs, performance))
    if rounds.first is not None and rounds.power is not None:
        how = f"By the {rounds.test} test with power {rounds.power:g}"
        notes.append(_met(rounds.first, how, needs, performance))
        if rounds.expected_score_rounds is not None:
            only_power = _only_power(needs, performance)
            fewer = rounds.expected_score_rounds < rounds.first
            notes += only_power or ([FEWER] if fewer else [])
        fewest, held = rounds.fewest_by_any_test, performance.rate_hz * conditions.window_s
        if needs.test == "auto" and fewest is not None and fewest < held <= rounds.first:
            notes.append(
                "A sharper test may do in this window: no test needs fewer than "
                f'{fewest:,} rounds. "auto" tries those that are counted in about a '
                "second; ask for others by name."
            )
        if rounds.hoeffding_rounds is not None and rounds.test != "hoeffding":
            notes.append(
                f"Hoeffding's closed form would ask for {rounds.hoeffding_rounds:,} rounds, "
                f"{rounds.hoeffding_rounds / rounds.first:.3g} times as many."
            )
    if needs.pairs > performance.pairs_per_round:
        notes.append(
            f"The Tsirelson strategy needs {needs.pairs} Bell pairs per round (rank {needs.rank}); "
            f"{performance.design} delivers {performance.pairs_per_round}. "
            "What is checked is the one-pair strategy."
        )
    elif needs.pairs > 1:
        notes.append("What is checked is the one-pair strategy, with one Bell pair per round.")
    if rounds.certifiable is not Finding.PROVEN:
        notes.append(f"The advantage {rounds.reason}.")
    if conditions.local_time_s >= conditions.light_time_s:
        notes.append("The local time is so long that the parties could simply talk.")
    return notes


def _only_power(needs: Requirements, performance: Performance) -> list[str]:
    """Say so where a window is too short for the power alone."""
    rounds, held = needs.rounds, performance.rate_hz * needs.conditions.window_s
    assert rounds.first is not None
    assert rounds.expected_score_rounds is not None
    if not rounds.expected_score_rounds < held <= rounds.first:
        return []
    text = (
        "The window is too short only because a power is asked for: the paper's definition, which "
        "states none, is met in it."
    )
    if rounds.test in BINOMIAL and rounds.first <= MOST_ARRIVALS:
        reached = observed_power(
            rounds.null, rounds.alternative, held, alpha=rounds.inputs.test_alpha(rounds.alpha)
        )
        text += (
            f" With the pairs that arrive in it the test succeeds with probability {reached:.3g}."
        )
    return [text]


def _met(count: int, how: str, needs: Requirements, performance: Performance) -> str:
    """Compare one count of rounds with what the window holds, on average and with luck."""
    from scipy.special import gammainc

    window_s = needs.conditions.window_s
    mean = performance.rate_hz * window_s
    held = f"{mean:,.0f}" if mean >= 1000 else f"{mean:.4g}"
    chance = float(gammainc(count, mean))
    enough = f"with probability {chance:.3g}"
    if not 1e-6 < chance < 0.9999:
        enough = "in practice always" if chance > 0.5 else "in practice never"
    return (
        f"{how}: {'met' if mean > count else 'not met'} in {format_quantity(window_s, 's')}. "
        f"It needs {count:,} rounds; the window holds {held} pairs on average and "
        f"{count:,} or more {enough}. It is met in windows longer than "
        f"{format_quantity(count / performance.rate_hz, 's')}."
    )
