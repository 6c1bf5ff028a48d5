"""How much noise a game forgives: thresholds for one pair, each a bracket that holds the true one.

With C the classical bias, Q that of the one-pair strategy (between what it reaches and Tsirelson's
bound) and r = C/Q, measured along its ideal angles:

- visibility of isotropic noise: above r; infidelity of the pair: see `infidelity`;
- readout: an outcome misread with probability e on both sides leaves (1 - 2 e)^2, on one 1 - 2 e;
  in general, with h and d of `Readout`, the visibility must exceed r (1 - |d_A d_B|)/(h_A h_B) with
  roles "aligned" and r/(h_A h_B) with "private";
- clicks, with the classical answer for no click and a pair of visibility p: the efficiency must
  exceed 2 C/(p Q + C) on both sides, r/p on one (partially entangled pairs do better: see
  `photon_loss`);
- pairs that are not always there: any availability will do if both know; if only one knows, or
  nobody, it must exceed r.

Reference: arXiv:2604.07451 (visibility and readout, as reported for it).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from xorgames.bound import Bound, Finding
from xorgames.errors import expect, near_name, reject
from xorgames.hardware.arguments import number_in
from xorgames.hardware.infidelity import (
    InfidelityLimits,
    bias_ratio,
    infidelity_limits,
    one_pair_bias,
)
from xorgames.hardware.noise_model import Readout
from xorgames.solvers.solution import Solution

#: Points of a trade-off curve where none are given.
_POINTS = 41


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What each kind of noise, alone, may be, with the ideal angles of the one-pair strategy.

    Attributes
    ----------
    advantage : Finding
        Whether one pair without noise is proven to beat every classical strategy.
    visibility_min : Bound
    infidelity_max : InfidelityLimits
    readout_error_max, readout_error_one_side_max : Bound
        Of the probability to misread an outcome, the same for both outcomes.
    efficiency_min, efficiency_one_side_min : Bound
    availability_min : Bound
        If at most one party knows that there is no pair; if both know, any will do.
    """

    advantage: Finding
    visibility_min: Bound
    infidelity_max: InfidelityLimits
    readout_error_max: Bound
    readout_error_one_side_max: Bound
    efficiency_min: Bound
    efficiency_one_side_min: Bound
    availability_min: Bound

    def to_dict(self) -> dict[str, Any]:
        """Return the thresholds by name."""
        parts = {
            key: part.to_dict() for key, part in vars(self).items() if not isinstance(part, Finding)
        }
        return {"advantage": str(self.advantage)} | parts


