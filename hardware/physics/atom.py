"""The lines of 171Yb that the node uses, each figure with the mark of its source.

Marks: [A] read in an abstract; [C] chosen; [D] derived; [P] as reported for arXiv:2604.07451; [U]
general knowledge of the literature, not checked against a source.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xorgames.hardware.physics.cavity import half_rate

#: 170.936 atomic mass units [U].
YB171_MASS_KG = 170.936 * 1.66053906660e-27

#: Where the excited state 3D1 decays to [U].
BRANCHING_3D1: Mapping[str, float] = MappingProxyType({"3P0": 0.64, "3P1": 0.35, "3P2": 0.01})


@dataclass(frozen=True, kw_only=True)
class Line:
    """An optical line.

    Attributes
    ----------
    name : str
    wavelength_m : float
    full_rate_per_s : float
        At which the population of the upper state decays, by all ways together.
    branching : float
        The part of these decays that goes through this line.
    source : str
        Where the figures come from, with their marks.
    """

    name: str
    wavelength_m: float
    full_rate_per_s: float
    branching: float
    source: str

    @property
    def half_rate_per_s(self) -> float:
        """The half rate gamma, at which the amplitude of the upper state decays."""
        return half_rate(self.full_rate_per_s)

    @property
    def partial_width_hz(self) -> float:
        """The full rate of this line alone over 2 pi.

        Examples
        --------
        >>> round(TELECOM.partial_width_hz / 1e6, 2)
        0.31
        """
        return self.branching * self.full_rate_per_s / (2 * math.pi)


TELECOM = Line(
    name="3P0-3D1",
    wavelength_m=1389e-9,
    full_rate_per_s=1 / 329e-9,
    branching=BRANCHING_3D1["3P0"],
    source="near 1389 nm [P]; 3D1 lifetime 329 ns and branching .64 to 3P0 [U]",
)

VISIBLE = Line(
    name="1S0-3P1",
    wavelength_m=556e-9,
    full_rate_per_s=2 * math.pi * 182e3,
    branching=1.0,
    source="556 nm [P]; full width 2 pi x 182 kHz [D]",
)
