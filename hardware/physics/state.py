"""The state of a heralded pair: Bell-diagonal, with what each cause has taken from its fidelity.

After the Pauli frame of the herald (`interference.pauli_frame`) the pair should be Phi+. Its state
is a mixture of the Bell states, the weights in the order

    Phi+ = (|00> + |11>)/sqrt(2)     Phi- = (|00> - |11>)/sqrt(2)
    Psi+ = (|01> + |10>)/sqrt(2)     Psi- = (|01> - |10>)/sqrt(2)

Each cause is a channel: dephasing flips the phase (Phi+ with Phi-, Psi+ with Psi-) with a
probability; depolarising mixes in the identity so far that a perfect pair would lose a stated
infidelity, 3/4 at most. Channels act in the order given, and each cause is charged what it takes of
the fidelity that those before it have left, so that the budget sums to the infidelity exactly (to
rounding, 1e-15). These channels commute: the order moves shares of the budget, never the state.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.hardware.parameters import Limits, check_numbers

Weights = tuple[float, float, float, float]
Budget = tuple[tuple[str, float], ...]

PERFECT: Weights = (1.0, 0.0, 0.0, 0.0)

_LARGEST: dict[str, Limits] = {
    "dephasing": {"minimum": 0, "maximum": 0.5},
    "depolarising": {"minimum": 0, "maximum": 0.75},
}


@dataclass(frozen=True, kw_only=True)
class Channel:
    """What one cause does to a pair.

    Attributes
    ----------
    cause : str
    kind : {"dephasing", "depolarising"}
    infidelity : float
        That it gives a perfect pair: at most 1/2 by dephasing, 3/4 by depolarising.
    """

    cause: str
    kind: Literal["dephasing", "depolarising"]
    infidelity: float

    def __post_init__(self) -> None:
        """Refuse other kinds, and more than the kind can do."""
        if self.kind not in _LARGEST:
            reject("kind", "must be dephasing or depolarising", received=repr(self.kind))
        check_numbers(_LARGEST[self.kind], smallest=0.0, infidelity=self.infidelity)

    def after(self, weights: Weights) -> Weights:
        """Return the weights of the Bell states after the channel."""
        q = self.infidelity
        a, b, c, d = weights
        if self.kind == "dephasing":
            return (
                (1 - q) * a + q * b,
                (1 - q) * b + q * a,
                (1 - q) * c + q * d,
                (1 - q) * d + q * c,
            )
        left, mixed = 1 - 4 * q / 3, q / 3
        return left * a + mixed, left * b + mixed, left * c + mixed, left * d + mixed


def compose(channels: Iterable[Channel]) -> tuple[Weights, Budget]:
    """Return the state after all channels, and what each cause took of the fidelity.

    Examples
    --------
    >>> overlap = Channel(cause="overlap", kind="dephasing", infidelity=0.02)
    >>> gates = Channel(cause="gates", kind="depolarising", infidelity=0.006)
    >>> weights, budget = compose([overlap, gates])
    >>> [round(weight, 5) for weight in weights], [(c, round(i, 5)) for c, i in budget]
    ([0.97416, 0.02184, 0.002, 0.002], [('overlap', 0.02), ('gates', 0.00584)])
    """
    weights, budget = PERFECT, []
    for channel in channels:
        before, weights = weights[0], channel.after(weights)
        budget.append((channel.cause, before - weights[0]))
    return weights, tuple(budget)


def density_matrix(weights: Weights) -> NDArray[np.float64]:
    """Return the state as a (4, 4) matrix in the basis |00>, |01>, |10>, |11>.

    Examples
    --------
    >>> density_matrix((1.0, 0.0, 0.0, 0.0))
    array([[0.5, 0. , 0. , 0.5],
           [0. , 0. , 0. , 0. ],
           [0. , 0. , 0. , 0. ],
           [0.5, 0. , 0. , 0.5]])
    """
    phi_plus, phi_minus, psi_plus, psi_minus = weights
    rho = np.zeros((4, 4))
    rho[[0, 3], [0, 3]] = (phi_plus + phi_minus) / 2
    rho[[0, 3], [3, 0]] = (phi_plus - phi_minus) / 2
    rho[[1, 2], [1, 2]] = (psi_plus + psi_minus) / 2
    rho[[1, 2], [2, 1]] = (psi_plus - psi_minus) / 2
    return rho
