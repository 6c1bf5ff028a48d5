"""A machine's design: a file of numbers with units and sources, and what it achieves.

A design file is TOML or JSON with `schema = 1` and a `model`: "two-photon", the time-multiplexed
heralded link of stated figures; "two-photon-physics" and "caps", the same from the physics of the
nodes; "memory", the model of Ding and Jiang; or "specified", a machine whose figures are simply
stated (`physics.models`). The keys and their ranges stand in `keys`. A number is written plain in
the unit of its key's suffix, as text with a unit ("240 ns"), or as {value = ..., source = "...",
uncertainty = ...}, the last a standard deviation and optional.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from xorgames.errors import InputError, Problem, expect, near_name, reject
from xorgames.hardware.design_file import LAW, check_latency, read_design
from xorgames.hardware.keys import MODELS, PROFILE, design_schema
from xorgames.hardware.link import Fibre
from xorgames.hardware.parameters import Parameter, check_keys, checked_number
from xorgames.hardware.performance import Performance
from xorgames.hardware.physics import models
from xorgames.hardware.physics.node import PhysicalNode
from xorgames.textfile import SUFFIXES, read_as, read_table

__all__ = ["Design", "Parameter", "design_names", "design_schema", "load_design"]

STATED = "stated"
#: The source of a number that `Design.replace` has changed.
CHANGED = "changed"


@dataclass(frozen=True, kw_only=True)
class Design:
    """A machine, as its file describes it.

    Attributes
    ----------
    name, model, source : str
    parameters : tuple of Parameter
        In the order of the file.
    profiles : mapping
        Rounded inputs by profile name; "law" (formulas only) is always there besides.
    reported : tuple of Parameter
        Results that the source states, to be shown beside those computed.
    unknown : tuple of str
        What the sources do not tell, in plain words.
    """

    name: str
    model: str
    source: str
    parameters: tuple[Parameter, ...]
    profiles: Mapping[str, Mapping[str, float]]
    reported: tuple[Parameter, ...]
    unknown: tuple[str, ...] = ()

    @cached_property
    def numbers(self) -> Mapping[str, float]:
        """The parameters' values by name."""
        return {part.name: part.value for part in self.parameters}

    @property
    def profile_names(self) -> tuple[str, ...]:
        """The profiles that `evaluate` offers; the first one is the default."""
        return (STATED,) if self.model == "specified" else (LAW, *self.profiles)

    def evaluate(
        self, *, distance_m: float | None = None, profile: str | None = None
    ) -> Performance:
        """Return what the machine achieves.

        Parameters
        ----------
        distance_m : float, optional
            The parties' distance; the design's own by default.
        profile : str, optional
            "law": the formulas, at every distance. A profile of the file: its rounded inputs, at
            its distance only. A specified design has one profile, "stated".

        Raises
        ------
        InputError
            If there is no such profile, or it does not hold at this distance.

        Examples
        --------
        >>> yb = load_design("yb_cavity")
        >>> round(yb.evaluate().rate_hz, 1), round(yb.evaluate(profile="displayed").rate_hz, 1)
        (7419.8, 7854.5)
        """
        profile = self.profile_names[0] if profile is None else profile
        if profile not in self.profile_names:
            cure = near_name(profile, self.profile_names)
            reject(
                "profile", f"must be a profile of {self.name}", received=repr(profile), cure=cure
            )
        own = self._own_distance_m(profile)
        if distance_m is None:
            distance_m = own
        else:
            distance_m = _checked_distance(distance_m)
            if profile != LAW and own not in (None, distance_m):
                rule = f"must be {own:g} m, where the figures of {self.name} ({profile}) hold"
                cure = f"use the profile {LAW}" if LAW in self.profile_names else ""
                reject("distance_m", rule, received=f"{distance_m:g} m", cure=cure)
        return Performance(
            design=self.name,
            profile=profile,
            distance_m=distance_m,
            **self._achieved(profile, distance_m),
        )

    def memory_lifetime_threshold_s(
        self, infidelity_max: float, *, distance_m: float | None = None, profile: str | None = None
    ) -> float | None:
        """Return the memory lifetime at which the combined infidelity reaches `infidelity_max`.

        Examples
        --------
        >>> yb = load_design("yb_cavity")
        >>> f"{yb.memory_lifetime_threshold_s(1 - 0.5**0.5, profile='displayed'):.4e}"
        '2.6425e-03'
        """
        performance = self.evaluate(distance_m=distance_m, profile=profile)
        return performance.memory_lifetime_threshold_s(infidelity_max)

    def replace(self, **numbers: Any) -> "Design":
        """Return the design with some of its parameters changed, checked as a file's are.

        Parameters
        ----------
        **numbers
            By key, each written as in a design file. A plain number keeps the parameter's stated
            uncertainty; its source becomes "changed". A key that the design leaves out is added.

        Raises
        ------
        InputError
            With everything that is wrong.

        Examples
        --------
        >>> yb = load_design("yb_cavity")
        >>> round(yb.replace(atoms=500).evaluate().rate_hz), yb.replace(atoms=500).name
        (12314, 'yb_cavity')
        """
        problems: list[Problem] = []
        check_keys(numbers, list(MODELS[self.model]), where="", problems=problems)
        if problems:
            raise InputError(problems)
        table = self._as_file()
        for key, written in numbers.items():
            plain = {"value": written, "source": CHANGED}
            table[key] = written if isinstance(written, Mapping) else table.get(key, {}) | plain
        return Design(**read_design(table, default_name=self.name))

    def _as_file(self) -> dict[str, Any]:
        """Return the table that a design file would hold."""
        tables: dict[str, Any] = {"reported": _written(self.reported)}
        if self.profiles:
            tables["profiles"] = self.profiles
        header = {"schema": 1, "model": self.model, "name": self.name}
        header |= {"source": self.source} if self.source else {}
        return header | tables | {"unknown": list(self.unknown)} | _written(self.parameters)

    @cached_property
    def _node(self) -> PhysicalNode:
        """What the physics of a node gives, at any distance."""
        return models.NODES[self.model](self.numbers)

    def _own_distance_m(self, profile: str) -> float | None:
        return self.profiles.get(profile, self.numbers).get("distance_m")

    def _achieved(self, profile: str, distance_m: float | None) -> dict[str, Any]:
        numbers = self.numbers
        if self.model == "specified":
            problems: list[Problem] = []
            here = {"distance_m": distance_m} if distance_m is not None else {}
            check_latency({**numbers, **here}, where="", problems=problems)
            if problems:
                raise InputError(problems)
            return models.stated(numbers)
        distance_m = distance_m or numbers["distance_m"]
        if self.model == "memory":
            return models.memories(numbers, distance_m)
        if profile in self.profiles:
            span = Fibre(**self.profiles[profile])
        else:
            span = models.fibre_of(self.model, numbers, distance_m)
        if self.model in models.NODES:
            return models.physical_link(self.model, numbers, self._node, span)
        return models.reported_link(numbers, span)

    def to_dict(self) -> dict[str, Any]:
        """Return the design with every parameter's unit and source."""
        return {
            "name": self.name,
            "model": self.model,
            "source": self.source,
            "profiles": {name: dict(numbers) for name, numbers in self.profiles.items()},
            "parameters": [asdict(part) for part in self.parameters],
            "reported": [asdict(part) for part in self.reported],
            "unknown": list(self.unknown),
        }


