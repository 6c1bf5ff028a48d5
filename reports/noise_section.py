"""What a report says about noise: what each kind may be, and how kinds trade against each other."""

from collections.abc import Iterator

from xorgames.bound import Bound, Finding
from xorgames.hardware.machine_noise import measured_pair
from xorgames.hardware.many_pairs import many_pair_threshold
from xorgames.hardware.noise_thresholds import Thresholds, TradeOff, thresholds, trade_off
from xorgames.hardware.noisy_angles import optimise_angles
from xorgames.hardware.pair_state import PairState
from xorgames.hardware.performance import Performance
from xorgames.reports.blocks import Block, Figure, Paragraph, Section, Table, table
from xorgames.reports.numbers import digits, percent
from xorgames.solvers.solution import Solution

#: Infidelities at which angles made for dephasing are compared with the ideal ones.
_DEPHASING = (0.01, 0.05, 0.1)
_STARTS = 16

_ALONE = (
    "Each limit is for one kind of noise alone, with the ideal angles of the one-pair strategy, "
    "and is a proven bracket. A party that sees no click answers the bit of the best classical "
    "strategy; partially entangled pairs tolerate more loss. If both parties know that a pair is "
    "missing, they play classically in that round: the margin shrinks, and does not vanish."
)
_UNPROVEN = (
    "No advantage of one pair is proven here: a bracket may reach to where noise must be absent."
)
_PAIRS = (
    "The Tsirelson strategy needs {pairs} pairs (rank {rank}). Noise shrinks its coordinates "
    "unequally: each pair must exceed a visibility of {standard} on the standard construction, and "
    "{best} with observables made for the noise. The strategy on one pair needs {one_pair}."
)


def noise_section(solution: Solution, performance: Performance | None = None) -> Section | None:
    """Return what noise may be, or None where there is no advantage that it could destroy.

    With a machine's figures also what its own pairs reach.
    """
    limits = thresholds(solution)
    if limits is None:
        return None
    blocks: list[Block] = [Paragraph(_ALONE), _limits(limits)]
    if limits.advantage is not Finding.PROVEN:
        blocks.insert(0, Paragraph(_UNPROVEN))
    curve = trade_off(solution)
    if len(curve.limits) > 1:
        blocks.append(_figure(curve))
    blocks.append(_dephasing(solution))
    if performance is not None:
        blocks.append(_machine(solution, performance))
    several = many_pair_threshold(solution) if solution.quantum.pairs > 1 else None
    if several is not None:
        sentence = _PAIRS.format(
            pairs=several.pairs,
            rank=several.rank,
            standard=digits(several.standard, 5),
            best=digits(several.visibility_min, 5),
            one_pair=digits(several.one_pair, 5),
        )
        blocks.append(Paragraph(sentence))
    return Section("How much noise the game forgives", tuple(blocks))


def _limits(limits: Thresholds) -> Table:
    return table(
        "What each kind of noise, alone, may be",
        ("noise", "must be", "limit"),
        [(noise, side, digits(bound, 6)) for noise, side, bound in _rows(limits)],
        align="llr",
    )


def _rows(limits: Thresholds) -> Iterator[tuple[str, str, Bound]]:
    infidelity = limits.infidelity_max
    yield "visibility of isotropic noise", "above", limits.visibility_min
    yield "infidelity, whatever the noise", "below", infidelity.guaranteed
    if infidelity.worst is not None:
        yield "infidelity, whatever the noise, for these angles", "below", infidelity.worst
    yield "infidelity, noise without direction", "below", infidelity.werner
    if infidelity.best is not None:
        yield "infidelity, the kindest noise", "below", infidelity.best
    yield "readout error on both sides", "below", limits.readout_error_max
    yield "readout error on one side", "below", limits.readout_error_one_side_max
    yield "detection efficiency on both sides", "above", limits.efficiency_min
    yield "detection efficiency on one side", "above", limits.efficiency_one_side_min
    yield "availability of pairs, not known to both", "above", limits.availability_min


def _figure(curve: TradeOff) -> Figure:
    names = {"guaranteed": "whatever the noise", "werner": "no direction", "best": "kindest"}
    curves = []
    for key, name in names.items():
        bounds = [getattr(limits, key) for limits in curve.limits]
        if all(bound is not None for bound in bounds):
            ends = {end: [getattr(bound, end) for bound in bounds] for end in ("lower", "upper")}
            curves.append({"name": name} | ends)
    most = curve.readout_errors[-1]
    first = curve.limits[0].guaranteed.lower
    return Figure(
        name="trade_off",
        title="Infidelity of the pair against readout error",
        description=(
            f"The infidelity allowed whatever the noise falls from {percent(first, 2)} with "
            f"perfect readout to {percent(curve.limits[-1].guaranteed.lower, 2)} at a readout "
            f"error of {percent(most, 2)} on both sides. The lines are proven; below the "
            "lowest one an advantage is guaranteed."
        ),
        data={"readout_errors": list(curve.readout_errors), "curves": curves},
    )


def _machine(solution: Solution, performance: Performance) -> Table:
    """Return what the machine's own pairs and readout reach, with both kinds of angles."""
    best = optimise_angles(solution, measured_pair(performance), starts=_STARTS)
    rows = [
        ("classical", digits(solution.classical.value, 6)),
        ("ideal angles", digits(best.ideal, 6)),
        ("angles made for this noise", digits(best.value, 6)),
        ("what they gain", digits(best.gain, 2)),
    ]
    known = "its density matrix" if performance.pair_state is not None else "a Werner pair"
    caption = f"Value of a round with this machine's pairs ({known}) and readout"
    return table(caption, ("measurements", "value"), rows, align="lr")


def _dephasing(solution: Solution) -> Table:
    rows = []
    for infidelity in _DEPHASING:
        state = PairState.bell_diagonal([1 - infidelity, infidelity, 0, 0])
        best = optimise_angles(solution, state, starts=_STARTS)
        rows.append(
            (
                f"{100 * infidelity:g} %",
                digits(best.ideal, 6),
                digits(best.value, 6),
                digits(best.gain, 2),
            )
        )
    return table(
        "Pure dephasing: what angles made for it gain (from what was found to what none exceed)",
        ("infidelity", "ideal angles", "best angles", "gain"),
        rows,
        align="rrrr",
    )
