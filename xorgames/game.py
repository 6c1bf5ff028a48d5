"""A two-party XOR game.

Inputs x in 0..m-1 and y in 0..n-1 are drawn with probability p(x, y). Alice sees x and answers the
bit a, Bob sees y and answers the bit b. The payoff u(o | x, y) depends on the parity o = a xor b
only. With the correlator E(x, y) = P(o = 0) - P(o = 1) and the game matrix

    M(x, y) = p(x, y) (u(0 | x, y) - u(1 | x, y)),

the expected payoff is  value = offset + bias / 2,  where  bias = sum of M(x, y) E(x, y)  and
offset = sum of p(x, y) (u(0 | x, y) + u(1 | x, y)) / 2.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, NoReturn, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xorgames import transform
from xorgames.bound import Bound
from xorgames.errors import InputError, Problem, reject
from xorgames.exact import FractionArray, exact_array, to_float
from xorgames.rules import (
    check_distribution,
    check_labels,
    check_payoff,
    check_predicate,
    check_text,
)

FloatArray = NDArray[np.float64]

#: Below this a double has fewer than 53 bits, and the certificates would not hold.
_SMALLEST_ENTRY = 1e-300


class XORGame:
    """A two-party XOR game with any real payoffs and any distribution of the inputs.

    Parameters
    ----------
    distribution : array_like, shape (m, n)
        p(x, y): probabilities that sum to 1 (to within 1e-9; they are never normalised).
    payoff : array_like, shape (m, n, 2)
        payoff[x, y, o]: what both parties together receive for parity o = a xor b. The shape
        (m, n, 2, 2), payoff by a and b, is accepted where it depends on the parity alone.
    name, source : str
        What to call the game, and where it comes from.
    labels : mapping, optional
        What the numbers mean: "a" and "b" name the outputs 0 and 1 of each party, "x" and "y" the
        inputs, all as sequences of different strings.

    Notes
    -----
    Entries may be integers, floats, `fractions.Fraction`, `decimal.Decimal` or strings such as
    "0.36" and "1/3". All are kept exactly; a float counts as its exact binary value.
    A game cannot be changed once made.

    Raises
    ------
    InputError
        With every rule that is broken, naming the cell.

    Examples
    --------
    >>> game = XORGame([["1/4", "1/4"], ["1/4", "1/4"]],
    ...                [[[1, 0], [1, 0]], [[1, 0], [0, 1]]], name="CHSH")
    >>> game.shape, game.matrix.tolist(), game.offset
    ((2, 2), [[0.25, 0.25], [0.25, -0.25]], 0.5)
    """

    _exact_distribution: FractionArray
    _exact_payoff: FractionArray
    _name: str
    _source: str
    _labels: Mapping[str, tuple[str, ...]]

    def __init__(
        self,
        distribution: ArrayLike | Sequence[Any],
        payoff: ArrayLike | Sequence[Any],
        *,
        name: str = "game",
        source: str = "",
        labels: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        problems: list[Problem] = []
        exact_p = exact_array(distribution, key="distribution", problems=problems)
        exact_u = exact_array(payoff, key="payoff", problems=problems)
        if exact_p is not None:
            check_distribution(exact_p, problems)
        if exact_u is not None:
            exact_u = check_payoff(exact_u, exact_p, problems)
        checked_labels = check_labels(labels or {}, exact_p, problems)
        check_text(name, key="name", problems=problems)
        if source != "":
            check_text(source, key="source", problems=problems)
        if problems or exact_p is None or exact_u is None:
            raise InputError(problems)
        exact_p.setflags(write=False)
        exact_u.setflags(write=False)
        vars(self).update(
            _exact_distribution=exact_p,
            _exact_payoff=exact_u,
            _name=name,
            _source=source,
            _labels=MappingProxyType(checked_labels),
        )

    @classmethod
    def from_predicate(
        cls,
        distribution: ArrayLike | Sequence[Any],
        parity: ArrayLike | Sequence[Any],
        **about: Any,
    ) -> Self:
        """Make a win/lose game: payoff 1 where a xor b equals `parity[x, y]`, else 0.

        Parameters
        ----------
        distribution : array_like, shape (m, n)
        parity : array_like of 0 and 1, shape (m, n)
            0 where the outputs must agree, 1 where they must differ.
        **about
            `name`, `source`, `labels`.

        Examples
        --------
        >>> chsh = XORGame.from_predicate([["1/4"] * 2] * 2, [[0, 0], [0, 1]])
        >>> chsh.is_win_lose
        True
        """
        problems: list[Problem] = []
        exact_p = exact_array(distribution, key="distribution", problems=problems)
        exact_parity = exact_array(parity, key="win", problems=problems)
        if exact_p is not None:
            check_distribution(exact_p, problems)
        if exact_parity is not None:
            check_predicate(exact_parity, exact_p, problems)
        if problems or exact_p is None or exact_parity is None:
            check_labels(about.get("labels") or {}, exact_p, problems)
            raise InputError(problems)
        return cls(exact_p, np.stack([1 - exact_parity, exact_parity], axis=-1), **about)

    @classmethod
    def from_matrix(cls, matrix: ArrayLike | Sequence[Any], **about: Any) -> Self:
        """Make the game with a given real matrix M, with payoffs symmetric about zero.

        The distribution is |M| / sum |M| and the payoffs are +- sum |M| / 2, so that the value is
        half the bias.

        Examples
        --------
        >>> XORGame.from_matrix([[1, 1], [1, -1]]).matrix.tolist()
        [[1.0, 1.0], [1.0, -1.0]]
        """
        problems: list[Problem] = []
        exact = exact_array(matrix, key="matrix", problems=problems)
        if exact is not None and exact.ndim != 2:
            rule = "must have 2 dimensions, one row for each input of Alice"
            problems.append(Problem(key="matrix", rule=rule, received=f"{exact.ndim} dimensions"))
        elif exact is not None and not exact.any():
            problems.append(Problem(key="matrix", rule="must not be zero everywhere"))
        if problems or exact is None:
            raise InputError(problems)
        total = sum(abs(exact.ravel()), Fraction(0))
        half = np.full(exact.shape, total / 2, dtype=object)
        half[exact < 0] *= -1
        return cls(abs(exact) / total, np.stack([half, -half], axis=-1), **about)

    name = property(lambda self: self._name, doc="What the game is called.")
    source = property(lambda self: self._source, doc="Where the game comes from.")
    labels = property(lambda self: self._labels, doc="Names of outputs (a, b) and inputs (x, y).")

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of inputs (m, n) of Alice and Bob."""
        m, n = self._exact_distribution.shape
        return m, n

    @property
    def exact_distribution(self) -> FractionArray:
        """p(x, y) as fractions, shape (m, n)."""
        return self._exact_distribution

    @property
    def exact_payoff(self) -> FractionArray:
        """u(o | x, y) as fractions, shape (m, n, 2)."""
        return self._exact_payoff

    @cached_property
    def exact_matrix(self) -> FractionArray:
        """M(x, y) = p (u(0) - u(1)) as fractions, shape (m, n)."""
        payoff = self._exact_payoff
        matrix: FractionArray = self._exact_distribution * (payoff[..., 0] - payoff[..., 1])
        matrix.setflags(write=False)
        return matrix

    @cached_property
    def exact_offset(self) -> Fraction:
        """The expected payoff of two random bits, as a fraction."""
        both = self._exact_distribution * self._exact_payoff.sum(axis=-1)
        return sum(both.ravel(), Fraction(0)) / 2

    @cached_property
    def distribution(self) -> FloatArray:
        """p(x, y) as the nearest doubles, shape (m, n), read-only."""
        return to_float(self._exact_distribution)

    @cached_property
    def payoff(self) -> FloatArray:
        """u(o | x, y) as the nearest doubles, shape (m, n, 2), read-only."""
        return to_float(self._exact_payoff)

    @cached_property
    def matrix(self) -> FloatArray:
        """M(x, y) as the nearest doubles, shape (m, n), read-only."""
        matrix = to_float(self.exact_matrix)
        if ((np.abs(matrix) < _SMALLEST_ENTRY) & (self.exact_matrix != 0)).any():
            rule = f"times `distribution` must be zero or above {_SMALLEST_ENTRY} in size"
            reject("payoff[x][y][0] - payoff[x][y][1]", rule, cure="scale the payoffs up")
        return matrix

    @property
    def offset(self) -> float:
        """The expected payoff of two random bits."""
        return float(self.exact_offset)

    @cached_property
    def payoff_range(self) -> tuple[Fraction, Fraction]:
        """The smallest and the largest payoff of a round that can occur."""
        possible = self._exact_payoff[self._exact_distribution > 0]
        return possible.min(), possible.max()

    @property
    def is_win_lose(self) -> bool:
        """Whether every round that can occur is worth 0 or 1."""
        possible = self._exact_payoff[self._exact_distribution > 0]
        return all(payoff in (0, 1) for payoff in possible.ravel())

    def value_of_bias(self, bias: "Bound | Fraction") -> Bound:
        """Return the bound on the expected payoff that a bound on the bias implies."""
        if isinstance(bias, Bound):
            return bias / 2 + self.exact_offset
        return Bound.exact(self.exact_offset + bias / 2)

    @cached_property
    def id(self) -> str:
        """The sha256 of the exact distribution and payoffs, however they were written."""
        content = {
            "distribution": _as_text(self._exact_distribution),
            "payoff": _as_text(self._exact_payoff),
        }
        return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return the game in the shape of a game file, with exact numbers as text."""
        content: dict[str, Any] = {"schema": 1, "name": self.name}
        if self.source:
            content["source"] = self.source
        content["distribution"] = _as_text(self._exact_distribution)
        content["payoff"] = _as_text(self._exact_payoff)
        if self.labels:
            content["labels"] = {key: list(names) for key, names in self.labels.items()}
        return content

    def transpose(self) -> "XORGame":
        """Return the game with Alice and Bob exchanged."""
        return transform.transpose(self)

    def relabel(
        self,
        *,
        x: Sequence[int] | None = None,
        y: Sequence[int] | None = None,
        flip_a: Sequence[int] = (),
        flip_b: Sequence[int] = (),
    ) -> "XORGame":
        """Return the same game with inputs in another order and outputs renamed.

        Parameters
        ----------
        x, y : sequence of int, optional
            The old input to stand at each new place: a permutation of 0..m-1 (0..n-1).
        flip_a, flip_b : sequence of int
            The new inputs for which that party's output bit is flipped.

        Examples
        --------
        >>> game = XORGame.from_matrix([[1, 2], [3, 4]])
        >>> game.relabel(x=[1, 0], flip_b=[0]).matrix.tolist()
        [[-3.0, 4.0], [-1.0, 2.0]]
        """
        return transform.relabel(self, x=x, y=y, flip_a=flip_a, flip_b=flip_b)

    def xor_product(self, other: "XORGame") -> "XORGame":
        """Return the game in which both are played at once and only the total parity counts.

        The payoff of parity o is the sum over o1 of u(o1) u'(o1 xor o), so that the matrix is the
        Kronecker product and win/lose games stay win/lose. Inputs are numbered x n' + x'.
        Reference: Cleve, Slofstra, Unger, Upadhyay, arXiv:quant-ph/0608146.
        """
        return transform.xor_product(self, other)

    def power(self, copies: int) -> "XORGame":
        """Return the XOR product of `copies` copies of the game.

        Examples
        --------
        >>> XORGame.from_predicate([["1/4"] * 2] * 2, [[0, 0], [0, 1]]).power(2).shape
        (4, 4)
        """
        return transform.power(self, copies)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a game cannot be changed: make a new one instead of setting {name}")

    def __reduce__(self) -> tuple[Any, ...]:
        about = {"name": self.name, "source": self.source, "labels": dict(self.labels)}
        return partial(XORGame, **about), (self._exact_distribution, self._exact_payoff)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, XORGame) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        m, n = self.shape
        return f"<XORGame {self.name!r}: {m} x {n} inputs, id {self.id[:12]}>"


def _as_text(exact: FractionArray) -> list[object]:
    text = np.array([str(number) for number in exact.ravel()], dtype=object)
    nested: list[object] = text.reshape(exact.shape).tolist()
    return nested
