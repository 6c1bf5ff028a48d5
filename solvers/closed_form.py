"""The values of every game with two inputs on each side, in closed form.

M = [[a, b], [c, d]]. With S = |a| + |b| + |c| + |d| the classical bias is S if abcd >= 0, else
S - 2 min. Entanglement helps if and only if abcd < 0 and the largest of 1/|a|, 1/|b|, 1/|c|, 1/|d|
is smaller than the sum of the other three; the square of the Tsirelson bias is then the rational

    (|ab| + |cd|) (|ac| + |bd|) (|ad| + |bc|) / |abcd|.

Derived for this package from the programme in one angle; checked in the tests against both solvers.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.exact import FractionArray

FloatArray = NDArray[np.float64]

_UNIT = 2.0**-53
_SMALLEST_PRODUCT = 1e-250


@dataclass(frozen=True, kw_only=True)
class TwoByTwo:
    """The exact biases of a game with two inputs on each side.

    Attributes
    ----------
    classical : Fraction
        The classical bias.
    quantum_squared : Fraction
        The square of the Tsirelson bias.
    """

    classical: Fraction
    quantum_squared: Fraction

    @property
    def advantage(self) -> bool:
        """Whether the Tsirelson bias is strictly larger."""
        return self.quantum_squared > self.classical**2


def two_by_two(exact_matrix: FractionArray) -> TwoByTwo:
    """Return the classical and the squared Tsirelson bias of a 2 x 2 game matrix.

    Parameters
    ----------
    exact_matrix : ndarray of Fraction, shape (2, 2)

    Raises
    ------
    InputError
        If the shape is another.

    Examples
    --------
    >>> from xorgames.exact import exact_array
    >>> chsh = exact_array([["1/4", "1/4"], ["1/4", "-1/4"]], key="M", problems=[])
    >>> two_by_two(chsh)
    TwoByTwo(classical=Fraction(1, 2), quantum_squared=Fraction(1, 2))
    """
    if exact_matrix.shape != (2, 2):
        reject("matrix", "must be 2 x 2", received=" x ".join(map(str, exact_matrix.shape)))
    entries: list[Fraction] = exact_matrix.ravel().tolist()
    product = entries[0] * entries[1] * entries[2] * entries[3]
    a, b, c, d = sizes = [abs(entry) for entry in entries]
    classical = sum(sizes, Fraction(0)) - (2 * min(sizes) if product < 0 else 0)
    if product < 0:
        inverses = [1 / size for size in sizes]
        if 2 * max(inverses) < sum(inverses):
            squared = (a * b + c * d) * (a * c + b * d) * (a * d + b * c) / -product
            return TwoByTwo(classical=classical, quantum_squared=squared)
    return TwoByTwo(classical=classical, quantum_squared=classical**2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Brackets:
    """Proven brackets on the biases of many games, each an array of shape (k,)."""

    classical_lower: FloatArray
    classical_upper: FloatArray
    quantum_lower: FloatArray
    quantum_upper: FloatArray


def two_by_two_biases(matrices: FloatArray) -> Brackets:
    """Return brackets on the classical and the Tsirelson biases of many 2 x 2 games.

    Parameters
    ----------
    matrices : ndarray of float, shape (k, 2, 2)
        Taken exactly; zero, or between 1e-300 and 1e300 in size.

    Returns
    -------
    Brackets
        A few units in the last place wide; the closed form with every rounding counted. Where
        abcd < 0 it is never below the Tsirelson bias, because it is the largest value of a concave
        function on a wider domain.

    Examples
    --------
    >>> found = two_by_two_biases(np.array([[[1.0, 1.0], [1.0, -1.0]]]))
    >>> bool(found.quantum_lower[0] <= 8**0.5 <= found.quantum_upper[0])
    True
    """
    sizes, negative, exponent = _sorted_sizes(matrices)
    m, a, b, c = sizes.T
    total = sizes.sum(axis=1)
    slack = 5 * _UNIT * total
    classical = np.where(negative, total - 2 * m, total)
    product = m * a * b * c
    # Beyond this m is below 1e-80, and the sum of |M| is as good a bound as any.
    safe = negative & (product > _SMALLEST_PRODUCT)
    with np.errstate(all="ignore"):
        squared = (m * a + b * c) * (m * b + a * c) * (m * c + a * b) / product
        room, error = _room(sizes, np.zeros(len(sizes)))
    quantum = np.where(safe, np.sqrt(np.where(safe, squared, 0.0)), total)
    helps, hopeless = safe & (room > error), ~negative | (safe & (room < -error))
    lowest = np.maximum(classical - slack, 0.0)
    reached = np.where(helps, quantum * (1 - 10 * _UNIT), lowest)
    limit = np.minimum(quantum * (1 + 10 * _UNIT), total + slack)
    return Brackets(
        classical_lower=_unscaled(lowest, exponent, -np.inf),
        classical_upper=_unscaled(classical + slack, exponent, np.inf),
        quantum_lower=_unscaled(np.maximum(reached, lowest), exponent, -np.inf),
        quantum_upper=_unscaled(np.where(hopeless, classical + slack, limit), exponent, np.inf),
    )


def two_by_two_helps(matrices: FloatArray, errors: FloatArray) -> NDArray[np.int8]:
    """Say of many 2 x 2 games whether entanglement helps: 1 proven, -1 refuted, 0 undecided.

    Parameters
    ----------
    matrices : ndarray of float, shape (k, 2, 2)
    errors : ndarray of float, shape (k,)
        How far each entry may be from the true one.

    Examples
    --------
    >>> chsh, constant = [[1.0, 1.0], [1.0, -1.0]], [[1.0, 1.0], [1.0, 1.0]]
    >>> two_by_two_helps(np.array([chsh, constant, constant]), np.array([0.0, 0.1, 2.0])).tolist()
    [1, -1, 0]
    """
    sizes, negative, exponent = _sorted_sizes(matrices)
    scaled = np.ldexp(errors, -exponent)
    with np.errstate(all="ignore"):
        room, error = _room(sizes, scaled)
    # The signs of all entries must be certain.
    certain = sizes[:, 0] > scaled
    helps = certain & negative & (room > error)
    hopeless = certain & (~negative | (room < -error))
    return helps.astype(np.int8) - hopeless.astype(np.int8)


def _sorted_sizes(
    matrices: FloatArray,
) -> tuple[FloatArray, NDArray[np.bool_], NDArray[np.int32]]:
    """Return |entries| in order, scaled by a power of two, and where abcd < 0."""
    flat = matrices.reshape(-1, 4)
    exponent: NDArray[np.int32] = np.frexp(np.abs(flat).max(axis=1))[1]
    sizes = np.sort(np.abs(np.ldexp(flat, -exponent[:, None])), axis=1)
    return sizes, np.sign(flat).prod(axis=1) < 0, exponent


def _room(sizes: FloatArray, errors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return  1/a + 1/b + 1/c - 1/m  and how far off it may be: entanglement helps where > 0."""
    inverses = 1 / sizes
    room = inverses[:, 1:].sum(axis=1) - inverses[:, 0]
    moved = errors[:, None] / (sizes * (sizes - errors[:, None]))
    error = (16 * _UNIT * inverses + moved * (1 + 16 * _UNIT)).sum(axis=1)
    return room, error


def _unscaled(numbers: FloatArray, exponent: NDArray[np.int32], away: float) -> FloatArray:
    ends: FloatArray = np.nextafter(np.ldexp(numbers, exponent), away)
    return np.maximum(ends, 0.0)
