"""From rounds that were seen to the game behind them, with its sampling error.

In each round the costs of all four decisions are known (nobody's decision changes the world), and

    cost(a, b) = both + (-1)^a alice + (-1)^b bob + (-1)^(a + b) parity.

With n(x, y) of n rounds in a cell, the game has p = n(x, y)/n and, from means over the cell, the
payoffs u(o) = -(both + (-1)^o parity). That is an XOR game only if the means of `alice` and `bob`
are zero in every cell: a party that could gain by its own bit alone plays another game. They may
differ from zero by no more than five standard errors of their own; where few rounds were seen, by
what Student's law gives the same probability.

Rounds need not be independent: errors come from batches of consecutive rounds, as those of the
metrics do. With y_i the sum of a part over a cell in batch i and z_i how many rounds it has there,
the mean is  r = sum y / sum z  and its error  sqrt(B/(B - 1) sum (y_i - r z_i)^2) / sum z  over the
B batches with rounds in the cell.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Finding
from xorgames.errors import InputError, Problem, reject
from xorgames.game import XORGame
from xorgames.scenarios.checks import checked_cells, checked_values
from xorgames.scenarios.estimates import SIGMAS, Estimate, ratio
from xorgames.scenarios.scenario import Scenario
from xorgames.scenarios.tally import BATCHES, resemblance
from xorgames.solvers.solution import Solution

FloatArray = NDArray[np.float64]

_PARTS = ("both", "alice", "bob", "parity")
#: From the costs of the decisions 00, 01, 10 and 11 to the parts.
_SIGNS = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / 4
#: Relative rounding of sums of costs: parts as small as this are zero.
_ROUNDING = 1e-12
#: Large games have fewer batches than others: so many sums of a part are kept.
_ROOM = 2**21
_FEWEST = 10
#: An advantage is in doubt within so many standard errors of none.
_CLEAR = 2


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
        The standard error of u(0) - u(1) in each cell; infinite for rounds of a single batch.
    xor_share : float
        Which part of what decisions can change depends on the parity: 1 but for sampling.
    """

    game: XORGame
    samples: int
    counts: NDArray[np.int64]
    payoff_error: FloatArray
    xor_share: float
    _batches: FloatArray

    def gap(self, ours: FloatArray, theirs: FloatArray) -> Estimate:
        """Return by how much one strategy's value exceeds another's, with its sampling error.

        Parameters
        ----------
        ours, theirs : ndarray of float, shape (m, n)
            Correlators that do not depend on these rounds; those of strategies optimised on them
            look a little better than they are.
        """
        return ratio(*self._gaps(ours, theirs))

    def _gaps(self, ours: FloatArray, theirs: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the sums of the gap by batch, and of how many rounds."""
        counts, parity = self._batches
        return np.einsum("imn,mn->i", parity, theirs - ours), counts.sum(axis=(1, 2))

    def doubts(self, solution: Solution) -> tuple[str, ...]:
        """Say if the advantage of this game may be nothing but sampling, or errors be too small."""
        if solution.advantage.verdict is not Finding.PROVEN:
            return ()
        gap, found = self._gap_of(solution), []
        if gap.value < _CLEAR * gap.standard_error:
            found.append(
                f"The advantage of the estimated game is within {_CLEAR} standard errors of none, "
                f"{gap}: it is proven for that game, not for what the game was estimated from."
            )
        sums, counts = self._gaps(*_correlators(solution))
        left_out = (sums.sum() - sums) / (counts.sum() - counts)
        alike = resemblance(np.concatenate([[gap.value], left_out]))
        if alike * len(counts) ** 0.5 >= SIGMAS:
            found.append(
                f"The rounds of the training depend on each other for longer than 1/{len(counts)} "
                f"of them: neighbouring parts have a correlation of {alike:.2f}, so that the "
                "errors of the estimated game are too small."
            )
        return tuple(found)

    def _gap_of(self, solution: Solution) -> Estimate:
        """Return by how much one pair exceeds the classical value of this very game."""
        return self.gap(*_correlators(solution))

    def to_dict(self, solution: Solution) -> dict[str, Any]:
        """Return the game, its values and their sampling errors as JSON data."""
        gap = self._gap_of(solution)
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


def _correlators(solution: Solution) -> tuple[FloatArray, FloatArray]:
    """Return those of one pair, and of the best classical strategy."""
    return solution.one_pair.strategy.correlators, solution.classical.strategy.correlators


class CellSums:
    """Sums over rounds by batch and cell: what an estimate needs, however many rounds there are.

    Parameters
    ----------
    scenario : Scenario
    rounds : int
        How many there will be in all, two at least.
    """

    def __init__(self, scenario: Scenario, rounds: int) -> None:
        cells = scenario.shape[0] * scenario.shape[1]
        self._scenario = scenario
        self._rounds = rounds
        self._done = 0
        self._sums = np.zeros((1 + len(_PARTS), max(_FEWEST, min(BATCHES, _ROOM // cells)), cells))

    def add(self, seen: Any, rounds: int) -> None:
        """Add so many rounds."""
        cell = checked_cells(seen, self._scenario.shape, rounds)
        parts = _SIGNS @ self._costs(seen, rounds)
        _, batches, cells = self._sums.shape
        batch = (self._done + np.arange(rounds)) * batches // self._rounds
        here = slice(batch[0], batch[-1] + 1)
        place = (batch - batch[0]) * cells + cell
        size = cells * (here.stop - here.start)
        for sums, values in zip(self._sums, (None, *parts), strict=True):
            sums[here] += np.bincount(place, weights=values, minlength=size).reshape(-1, cells)
        self._done += rounds

    def _costs(self, seen: Any, rounds: int) -> FloatArray:
        """Return the costs of the four decisions, shape (4, k)."""
        zeros, ones = np.zeros(rounds, dtype=np.int64), np.ones(rounds, dtype=np.int64)
        for each in (zeros, ones):
            each.setflags(write=False)
        decisions = [(zeros, zeros), (zeros, ones), (ones, zeros), (ones, ones)]
        # Only once: it tells who draws anything in `cost`, and need not cost much time.
        decisions += decisions[:1] * (self._done == 0)
        costs = np.stack(
            [
                checked_values(self._scenario.cost(seen, a, b), rounds, key="cost")
                for a, b in decisions
            ]
        )
        if (costs[4:] != costs[0]).any():
            cure = "draw what is random in `draw`, and keep it there for all four decisions"
            reject("cost", "must be the same when asked again for the same rounds", cure=cure)
        return costs[:4]

    def estimate(self) -> EstimatedGame:
        """Return the game, or refuse costs that are no XOR game's."""
        shape = self._scenario.shape
        counts = self._sums[0].sum(axis=0)
        means, errors, batches = (each.reshape(-1, *shape) for each in self._means())
        both, alice, bob, parity = means
        numbers = counts.reshape(shape).astype(np.int64)
        share = _xor_share(numbers, alice, bob, parity)
        _refuse_marginals(means, errors, batches[0], share)
        exact = [[Fraction(int(each), self._done) for each in row] for row in numbers]
        game = XORGame(
            exact,
            np.stack([-(both + parity), -(both - parity)], axis=-1),
            name=f"{self._scenario.name}, estimated from {self._done} rounds",
            labels=self._scenario.labels(),
        )
        return EstimatedGame(
            game=game,
            samples=self._done,
            counts=numbers,
            payoff_error=2 * errors[3],
            xor_share=share,
            _batches=self._sums[[0, 4]].reshape(2, -1, *shape),
        )

    def _means(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the mean of each part in each cell, its error, and from how many batches."""
        counts, sums = self._sums[0], self._sums[1:]
        total, batches = counts.sum(axis=0), (counts > 0).sum(axis=0)
        means = sums.sum(axis=1) / np.maximum(total, 1)
        off = np.sqrt(((sums - means[:, None] * counts) ** 2).sum(axis=1))
        # Below this a difference is the rounding of its terms.
        off = np.where(off > _ROUNDING * np.abs(sums).sum(axis=1), off, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = off * np.sqrt(batches / (batches - 1)) / total
        return means, np.where(batches > 1, errors, np.inf), batches


def _xor_share(
    counts: NDArray[np.int64], alice: FloatArray, bob: FloatArray, parity: FloatArray
) -> float:
    of_all = [float((counts * np.abs(part)).sum()) for part in (parity, alice, bob)]
    return of_all[0] / sum(of_all) if any(of_all) else 1.0


def _refuse_marginals(
    means: FloatArray, errors: FloatArray, batches: FloatArray, share: float
) -> None:
    """Refuse costs that a party changes by its own bit alone, beyond five standard errors."""
    from scipy.stats import norm, t

    with np.errstate(invalid="ignore"):
        sigmas = t.isf(norm.sf(SIGMAS), np.maximum(batches - 1, 1))
        limit = np.maximum(sigmas * errors, np.abs(means).max() * _ROUNDING)
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
        if abs(means[part, x, y]) > limit[part, x, y]
    ]
    if problems:
        raise InputError(problems)
