"""What may happen to a qubit before it is measured: depolarising, dephasing, storage.

In the Bloch picture a qubit is the four-vector (1, r), and a channel a 4 x 4 matrix that acts on
it. On a pair of qubits with the table R of `pair_state`, a channel L of Alice and a channel K of
Bob give  L R K^T.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InputError, reject
from xorgames.hardware.arguments import choice, keep, number_in

FloatArray = NDArray[np.float64]
Side = Literal["alice", "bob", "both"]

_AXES = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}


@dataclass(frozen=True, kw_only=True)
class Depolarising:
    """Each qubit is kept with probability `visibility`, and else replaced by a fully mixed one.

    On one side of |Phi+> this makes a Werner pair of that visibility.
    """

    visibility: float
    side: Side = "both"

    def __post_init__(self) -> None:
        """Check the numbers."""
        keep(self, 0, 1, "visibility")
        choice(self.side, Side, key="side")

    @property
    def transfer(self) -> FloatArray:
        """The 4 x 4 matrix."""
        return np.diag([1.0, *[self.visibility] * 3])


@dataclass(frozen=True, kw_only=True)
class Dephasing:
    """A half turn about an axis happens to each qubit with probability `error`.

    Parameters
    ----------
    error : float, in [0, 1/2]
    axis : {"x", "y", "z"} or three numbers
        A direction on the Bloch sphere, of any length but zero.
    side : {"alice", "bob", "both"}
    """

    error: float
    axis: str | tuple[float, float, float] = "z"
    side: Side = "both"

    def __post_init__(self) -> None:
        """Check the numbers."""
        keep(self, 0, 0.5, "error")
        _direction(self.axis)
        choice(self.side, Side, key="side")

    @property
    def transfer(self) -> FloatArray:
        """The 4 x 4 matrix."""
        axis = _direction(self.axis)
        left = 1 - 2 * self.error
        matrix = np.eye(4)
        matrix[1:, 1:] = left * np.eye(3) + (1 - left) * np.outer(axis, axis)
        return matrix


@dataclass(frozen=True, kw_only=True)
class Storage:
    """A qubit waits: it decays to 0 with time T1 and loses coherence with time T2 <= 2 T1.

    Parameters
    ----------
    age_s : float
    t1_s, t2_s : float or None
        None means no such decay; without a t2_s coherence lives as long as t1_s allows, 2 T1.
    side : {"alice", "bob", "both"}

    Examples
    --------
    >>> np.diag(Storage(age_s=0.1, t2_s=2.0).transfer).round(6).tolist()
    [1.0, 0.951229, 0.951229, 1.0]
    """

    age_s: float
    t1_s: float | None = None
    t2_s: float | None = None
    side: Side = "both"

    def __post_init__(self) -> None:
        """Check the numbers."""
        keep(self, 0, math.inf, "age_s")
        for key in ("t1_s", "t2_s"):
            if getattr(self, key) is None:
                continue
            keep(self, 0, math.inf, key)
            if getattr(self, key) == 0:
                reject(key, "must be positive", received="0", cure="None means no decay")
        if self.t1_s is not None and self.t2_s is not None and self.t2_s > 2 * self.t1_s:
            received = f"t2_s = {self.t2_s:g}, t1_s = {self.t1_s:g}"
            reject("t2_s", "must not exceed 2 t1_s", received=received)
        choice(self.side, Side, key="side")

    @property
    def transfer(self) -> FloatArray:
        """The 4 x 4 matrix."""
        kept = 1.0 if self.t1_s is None else math.exp(-self.age_s / self.t1_s)
        coherent = math.sqrt(kept) if self.t2_s is None else math.exp(-self.age_s / self.t2_s)
        matrix = np.diag([1.0, coherent, coherent, kept])
        matrix[3, 0] = 1 - kept
        return matrix


Channel = Depolarising | Dephasing | Storage


def _direction(axis: Any) -> FloatArray:
    rule = 'must be "x", "y", "z" or three numbers that are not all zero'
    if isinstance(axis, str):
        if axis not in _AXES:
            reject("axis", rule, received=repr(axis))
        return np.array(_AXES[axis])
    try:
        numbers = np.array([number_in(c, -math.inf, math.inf, key="axis") for c in axis])
    except (TypeError, InputError):
        reject("axis", rule, received=repr(axis))
    if numbers.shape != (3,) or not numbers.any():
        reject("axis", rule, received=repr(axis))
    scaled = numbers / np.abs(numbers).max()
    result: FloatArray = scaled / np.linalg.norm(scaled)
    return result
