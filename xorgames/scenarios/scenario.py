"""A coordination problem of one's own: what two parties see, what they decide, what it costs.

In each round of a scenario Alice sees x and Bob sees y, whole numbers from 0 on; each decides on a
bit, a and b, without hearing from the other; and the world makes both of them pay a cost. Whoever
describes that by two functions, `draw` and `cost`, has everything else done for them: the game is
estimated from rounds (`estimation`), solved, and played by classical, quantum and omniscient
players in further rounds (`engine`). `docs/your_own_problem.md` is a walk through an example.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.conditions import Conditions
from xorgames.scenarios.result import Measure
from xorgames.scenarios.tally import Formula

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Rounds from which the game is estimated, and other rounds, in which it is played.
Part = Literal["training", "test"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rounds:
    """What happened in some rounds; a scenario adds what its cost needs to know.

    Parameters
    ----------
    x, y : ndarray of int, shape (k,)
        What Alice and what Bob saw.
    """

    x: IntArray
    y: IntArray


@runtime_checkable
class Scenario(Protocol):
    """What a coordination problem must say; the methods that follow `cost` have defaults.

    Inherit from it, and write `name`, `shape`, `draw` and `cost`.

    Attributes
    ----------
    name : str
    shape : (int, int)
        How many different things Alice, and Bob, can see.

    Examples
    --------
    >>> class Alarm(Scenario):
    ...     name, shape = "alarm", (2, 2)
    ...     def draw(self, rounds, rng):
    ...         x, y = rng.integers(0, 2, (2, rounds))
    ...         return Rounds(x=x, y=y)
    ...     def cost(self, seen, a, b):
    ...         return ((a ^ b) != (seen.x & seen.y)).astype(float)
    >>> seen, zeros = Alarm().draw(9, np.random.default_rng(1)), np.zeros(9, np.int8)
    >>> bool((Alarm().cost(seen, zeros, zeros) == seen.x * seen.y).all())
    True
    """

    name: str
    shape: tuple[int, int]

    def draw(self, rounds: int, rng: np.random.Generator) -> Any:
        """Return what happens in so many new rounds: `Rounds`, or a subclass with more in it."""
        ...

    def cost(self, seen: Any, a: IntArray, b: IntArray) -> FloatArray:
        """Return the cost of each round, shape (k,), if these are the decisions: 0 or 1 each."""
        ...

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What an operator looks at; by default the cost alone."""
        return (Measure(name="cost", about="mean cost of a round", better="less"),)

    def quantities(self, seen: Any, a: IntArray, b: IntArray) -> Mapping[str, FloatArray]:
        """Return what is added up, round by round; "cost" and "payoff" are known of themselves."""
        cost = np.asarray(self.cost(seen, a, b), dtype=np.float64)
        return {"cost": cost, "payoff": -cost}

    @property
    def formulas(self) -> Mapping[str, Formula]:
        """How measures follow from the means of quantities, where they are no such mean."""
        return {}

    def missed(self, seen: Any) -> Mapping[str, FloatArray] | None:
        """Return the quantities of rounds in which decisions come too late.

        None, the default, if the scenario does not say.
        """
        del seen
        return None

    def rules(self) -> Mapping[str, tuple[list[int], list[int]]]:
        """Return simple classical strategies to compare with: bits for each x and for each y."""
        m, n = self.shape
        return {"constant": ([0] * m, [0] * n)}

    def labels(self) -> Mapping[str, list[str]]:
        """Return what inputs and outputs mean, as in a game file."""
        return {}

    def source(self, part: Part, rng: np.random.Generator) -> Callable[[int], Any]:
        """Return a function that returns the next so many rounds, piece after piece.

        By default each piece is drawn by itself. If a round depends on the one before, write this
        method and keep in the function what goes on, or it starts anew with every piece.
        """
        del part
        return lambda rounds: self.draw(rounds, rng)

    def limit(self, part: Part) -> int | None:
        """Return how many rounds there are; None for as many as one likes."""
        del part
        return None

    def facts(self) -> Mapping[str, Any]:
        """Return the parameters as JSON data."""
        return {}

    def notes(self, conditions: Conditions) -> tuple[str, ...]:
        """Return what a reader must know."""
        del conditions
        return ()
