"""Signs of a broken experiment in a log: hints, never part of the claim.

- input-law: does each pair of inputs come as often as the game says? Over all rounds, and over the
  counted ones alone, which shows whether the pair flag depends on the inputs. Exact binomial test.
- no-signalling: does a party's output depend on the other's input? For each x and y, the share of
  a = 1 at (x, y) against that at x with all other inputs of Bob, and the same for b. Fisher's exact
  test, over the counted rounds.

Every test has two sides (twice the smaller tail). A p-value covers all tests of its check: the
smallest one times their number (Bonferroni). The exact tests are made for the 64 largest deviations
in standard units only; leaving tests out can only raise the result. They assume independent rounds
without drift, so a small p-value asks for an explanation and proves nothing by itself.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_EXACT_TESTS = 64
_SMALL = 1e-3


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check.

    Attributes
    ----------
    name : str
    p_value : float
        For all tests of the check together; below 1e-300 it is 0.
    tests : int
    worst : str
        The largest deviation.
    suspicious : bool
        Whether the p-value is below 0.001.
    """

    name: str
    p_value: float
    tests: int
    worst: str

    @property
    def suspicious(self) -> bool:
        """Whether the p-value is below 0.001."""
        return self.p_value < _SMALL

    def to_dict(self) -> dict[str, Any]:
        """Return the check by name."""
        return asdict(self) | {"suspicious": self.suspicious}


def check_inputs(
    counts: NDArray[np.int64], distribution: NDArray[np.float64], *, name: str
) -> Check:
    """Compare how often each pair of inputs came with the game's distribution.

    Parameters
    ----------
    counts : ndarray of int, shape (m, n)
    distribution : ndarray, shape (m, n)

    Examples
    --------
    >>> check = check_inputs(np.array([[30, 20], [25, 25]]), np.full((2, 2), 0.25), name="inputs")
    >>> round(check.p_value, 4), check.tests, check.worst
    (1.0, 4, 'x = 0, y = 1: 20 rounds, 25 expected')
    """
    from scipy.special import bdtr, bdtrc

    rounds = int(counts.sum())
    cells = np.argwhere(distribution > 0)
    if rounds == 0 or len(cells) == 1:
        return Check(name=name, p_value=1.0, tests=0, worst="nothing to compare")
    came, p = counts[distribution > 0], distribution[distribution > 0]
    worst = _largest(came - rounds * p, rounds * p * (1 - p))
    k, chance = came[worst].astype(np.float64), p[worst]
    above = np.where(k > 0, bdtrc(np.maximum(k - 1, 0), rounds, chance), 1.0)
    below = bdtr(k, rounds, chance)
    smallest, at = _two_sided(below, above, worst)
    x, y = cells[at]
    text = f"x = {x}, y = {y}: {came[at]} rounds, {rounds * p[at]:.6g} expected"
    return Check(name=name, p_value=min(1.0, smallest * len(p)), tests=len(p), worst=text)


def check_signalling(ones: NDArray[np.int64], counts: NDArray[np.int64], *, party: str) -> Check:
    """Compare a party's outputs between the other party's inputs.

    Parameters
    ----------
    ones, counts : ndarray of int, shape (own inputs, other inputs)
        How often the output was 1, and how often the pair of inputs came.
    party : {"a", "b"}

    Examples
    --------
    >>> check = check_signalling(np.array([[30, 10]]), np.array([[40, 40]]), party="a")
    >>> f"{check.p_value:.1e}", check.tests, check.worst
    ('1.5e-05', 1, 'x = 0: 0.75 of a = 1 at y = 0, 0.25 at other y')
    """
    from scipy.stats import hypergeom

    name, (own, other) = f"no-signalling of {party}", ("xy" if party == "a" else "yx")
    total, total_ones = counts.sum(axis=1, keepdims=True), ones.sum(axis=1, keepdims=True)
    elsewhere = total - counts
    usable = (counts > 0) & (elsewhere > 0)
    if counts.shape[1] == 2:
        # With two inputs, one against the other is the other against the one.
        usable[:, 1] = False
    if not usable.any():
        return Check(name=name, p_value=1.0, tests=0, worst="nothing to compare")
    # By x: the population, its ones, the draws at (x, y), and the ones among them.
    size, marked, draws, found = (
        np.broadcast_to(each, counts.shape)[usable] for each in (total, total_ones, counts, ones)
    )
    share = marked / size
    variance = draws * share * (1 - share) * (size - draws) / np.maximum(size - 1, 1)
    worst = _largest(found - draws * share, variance)
    of = (size[worst], marked[worst], draws[worst])
    above = hypergeom.sf(found[worst] - 1, *of)
    smallest, at = _two_sided(hypergeom.cdf(found[worst], *of), above, worst)
    i, j = np.argwhere(usable)[at]
    here, there = found[at] / draws[at], (marked[at] - found[at]) / (size[at] - draws[at])
    text = f"{own} = {i}: {here:.6g} of {party} = 1 at {other} = {j}, {there:.6g} at other {other}"
    tests = int(usable.sum())
    return Check(name=name, p_value=min(1.0, smallest * tests), tests=tests, worst=text)


def _largest(deviation: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places of the largest deviations in standard units."""
    units = np.abs(deviation) / np.sqrt(np.maximum(variance, 1e-12))
    return np.argsort(-units, kind="stable")[:_EXACT_TESTS]


def _two_sided(
    below: NDArray[Any], above: NDArray[Any], places: NDArray[np.int64]
) -> tuple[float, int]:
    """Return the smallest two-sided p-value, and where it is."""
    p_values = np.minimum(1.0, 2 * np.minimum(below, above))
    best = int(p_values.argmin())
    return float(p_values[best]), int(places[best])
