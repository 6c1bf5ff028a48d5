"""One pair whose photons get lost: a party that sees no click answers a fixed bit.

That is no XOR game any more: single outcomes matter, and the best pair is not maximally entangled
but  cos t |00> + sin t |11>. For CHSH the efficiency needed falls from 0.828 to 2/3 (Eberhard,
doi:10.1103/PhysRevA.47.R747).

The lower end of each value is reached by the state, the angles and the fallback bits returned
(`see_saw` finds them; they are evaluated again as returned). The upper end holds for any
entanglement, and some losses leave a classical model (`lossy_bound`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound, Finding
from xorgames.errors import reject
from xorgames.game import XORGame
from xorgames.hardware.arguments import number_in
from xorgames.hardware.noise_model import NoiseModel, solved
from xorgames.hardware.pair_state import PairState
from xorgames.solvers.lossy_bound import has_classical_model, lossy_bias, may_reach
from xorgames.solvers.see_saw import (
    PAULI,
    PAULI_PAIRS,
    PHI_PLUS,
    Detector,
    Play,
    answered,
    play_bias,
    see_saw,
)
from xorgames.solvers.solution import Solution

FloatArray = NDArray[np.float64]

_STARTS = 64
_PRECISION = 1e-4
_SHARE = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class PhotonLoss:
    """What a game is worth on one pair with lossy detectors.

    Attributes
    ----------
    efficiency : tuple of float
        Of Alice's and Bob's detectors.
    value, bias : Bound
        The lower end is reached on one pair by `play`; the upper end holds for any entanglement.
    classical : Bound
        The classical value.
    advantage : Finding
        PROVEN: the brackets do not meet. REFUTED: a classical model exists.
    maximally_entangled : Bound
        The value that the ideal angles reach on |Phi+>, with the classical bits as fallback.
    proof : str
        What proves the upper end.
    play : Play
        State and observables, losses included.
    """

    efficiency: tuple[float, float]
    value: Bound
    bias: Bound
    classical: Bound
    advantage: Finding
    maximally_entangled: Bound
    proof: str
    play: Play

    @property
    def schmidt_angle_deg(self) -> float:
        """The angle t of the pair cos t |00> + sin t |11>, from 0 (a product) to 45 degrees."""
        # <Z x 1> = cos 2 t and <X x X> = sin 2 t.
        return math.degrees(math.atan2(self.play.state[1, 1], self.play.state[3, 0])) / 2

    @property
    def angles_deg(self) -> dict[str, list[list[float] | int]]:
        """What to dial: [polar, azimuth] for each input, or the bit to answer unmeasured."""
        return self.play.angles_deg

    @property
    def fallback(self) -> dict[str, list[int]]:
        """The bit to answer at each input when there is no click."""
        return self.play.signs

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return {
            "efficiency": list(self.efficiency),
            "value": self.value.to_dict(),
            "bias": self.bias.to_dict(),
            "classical": self.classical.to_dict(),
            "advantage": str(self.advantage),
            "maximally_entangled": self.maximally_entangled.to_dict(),
            "proof": self.proof,
            "schmidt_angle_deg": self.schmidt_angle_deg,
            "angles_deg": self.angles_deg,
            "fallback": self.fallback,
        }


@dataclass(frozen=True, kw_only=True)
class EfficiencyThreshold:
    """The efficiency of both detectors from which a game gains a given margin.

    Attributes
    ----------
    efficiency_min : Bound
        Below the lower end the value is proven to exceed the classical one by less than `margin`,
        from the upper end on by more.
    margin : float
        In units of the payoff.
    """

    efficiency_min: Bound
    margin: float

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return {"efficiency_min": self.efficiency_min.to_dict(), "margin": self.margin}


def photon_loss(
    subject: Solution | XORGame,
    *,
    efficiency: float | tuple[float, float],
    starts: int = _STARTS,
    rng: int | np.random.Generator = 0,
) -> PhotonLoss:
    """Return what a game is worth on one pair with lossy detectors, state and angles optimised.

    Parameters
    ----------
    subject : Solution or XORGame
    efficiency : float or pair of float, in [0, 1]
        The probability of a click, at both parties or at Alice's and Bob's.
    starts : int
        How many random starts.
    rng : int or numpy.random.Generator
        For the starts; the bracket holds for every choice.

    Examples
    --------
    >>> import xorgames as xg
    >>> loss = photon_loss(xg.catalog.hft(p="0.3", beta="0.3"), efficiency=0.95)
    >>> print(loss.value.display(6), loss.classical, loss.advantage)
    0.791867 … 0.791868 0.79 PROVEN
    >>> print(f"{loss.schmidt_angle_deg:.1f}")
    25.4
    """
    solution = solved(subject)
    eta = _efficiencies(efficiency)
    matrix, classical = solution.game.matrix, solution.classical.bias
    ideal = NoiseModel(efficiency_a=eta[0], efficiency_b=eta[1]).play(solution)
    play = _best_play(solution, eta, ideal, starts=starts, rng=rng)
    lower = max(play_bias(matrix, play).lower, classical.lower)
    refuted = _refuted(solution, eta)
    upper, proof = classical.upper, "classical strategies do as well"
    if not refuted:
        tsirelson = solution.quantum.bias.upper
        upper, proof = lossy_bias(matrix, eta, tsirelson=tsirelson, enough=lower)
    bias = Bound(lower, max(lower, upper))
    proven = classical.is_below(bias)
    return PhotonLoss(
        efficiency=eta,
        value=solution.game.value_of_bias(bias),
        bias=bias,
        classical=solution.classical.value,
        advantage=Finding.REFUTED if refuted else Finding.of(True if proven else None),
        maximally_entangled=solution.game.value_of_bias(play_bias(matrix, ideal)),
        proof=proof,
        play=play,
    )


def efficiency_threshold(
    subject: Solution | XORGame, *, margin: float = 1e-6, rng: int = 0
) -> EfficiencyThreshold | None:
    """Return the efficiency of both detectors from which on a game gains more than a margin.

    That there is no gain at all cannot be seen in numbers that are rounded, which is why a margin
    is part of the question; for the margin 0 the lower end is that of the classical model.

    Parameters
    ----------
    subject : Solution or XORGame
    margin : float, not negative
        In units of the payoff.
    rng : int
        For random starts; the bracket holds for every choice.

    Returns
    -------
    EfficiencyThreshold, or None if perfect detectors are not proven to gain that much

    Examples
    --------
    >>> import xorgames as xg
    >>> print(efficiency_threshold(xg.catalog.hft(p="0.3", beta="0.3")).efficiency_min.display(4))
    0.9405 … 0.9407
    """
    solution = solved(subject)
    margin = number_in(margin, 0, math.inf, key="margin")
    if margin >= solution.advantage.bound.upper:
        return None
    matrix, needed = solution.game.matrix, solution.classical.bias + 2 * margin

    def gains(eta: float) -> bool:
        ideal = NoiseModel(efficiency_a=eta, efficiency_b=eta).play(solution)
        play = _best_play(solution, (eta, eta), ideal, starts=_STARTS, rng=rng)
        return needed.upper < play_bias(matrix, play).lower

    def may_gain(eta: float) -> bool:
        if _refuted(solution, (eta, eta)):
            return False
        if margin == 0:
            return True
        tsirelson = solution.quantum.bias.upper
        return may_reach(matrix, (eta, eta), needed.lower, tsirelson=tsirelson)

    if _refuted(solution, (1.0, 1.0)) or not gains(1.0):
        return None
    _, proven = _bisect(gains, 0.0, 1.0)
    step = 2 * _PRECISION
    while step < proven and may_gain(proven - step):
        step *= 2
    # Each answer may take seconds: a wide bracket is not refined to the last digit.
    refuted, _ = _bisect(may_gain, max(0.0, proven - step), proven, share=_SHARE)
    return EfficiencyThreshold(efficiency_min=Bound(refuted, proven), margin=margin)


def _best_play(
    solution: Solution,
    eta: tuple[float, float],
    ideal: Play,
    *,
    starts: int,
    rng: int | np.random.Generator,
) -> Play:
    """Return the best play found, its pair in Schmidt form."""
    matrix = solution.game.matrix
    first, second = (Detector(shrink=each, drift=1 - each) for each in eta)
    alice, bob = answered(solution.classical.strategy)
    known = (ideal, Play(alice=alice, bob=bob, state=PHI_PLUS))
    best = max(known, key=lambda play: play_bias(matrix, play).lower)
    found = see_saw(matrix, detectors=(first, second), known=known, starts=starts, rng=rng)
    found = schmidt_form(found)
    # A play that is only better within rounding is not worth other angles.
    better = play_bias(matrix, best).upper < play_bias(matrix, found).lower
    return found if better else best


def _refuted(solution: Solution, eta: tuple[float, float]) -> bool:
    """Say whether there is certainly no advantage."""
    refuted = solution.advantage.verdict is Finding.REFUTED
    return refuted or has_classical_model(solution.game.matrix, eta)


def schmidt_form(play: Play) -> Play:
    """Return the same play with its pure state turned to  cos t |00> + sin t |11>.

    Examples
    --------
    >>> singlet = Play(alice=np.eye(4), bob=np.eye(4), state=np.diag([1.0, -1, -1, -1]))
    >>> np.diag(schmidt_form(singlet).state).round(12).tolist()
    [1.0, 1.0, -1.0, 1.0]
    """
    density = np.einsum("ij,ijab->ab", play.state, PAULI_PAIRS)
    vector = np.linalg.eigh(density)[1][:, -1]
    left, schmidt, right = np.linalg.svd(vector.reshape(2, 2))
    angle_deg = math.degrees(math.atan2(schmidt[1], schmidt[0]))
    return Play(
        alice=play.alice @ _rotation(left).T,
        bob=play.bob @ _rotation(right.T).T,
        state=PairState.schmidt(angle_deg).table,
    )


def _rotation(unitary: NDArray[np.complex128]) -> FloatArray:
    """Return the matrix of  o -> U^+ o U  on four-vectors."""
    turned = np.einsum("ba,jbc,cd->jad", unitary.conj(), PAULI, unitary)
    result: FloatArray = np.einsum("iab,jba->ij", PAULI, turned).real / 2
    return result


def _bisect(
    holds: Callable[[float], bool], low: float, high: float, *, share: float = 0.0
) -> tuple[float, float]:
    """Narrow down where a statement begins to hold: not at `low`, but at `high`.

    To a share of what lies between the result and the first `high`, at most.
    """
    end = high
    while high - low > max(_PRECISION, share * (end - low)):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return low, high


def _efficiencies(given: Any) -> tuple[float, float]:
    pair = given if isinstance(given, tuple | list) else (given, given)
    if len(pair) != 2:
        rule = "must be one number, or two: Alice's and Bob's"
        reject("efficiency", rule, received=f"{len(pair)} numbers")
    return number_in(pair[0], 0, 1, key="efficiency"), number_in(pair[1], 0, 1, key="efficiency")
