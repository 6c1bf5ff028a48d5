"""The values of every game with two inputs on each side, in closed form.

M = [[a, b], [c, d]]. With S = |a| + |b| + |c| + |d| the classical bias is S if abcd >= 0, else
S - 2 min. Entanglement helps if and only if abcd < 0 and the largest of 1/|a|, 1/|b|, 1/|c|, 1/|d|
is smaller than the sum of the other three; the square of the Tsirelson bias is then the rational

    (|ab| + |cd|) (|ac| + |bd|) (|ad| + |bc|) / |abcd|.

Derived for this package from the programme in one angle; checked in the tests against both solvers.
"""

from dataclasses import dataclass
from fractions import Fraction

from xorgames.errors import reject
from xorgames.exact import FractionArray


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
