"""Biases that are known in closed form, to be shown beside computed ones and tested against them.

    family                classical                                  quantum
    chsh                  1/2                                        1/sqrt 2
    chained, odd_cycle    1 - 1/n                                    cos(pi / 2n)
    staircase             ceil(n^2 / 2) / n^2                        1 / (n sin(pi / 2n))
    random_access_code    binomial(n-1, floor((n-1)/2)) / 2^(n-1)    1/sqrt n
    fishburn_reeds        (2k - 3) / (6k - 11)                       (3k - 5) / (6k - 11)
    hadamard              1/sqrt n if n = 4^j; 1/2, 5/16 for 2, 8    1/sqrt n
    nonlocal_computation  the largest Fourier coefficient            the same
    affinity on K_n       5/9 for n = 3, else |n - 2| / n            2/3 for n = 3, else the same
    affinity on C_n, odd  1 - 4/(3n)                                 (1 + 2 cos(pi/n)) / 3
    affinity, bipartite   1                                          1

`hft` and `biased_chsh` follow from the closed form for 2 x 2 games: with entries that cannot all
be satisfied, C = sum |M| - 2 min |M|.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.catalog.applications import distribution_over, truth_table
from xorgames.catalog.graphs import named_graph
from xorgames.catalog.parameters import in_unit_interval
from xorgames.catalog.registry import entry
from xorgames.regions import Number, number_in, whole_number

_CHSH = "arXiv:quant-ph/0404076"
_DERIVED = "derived here"


@dataclass(frozen=True, kw_only=True)
class Known:
    """The biases of a game in closed form.

    Attributes
    ----------
    classical : Fraction or None
        None where no closed form is known.
    quantum : Fraction or float
        A float is the value of the closed form up to rounding, not a proven bound.
    source : str
    """

    classical: Fraction | None
    quantum: Fraction | float
    source: str

    def to_dict(self) -> dict[str, Any]:
        """Return the biases as texts where they are exact, as numbers where they are rounded."""
        quantum = str(self.quantum) if isinstance(self.quantum, Fraction) else self.quantum
        classical = None if self.classical is None else str(self.classical)
        return {"classical": classical, "quantum": quantum, "source": self.source}


def known_bias(name: str, parameters: Mapping[str, Any]) -> Known | None:
    """Return the known biases of a game of the catalogue, or None.

    Parameters
    ----------
    name : str
        A name of the catalogue.
    parameters : mapping
        As `make` takes them.

    Raises
    ------
    InputError
        If there is no such game.

    Examples
    --------
    >>> known_bias("staircase", {"n": "3"})
    Known(classical=Fraction(5, 9), quantum=0.6666666666666667, source='derived here')
    >>> known_bias("lctc", {"beta1": 0, "beta2": 0}) is None
    True
    """
    form = _FORMS.get(entry(name).name)
    if form is None:
        return None
    return form(**{key.replace("-", "_"): value for key, value in parameters.items()})


def continuum_classical_value(threshold: Number) -> float:
    """Return the best known classical win probability of load balancing without cells.

    It is the best of three strategies: always different servers, C - C log C; for C <= 1/2 one
    party fixed and the other splitting at 1 - b = 2C; and both splitting at 1 - a = s =
    (sqrt(1 + 16 C) - 1) / 4. They change over at C = 0.330032..., where the value is least, 0.7616,
    and at 1/2. Each is reached, so that the value is a lower bound on the optimum; that nothing
    does better is supported by enumeration on grids but not proved.

    Parameters
    ----------
    threshold : number in [0, 1]
        C_t, here C.

    Raises
    ------
    InputError
        If it does not lie there.

    Examples
    --------
    >>> round(continuum_classical_value("0.330032453"), 6)
    0.761627
    """
    c = float(number_in("threshold", threshold, 0, 1))
    if c == 0:
        return 1.0
    if c >= 0.5:
        return c - c * math.log(c)
    s = (math.sqrt(1 + 16 * c) - 1) / 4
    both = 1 - s + c - 3 * c * math.log(c) + 4 * c * math.log(s)
    one = 1 - c + 2 * c * math.log(2) + c * math.log(c)
    return max(both, one)


def _chsh() -> Known:
    return Known(classical=Fraction(1, 2), quantum=math.sqrt(0.5), source=_CHSH)


def _biased_chsh(p: Number, q: Number) -> Known:
    p, q = (max(odds, 1 - odds) for odds in in_unit_interval(p=p, q=q))
    classical = 1 - 2 * (1 - p) * (1 - q)
    spread = 2 * (p**2 + (1 - p) ** 2) * (q**2 + (1 - q) ** 2)
    quantum = math.sqrt(spread) if p * q < Fraction(1, 2) else classical
    return Known(classical=classical, quantum=quantum, source="arXiv:1011.6245")


def _hft(p: Number, beta: Number) -> Known:
    p, beta = in_unit_interval(p=p, beta=beta)
    k, mixed = abs(1 - 2 * beta), p * (1 - p)
    least = min(p**2, (1 - p) ** 2, k * mixed)
    classical = (1 - p) ** 2 + p**2 + 2 * k * mixed - 2 * least
    advantage = k > 0 and k * abs(1 - 2 * p) < 2 * mixed
    quantum = float(1 - 2 * mixed) * math.sqrt(1 + k**2) if advantage else classical
    return Known(classical=classical, quantum=quantum, source="derived here; arXiv:2407.21723")


def _chained(n: Number) -> Known:
    n = whole_number("n", n, 2)
    quantum = math.cos(math.pi / (2 * n))
    source = "doi:10.1016/0003-4916(90)90339-P"
    return Known(classical=Fraction(n - 1, n), quantum=quantum, source=source)


def _odd_cycle(n: Number) -> Known:
    return replace(_chained(n), source=_CHSH)


def _staircase(n: Number) -> Known:
    n = whole_number("n", n, 1)
    quantum = 1 / (n * math.sin(math.pi / (2 * n)))
    return Known(classical=Fraction((n * n + 1) // 2, n * n), quantum=quantum, source=_DERIVED)


def _random_access_code(n: Number) -> Known:
    n = whole_number("n", n, 1)
    classical = Fraction(math.comb(n - 1, (n - 1) // 2), 2 ** (n - 1))
    return Known(classical=classical, quantum=1 / math.sqrt(n), source="arXiv:0810.2937")


def _fishburn_reeds(k: Number) -> Known:
    k = whole_number("k", k, 2)
    return Known(
        classical=Fraction(2 * k - 3, 6 * k - 11),
        quantum=Fraction(3 * k - 5, 6 * k - 11),
        source="doi:10.1137/S0895480191219350",
    )


def _hadamard(n: Number) -> Known:
    n = whole_number("n", n, 1)
    root = math.isqrt(n)
    small = {2: Fraction(1, 2), 8: Fraction(5, 16)}
    classical = Fraction(1, root) if root * root == n else small.get(n)
    return Known(classical=classical, quantum=1 / math.sqrt(n), source=_DERIVED)


def _nonlocal_computation(f: Any, p: Any = None) -> Known:
    table = truth_table(f)
    signed = distribution_over(len(table), p) * (1 - 2 * np.array(table))
    signed = signed.reshape([2] * (len(table).bit_length() - 1))  # one axis for each bit of z
    for axis in range(signed.ndim):
        plus, minus = np.take(signed, 0, axis), np.take(signed, 1, axis)
        signed = np.stack([plus + minus, plus - minus], axis)
    largest = abs(signed).max()
    return Known(classical=largest, quantum=largest, source="arXiv:quant-ph/0610097")


def _affinity(graph: Any) -> Known | None:
    named = named_graph(graph)
    if named is None:
        return None
    kind, n = named
    classical = quantum = Fraction(1)
    if kind == "K" and n > 3:
        classical = quantum = Fraction(n - 2, n)
    elif kind != "P" and n % 2:
        odd = (1 + 2 * math.cos(math.pi / n)) / 3
        return Known(classical=1 - Fraction(4, 3 * n), quantum=odd, source=_DERIVED)
    return Known(classical=classical, quantum=quantum, source=_DERIVED)


_FORMS: dict[str, Callable[..., Known | None]] = {
    "chsh": _chsh,
    "biased_chsh": _biased_chsh,
    "hft": _hft,
    "chained": _chained,
    "odd_cycle": _odd_cycle,
    "staircase": _staircase,
    "random_access_code": _random_access_code,
    "elegant": lambda: _random_access_code(3),
    "fishburn_reeds": _fishburn_reeds,
    "hadamard": _hadamard,
    "nonlocal_computation": _nonlocal_computation,
    "affinity": _affinity,
}
