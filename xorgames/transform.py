"""New games from old: parties exchanged, inputs and outputs renamed, games played together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xorgames.errors import reject
from xorgames.rules import MAX_INPUTS

if TYPE_CHECKING:
    from xorgames.game import XORGame


def transpose(game: "XORGame") -> "XORGame":
    """See `XORGame.transpose`."""
    other = {"a": "b", "b": "a", "x": "y", "y": "x"}
    return game.__class__(
        game.exact_distribution.T,
        game.exact_payoff.transpose(1, 0, 2),
        name=f"{game.name} (transposed)",
        source=game.source,
        labels={other[key]: names for key, names in game.labels.items()},
    )


def relabel(
    game: "XORGame",
    *,
    x: Sequence[int] | None,
    y: Sequence[int] | None,
    flip_a: Sequence[int],
    flip_b: Sequence[int],
) -> "XORGame":
    """See `XORGame.relabel`."""
    m, n = game.shape
    rows, columns = _permutation("x", x, m), _permutation("y", y, n)
    payoff = game.exact_payoff[np.ix_(rows, columns)]
    flipped = np.zeros((m, n), dtype=bool)
    flipped[_inputs("flip_a", flip_a, m), :] ^= True
    flipped[:, _inputs("flip_b", flip_b, n)] ^= True
    payoff[flipped] = payoff[flipped][:, ::-1]
    labels = {key: list(names) for key, names in game.labels.items()}
    for key, order in (("x", rows), ("y", columns)):
        if key in labels:
            labels[key] = [labels[key][i] for i in order]
    for key, flip, size in (("a", flip_a, m), ("b", flip_b, n)):
        # The names of outputs survive only where every input gives them the same meaning.
        if key in labels and flip:
            labels[key] = labels[key][::-1]
            if len(flip) < size:
                del labels[key]
    return game.__class__(
        game.exact_distribution[np.ix_(rows, columns)],
        payoff,
        name=game.name,
        source=game.source,
        labels=labels,
    )


def xor_product(first: "XORGame", second: "XORGame") -> "XORGame":
    """See `XORGame.xor_product`."""
    shape = [a * b for a, b in zip(first.shape, second.shape, strict=True)]
    if max(shape) > MAX_INPUTS:
        received = " x ".join(map(str, shape))
        reject("product", f"must have at most {MAX_INPUTS} inputs a party", received=received)
    u, v = first.exact_payoff, second.exact_payoff
    even = np.kron(u[..., 0], v[..., 0]) + np.kron(u[..., 1], v[..., 1])
    odd = np.kron(u[..., 0], v[..., 1]) + np.kron(u[..., 1], v[..., 0])
    return first.__class__(
        np.kron(first.exact_distribution, second.exact_distribution),
        np.stack([even, odd], axis=-1),
        name=f"{first.name} xor {second.name}",
    )


def power(game: "XORGame", copies: int) -> "XORGame":
    """See `XORGame.power`."""
    if copies < 1:
        reject("copies", "must be 1 or more", received=copies)
    if copies > MAX_INPUTS or max(game.shape) ** copies > MAX_INPUTS:
        reject("copies", f"must leave at most {MAX_INPUTS} inputs a party", received=copies)
    product = game
    for _ in range(copies - 1):
        product = xor_product(product, game)
    return product


def _permutation(key: str, order: Sequence[int] | None, size: int) -> list[int]:
    if order is None:
        return list(range(size))
    if sorted(order) != list(range(size)):
        reject(key, f"must be a permutation of 0..{size - 1}", received=list(order))
    return list(order)


def _inputs(key: str, inputs: Sequence[int], size: int) -> list[int]:
    if any(not 0 <= i < size for i in inputs) or len(set(inputs)) != len(inputs):
        reject(key, f"must hold different inputs from 0..{size - 1}", received=list(inputs))
    return list(inputs)
