"""Games with two inputs for each party: CHSH, and coordination under a latency constraint.

All have the sign pattern of CHSH: equal outputs are wanted (or worth more) unless x = y = 1.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.catalog.parameters import from_signs, in_unit_interval, split_text
from xorgames.errors import InputError, Problem
from xorgames.exact import exact_array
from xorgames.game import XORGame
from xorgames.regions import Number, shape_text

_LCTC = "arXiv:2604.07451"


def chsh() -> XORGame:
    """Equal answers unless both inputs are 1.

    Reference: doi:10.1103/PhysRevLett.23.880; as a game, arXiv:quant-ph/0404076.

    Examples
    --------
    >>> chsh().matrix.tolist()
    [[0.25, 0.25], [0.25, -0.25]]
    """
    source = "doi:10.1103/PhysRevLett.23.880; as a game, arXiv:quant-ph/0404076"
    return from_signs([[1, 1], [1, -1]], name="CHSH", source=source)


def biased_chsh(p: Number, q: Number) -> XORGame:
    """CHSH with unequal odds of the inputs.

    Reference: Lawson, Linden, Popescu, arXiv:1011.6245.

    Parameters
    ----------
    p, q : number in [0, 1]
        Probability of input 0 for Alice and for Bob, independently.

    Raises
    ------
    InputError
        If p or q does not lie in [0, 1].

    Examples
    --------
    >>> biased_chsh(p="0.6", q="0.55").matrix.tolist()
    [[0.33, 0.27], [0.22, -0.18]]
    """
    alice, bob = ([odds, 1 - odds] for odds in in_unit_interval(p=p, q=q))
    return XORGame.from_predicate(
        np.multiply.outer(np.array(alice, dtype=object), np.array(bob, dtype=object)),
        [[0, 0], [0, 1]],
        name=f"biased CHSH, p = {float(alice[0]):g}, q = {float(bob[0]):g}",
        source="arXiv:1011.6245",
    )


def lctc(
    beta1: Number, beta2: Number, distribution: Sequence[Sequence[Number]] | str | None = None
) -> XORGame:
    """Latency-constrained tacit coordination with two inputs each.

    Equal outputs are worth 1 for inputs (0, 0), 1 - beta1 for (0, 1), 1 - beta2 for (1, 0) and 0
    for (1, 1); different outputs are worth the rest of 1.
    Reference: Li et al., arXiv:2604.07451.

    Parameters
    ----------
    beta1, beta2 : number in [0, 1]
        What different outputs are worth for the inputs (0, 1) and (1, 0).
    distribution : 2 x 2 numbers, optional
        p(x, y), uniform if left out; or a text such as "0.4 0.1; 0.1 0.4".

    Raises
    ------
    InputError
        If a beta does not lie in [0, 1] or `distribution` is no 2 x 2 distribution.

    Examples
    --------
    >>> lctc(beta1=0, beta2="1/2").matrix.tolist()
    [[0.25, 0.25], [0.0, -0.25]]
    """
    first, second = in_unit_interval(beta1=beta1, beta2=beta2)
    rows: Any = [["1/4", "1/4"]] * 2
    if distribution is not None:
        rows = split_text(distribution, ";")
        if isinstance(distribution, str):
            rows = [split_text(row) for row in rows]
    problems: list[Problem] = []
    prior = exact_array(rows, key="distribution", problems=problems)
    if prior is not None and prior.shape != (2, 2):
        rule = "must be 2 x 2"
        problems.append(Problem(key="distribution", rule=rule, received=shape_text(prior)))
    if problems:
        raise InputError(problems)
    name = f"LCTC, beta1 = {float(first):g}, beta2 = {float(second):g}"
    return _lctc(first, second, rows, name=name, source=_LCTC)


def _lctc(beta1: Fraction, beta2: Fraction, distribution: Any, **about: Any) -> XORGame:
    payoff = [[[1, 0], [1 - beta1, beta1]], [[1 - beta2, beta2], [0, 1]]]
    return XORGame(distribution, payoff, **about)


def hft(p: Number, beta: Number) -> XORGame:
    """High-frequency trading: two servers choose their bias before news can pass between them.

    Each server sees the indicator of a negative correlation (input 1) with probability p. Opposite
    biases (one asks first, the other bids first) are right if neither sees it, the same bias is
    right if both do. If only one sees it, opposite biases are worth 1 - beta and the same beta.

    Output 0 means "ask first" to Alice and "bid first" to Bob, output 1 the reverse: equal bits
    are opposite biases. Without this map "a xor b = x and y" would order the contrary trades.

    Reference: Ding and Jiang, arXiv:2407.21723v3, Eq. 3.1; arXiv:2604.07451 with beta1 = beta2.

    Parameters
    ----------
    p : number in [0, 1]
        Probability of the indicator, for each server independently.
    beta : number in [0, 1]
        What the same bias is worth when only one server sees the indicator.

    Raises
    ------
    InputError
        If p or beta does not lie in [0, 1].

    Examples
    --------
    >>> game = hft(p="0.3", beta="0.3")
    >>> game.matrix.tolist()
    [[0.49, 0.084], [0.084, -0.09]]
    >>> game.labels["a"], game.labels["b"]
    (('ask first', 'bid first'), ('bid first', 'ask first'))
    """
    seen, worth = in_unit_interval(p=p, beta=beta)
    inputs = ("no indicator", "indicator of negative correlation")
    return _lctc(
        worth,
        worth,
        [[(1 - seen) ** 2, (1 - seen) * seen], [seen * (1 - seen), seen**2]],
        name=f"HFT, p = {float(seen):g}, beta = {float(worth):g}",
        source="arXiv:2407.21723v3, Eq. 3.1; " + _LCTC,
        labels={
            "a": ("ask first", "bid first"),
            "b": ("bid first", "ask first"),
            "x": inputs,
            "y": inputs,
        },
    )
