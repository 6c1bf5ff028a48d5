"""Numbers and names given by a caller: checked, and refused with the rule that they break."""

import math
from typing import Any, get_args

import numpy as np

from xorgames.errors import near_name, reject
from xorgames.exact import exact_number


def number_in(number: Any, low: float, high: float, *, key: str, cure: str = "") -> float:
    """Return a number as a float, refusing what is not one or lies outside [low, high].

    Examples
    --------
    >>> number_in("1/4", 0, 1, key="probability")
    0.25
    """
    # A float is taken as it is, even one so small that no result should be made of it alone.
    usual = isinstance(number, float | np.floating) and math.isfinite(number)
    value = float(number) if usual else float(exact_number(number, key=key))
    if not low <= value <= high:
        ends = f"[{low:g}, {high:g}]" if math.isfinite(high) else f"[{low:g}, infinity)"
        reject(key, f"must lie in {ends}", received=number, cure=cure)
    return value


def keep(part: object, low: float, high: float, *keys: str) -> None:
    """Turn fields of a frozen dataclass into floats within [low, high]."""
    for key in keys:
        object.__setattr__(part, key, number_in(getattr(part, key), low, high, key=key))


def choice(name: Any, literal: Any, *, key: str) -> None:
    """Refuse a name that is not one of a `Literal`.

    Examples
    --------
    >>> from typing import Literal
    >>> choice("bod", Literal["alice", "bob"], key="side")
    Traceback (most recent call last):
    xorgames.errors.InputError: `side` is not known; received 'bod'. Cure: did you mean `bob`?
    """
    known = get_args(literal)
    if name not in known:
        reject(key, "is not known", received=repr(name), cure=near_name(str(name), known))