def _written(parameters: tuple[Parameter, ...]) -> dict[str, dict[str, Any]]:
    """Return parameters as a file states them."""
    return {
        part.name: {"value": part.value, "source": part.source}
        | ({} if part.uncertainty is None else {"uncertainty": part.uncertainty})
        for part in parameters
    }


def design_names() -> tuple[str, ...]:
    """Return the names of the designs that come with the package."""
    folder = resources.files("xorgames.hardware.designs")
    files = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


def load_design(name_or_path: str | Path) -> Design:
    """Return a packaged design by name, or read a design file.

    Parameters
    ----------
    name_or_path : str or Path
        A name without suffix, or a file named .toml or .json.

    Raises
    ------
    InputError
        With every problem of the file.

    Examples
    --------
    >>> load_design("yb_cavity").parameters[1].value
    0.7
    """
    expect(name_or_path, (str, Path), key="design")
    path = Path(name_or_path)
    if isinstance(name_or_path, Path) or path.suffix.lower() in SUFFIXES or len(path.parts) != 1:
        return read_as(path, lambda table: Design(**read_design(table, default_name=path.stem)))
    names = design_names()
    if name_or_path not in names:
        rule = "must be a packaged design or a file named .toml or .json"
        reject("design", rule, received=repr(name_or_path), cure=near_name(name_or_path, names))
    packaged = resources.files("xorgames.hardware.designs") / f"{name_or_path}.toml"
    with resources.as_file(packaged) as file:
        return Design(**read_design(read_table(file), default_name=str(name_or_path)))


def _checked_distance(distance_m: float) -> float:
    return checked_number("distance_m", distance_m, PROFILE["distance_m"].limits)
