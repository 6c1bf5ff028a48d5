"""Strategies that are mixtures, and strategies on imperfect machines.

Shared randomness: before the rounds both parties draw which deterministic strategy to play.

Noise: the pair is Bell-diagonal, the readout of each party gives 1 for 0 with probability e0 and 0
for 1 with probability e1, and a round may have no pair: both nodes know (a herald tells them before
the inputs arrive) and play a classical strategy instead. With h = 1 - e0 - e1 and d = e1 - e0

    E = availability (h_A h_B sum s_i u_i v_i + d_A d_B) + (1 - availability) E_fallback,

where s are the factors of `xorgames.measurements`. An XOR game asks for nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xorgames.errors import InputError, Problem, expect
from xorgames.exact import exact_array, to_float
from xorgames.measurements import Quantum, on_generators, shrinks, werner_weights
from xorgames.strategy import DeterministicStrategy, Playable

FloatArray = NDArray[np.float64]

#: How far from 1 weights may sum.
_SUM = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class SharedRandomStrategy(Playable):
    """Deterministic strategies, one of them drawn in each round by shared randomness.

    Parameters
    ----------
    strategies : sequence of DeterministicStrategy
        For games of one shape.
    weights : sequence of float
        Their probabilities, at least 0, with the sum 1.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> one = DeterministicStrategy(a=np.array([0, 0]), b=np.array([0, 0]))
    >>> SharedRandomStrategy.symmetrised(one).correlators.tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """

    strategies: tuple[DeterministicStrategy, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the mixture."""
        problems: list[Problem] = []
        expect(self.strategies, (list, tuple), key="strategies")
        strategies = tuple(self.strategies)
        for strategy in strategies:
            expect(strategy, DeterministicStrategy, key="strategies")
        shapes = {(len(each.a), len(each.b)) for each in strategies}
        if len(shapes) != 1:
            rule = "must be at least one, all with as many inputs"
            received = ", ".join(f"{m} x {n}" for m, n in sorted(shapes)) or "none"
            problems.append(Problem(key="strategies", rule=rule, received=received))
        weights = _numbers(self.weights, "weights", {(len(strategies),)}, problems)
        if weights is not None and abs(weights.sum() - 1) > _SUM:
            received = f"a sum of {weights.sum():.12g}"
            problems.append(Problem(key="weights", rule="must sum to 1", received=received))
        if problems or weights is None:
            raise InputError(problems)
        object.__setattr__(self, "strategies", strategies)
        object.__setattr__(self, "weights", tuple(weights.tolist()))

    @classmethod
    def symmetrised(cls, strategy: DeterministicStrategy) -> "SharedRandomStrategy":
        """Return the strategy with both outputs flipped or not by a shared coin.

        No correlator changes, and each output becomes a fair coin.
        """
        flipped = DeterministicStrategy(a=1 - strategy.a, b=1 - strategy.b)
        return cls(strategies=(strategy, flipped), weights=(0.5, 0.5))

    @cached_property
    def correlators(self) -> FloatArray:
        """E(x, y), shape (m, n)."""
        each = np.stack([strategy.correlators for strategy in self.strategies])
        return np.tensordot(self.weights, each, axes=1)

    def to_dict(self) -> dict[str, Any]:
        """Return the strategies and their weights as lists."""
        return {
            "strategies": [strategy.to_dict() for strategy in self.strategies],
            "weights": list(self.weights),
        }


Classical = DeterministicStrategy | SharedRandomStrategy


