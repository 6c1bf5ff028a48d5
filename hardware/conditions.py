"""The operating conditions: what the machine is asked to show, and within what limits.

A verdict always refers to a stationary window, a significance alpha (the probability of a false
claim), a power (the probability that a true claim succeeds), a local decision time and a distance.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from xorgames.errors import InputError, Problem
from xorgames.hardware.noise import LIGHT_SPEED_M_PER_S
from xorgames.hardware.parameters import POSITIVE, Rule, check_fields, read_numbers

#: Tails below about 1e-308 underflow; this keeps well clear of it.
SMALLEST_ALPHA = 1e-250

CONDITION_RULES = {
    "window_s": Rule(about="the stationary window", limits=POSITIVE, required=False),
    "alpha": Rule(
        about="the significance: probability of a false claim",
        limits={"exclusiveMinimum": 0, "exclusiveMaximum": 1},
        required=False,
        smallest=SMALLEST_ALPHA,
    ),
    "power": Rule(
        about="the probability that a true claim succeeds",
        limits={"exclusiveMinimum": 0, "exclusiveMaximum": 1},
        required=False,
    ),
    "local_time_s": Rule(about="the time for a local decision", limits=POSITIVE, required=False),
    "distance_m": Rule(about="the distance of the parties", limits=POSITIVE, required=False),
}


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """The operating conditions.

    Parameters
    ----------
    window_s : float
        The time in which the game does not change and the rounds must be played.
    alpha, power : float
        Significance and power of the statistical test, 1e-250 <= alpha < power < 1.
    local_time_s : float
        The time that each party has for its decision.
    distance_m : float
        The straight distance of the parties.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> conditions = Conditions(window_s=0.01, distance_m=56.3e3)
    >>> conditions.alpha, conditions.power, round(conditions.light_time_s * 1e6, 1)
    (0.05, 0.9, 187.8)
    """

    window_s: float = 0.1
    alpha: float = 0.05
    power: float = 0.9
    local_time_s: float = 10e-6
    distance_m: float = 50e3

    def __post_init__(self) -> None:
        """Check every number."""
        check_fields(self, CONDITION_RULES, check_levels)

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Self:
        """Make the conditions from a file's `[conditions]` table.

        Parameters
        ----------
        table : mapping
            Any of the parameters by name; numbers in SI units, or text such as "10 ms".

        Raises
        ------
        InputError
            With every problem; keys are reported as `conditions.<key>`.

        Examples
        --------
        >>> Conditions.from_table({"window_s": "10 ms", "alpha": 0.001}).window_s
        0.01
        """
        problems: list[Problem] = []
        numbers = read_numbers(table, CONDITION_RULES, where="conditions.", problems=problems)
        check_levels(asdict(cls()) | numbers, problems, where="conditions.")
        if problems:
            raise InputError(problems)
        return cls(**numbers)

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        r"""Return the conditions that a game file states in its `[conditions]` table.

        Raises
        ------
        InputError
            With everything that is wrong with the file.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "game.toml")
        ...     text = "schema = 1\n[catalog]\nname = 'chsh'\n[conditions]\nalpha = 0.01"
        ...     _ = path.write_text(text)
        ...     Conditions.from_file(path).alpha
        0.01
        """
        from xorgames.spec import read_game_file

        table = read_game_file(path).conditions
        try:
            return cls.from_table(table)
        except InputError as error:
            raise error.in_file(str(path)) from None

    @property
    def light_time_s(self) -> float:
        """The fastest possible communication: distance over the vacuum speed of light."""
        return self.distance_m / LIGHT_SPEED_M_PER_S

    def to_dict(self) -> dict[str, float]:
        """Return the conditions by name."""
        return asdict(self)


def check_levels(numbers: Mapping[str, float], problems: list[Problem], *, where: str = "") -> None:
    """Add a problem if the power does not exceed the significance."""
    alpha, power = numbers.get("alpha"), numbers.get("power")
    if alpha is not None and power is not None and power <= alpha:
        rule = f"must be greater than alpha = {alpha:g}"
        cure = "a test that ignores the data has power alpha; ask for more, such as 0.9"
        problems.append(Problem(key=f"{where}power", rule=rule, received=f"{power:g}", cure=cure))
