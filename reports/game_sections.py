"""What a report says about a game, its values and how to play it."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.bound import Bound, Finding
from xorgames.game import XORGame
from xorgames.reports.blocks import Block, Figure, Items, Paragraph, Section, Table, clean, table
from xorgames.reports.numbers import digits, plain, width
from xorgames.solvers.solution import Solution

#: A game of at most this many inputs a party is written out; a larger one is summarised.
_WRITTEN_OUT = 8
#: A party's angles are listed up to this many.
_LISTED = 64
_CONVENTION = (
    "The outcome +1 of a measurement is the output 0, the outcome −1 the output 1. "
    "The correlator is E(x, y) = P(equal bits) − P(different bits)."
)


def game_section(game: XORGame) -> Section:
    """Return the game: inputs, payoffs, and what the outputs mean."""
    m, n = game.shape
    facts = [
        f"Inputs: {m} for Alice, {n} for Bob. Each party answers one bit; "
        "only whether the two bits are equal counts.",
        f"Expected payoff of random answers: {_number(game.exact_offset)}.",
    ]
    if game.source:
        facts.append(f"Source: {clean(game.source, 200)}.")
    facts.append(f"Identity (sha256 of the exact numbers): {game.id}.")
    blocks: list[Block] = [Items(tuple(facts))]
    if max(m, n) <= _WRITTEN_OUT:
        blocks += _written_out(game)
    else:
        blocks.append(_summary(game))
    if "a" in game.labels or "b" in game.labels:
        blocks.append(_outputs(game))
    return Section(f"The game: {clean(game.name)}", tuple(blocks))


def values_section(solution: Solution) -> Section:
    """Return the four values, their drawing, and the verdict on the advantage."""
    rows = [
        (name, digits(part.value), digits(part.bias), width(part.value), how)
        for name, part, how in _parts(solution)
    ]
    gap = solution.advantage.bound
    rows.append(("advantage", digits(gap), "", width(gap), "quantum minus classical"))
    blocks: list[Block] = [
        Paragraph(
            f"Advantage {solution.advantage.verdict}. {advantage_sentence(solution)} Every digit "
            "below is proven; where the proof does not fix a digit, both ends are shown."
        ),
        table(
            "Expected payoff per round",
            ("resource", "value", "bias", "bracket width ≤", "how"),
            rows,
            align="lrrrl",
        ),
        _values_figure(solution),
        Paragraph(_pairs_sentence(solution)),
    ]
    return Section("What the game is worth", tuple(blocks))


def play_section(solution: Solution) -> Section:
    """Return the measurement directions, the best classical answers and the correlators."""
    strategy, game = solution.one_pair.strategy, solution.game
    plane = (
        "Both share one Bell pair Φ+ = (|00⟩ + |11⟩)/√2. All measurements lie in the X–Z plane: at "
        "angle θ the observable is cos θ Z + sin θ X, and E(x, y) = cos(a − b). "
    )
    sphere = (
        "Both share one Bell pair Φ+ = (|00⟩ + |11⟩)/√2. At polar angle θ and azimuth φ the "
        "observable is cos θ Z + sin θ (cos φ X + sin φ Y), and E(x, y) = cos θa cos θb + "
        "sin θa sin θb cos(φa + φb): one plane is not enough for this game. "
    )
    blocks: list[Block] = [
        Paragraph((plane if strategy.planar else sphere) + _CONVENTION),
        _directions_figure(solution),
        _play_table(solution),
    ]
    if max(game.shape) > _LISTED:
        blocks.append(
            Paragraph(f"The first {_LISTED} inputs are listed; the JSON form has all of them.")
        )
    if max(game.shape) <= _WRITTEN_OUT:
        rows = [[f"{e:+.6f}" for e in row] for row in strategy.correlators + 0.0]
        blocks.append(_grid("Correlators E(x, y) of these measurements", game, rows, align="r"))
    return Section("How to play it with one Bell pair", tuple(blocks))


def advantage_sentence(solution: Solution) -> str:
    """Say whether entanglement helps, and by how much."""
    gap, verdict = solution.advantage.bound, solution.advantage.verdict
    if verdict is Finding.PROVEN:
        share = 1 - solution.classical.bias / solution.quantum.bias
        return (
            f"Entanglement adds {digits(gap)} to the payoff per round; "
            f"{digits(share * 100, 3)} % of the quantum bias is out of reach without it."
        )
    if verdict is Finding.REFUTED:
        return (
            "Entanglement is of no use in this game: the best classical strategy is proven to "
            "reach the quantum value."
        )
    return (
        "The proven brackets of the classical and the quantum value meet: entanglement adds at "
        f"most {digits(Bound(gap.upper, gap.upper))} to the payoff per round, perhaps nothing."
    )


def _parts(solution: Solution) -> list[tuple[str, Any, str]]:
    classical = solution.classical
    space = "in one plane" if solution.one_pair.planar else "in three dimensions"
    return [
        ("classical", classical, classical.method + (", proven best" if classical.exact else "")),
        ("one Bell pair", solution.one_pair, f"measurements {space}"),
        ("quantum", solution.quantum, f"{solution.quantum.method}, certified"),
        ("no-signalling", solution.no_signalling, "closed form"),
    ]


def _values_figure(solution: Solution) -> Figure:
    points = [{"name": name} | part.value.to_dict() for name, part, _ in _parts(solution)]
    widest = max(part.value.width for _, part, _ in _parts(solution))
    seen = "; ".join(f"{name} {digits(part.value, 6)}" for name, part, _ in _parts(solution))
    return Figure(
        name="values",
        title="Expected payoff by resource",
        description=f"{seen}. The widest proven bracket is {plain(widest, 1)} wide."
        + (" The band is the advantage." if solution.advantage.verdict is Finding.PROVEN else ""),
        data={"points": points, "verdict": str(solution.advantage.verdict)},
    )


def _pairs_sentence(solution: Solution) -> str:
    quantum, short = solution.quantum, solution.one_pair.shortfall
    if solution.advantage.verdict is Finding.REFUTED:
        return "No Bell pair is needed: the deterministic answers below reach the quantum value."
    pairs = "1 Bell pair" if quantum.pairs == 1 else f"{quantum.pairs} Bell pairs"
    text = f"The quantum strategy found has rank {quantum.rank} and needs {pairs}. "
    if quantum.pairs > 1:
        return text + (
            "A single pair, as dialled below, falls short of it by at most "
            f"{plain(short.upper, 3)}. With more than one pair noise strikes every pair, so that "
            "an infidelity per pair threatens more of the advantage than the thresholds for one "
            "pair say."
        )
    return text + f"The angles below reach it to within {plain(short.upper, 1)}."


def _play_table(solution: Solution) -> Table:
    strategy, planar = solution.one_pair.strategy, solution.one_pair.planar
    angles = ("angle (°)",) if planar else ("polar θ (°)", "azimuth φ (°)")
    rows = []
    for party, key, letter, bits, dials in (
        ("Alice", "x", "a", solution.classical.strategy.a, strategy.alice),
        ("Bob", "y", "b", solution.classical.strategy.b, strategy.bob),
    ):
        outputs = solution.game.labels.get(letter, ("", ""))
        for i, name in _inputs(solution.game, key, min(len(bits), _LISTED)):
            dialled = [f"{round(angle, 4) + 0.0:.4f}" for angle in dials[i][: len(angles)]]
            best = f"{bits[i]} {clean(outputs[bits[i]])}".strip()
            rows.append((f"{party}, {name}", *dialled, best))
    return table(
        "What to dial for each input, and the best answer without entanglement",
        ("input", *angles, "best classical answer"),
        rows,
        align="l" + "r" * len(angles) + "l",
    )


def _directions_figure(solution: Solution) -> Figure:
    strategy = solution.one_pair.strategy
    alice, bob = solution.game.shape
    return Figure(
        name="plane" if strategy.planar else "sphere",
        title="Measurement directions",
        description=(
            f"Alice's {alice} (solid, x) and Bob's {bob} (dashed, y) directions on the Bloch "
            + ("circle, from Z towards X." if strategy.planar else "sphere, from the side and top.")
        ),
        data=strategy.angles_deg,
    )


def _written_out(game: XORGame) -> Iterator[Table]:
    payoff = game.exact_payoff
    yield _grid(
        "Probability p(x, y) of the inputs",
        game,
        [[_number(p) for p in row] for row in game.exact_distribution],
        align="r",
    )
    yield _grid(
        "Payoff for equal bits / for different bits",
        game,
        [[f"{_number(equal)} / {_number(other)}" for equal, other in row] for row in payoff],
        align="r",
    )


def _grid(caption: str, game: XORGame, rows: list[list[str]], *, align: str) -> Table:
    m, n = game.shape
    return table(
        caption,
        ("", *(name for _, name in _inputs(game, "y", n))),
        [(name, *rows[i]) for i, name in _inputs(game, "x", m)],
        align="l" + align * n,
    )


def _inputs(game: XORGame, key: str, count: int) -> Iterator[tuple[int, str]]:
    names = game.labels.get(key, ())
    for i in range(count):
        yield i, f"{key} = {i}" + (f" ({clean(names[i], 40)})" if names else "")


def _summary(game: XORGame) -> Table:
    possible = game.exact_distribution > 0
    odds, matrix = game.exact_distribution[possible], game.exact_matrix[possible]
    low, high = game.payoff_range
    wanted = [int(np.sum(matrix > 0)), int(np.sum(matrix < 0)), int(np.sum(matrix == 0))]
    rows = [
        ("pairs of inputs that occur", f"{possible.sum()} of {possible.size}"),
        ("probability of such a pair", _range(odds.min(), odds.max())),
        ("payoff of a round", _range(low, high)),
        ("pairs that want equal bits", str(wanted[0])),
        ("pairs that want different bits", str(wanted[1])),
        ("indifferent pairs", str(wanted[2])),
    ]
    caption = "The game in numbers; it is too large to write out here"
    return table(caption, ("property", "value"), rows, align="lr")


def _outputs(game: XORGame) -> Table:
    plain = ("0", "1")
    alice, bob = ([clean(name) for name in game.labels.get(key, plain)] for key in "ab")
    equal = [f"{a} with {b}" for a, b in zip(alice, bob, strict=True)]
    other = [f"{a} with {b}" for a, b in zip(alice, reversed(bob), strict=True)]
    return table(
        "What the outputs mean (Alice's with Bob's)",
        ("bits", "meaning"),
        [("equal", "; ".join(equal)), ("different", "; ".join(other))],
        align="ll",
    )


def _range(low: Fraction, high: Fraction) -> str:
    return _number(low) if low == high else f"{_number(low)} to {_number(high)}"


def _number(exact: Fraction) -> str:
    """Write a fraction as 0.49, as 1/3 or, where neither is short, as ≈ 0.123457."""
    for decimals in range(9):
        scaled = exact * 10**decimals
        # Fifteen digits are what a double shows exactly.
        if scaled.denominator == 1 and abs(scaled) < 10**15:
            return f"{float(exact):.{decimals}f}"
    return str(exact) if exact.denominator < 1000 and abs(exact) < 1000 else f"≈ {float(exact):.6g}"