@dataclass(frozen=True, kw_only=True)
class TradeOff:
    """How much infidelity is left to the pair when the readout errs too.

    Attributes
    ----------
    readout_errors : tuple of float
        On both sides, the same for both outcomes.
    limits : tuple of InfidelityLimits
        At each of them.
    """

    readout_errors: tuple[float, ...]
    limits: tuple[InfidelityLimits, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as lists."""
        return {
            "readout_errors": list(self.readout_errors),
            "limits": [limits.to_dict() for limits in self.limits],
        }


def thresholds(solution: Solution) -> Thresholds | None:
    """Return what each kind of noise may be, or None if there is no advantage to lose.

    Examples
    --------
    >>> import xorgames as xg
    >>> chsh = thresholds(xg.solve(xg.catalog.chsh()))
    >>> print(chsh.visibility_min.display(6), chsh.efficiency_min.display(6))
    0.707106 … 0.707107 0.828427 … 0.828428
    >>> limits = chsh.infidelity_max
    >>> [bound.display(5) for bound in (limits.guaranteed, limits.werner, limits.best)]
    ['0.14644 … 0.14645', '0.21966 … 0.21967', '0.29289 … 0.2929']
    """
    ratio = bias_ratio(solution)
    limits = infidelity_limits(solution)
    if ratio is None or limits is None:
        return None
    return Thresholds(
        advantage=_advantage(solution),
        visibility_min=ratio,
        infidelity_max=limits,
        readout_error_max=(1 - _root(ratio)) / 2,
        readout_error_one_side_max=(1 - ratio) / 2,
        efficiency_min=2 / (1 + 1 / ratio),
        efficiency_one_side_min=ratio,
        availability_min=ratio,
    )


def visibility_min(
    solution: Solution,
    *,
    readout_a: Readout | None = None,
    readout_b: Readout | None = None,
    roles: Literal["private", "aligned"] = "private",
) -> Bound | None:
    """Return the visibility that a pair must exceed with imperfect readout.

    Parameters
    ----------
    solution : Solution
    readout_a, readout_b : Readout, optional
        Perfect by default.
    roles : {"private", "aligned"}
        See `NoiseModel`.

    Returns
    -------
    Bound, or None if not even a perfect pair is enough

    Examples
    --------
    >>> import xorgames as xg
    >>> readout = Readout(e0=0.02, e1=0.1)
    >>> chsh = xg.solve(xg.catalog.chsh())
    >>> bound = visibility_min(chsh, readout_a=readout, readout_b=readout, roles="aligned")
    >>> print(bound.display(6))  # r (1 - 0.08^2) / 0.88^2
    0.907258 … 0.907259
    """
    if roles not in ("private", "aligned"):
        cure = near_name(str(roles), ("private", "aligned"))
        reject("roles", "is not known", received=repr(roles), cure=cure)
    a, b = (Readout() if each is None else each for each in (readout_a, readout_b))
    for key, each in (("readout_a", a), ("readout_b", b)):
        expect(each, Readout, key=key, cure="Readout(e0=..., e1=...)")
    ratio = bias_ratio(solution)
    left = _exactly(a)[0] * _exactly(b)[0]
    if ratio is None or not left:
        return None
    gift = abs(_exactly(a)[1] * _exactly(b)[1]) if roles == "aligned" else Fraction(0)
    least = ratio * (1 - gift) / left
    return None if least.lower >= 1 else least


def efficiency_min(solution: Solution, *, visibility: float = 1.0) -> Bound | None:
    """Return the efficiency that both detectors must exceed, on a pair of a given visibility.

    Returns
    -------
    Bound, or None if that visibility is not enough with perfect detectors

    Examples
    --------
    >>> import xorgames as xg
    >>> print(efficiency_min(xg.solve(xg.catalog.chsh()), visibility=0.95).display(4))
    0.8534 … 0.8535
    """
    visibility = number_in(visibility, 0, 1, key="visibility")
    ratio = bias_ratio(solution)
    if ratio is None or ratio.lower >= visibility:
        return None
    # 2 C/(p Q + C), in a form in which r occurs once.
    return 2 / (1 + visibility / ratio)


def trade_off(solution: Solution, *, readout_errors: Sequence[float] | None = None) -> TradeOff:
    """Return how much infidelity is left to the pair at each readout error.

    Parameters
    ----------
    solution : Solution
    readout_errors : sequence of float in [0, 1/2), optional
        On both sides, the same for both outcomes. By default from 0 to the largest that leaves
        anything. Errors that leave nothing are left out.

    Examples
    --------
    >>> import xorgames as xg
    >>> curve = trade_off(xg.solve(xg.catalog.chsh()), readout_errors=[0, 0.05, 0.1])
    >>> [limits.werner.display(4) for limits in curve.limits]  # 3/4 (1 - r/(1 - 2 e)^2)
    ['0.2196 … 0.2197', '0.0952 … 0.0953']
    """
    if readout_errors is None:
        ratio = bias_ratio(solution)
        most = 0.0 if ratio is None else (1 - math.sqrt(ratio.upper)) / 2
        points = _POINTS if most > 0 else 1
        readout_errors = np.linspace(0.0, most, points, endpoint=False).tolist()
    expect(readout_errors, (list, tuple, np.ndarray), key="readout_errors")
    errors = [number_in(e, 0, 0.5, key="readout_errors") for e in readout_errors]
    limits = []
    for error in errors:
        readout = (1 - 2 * Bound.exact(error)) * (1 - 2 * Bound.exact(error))
        found = infidelity_limits(solution, readout=readout) if readout.lower > 0 else None
        if found is not None:
            limits.append((error, found))
    return TradeOff(
        readout_errors=tuple(error for error, _ in limits),
        limits=tuple(found for _, found in limits),
    )


def _advantage(solution: Solution) -> Finding:
    return Finding.of(True if solution.classical.bias.is_below(one_pair_bias(solution)) else None)


def _exactly(readout: Readout) -> tuple[Fraction, Fraction]:
    """Return h and d without rounding; h is not negative, though e0 + e1 may exceed 1 by an ulp."""
    e0, e1 = Fraction(readout.e0), Fraction(readout.e1)
    return max(Fraction(0), 1 - e0 - e1), e1 - e0


def _root(bound: Bound) -> Bound:
    """Return the square root; the library's is correctly rounded."""
    lower, upper = (math.sqrt(end) for end in (bound.lower, bound.upper))
    return Bound(max(0.0, math.nextafter(lower, -1)), math.nextafter(upper, 2))