@dataclass(frozen=True, kw_only=True, eq=False)
class NoisyStrategy(Playable):
    """A quantum strategy on imperfect pairs, with imperfect readout, not always with a pair.

    Parameters
    ----------
    strategy : OnePairStrategy, KPairStrategy or VectorStrategy
    visibility : float or sequence of shape (k,), in [0, 1]
        Of Werner pairs, all alike or pair by pair.
    bell_weights : sequence of shape (4,) or (k, 4), optional
        Of |Phi+>, |Phi->, |Psi+>, |Psi-> in place of the visibility.
    alice_readout, bob_readout : pair of float
        (e0, e1): the probabilities to read 1 for 0, and 0 for 1; the sum at most 1.
    availability : float in [0, 1]
        The probability that a round has its pairs.
    fallback : DeterministicStrategy or SharedRandomStrategy, optional
        What is played without; needed where the availability is below 1.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> from xorgames import catalog, solve
    >>> ideal = solve(catalog.chsh()).one_pair.strategy
    >>> noisy = NoisyStrategy(strategy=ideal, visibility=0.9, alice_readout=(0.01, 0.01))
    >>> (noisy.correlators / ideal.correlators).round(9).tolist()
    [[0.882, 0.882], [0.882, 0.882]]
    """

    strategy: Quantum
    visibility: float | Sequence[float] = 1.0
    bell_weights: Sequence[float] | Sequence[Sequence[float]] | None = None
    alice_readout: tuple[float, float] = (0.0, 0.0)
    bob_readout: tuple[float, float] = (0.0, 0.0)
    availability: float = 1.0
    fallback: Classical | None = None
    _weights: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check everything at once."""
        from xorgames.clifford import KPairStrategy
        from xorgames.strategy import OnePairStrategy, VectorStrategy

        expect(self.strategy, (OnePairStrategy, KPairStrategy, VectorStrategy), key="strategy")
        problems: list[Problem] = []
        for party in ("alice_readout", "bob_readout"):
            self._set(party, _readout(getattr(self, party), key=party, problems=problems))
        availability = _numbers(self.availability, "availability", {()}, problems)
        self._set("availability", None if availability is None else float(availability))
        self._check_pairs(problems)
        self._check_fallback(problems)
        if problems:
            raise InputError(problems)

    def _set(self, name: str, checked: object) -> None:
        object.__setattr__(self, name, checked)

    def _check_pairs(self, problems: list[Problem]) -> None:
        k = on_generators(self.strategy).pairs
        if self.bell_weights is None:
            visibility = _numbers(self.visibility, "visibility", {(), (k,)}, problems)
            weights = None if visibility is None else werner_weights(visibility)
        else:
            weights = _numbers(self.bell_weights, "bell_weights", {(4,), (k, 4)}, problems)
            if weights is not None and (np.abs(weights.sum(axis=-1) - 1) > _SUM).any():
                received = str(weights.sum(axis=-1).tolist())
                problems.append(
                    Problem(key="bell_weights", rule="must sum to 1", received=received)
                )
            if not (isinstance(self.visibility, int | float) and self.visibility == 1):
                rule = "must not be given together with bell_weights"
                problems.append(Problem(key="visibility", rule=rule, cure="keep one of them"))
        self._set("_weights", weights)

    def _check_fallback(self, problems: list[Problem]) -> None:
        if self.fallback is None:
            if self.availability is not None and self.availability < 1:
                cure = "give the classical strategy to play in a round without a pair"
                rule = "must be given where availability is below 1"
                problems.append(Problem(key="fallback", rule=rule, cure=cure))
            return
        expect(self.fallback, (DeterministicStrategy, SharedRandomStrategy), key="fallback")
        shapes = [self.fallback.correlators.shape, self.strategy.correlators.shape]
        if shapes[0] != shapes[1]:
            played, wanted = (" x ".join(map(str, shape)) for shape in shapes)
            rule = f"must have as many inputs as `strategy`, {wanted}"
            problems.append(Problem(key="fallback", rule=rule, received=played))

    @cached_property
    def shrinks(self) -> FloatArray:
        """The factor of each coordinate of `on_generators(strategy)`, shape (d,)."""
        return shrinks(on_generators(self.strategy).paulis, self._weights)

    @cached_property
    def correlators(self) -> FloatArray:
        """E(x, y), shape (m, n)."""
        ideal = on_generators(self.strategy)
        (e0_a, e1_a), (e0_b, e1_b) = self.alice_readout, self.bob_readout
        with_pair = (1 - e0_a - e1_a) * (1 - e0_b - e1_b) * (ideal.alice * self.shrinks)
        with_pair = with_pair @ ideal.bob.T + (e1_a - e0_a) * (e1_b - e0_b)
        if self.fallback is None:
            return np.asarray(with_pair)
        without = self.fallback.correlators
        return np.asarray(self.availability * with_pair + (1 - self.availability) * without)


def _readout(given: ArrayLike, *, key: str, problems: list[Problem]) -> tuple[float, float] | None:
    """Return (e0, e1) after checking them, or None where there is a problem."""
    errors = _numbers(given, key, {(2,)}, problems)
    if errors is None:
        return None
    if errors.sum() > 1:
        cure = "exchange the names of the two outcomes"
        received = f"{errors[0]:g} + {errors[1]:g}"
        problems.append(
            Problem(key=key, rule="must sum to at most 1", received=received, cure=cure)
        )
    return float(errors[0]), float(errors[1])


def _numbers(
    given: Any, key: str, shapes: set[tuple[int, ...]], problems: list[Problem]
) -> FloatArray | None:
    """Return numbers in [0, 1] of one of the shapes, or None where there is a problem."""
    exact = exact_array(given, key=key, problems=problems)
    if exact is None:
        return None
    numbers = to_float(exact)
    if numbers.shape not in shapes:
        rule = "must have the shape " + " or ".join(map(str, sorted(shapes)))
        problems.append(Problem(key=key, rule=rule, received=str(numbers.shape)))
        return None
    if not ((numbers >= 0) & (numbers <= 1)).all():
        problems.append(Problem(key=key, rule="must lie in [0, 1]", received=str(given)))
        return None
    return numbers
