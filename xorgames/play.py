"""Strategies played round by round, each party with its own input and its own share of a resource.

Deterministic: a table each. Shared random: tables, and a seed that both drew before the rounds.
Quantum: a table of measurements each, and one half of each entangled pair; the pairs themselves
are with a `PairSource`, which stands for physics. Noisy: readout errors, each party's own; and a
herald, known to both before any input, that says which rounds have a pair.

What locality means here. A party is made before any input exists, is told its own input alone, and
holds no object that holds the other's input: of a measurement the source keeps the collapsed other
half, as nature does, and all that a party can do with it is to measure it. Whoever answers first
cannot depend on an input that does not exist yet. What Python cannot do is keep a hostile program
from opening the source in the same process and reading the half instead, which names the other's
setting up to a sign: players who are not trusted belong into processes of their own, with a pipe as
their share (`Measurement` asks for no more than a function).
"""

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from xorgames.answers import Bits, Heralded, Measurement, Rule, Tables
from xorgames.clifford import KPairStrategy
from xorgames.draws import Draws, generator, seeds
from xorgames.errors import reject
from xorgames.measurements import on_generators
from xorgames.noisy import NoisyStrategy, SharedRandomStrategy
from xorgames.pair_source import MAX_ROUNDS, IntArray, PairSource
from xorgames.strategy import DeterministicStrategy, OnePairStrategy, Playable, VectorStrategy

Strategy = (
    DeterministicStrategy
    | SharedRandomStrategy
    | OnePairStrategy
    | VectorStrategy
    | KPairStrategy
    | NoisyStrategy
)

#: Rounds that are played at a time: their arrays stay in the processor's cache.
_CHUNK = 2**15


class Party:
    """One party of a game: its own input goes in, its own output comes out.

    Parameters
    ----------
    rule : Rule
    inputs : int
        How many inputs this party has in the game.
    """

    __slots__ = ("_inputs", "_next", "_rule")

    def __init__(self, rule: Rule, inputs: int) -> None:
        self._rule = rule
        self._inputs = inputs
        self._next = 0

    def play(self, x: ArrayLike, *, rounds: ArrayLike | None = None) -> Bits:
        """Return this party's output bits, given its own inputs alone.

        Parameters
        ----------
        x : array_like of int
            This party's inputs.
        rounds : array_like of int, optional
            Which round each input belongs to, in any order; by default those that follow the last.
            From 0 to 2^24 - 1; a pair can be measured once, so that no round can be played twice.

        Returns
        -------
        ndarray of 0 and 1, of the shape of x

        Raises
        ------
        InputError
            If an input is not one of this party's, a pair was measured before, or the rule answers
            with anything but bits.
        """
        inputs = checked_inputs(x, self._inputs, key="inputs")
        if rounds is None:
            numbers = np.arange(self._next, self._next + inputs.size)
        else:
            numbers = checked_inputs(rounds, MAX_ROUNDS, key="rounds").ravel()
            if numbers.size != inputs.size:
                rule = "must be as many as the inputs"
                reject("rounds", rule, received=f"{numbers.size} for {inputs.size}")
        if numbers.size:
            self._next = int(numbers.max()) + 1
        return _settled(self._rule.answer(inputs.ravel(), numbers), inputs.size).reshape(
            inputs.shape
        )


def parties(
    strategy: Playable | KPairStrategy, *, rng: int | np.random.Generator | None = None
) -> tuple[Party, Party]:
    """Return Alice and Bob, ready to play a strategy.

    Parameters
    ----------
    strategy : any strategy
    rng : int or numpy.random.Generator, optional
        A seed or a generator; fresh randomness by default.

    Examples
    --------
    >>> from xorgames import catalog, solve
    >>> alice, bob = parties(solve(catalog.chsh()).one_pair.strategy, rng=1)
    >>> a = alice.play(np.zeros(1000, dtype=int))
    >>> b = bob.play(np.ones(1000, dtype=int))  # equal with probability (1 + 1/sqrt2)/2
    >>> 820 < int((a == b).sum()) < 890
    True
    """
    known = _checked(strategy)
    rules = _rules(known, generator(rng))
    m, n = known.correlators.shape
    return Party(rules[0], m), Party(rules[1], n)


