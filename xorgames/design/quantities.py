"""What a map shows of each game, as proven brackets.

With C and Q the classical and the Tsirelson bias, and value = offset + bias/2:

- gap: (Q - C)/2, what entanglement adds to the expected payoff of a round;
- ratio: Q/C;
- classical, quantum: the values;
- critical-infidelity: 1 - C/Q, the combined infidelity at which the advantage is gone;
- rounds: how many show the advantage, `rounds_needed`; the lower end is the fewest that may do;
- rate: rounds over the stationary window;
- margin: the least relative margin of all criteria of `check`, negative where one is missed.

The last three hold for one Bell pair a round. They are computed game by game, the others on stacks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.design.demands import Setting, requirement
from xorgames.design.family import Batch, Family, Stack, game_or_reason
from xorgames.design.helps import Signs, exactly_helps, surely_helps
from xorgames.design.intervals import down, up
from xorgames.errors import InputError, Problem, near_name
from xorgames.exact import exact_number
from xorgames.game import XORGame
from xorgames.hardware.parameters import PROBABILITY, Rule
from xorgames.hardware.rounds import CLAIMS, TESTS
from xorgames.solvers.closed_form import Brackets, two_by_two_biases
from xorgames.solvers.stack import tsirelson_brackets
from xorgames.solvers.stack_classical import classical_biases

FloatArray = NDArray[np.float64]
Point = tuple[Fraction, ...]

FAST = ("gap", "ratio", "classical", "quantum", "critical-infidelity")
SLOW = ("rounds", "rate", "margin")
QUANTITIES = (*FAST, *SLOW)
UNITS = {"rate": "Hz"}
#: Points at a time, and entries of all their matrices: the memory stays small.
_MOST_POINTS = 2048
_MOST_ENTRIES = 2**21
#: How a point is noted where entanglement is of no use.
NO_ADVANTAGE = "no advantage"


@dataclass(frozen=True, kw_only=True, eq=False)
class Values:
    """A quantity at many points.

    Attributes
    ----------
    lower, upper : ndarray of float, shape (k,)
        Zero where there is no value.
    notes : dict of int to str
        Why there is no value, by the number of the point.
    helps : ndarray of int, shape (k,)
        Whether entanglement helps: 1 proven, -1 refuted, 0 not decided or undefined.
    """

    lower: FloatArray
    upper: FloatArray
    notes: dict[int, str]
    helps: Signs

    @property
    def defined(self) -> NDArray[np.bool_]:
        """Where there is a value."""
        defined = np.ones(len(self.lower), dtype=bool)
        defined[list(self.notes)] = False
        return defined

    def fill(self, points: NDArray[np.int64], ends: tuple[FloatArray, FloatArray]) -> None:
        """Enter brackets; those that are not finite become a note."""
        finite = np.isfinite(ends[0]) & np.isfinite(ends[1])
        self.lower[points[finite]], self.upper[points[finite]] = ends[0][finite], ends[1][finite]
        for i in points[~finite].tolist():
            self.notes[i] = "the payoffs do not depend on the outputs"


def check_quantity(quantity: str, setting: Setting) -> None:
    """Refuse an unknown quantity, and a setting that no game could be asked about."""
    design, problems = setting.design, []
    for key, name, known in (
        ("quantity", quantity, QUANTITIES),
        ("claim", setting.claim, tuple(CLAIMS)),
        ("test", setting.test, TESTS),
    ):
        if name not in known:
            cure = near_name(str(name), known)
            rule = "is not offered"
            problems.append(Problem(key=key, rule=rule, received=repr(name), cure=cure))
    if quantity == "margin" and design is None:
        rule, cure = "needs a design for margin", "name a design"
        problems.append(Problem(key="quantity", rule=rule, received="none", cure=cure))
    if design is None and setting.profile is not None:
        rule, cure = "needs a design", "name a design"
        problems.append(Problem(key="profile", rule=rule, received="none", cure=cure))
    if design is not None and setting.infidelity != 0:
        rule, cure = "must be left out with a design", "the design has its own"
        received = str(setting.infidelity)
        problems.append(Problem(key="infidelity", rule=rule, received=received, cure=cure))
    limits = Rule(about="combined infidelity", limits=PROBABILITY, smallest=0.0)
    infidelity = float(exact_number(setting.infidelity, key="infidelity"))
    wrong = limits.check("infidelity", infidelity)
    if problems or wrong:
        raise InputError([*problems, *([wrong] if wrong else [])])
    # A profile or a distance that the design does not know is refused here, before any work.
    _ = setting.performance


class Evaluator:
    """Computes quantities of a family's games at any points.

    Parameters
    ----------
    family : Family
    names : sequence of str
        The parameters that the coordinates of a point are values of.
    setting : Setting
    """

    def __init__(self, family: Family, names: Sequence[str], setting: Setting) -> None:
        self.family, self.names, self.setting = family, tuple(names), setting

    def many(
        self, points: Sequence[Point], quantities: Sequence[str], *, decide: bool = True
    ) -> dict[str, Values]:
        """Return several quantities at some points, and whether entanglement helps there.

        Without `decide` what is close is left open, which saves the exact arithmetic that takes
        milliseconds a game. Rounds, rate and margin want it decided.

        Examples
        --------
        >>> from xorgames.design.family_file import load_family
        >>> found = Evaluator(load_family("hft:p=1/2"), ["beta"], Setting()).many(
        ...     [(Fraction(0),)], ["gap", "classical"]
        ... )
        >>> found["gap"].lower.round(9), found["classical"].upper.round(9), found["gap"].helps
        (array([0.10355339]), array([0.75]), array([1], dtype=int8))
        """
        batch = self._batch(points)
        count, helps = len(points), np.zeros(len(points), dtype=np.int8)
        found = {
            quantity: Values(
                lower=np.zeros(count), upper=np.zeros(count), notes=dict(batch.undefined),
                helps=helps,
            )
            for quantity in quantities
        }  # fmt: skip
        slow = {quantity: values for quantity, values in found.items() if quantity in SLOW}
        for stack in batch.stacks:
            biases = bias_brackets(stack)
            answers = surely_helps(stack, biases)
            if decide or slow:
                self._decide(stack, answers, points)
            helps[stack.points] = answers
            for quantity, values in found.items():
                if quantity not in slow:
                    values.fill(stack.points, quantity_ends(quantity, biases, stack, answers))
            for i in stack.points.tolist() if slow else ():
                self._demand(i, points[i], slow)
        return found

    def helps(self, points: Sequence[Point]) -> Signs:
        """Return whether entanglement helps at some points."""
        answers = np.zeros(len(points), dtype=np.int8)
        for stack in self._batch(points).stacks:
            found = surely_helps(stack)
            self._decide(stack, found, points)
            answers[stack.points] = found
        return answers

    def together(self, points: Sequence[Point]) -> int:
        """Return how many points may be computed at a time, by the games of the first and last."""
        games = [self._game(points[0]), self._game(points[-1])]
        entries = max(1 if isinstance(game, str) else game.matrix.size for game in games)
        return max(1, min(_MOST_POINTS, _MOST_ENTRIES // entries))

    def above(self, quantity: str, level: float, points: Sequence[Point]) -> Signs:
        """Return where a quantity certainly exceeds a level (1) or does not (-1)."""
        return signs_above(quantity, level, self.many(points, [quantity])[quantity])

    def _batch(self, points: Sequence[Point]) -> Batch:
        columns = {name: [point[i] for point in points] for i, name in enumerate(self.names)}
        return self.family.matrices(columns)

    def _game(self, point: Point) -> XORGame | str:
        return game_or_reason(self.family, dict(zip(self.names, point, strict=True)))

    def _decide(self, stack: Stack, answers: Signs, points: Sequence[Point]) -> None:
        """Enter exactly, one by one, what was left open."""
        for i in np.flatnonzero(answers == 0).tolist():
            game = self._game(points[stack.points[i]])
            # Numbers that a game may not have are doubles all the same, and stay undecided.
            answers[i] = 0 if isinstance(game, str) else exactly_helps(game)

    def _demand(self, number: int, point: Point, slow: dict[str, Values]) -> None:
        """Solve one game, and enter what it asks of a machine."""
        from xorgames.solvers.solve import solve

        helps = next(iter(slow.values())).helps[number]
        found = NO_ADVANTAGE if helps < 0 else self._game(point)
        solution = None if isinstance(found, str) else solve(found)
        if solution is not None and solution.classical.interrupted:
            # Ctrl-C ended one search early; it is meant for all of them.
            raise KeyboardInterrupt
        for quantity, values in slow.items():
            bound = found if solution is None else requirement(quantity, solution, self.setting)
            if isinstance(bound, Bound):
                values.lower[number], values.upper[number] = bound.lower, bound.upper
            else:
                values.notes[number] = str(bound)


def signs_above(quantity: str, level: float, values: Values) -> Signs:
    """Return where the quantity certainly exceeds the level (1) or does not (-1).

    Where no number of rounds is enough the rounds and the rate exceed every level, and the margin
    none.
    """
    signs = (values.lower > level).astype(np.int8) - (values.upper <= level).astype(np.int8)
    hopeless = -1 if quantity == "margin" else 1
    for i in values.notes:
        known = quantity in SLOW and values.helps[i]
        signs[i] = hopeless if known else 0
    return signs


def bias_brackets(stack: Stack) -> Brackets:
    """Return brackets on the true biases of a stack of games."""
    if stack.matrices.shape[1:] == (2, 2):
        found = two_by_two_biases(stack.matrices)
    else:
        classical = classical_biases(stack.matrices)
        lower, upper = tsirelson_brackets(stack.matrices)
        found = Brackets(
            classical_lower=classical.lower,
            classical_upper=np.minimum(classical.upper, upper),
            quantum_lower=np.maximum(lower, classical.lower),
            quantum_upper=upper,
        )
    return Brackets(
        classical_lower=np.maximum(0.0, down(found.classical_lower - stack.errors)),
        classical_upper=up(found.classical_upper + stack.errors),
        quantum_lower=np.maximum(0.0, down(found.quantum_lower - stack.errors)),
        quantum_upper=up(found.quantum_upper + stack.errors),
    )


def quantity_ends(
    quantity: str, biases: Brackets, stack: Stack, helps: Signs
) -> tuple[FloatArray, FloatArray]:
    """Return both ends of a fast quantity; not finite where there is no value.

    Where entanglement is proven to be of no use, both biases are one number.
    """
    least, most = biases.classical_lower, biases.classical_upper
    equal = helps < 0
    if quantity in ("classical", "quantum"):
        if quantity == "quantum":
            least = np.maximum(least, biases.quantum_lower)
            most = np.where(equal, np.minimum(most, biases.quantum_upper), biases.quantum_upper)
        return (
            down(stack.offsets.lower + down(least / 2)),
            up(stack.offsets.upper + up(most / 2)),
        )
    low, high = biases.quantum_lower, biases.quantum_upper
    if quantity == "gap":
        lower, upper = np.maximum(down(low - most), 0.0) / 2, np.maximum(up(high - least), 0.0) / 2
        return np.where(equal, 0.0, lower), np.where(equal, 0.0, upper)
    with np.errstate(all="ignore"):
        if quantity == "ratio":
            lower, upper, same = np.maximum(down(low / most), 1.0), up(high / least), 1.0
        else:
            lower = np.maximum(down(1 - up(most / low)), 0.0)
            upper, same = np.minimum(up(1 - down(least / high)), 1.0), 0.0
    nothing = ~((least > 0) & (low > 0))
    return (
        np.where(nothing, np.nan, np.where(equal, same, lower)),
        np.where(nothing, np.nan, np.where(equal, same, upper)),
    )
