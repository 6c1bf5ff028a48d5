"""From rounds that were seen to the game behind them, with its sampling error.

In each round the costs of all four decisions are known (nobody's decision changes the world), and

    cost(a, b) = both + (-1)^a alice + (-1)^b bob + (-1)^(a + b) parity.

With n(x, y) of n rounds in a cell, the game has p = n(x, y)/n and, from means over the cell, the
payoffs u(o) = -(both + (-1)^o parity). That is an XOR game only if the means of `alice` and `bob`
are zero in every cell: a party that could gain by its own bit alone plays another game. They may
differ from zero by no more than five standard errors of their own.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InputError, Problem, reject
from xorgames.game import XORGame
from xorgames.scenarios.estimates import SIGMAS, Estimate
from xorgames.scenarios.scenario import Scenario
from xorgames.solvers.solution import Solution

FloatArray = NDArray[np.float64]

_PARTS = ("both", "alice", "bob", "parity")
#: Relative rounding of sums of costs: parts as small as this are zero.
_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class EstimatedGame:
    """A game estimated from rounds.

    Attributes
    ----------
    game : XORGame
        Its distribution is that of the rounds, its payoffs minus their mean costs.
    samples : int
        How many rounds it was estimated from.
    counts : ndarray of int, shape (m, n)
    payoff_error : ndarray of float, shape (m, n)
        The standard error of u(0) - u(1) in each cell; infinite for fewer than 2 rounds.
    xor_share : float
        Which part of what decisions can change depends on the parity: 1 but for sampling.
    """

    game: XORGame
    samples: int
    counts: NDArray[np.int64]
    payoff_error: FloatArray
    xor_share: float
    _moments: FloatArray

    def gap(self, ours: FloatArray, theirs: FloatArray) -> Estimate:
        """Return by how much one strategy's value exceeds another's, with its sampling error.

        Parameters
        ----------
        ours, theirs : ndarray of float, shape (m, n)
            Correlators that do not depend on these rounds; those of strategies optimised on them
            look a little better than they are.
        """
        change = ours - theirs
        first, second = self._moments
        value = 0.0 - float((change * first).sum()) / self.samples
        square = float((change**2 * second).sum()) / self.samples
        variance = max(square - value**2, 0.0) / max(self.samples - 1, 1)
        return Estimate(value=value, standard_error=float(np.sqrt(variance)))

    def to_dict(self, solution: Solution) -> dict[str, Any]:
        """Return the game, its values and their sampling errors as JSON data."""
        quantum, classical = solution.one_pair.strategy, solution.classical.strategy
        gap = self.gap(quantum.correlators, classical.correlators)
        return {
            "distribution": self.game.distribution.tolist(),
            "payoff": self.game.payoff.tolist(),
            "payoff_difference_standard_error": [
                [each if np.isfinite(each) else None for each in row]
                for row in self.payoff_error.tolist()
            ],
            "samples": self.samples,
            "xor_share": self.xor_share,
            "classical_value": solution.classical.value.to_dict(),
            "quantum_value": solution.one_pair.value.to_dict(),
            "no_signalling_value": solution.no_signalling.value.to_dict(),
            "gap": gap.to_dict(),
            "advantage": str(solution.advantage.verdict),
        }


class CellSums:
    """Sums over rounds, cell by cell: what an estimate needs, however many rounds there are."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._counts = np.zeros(shape, dtype=np.int64)
        self._sums = np.zeros((2, len(_PARTS), *shape))

    def add(self, scenario: Scenario, seen: Any) -> None:
        """Add rounds."""
        m, n = self._shape
        cell = _checked_cells(seen, self._shape)
        zeros = np.zeros(len(cell), dtype=np.int8)
        ones = zeros + np.int8(1)
        costs = [
            _checked_cost(scenario.cost(seen, a, b), len(cell))
            for a, b in ((zeros, zeros), (zeros, ones), (ones, zeros), (ones, ones))
        ]
        signs = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / 4
        for part, row in enumerate(signs):
            values = sum(sign * cost for sign, cost in zip(row, costs, strict=True))
            for power in (1, 2):
                added = np.bincount(cell, weights=values**power, minlength=m * n)
                self._sums[power - 1, part] += added.reshape(m, n)
        self._counts += np.bincount(cell, minlength=m * n).reshape(m, n)

    def estimate(self, scenario: Scenario) -> EstimatedGame:
        """Return the game, or refuse costs that are no XOR game's."""
        samples = int(self._counts.sum())
        means, errors = self._means()
        both, alice, bob, parity = means
        share = _xor_share(self._counts, alice, bob, parity)
        _refuse_marginals(means, errors, share)
        exact = [[Fraction(int(each), samples) for each in row] for row in self._counts]
        game = XORGame(
            exact,
            np.stack([-(both + parity), -(both - parity)], axis=-1),
            name=f"{scenario.name}, estimated from {samples} rounds",
            labels=scenario.labels(),
        )
        return EstimatedGame(
            game=game,
            samples=samples,
            counts=self._counts,
            payoff_error=2 * errors[3],
            xor_share=share,
            _moments=self._sums[:, 3],
        )

    def _means(self) -> tuple[FloatArray, FloatArray]:
        """Return the mean of each part in each cell and its standard error."""
        counts = np.maximum(self._counts, 1)
        means = self._sums[0] / counts
        square = self._sums[1] / counts
        spread = square - means**2
        # Below this a difference is the rounding of its terms.
        spread = np.where(spread > _ROUNDING * square, spread, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = np.sqrt(spread / np.maximum(counts - 1, 0))
        return means, np.where(self._counts > 1, errors, np.inf)


def _xor_share(
    counts: NDArray[np.int64], alice: FloatArray, bob: FloatArray, parity: FloatArray
) -> float:
    of_all = [float((counts * np.abs(part)).sum()) for part in (parity, alice, bob)]
    return of_all[0] / sum(of_all) if any(of_all) else 1.0


def _refuse_marginals(means: FloatArray, errors: FloatArray, share: float) -> None:
    """Refuse costs that a party changes by its own bit alone, beyond five standard errors."""
    scale = np.abs(means).max() * _ROUNDING
    problems = [
        Problem(
            key=f"cost at x = {x}, y = {y}",
            rule="must depend on the parity a xor b alone, or the problem is not an XOR game",
            received=f"{-2 * means[part, x, y]:.4g} ± {2 * errors[part, x, y]:.2g} by "
            f"{'a' if part == 1 else 'b'} alone; the XOR part is {100 * share:.3g} %",
            cure="rename a party's outputs, make the cost symmetric, or leave out what one party "
            "can settle by itself",
        )
        for part in (1, 2)
        for x, y in np.ndindex(*means.shape[1:])
        if abs(means[part, x, y]) > max(SIGMAS * errors[part, x, y], scale)
    ]
    if problems:
        raise InputError(problems)


def _checked_cells(seen: Any, shape: tuple[int, int]) -> NDArray[np.int64]:
    """Return the number of each round's cell, after checking what a scenario drew."""
    inputs = []
    for key, count in zip("xy", shape, strict=True):
        values = np.asarray(getattr(seen, key, None))
        if values.dtype.kind not in "iu" or values.ndim != 1:
            received = f"{values.dtype.name} of shape {values.shape}"
            reject(f"draw: {key}", "must be whole numbers, one for each round", received=received)
        if values.size and not (values.min() >= 0 and values.max() < count):
            received = f"{values.min()} to {values.max()}"
            reject(f"draw: {key}", f"must be from 0 to {count - 1}", received=received)
        inputs.append(values.astype(np.int64))
    x, y = inputs
    if len(x) != len(y):
        reject("draw: y", "must be as many as x", received=f"{len(y)} for {len(x)}")
    return np.asarray(x * shape[1] + y)


def _checked_cost(given: Any, rounds: int) -> FloatArray:
    cost = np.asarray(given)
    if cost.shape != (rounds,) or cost.dtype.kind not in "iufb":
        received = f"{cost.dtype.name} of shape {cost.shape}"
        reject("cost", "must be one number for each round", received=received)
    if not np.isfinite(cost).all():
        reject("cost", "must be finite", received=str(cost[~np.isfinite(cost)][0]))
    return cost.astype(np.float64)
