"""One classical bias cut into many smaller ones, for as many machines as there are.

Let the signs of some rows be fixed relative to one another. Then these rows act as one, their sum
with these signs, and what remains is the classical bias of a smaller game; a common flip of all
signs changes nothing, so that k rows give 2^(k-1) parts, and the bias is the largest of theirs. The
rows with the largest entries are joined: their parts differ most.

A part that was stopped by its time limit gives a bracket; so does then the whole.
"""

import hashlib
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xorgames.bound import Bound
from xorgames.errors import InputError, Problem, SolverError, TooLargeError
from xorgames.exact import FractionArray
from xorgames.game import XORGame
from xorgames.sweep.rows import ERROR, ID
from xorgames.sweep.run import Chunk, Rows, Task

_MOST_ROWS = 24
#: Some hours of one core: a part may take longer than one would wait for a game.
_MOST_STRATEGIES = 2**44
PART = "part"
COLUMNS = (ID, PART, "classical_bias_lower", "classical_bias_upper", ERROR)


@dataclass(frozen=True, kw_only=True)
class SplitSweep:
    """The parts of the classical bias of one game.

    Parameters
    ----------
    game : XORGame
    rows : int
        How many rows are joined: 2^(rows - 1) parts.
    time_limit_s : float, optional
        For each part.

    Raises
    ------
    InputError
        If the number of rows is out of range.

    Examples
    --------
    >>> from xorgames.catalog import chained
    >>> sweep = SplitSweep(game=chained(4), rows=3)
    >>> rows = sweep(list(sweep.tasks()))
    >>> len(rows), sweep.result(rows)
    (4, Bound(lower=0.75, upper=0.75))
    """

    game: XORGame
    rows: int
    time_limit_s: float | None = None
    columns = COLUMNS
    #: A part may take hours, whatever the one before it took.
    largest_chunk = 1

    def __post_init__(self) -> None:
        """Check the number of rows."""
        most = min(_MOST_ROWS, self.game.shape[0])
        whole = isinstance(self.rows, int) and not isinstance(self.rows, bool)
        if not whole or not 2 <= self.rows <= most:
            rule = f"must be a whole number from 2 to {most}"
            raise InputError([Problem(key="rows", rule=rule, received=repr(self.rows))])

    @property
    def work(self) -> "SplitSweep":
        """What travels to the workers."""
        return self

    @property
    def total(self) -> int:
        """How many parts there are."""
        return int(2 ** (self.rows - 1))

    def tasks(self) -> Iterator[Task]:
        """Yield the parts."""
        for part in range(self.total):
            yield Task(self._id(str(part)), {PART: str(part)})

    def _id(self, part: str) -> str:
        text = f"classical bias 1 {self.game.id} {self.rows} {self.time_limit_s} {part}"
        return hashlib.sha256(text.encode()).hexdigest()

    def __call__(self, chunk: Chunk) -> Rows:
        """Return the brackets of some parts."""
        return [self._row(task.parameters) for task in chunk]

    def _row(self, parameters: Mapping[str, str]) -> dict[str, str]:
        from xorgames.solvers.classical import classical_bias

        lower = upper = error = ""
        start = time.monotonic()
        try:
            found = classical_bias(
                self.part(int(parameters[PART])),
                workers=1,
                time_limit_s=self.time_limit_s,
                max_strategies=_MOST_STRATEGIES,
            )
            if found.interrupted and time.monotonic() < start + (self.time_limit_s or math.inf):
                # Ctrl-C ended the search early, and its bracket would count as the part's.
                raise KeyboardInterrupt
            lower, upper = str(Bound.exact(found.lower).lower), str(Bound.exact(found.upper).upper)
        except (InputError, TooLargeError, SolverError) as caught:
            error = str(caught)
        return dict(zip(COLUMNS[1:], (parameters[PART], lower, upper, error), strict=True))

    def part(self, number: int) -> FractionArray:
        """Return the matrix of a part: the joined rows' sum, then the other rows."""
        chosen = self._order[: self.rows]
        signs = [1, *(1 - 2 * (number >> i & 1) for i in range(self.rows - 1))]
        matrix = self.game.exact_matrix
        joined = sum(sign * matrix[x] for sign, x in zip(signs, chosen, strict=True))
        return np.vstack([joined, matrix[self._order[self.rows :]]])

    @cached_property
    def _order(self) -> list[int]:
        """The rows, the heaviest first."""
        weights = [sum(abs(entry) for entry in row) for row in self.game.exact_matrix]
        return sorted(range(len(weights)), key=lambda x: (-weights[x], x))

    def result(self, rows: Iterable[Mapping[str, str]]) -> Bound | None:
        """Return the classical bias that the rows of all parts prove; None if parts are missing.

        Rows of other sweeps, which a file may hold besides, are left out by their ids.
        """
        known = {row[PART]: row for row in rows if not row[ERROR] and self._owns(row)}
        if len(known) < self.total:
            return None
        lower, upper = (
            max(float(row[f"classical_bias_{end}"]) for row in known.values())
            for end in ("lower", "upper")
        )
        return Bound(lower, upper)

    def _owns(self, row: Mapping[str, str]) -> bool:
        return ID not in row or row[ID] == self._id(row[PART])
