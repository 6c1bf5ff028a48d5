"""Permutations of signed inputs that keep a table of colours.

Every input of either party stands twice, as it is and with its output flipped; a permutation must
take flipped inputs to flipped ones. Inputs get colours that are refined until they are stable: two
are told apart when the colours that they meet in the table are. Where some are not told apart yet,
one after the other is fixed, and each of those that look like it is tried in its place. (McKay and
Piperno, arXiv:1301.1493, describe the method.)
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

#: How many pairs of colourings are refined at most: then generators may be missing.
_MOST_LOOKS = 2000


class Automorphisms:
    """Looks for permutations of signed rows and columns that keep a table of colours.

    Inputs are numbered: rows, flipped rows, columns, flipped columns.
    """

    def __init__(self, table: IntArray) -> None:
        self.table = table
        self.rows, self.columns = table.shape
        half = [np.arange(size) for size in table.shape]
        flips = [(part + len(part) // 2) % len(part) for part in half]
        self.flip = np.concatenate([flips[0], self.rows + flips[1]])
        self.looks = 0

    def generators(self) -> Iterator[IntArray]:
        """Yield permutations; together with the identity they generate the group."""
        count = self.rows + self.columns
        start = self._refine(np.repeat([0, 1], [self.rows, self.columns]))
        fixed: list[int] = []
        levels: list[tuple[int, IntArray]] = []
        colours = start
        while len(np.unique(colours)) < count:
            vertex = _choice(colours)
            levels.append((vertex, colours))
            fixed.append(vertex)
            colours = self._refine(_marked(colours, vertex))
        found: list[IntArray] = []
        # From the last level to the first: what is found at one holds at all before it.
        for vertex, colours in reversed(levels):
            reached = _orbit(vertex, found)
            for image in np.flatnonzero(colours == colours[vertex]).tolist():
                if image in reached:
                    continue
                permutation = self._match(_marked(colours, vertex), _marked(colours, image))
                if permutation is not None:
                    found.append(permutation)
                    yield permutation
                    reached = _orbit(vertex, found)

    def _match(self, here: IntArray, there: IntArray) -> IntArray | None:
        """Return a permutation that takes one colouring to the other."""
        if self.looks > _MOST_LOOKS:
            return None
        self.looks += 2
        here, there = self._refine(here), self._refine(there)
        if not np.array_equal(np.sort(here), np.sort(there)):
            return None
        if len(np.unique(here)) == len(here):
            images = np.empty(len(here), dtype=np.int64)
            images[np.argsort(here)] = np.argsort(there)
            return images if self._keeps(images) else None
        vertex = _choice(here)
        for image in np.flatnonzero(there == here[vertex]).tolist():
            found = self._match(_marked(here, vertex), _marked(there, image))
            if found is not None:
                return found
        return None

    def _keeps(self, images: IntArray) -> bool:
        rows, columns = images[: self.rows], images[self.rows :] - self.rows
        kept = np.array_equal(self.table[np.ix_(rows, columns)], self.table)
        return kept and np.array_equal(self.flip[images], images[self.flip])

    def _refine(self, colours: IntArray) -> IntArray:
        """Return colours by which inputs that look different from others are told apart."""
        while True:
            rows, columns = colours[: self.rows], colours[self.rows :]
            seen = [
                np.sort(_mixed(self.table, columns[None]), axis=1),
                np.sort(_mixed(self.table.T, rows[None]), axis=1),
            ]
            marks = np.concatenate([_hashed(each) for each in seen])
            marks = _mixed(_mixed(marks, colours), colours[self.flip])
            finer = _mixed(np.zeros_like(marks), marks)
            if len(np.unique(finer)) == len(np.unique(colours)):
                return colours
            colours = finer


def _marked(colours: IntArray, vertex: int) -> IntArray:
    """Give an input a colour of its own."""
    marked = colours.copy()
    marked[vertex] = _mixed(marked[vertex : vertex + 1], np.array([-7]))[0]
    return marked


def _choice(colours: IntArray) -> int:
    """Return an input of the smallest colour that several have."""
    names, counts = np.unique(colours, return_counts=True)
    several = counts > 1
    best = names[several][np.argmin(counts[several])]
    return int(np.flatnonzero(colours == best)[0])


def _orbit(vertex: int, permutations: list[IntArray]) -> set[int]:
    reached, waiting = {vertex}, [vertex]
    while waiting:
        here = waiting.pop()
        for permutation in permutations:
            there = int(permutation[here])
            if there not in reached:
                reached.add(there)
                waiting.append(there)
    return reached


def _mixed(a: IntArray, b: IntArray) -> IntArray:
    """Hash two numbers into one; the same everywhere, so that colourings can be compared."""
    with np.errstate(over="ignore"):
        mixed = (a.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ b.astype(np.uint64)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(32)
        return mixed.astype(np.int64)


def _hashed(rows: IntArray) -> IntArray:
    """Hash each row."""
    found = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        found = _mixed(found, column)
    return found
