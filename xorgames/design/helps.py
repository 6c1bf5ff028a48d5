"""Does entanglement help in a game? Proven yes, proven no, or left open.

It helps where the Tsirelson bias exceeds the classical one. Brackets on both settle most games of a
stack; what is close is settled in exact arithmetic, game by game.
"""

import numpy as np
from numpy.typing import NDArray

from xorgames.design.family import Stack
from xorgames.game import XORGame
from xorgames.solvers.closed_form import Brackets, two_by_two
from xorgames.solvers.stack_classical import entanglement_helps

Signs = NDArray[np.int8]


def surely_helps(stack: Stack, biases: Brackets | None = None) -> Signs:
    """Decide by the brackets, then by the stack's sharper test; 0 where both leave it open."""
    answers = np.zeros(len(stack.points), dtype=np.int8)
    if biases is not None:
        answers[biases.quantum_lower > biases.classical_upper] = 1
    left = np.flatnonzero(answers == 0)
    if len(left):
        answers[left] = entanglement_helps(stack.matrices[left], stack.errors[left])
    return answers


def exactly_helps(game: XORGame) -> int:
    """Say in exact arithmetic whether entanglement helps: 1 yes, -1 no, 0 too long to decide.

    Examples
    --------
    >>> from xorgames.catalog import chsh, hadamard
    >>> exactly_helps(chsh()), exactly_helps(hadamard(4))
    (1, -1)
    """
    from xorgames.solvers.classical import classical_bias
    from xorgames.solvers.exact import is_tsirelson_optimal

    if game.shape == (2, 2):
        return 1 if two_by_two(game.exact_matrix).advantage else -1
    found = classical_bias(game.exact_matrix)
    if found.interrupted:
        raise KeyboardInterrupt
    equal = is_tsirelson_optimal(game.exact_matrix, found.strategy)
    if equal:
        return -1
    return 1 if equal is False and found.exact else 0
