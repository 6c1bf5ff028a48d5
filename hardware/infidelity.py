"""What the infidelity of a pair may be, which is never one number: it depends on the noise.

With C the classical bias, Q that of the one-pair strategy (between what it reaches and Tsirelson's
bound), r = C/Q and ideal angles, the infidelity must stay below

- 1/2 (1 - r) whatever the noise and the optimal strategy;
- (Q - C)/(Q - e) whatever the noise for the angles found;
- 3/4 (1 - r) for a Werner pair;
- (Q - C)/(Q - E) for the kindest noise,

where e and E are the least and the largest eigenvalue of the Bell operator on the space orthogonal
to |Phi+>. A readout that leaves a factor of every correlator divides C by it.
Reference: doi:10.1103/PhysRevLett.68.3259 (eigenvalues of Bell operators).
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.bound import Bound, Finding
from xorgames.errors import expect, reject
from xorgames.hardware.arguments import number_in
from xorgames.solvers.see_saw import PAULI_PAIRS, dialled
from xorgames.solvers.solution import Solution


@dataclass(frozen=True, kw_only=True)
class InfidelityLimits:
    """What the infidelity of a pair must stay below.

    Attributes
    ----------
    guaranteed : Bound
        Whatever the noise and the optimal strategy: 1/2 (1 - r). The lower end also holds for the
        angles found.
    worst : Bound or None
        Whatever the noise, for the angles found; None where no advantage is proven.
    werner : Bound
        For noise without direction.
    best : Bound or None
        For the kindest noise; None as before, and where that noise does no harm.
    """

    guaranteed: Bound
    worst: Bound | None
    werner: Bound
    best: Bound | None

    def to_dict(self) -> dict[str, Any]:
        """Return the limits by name."""
        return {key: bound and bound.to_dict() for key, bound in vars(self).items()}


def one_pair_bias(solution: Solution) -> Bound:
    """Return Q: at least what the strategy found reaches, at most Tsirelson's bound."""
    return Bound(solution.one_pair.bias.lower, solution.quantum.bias.upper)


def bias_ratio(solution: Solution) -> Bound | None:
    """Return r = C/Q, at most 1, or None if entanglement is proven to be of no use."""
    expect(solution, Solution, key="solution", cure="solve makes one")
    one_pair = one_pair_bias(solution)
    if solution.advantage.verdict is Finding.REFUTED or one_pair.lower <= 0:
        return None
    return (solution.classical.bias / one_pair).clip(0.0, 1.0)


def infidelity_limits(
    solution: Solution, *, readout: Bound | float = 1.0
) -> InfidelityLimits | None:
    """Return what the infidelity of the pair must stay below.

    Parameters
    ----------
    solution : Solution
    readout : Bound or float, in (0, 1]
        The product h_A h_B that the readout leaves of every correlator.

    Returns
    -------
    InfidelityLimits, or None if no pair at all has an advantage
    """
    if not isinstance(readout, Bound):
        readout = Bound.exact(number_in(readout, 0, 1, key="readout"))
    if readout.lower <= 0:
        reject("readout", "must be positive", received=readout, cure="it is the product h_A h_B")
    ratio = bias_ratio(solution)
    if ratio is None:
        return None
    margin = (1 - ratio / readout).clip(0.0, 1.0)
    if margin.upper <= 0:
        return None
    worst, best = None, None
    guaranteed = (margin / 2).clip(0.0, 1.0)
    if margin.lower > 0:
        worst, best = _by_eigenvalues(solution, solution.classical.bias / readout)
        # The angles found may be worse than optimal, and must keep the promise too.
        guaranteed = Bound(min(guaranteed.lower, worst.lower), guaranteed.upper)
    return InfidelityLimits(
        guaranteed=guaranteed,
        worst=worst,
        werner=(margin * Fraction(3, 4)).clip(0.0, 1.0),
        best=best,
    )


def _by_eigenvalues(solution: Solution, needed: Bound) -> tuple[Bound, Bound | None]:
    """Return the infidelities that no noise can spoil, and that the kindest noise allows.

    With B the Bell operator of the strategy's fixed measurements, q = <Phi+|B|Phi+>, e and E the
    least and the largest eigenvalue on the space orthogonal to Phi+, and d the length of the part
    of B|Phi+> in that space (zero for an optimal strategy), the states of infidelity x have biases
    down to (1 - x) q + x e and up to (1 - x) q + x E, both within d. They must exceed `needed`.
    """
    # Powers of two take the size out: squares must not overflow.
    exponent = -int(np.frexp(np.abs(solution.game.matrix).max())[1])
    matrix = np.ldexp(solution.game.matrix, exponent)
    needed = Bound(math.ldexp(needed.lower, exponent), math.ldexp(needed.upper, exponent))
    alice, bob = dialled(solution.one_pair.strategy)
    operator = np.einsum("ij,ijab->ab", alice.T @ matrix @ bob, PAULI_PAIRS)
    bell = np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]]) / np.sqrt(2)
    operator = bell @ operator @ bell.T
    # Each of the sums has m n terms; their rounding errors stay well below this.
    slack = (matrix.size + 100) * 2.0**-50 * float(np.abs(matrix).sum())

    def about(number: float) -> Bound:
        return Bound(number - slack, number + slack)

    reached = about(float(operator[0, 0].real))
    coupling = Bound(0.0, float(np.linalg.norm(operator[1:, 0])) + slack)
    eigenvalues = np.linalg.eigvalsh(operator[1:, 1:])
    lowest, highest = about(float(eigenvalues[0])), about(float(eigenvalues[-1]))
    gain = reached - needed
    worst = ((gain - coupling) / (reached - lowest)).clip(0.0, 1.0)
    if (reached - highest).lower <= 0:
        return worst, None
    return worst, ((gain + coupling) / (reached - highest)).clip(0.0, 1.0)
