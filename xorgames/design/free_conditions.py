"""Linear conditions on a distribution: its sum, marginals and covariance, in exact numbers."""

from collections.abc import Collection
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.exact import cell, exact_number
from xorgames.rules import SUM_TOLERANCE

FloatArray = NDArray[np.float64]
#: Coefficients by the number of the entry, what their sum is, and whether it may be less.
Condition = tuple[dict[int, Fraction], Fraction, bool]
#: Coefficients of all entries, what their sum is, and the key that asks for it.
Row = tuple[FloatArray, Fraction, str]


def pair_of(key: str, written: Any) -> tuple[Fraction, Fraction]:
    """Read [lower, upper]."""
    if not isinstance(written, list) or len(written) != 2:
        reject(key, "must be [lower, upper]", received=repr(written))
    low, high = (exact_number(end, key=cell(key, (i,))) for i, end in enumerate(written))
    if low > high:
        reject(key, "must have lower <= upper", received=f"[{low}, {high}]")
    return low, high


def limits_of(key: str, written: Any) -> tuple[Fraction, Fraction]:
    """Read a number, or [lower, upper]."""
    if isinstance(written, list):
        return pair_of(key, written)
    number = exact_number(written, key=key)
    return number, number


class Conditions:
    """Collects the linear conditions on a distribution."""

    def __init__(self, m: int, n: int) -> None:
        self.shape = m, n
        self.equal: list[Row] = [(np.ones(m * n), Fraction(1), "")]
        self.most: list[Row] = []
        self.fixed: dict[str, list[Fraction]] = {}

    def add(self, row: FloatArray, limits: tuple[Fraction, Fraction], key: str) -> None:
        """Ask for a sum within limits."""
        low, high = limits
        if low == high:
            self.equal.append((row, low, key))
        else:
            self.most += [(row, high, key), (-row, -low, key)]

    @property
    def keys(self) -> list[str]:
        """Return the keys that ask for something."""
        return list(dict.fromkeys(key for *_, key in [*self.equal, *self.most] if key))

    def only(self, keys: Collection[str]) -> "Conditions":
        """Return what some of the keys ask for, and that the sum is 1."""
        fewer = Conditions(*self.shape)
        fewer.equal = [row for row in self.equal if row[2] in ("", *keys)]
        fewer.most = [row for row in self.most if row[2] in keys]
        return fewer

    def marginals(self, party: str, written: Any) -> None:
        """Ask for the probability of each input of a party.

        Numbers need to sum to 1 within `SUM_TOLERANCE` only: the last is what the others leave.
        """
        if written is None:
            return
        m, n = self.shape
        key, count = f"marginals.{party}", m if party == "alice" else n
        if not isinstance(written, list) or len(written) != count:
            rule = f"must have {count} entries, one for each input"
            reject(key, rule, received=repr(written))
        limits = [limits_of(cell(key, (i,)), entry) for i, entry in enumerate(written)]
        fixed = all(low == high for low, high in limits)
        if fixed and abs(sum((low for low, _ in limits), Fraction(0)) - 1) > SUM_TOLERANCE:
            reject(key, "must sum to 1", received=str(float(sum(low for low, _ in limits))))
        if fixed:
            self.fixed[party] = [low for low, _ in limits]
        for i, ends in enumerate(limits):
            row = np.zeros((m, n))
            row[(i, slice(None)) if party == "alice" else (slice(None), i)] = 1.0
            # With all of them fixed the last follows from the others.
            if not (fixed and i == count - 1):
                self.add(row.ravel(), ends, key)

    def covariance(self, limits: tuple[Fraction, Fraction]) -> None:
        """Ask for E[x y] - E[x] E[y], linear where both means are fixed."""
        if set(self.fixed) != {"alice", "bob"}:
            cure = "give both parties' marginals as numbers"
            reject("covariance", "needs fixed marginals", received="free ones", cure=cure)
        means = [sum((i * p for i, p in enumerate(each)), Fraction(0)) for each in
                 (self.fixed["alice"], self.fixed["bob"])]  # fmt: skip
        product = means[0] * means[1]
        m, n = self.shape
        row = np.multiply.outer(np.arange(m), np.arange(n)).ravel().astype(np.float64)
        self.add(row, (limits[0] + product, limits[1] + product), "covariance")

    @property
    def exact(self) -> tuple[Condition, ...]:
        """Return the conditions in fractions."""
        return tuple(
            ({i: Fraction(row[i]) for i in np.flatnonzero(row).tolist()}, to, most)
            for rows, most in ((self.equal, False), (self.most, True))
            for row, to, _ in rows
        )

    @property
    def arrays(self) -> dict[str, Any]:
        """Return the conditions as `LinearGames` takes them."""
        size = self.shape[0] * self.shape[1]
        return {
            "equal": np.stack([row for row, *_ in self.equal]),
            "equal_to": np.array([float(to) for _, to, _ in self.equal]),
            "rows": np.array([row for row, *_ in self.most]).reshape(-1, size),
            "most": np.array([float(to) for _, to, _ in self.most]),
        }