def sample(
    strategy: Playable | KPairStrategy,
    x: ArrayLike,
    y: ArrayLike,
    *,
    rng: int | np.random.Generator | None = None,
) -> tuple[Bits, Bits]:
    """Return the outputs of many rounds; see `Playable.sample`.

    Examples
    --------
    >>> coin = DeterministicStrategy(a=np.array([0, 1]), b=np.array([0]))
    >>> sample(coin, [0, 1], 0)
    (array([0, 1], dtype=int8), array([0, 0], dtype=int8))
    """
    known, random = _checked(strategy), generator(rng)
    m, n = known.correlators.shape
    inputs = checked_inputs(x, m, key="x"), checked_inputs(y, n, key="y")
    try:
        of_alice, of_bob = np.broadcast_arrays(*inputs)
    except ValueError:
        shapes = " and ".join(str(each.shape) for each in inputs)
        reject("y", "must have the shape of x, or one that goes with it", received=shapes)
    shape = of_alice.shape
    of_alice, of_bob = of_alice.ravel(), of_bob.ravel()
    a, b = np.empty((2, of_alice.size), dtype=np.int8)
    for start in range(0, of_alice.size, _CHUNK):
        these = slice(start, start + _CHUNK)
        alice, bob = _rules(known, random)
        rounds = np.arange(of_alice[these].size)
        a[these] = alice.answer(of_alice[these], rounds)
        b[these] = bob.answer(of_bob[these], rounds)
    return a.reshape(shape), b.reshape(shape)


def checked_inputs(given: ArrayLike, count: int, *, key: str) -> IntArray:
    """Return whole numbers from 0 to count - 1 after checking them."""
    try:
        array = np.asarray(given)
    except ValueError:
        array = np.array(None)
    if array.dtype.kind not in "iu" and array.size:
        cure = f"they are numbered from 0 to {count - 1}"
        reject(key, "must be whole numbers", received=array.dtype.name, cure=cure)
    numbers = array.astype(np.int64)
    if numbers.size and not (numbers.min() >= 0 and array.max() < count):
        rule = f"must be from 0 to {count - 1}"
        reject(key, rule, received=f"{array.min()} to {array.max()}")
    return numbers


def _settled(given: ArrayLike, count: int) -> Bits:
    """Return a copy of a rule's answers: what was said can be changed by nobody afterwards."""
    bits = np.array(given)
    fits = bits.shape == (count,) and bits.dtype.kind in "biu"
    if not (fits and ((bits == 0) | (bits == 1)).all()):
        received = f"{bits.min()} to {bits.max()}" if fits else f"{bits.dtype} of {bits.shape}"
        reject("rule", "must answer with one bit for each input, 0 or 1", received=received)
    return bits.astype(np.int8)


def _checked(strategy: object) -> Strategy:
    if not isinstance(strategy, Strategy):
        cure = "take one from a solution, such as solution.one_pair.strategy"
        reject("strategy", "must be a strategy", received=type(strategy).__name__, cure=cure)
    return strategy


def _rules(strategy: Strategy, rng: np.random.Generator) -> tuple[Rule, Rule]:
    """Return how Alice and how Bob answers."""
    if isinstance(strategy, DeterministicStrategy):
        strategy = SharedRandomStrategy(strategies=(strategy,), weights=(1.0,))
    if isinstance(strategy, SharedRandomStrategy):
        return _tables(strategy, rng)
    if not isinstance(strategy, NoisyStrategy):
        strategy = NoisyStrategy(strategy=strategy)
    return _measurements(strategy, rng)


def _tables(strategy: SharedRandomStrategy, rng: np.random.Generator) -> tuple[Rule, Rule]:
    (seed,) = seeds(rng, 1)
    weights = np.array(strategy.weights)
    alice = np.stack([each.a for each in strategy.strategies])
    bob = np.stack([each.b for each in strategy.strategies])
    return Tables(alice, weights, Draws(seed)), Tables(bob, weights, Draws(seed))


def _measurements(strategy: NoisyStrategy, rng: np.random.Generator) -> tuple[Rule, Rule]:
    coordinates = on_generators(strategy.strategy)
    first, second, private_a, private_b, heralds = seeds(rng, 5)
    shares = PairSource(strategy.shrinks, Draws(first), Draws(second)).shares()
    alice, bob = (
        Measurement(partial(np.take, vectors, axis=0), share, errors, Draws(private))
        for vectors, share, errors, private in (
            (coordinates.alice, shares[0], strategy.alice_readout, private_a),
            (coordinates.bob, shares[1], strategy.bob_readout, private_b),
        )
    )
    if strategy.fallback is None:
        return alice, bob
    without = _rules(strategy.fallback, rng)
    return (
        Heralded(alice, without[0], strategy.availability, Draws(heralds)),
        Heralded(bob, without[1], strategy.availability, Draws(heralds)),
    )
