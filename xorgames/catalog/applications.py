"""Games taken from applications: load balancing between servers, nonlocal computation."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from xorgames.catalog.parameters import SERVERS, split_text
from xorgames.errors import InputError, Problem, reject
from xorgames.exact import FractionArray, exact_array
from xorgames.game import XORGame
from xorgames.regions import Number, service_region, shape_text
from xorgames.rules import MAX_INPUTS, SUM_TOLERANCE
from xorgames.threshold import DEFAULT_RULE, threshold_game


def load_balancing(
    threshold: Number | None = None,
    cells: Number | Sequence[Number] = 16,
    rule: str = DEFAULT_RULE,
    *,
    mu: Number | None = None,
    t_star: Number | None = None,
) -> XORGame:
    """Send two jobs to one server if together they are short, else to different servers.

    Each party knows the exponential service time of its own job, -log(1 - a) / mu with a uniform on
    [0, 1), to the cell of a. Together they are short if the sum is at most t_star, that is if
    (1 - a)(1 - b) >= C_t = exp(-mu t_star).
    Reference: arXiv:2602.04588 for the queueing model behind it.

    Parameters
    ----------
    threshold : number in [0, 1]
        C_t; or give `mu` and `t_star` instead.
    cells : int or pair of int, 1 to 1024
        Cells of both parties, or of each.
    rule : {"cell-average", "midpoint", "left-endpoint"}
        As in `threshold_game`; the default bounds the continuous game from below.
    mu, t_star : number >= 0
        Service rate and time limit, in units inverse to each other.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> game = load_balancing("0.33", cells=8)
    >>> game.shape, game.labels["a"]
    ((8, 8), ('server 1', 'server 2'))
    """
    region = service_region(threshold, mu=mu, t_star=t_star)
    return threshold_game(
        region,
        cells=cells,
        rule=rule,
        name=f"load balancing, C_t = {float(region.threshold):g}",
        source="arXiv:2602.04588 (queueing model)",
        labels=SERVERS,
    )


def nonlocal_computation(
    f: str | Sequence[int], p: str | Sequence[Number] | None = None
) -> XORGame:
    """Compute f(z) between two parties who each hold z masked by random bits.

    Alice sees x, uniform over k-bit numbers, Bob y = x xor z, and the parity of their outputs must
    be f(z). Entanglement never helps.
    Reference: Linden, Popescu, Short, Winter, arXiv:quant-ph/0610097.

    Parameters
    ----------
    f : str or sequence of 0 and 1, length 2^k, k from 1 to 10
        The truth table, such as "0001" for AND.
    p : 2^k numbers, optional
        Probability of each z, uniform if left out; or a text such as "1/2 0 0 1/2".

    Raises
    ------
    InputError
        If f is no truth table or p no distribution over its entries.

    Examples
    --------
    >>> nonlocal_computation("01").matrix.tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    table = truth_table(f)
    odds = distribution_over(len(table), p)
    size = len(table)
    z = np.bitwise_xor.outer(range(size), range(size))
    bits = [format(x, f"0{size.bit_length() - 1}b") for x in range(size)]
    return XORGame.from_predicate(
        odds[z] / size,
        np.array(table)[z],
        name="nonlocal computation of "
        + ("".join(map(str, table)) if size <= 64 else f"{size} entries"),
        source="arXiv:quant-ph/0610097",
        labels={"x": bits, "y": bits},
    )


def truth_table(f: str | Sequence[int]) -> list[int]:
    """Return the bits of a truth table after checking them."""
    written = f if isinstance(f, Iterable) else [f]
    bits = [int(bit) if bit in ("0", "1") else bit for bit in written]
    if any(isinstance(bit, bool) or bit not in (0, 1) for bit in bits):
        reject("f", "must hold only 0 and 1", received=repr(f), cure='write "0001" for AND')
    size = len(bits)
    if not 2 <= size <= MAX_INPUTS or size & (size - 1):
        reject("f", f"must have 2, 4, 8, ... or {MAX_INPUTS} entries", received=size)
    return [int(bit) for bit in bits]


def distribution_over(size: int, p: str | Sequence[Number] | None) -> FractionArray:
    """Return the probabilities of `size` values after checking them; None means uniform."""
    if p is None:
        return np.full(size, Fraction(1, size), dtype=object)
    problems: list[Problem] = []
    odds = exact_array(split_text(p), key="p", problems=problems)
    if odds is None:
        raise InputError(problems)
    if odds.shape != (size,):
        reject("p", f"must have {size} entries, as many as f", received=shape_text(odds))
    if (odds < 0).any():
        reject("p", "must not be negative", received=str(float(odds.min())))
    if abs(sum(odds) - 1) > SUM_TOLERANCE:
        reject("p", "must sum to 1", received=f"a sum of {float(sum(odds)):.12g}")
    return odds
