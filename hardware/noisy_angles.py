"""Angles made for the actual noise, and what they gain over the angles of the ideal game.

Where the noise has a direction, such as dephasing, other angles than the ideal ones do better, and
it may pay to answer some inputs by a fixed bit. For CHSH on a Bell-diagonal pair with correlations
1, V, V the ideal angles reach at most  sqrt2 (1 + V)  and the best ones  2 sqrt(1 + V^2)
(doi:10.1016/0375-9601(95)00214-N). The lower end of each bracket is reached by the angles returned
(`see_saw`); the upper end holds for all angles (`absorbed`).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from xorgames.bound import Bound
from xorgames.errors import expect
from xorgames.game import XORGame
from xorgames.hardware.channels import Dephasing
from xorgames.hardware.infidelity import bias_ratio
from xorgames.hardware.noise_model import NoiseModel, solved
from xorgames.hardware.pair_state import PairState
from xorgames.solvers.absorbed import absorbed_bias
from xorgames.solvers.see_saw import Play, answered, dialled, play_bias, see_saw
from xorgames.solvers.solution import Solution

_PRECISION = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class OptimisedAngles:
    """The best measurements found on a noisy pair.

    Attributes
    ----------
    value, bias : Bound
        Of the best strategy on this pair; the lower end is reached by `play`.
    ideal : Bound
        The value that the angles of the ideal game reach on this pair.
    gain : Bound
        How much more the best strategy reaches than the ideal angles.
    play : Play
        The observables.
    """

    value: Bound
    bias: Bound
    ideal: Bound
    gain: Bound
    play: Play

    @property
    def angles_deg(self) -> dict[str, list[list[float] | int]]:
        """What to dial, for each input: [polar, azimuth], or the bit 0 or 1 to answer always."""
        return self.play.angles_deg

    @property
    def hybrid(self) -> bool:
        """Whether some inputs are answered by a fixed bit."""
        return any(isinstance(each, int) for side in self.angles_deg.values() for each in side)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers and the angles by name."""
        return {
            "value": self.value.to_dict(),
            "bias": self.bias.to_dict(),
            "ideal": self.ideal.to_dict(),
            "gain": self.gain.to_dict(),
            "hybrid": self.hybrid,
            "angles_deg": self.angles_deg,
        }


def optimise_angles(
    subject: Solution | XORGame,
    state: PairState,
    *,
    starts: int = 64,
    rng: int | np.random.Generator = 0,
) -> OptimisedAngles:
    """Return the best measurements on a given pair, fixed answers included.

    Parameters
    ----------
    subject : Solution or XORGame
    state : PairState
        Such as `NoiseModel(...).state`. A readout that shrinks all observables alike can be counted
        as depolarisation.
    starts : int
        How many random starts.
    rng : int or numpy.random.Generator
        For the starts; the bracket holds for every choice.

    Examples
    --------
    >>> import xorgames as xg
    >>> pair = PairState.bell_diagonal([0.96, 0.04, 0, 0])
    >>> best = optimise_angles(xg.catalog.chsh(), pair)
    >>> print(f"{8 * best.value.lower - 4:.4f}, ideal angles {8 * best.ideal.lower - 4:.4f}")
    2.7176, ideal angles 2.7153
    """
    expect(state, PairState, key="state", cure="PairState.from_matrix makes one")
    solution = solved(subject)
    matrix, table = solution.game.matrix, state.table
    alice, bob = dialled(solution.one_pair.strategy)
    ideal = Play(alice=alice, bob=bob, state=table)
    alice, bob = answered(solution.classical.strategy)
    fixed = Play(alice=alice, bob=bob, state=table)
    found = see_saw(matrix, state=table, known=(ideal, fixed), starts=starts, rng=rng)
    play = max((ideal, fixed, found), key=lambda each: play_bias(matrix, each).lower)
    lower = play_bias(matrix, play).lower
    bias = Bound(lower, max(lower, absorbed_bias(solution, table)))
    reached = play_bias(matrix, ideal)
    value, ideal_value = (solution.game.value_of_bias(each) for each in (bias, reached))
    return OptimisedAngles(
        value=value,
        bias=bias,
        ideal=ideal_value,
        gain=((bias - reached) / 2).clip(0.0, math.inf),
        play=play,
    )


def dephasing_max(subject: Solution | XORGame, *, rng: int = 0) -> Bound | None:
    """Return the infidelity of pure dephasing that still leaves an advantage, angles re-optimised.

    The pair is |Phi+> with a phase flip of probability x. Up to the lower end an advantage is
    proven by angles found; from the upper end on there is none (at 1/2 the pair is separable).

    Returns
    -------
    Bound, or None if no advantage is proven without noise

    Examples
    --------
    >>> import xorgames as xg
    >>> print(dephasing_max(xg.catalog.chsh()).display(3))  # the ideal angles lose it at 0.292
    0.499 … 0.5
    """
    solution = solved(subject)
    classical = solution.classical.bias

    def proven(error: float) -> bool:
        state = NoiseModel(channels=(Dephasing(error=error, side="alice"),)).state
        best = see_saw(solution.game.matrix, state=state.table, starts=16, rng=rng)
        return classical.upper < play_bias(solution.game.matrix, best).lower

    if bias_ratio(solution) is None or not proven(0.0):
        return None
    held, open_ = 0.0, 0.5
    while open_ - held > _PRECISION:
        middle = (held + open_) / 2
        held, open_ = (middle, open_) if proven(middle) else (held, middle)
    return Bound(held, 0.5)
