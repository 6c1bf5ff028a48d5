"""What recorded rounds prove: a p-value, an e-value with its path, the mean payoff, and checks.

The claim "payoff" is that the rounds were not played by any process, with memory or without, whose
conditional mean payoff is at most the classical value in every round. Payoffs are mapped from
[u_min, u_max] to scores in [0, 1]; beta is the classical value mapped alike, its upper end.

- p-value, for a number of rounds fixed in advance: where each payoff is u_min or u_max the exact
  binomial tail, else the convex-order bound (`evidence_tail`).
- e-value, for any time of stopping: a mixture of bets (`evidence_path`).
- checks of the inputs and of no-signalling (`evidence_checks`): hints, no part of the claim.

Only rounds whose pair flag is 1 are counted.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from xorgames.bound import Bound
from xorgames.errors import InputError, Problem, expect, near_name, reject
from xorgames.exact import exact_number
from xorgames.game import XORGame
from xorgames.hardware.conditions import CONDITION_RULES
from xorgames.hardware.evidence_checks import Check, check_inputs, check_signalling
from xorgames.hardware.evidence_path import Bettor, EvidencePath
from xorgames.hardware.evidence_payoffs import Payoffs
from xorgames.hardware.evidence_tail import decimal_of_ln, ln_binomial_tail, ln_convex_order
from xorgames.hardware.round_log import RoundBatch, RoundLog

STOPPING_RULES = {
    "fixed": "number of counted rounds fixed in advance: the p-value decides",
    "anytime": "stopped at any time: the largest e-value decides",
}
_ASSUMPTIONS = (
    "The inputs of each round follow the game's distribution, whatever happened before.",
    "A round's pair flag does not depend on its inputs or outputs; rounds without a pair are not "
    "counted.",
    "Classical players share unlimited randomness and may remember earlier rounds.",
)
_FIXED_ASSUMPTION = (
    "The number of counted rounds does not depend on earlier outcomes: it was preset, or is that "
    "of arrivals which the outcomes cannot influence."
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """What a log proves.

    Attributes
    ----------
    game, log : str
        The game's name and the file.
    alpha : float
    stopping : {"fixed", "anytime"}
    null_value : float
        The payoff that no round's conditional mean exceeds under the null.
    rounds, counted : int
        All rounds of the log, and those with a pair.
    mean : float or None
        The mean payoff of the counted rounds.
    interval : Bound
        At confidence 1 - alpha, valid at any time of stopping, for the average conditional mean.
    test : {"binomial", "convex-order"}
        How the p-value was bounded.
    ln_p_value : float
        For a number of rounds fixed in advance.
    ln_e_value, ln_e_value_max : float
        At the end, and the largest on the path.
    shown_at : int or None
        The first number of counted rounds at which the path was seen to reach 1/alpha.
    path : EvidencePath
    checks : tuple of Check
    duration_s : float or None
        From the first round of the log to the last, if it has times.
    """

    game: str
    log: str
    alpha: float
    stopping: str
    null_value: float
    rounds: int
    counted: int
    mean: float | None
    interval: Bound
    test: str
    ln_p_value: float
    ln_e_value: float
    ln_e_value_max: float
    shown_at: int | None
    path: EvidencePath
    checks: tuple[Check, ...]
    duration_s: float | None
    claim: str = "payoff"

    @property
    def shown(self) -> bool:
        """Whether the claim is shown at alpha by the declared stopping rule."""
        if self.stopping == "fixed":
            return self.ln_p_value <= math.log(self.alpha)
        return self.shown_at is not None

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the evidence rests on."""
        return (*_ASSUMPTIONS, *([_FIXED_ASSUMPTION] if self.stopping == "fixed" else []))

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name; `p_value` and `e_value` are decimals as text."""
        about = ("game", "log", "claim", "alpha", "stopping", "null_value", "rounds", "counted")
        numbers = ("ln_p_value", "ln_e_value", "ln_e_value_max", "shown_at", "duration_s")
        return {
            **{name: getattr(self, name) for name in about},
            "stopping_rule": STOPPING_RULES[self.stopping],
            "shown": self.shown,
            "mean": self.mean,
            "interval": self.interval.to_dict(),
            "test": self.test,
            "p_value": decimal_of_ln(self.ln_p_value),
            "e_value": decimal_of_ln(self.ln_e_value),
            **{name: getattr(self, name) for name in numbers},
            "path": self.path.to_dict(),
            "checks": [check.to_dict() for check in self.checks],
            "assumptions": list(self.assumptions),
        }


def evidence(
    game: XORGame,
    log: str | Path,
    *,
    alpha: float = 0.05,
    stopping: str = "fixed",
    null_value: Fraction | float | str | None = None,
) -> Evidence:
    r"""Return what recorded rounds prove about the mean payoff.

    Parameters
    ----------
    game : XORGame
    log : str or Path
        A CSV file with the columns round, x, y, a, b, pair and, where wanted, time_s; it is read as
        a stream.
    alpha : float
        The significance, in (0, 1).
    stopping : {"fixed", "anytime"}
        Decided before the rounds: "fixed" if their number does not depend on what they showed,
        "anytime" if it may.
    null_value : number, optional
        The largest conditional mean payoff of the null; the game's classical value by default.

    Raises
    ------
    InputError
        If an argument or a line of the log is wrong.
    TooLargeError
        If the classical value is out of reach.

    Examples
    --------
    >>> import tempfile, xorgames as xg
    >>> rows = "".join(f"{i},{i % 2},{i // 2 % 2},0,{(i % 4) // 3},1\n" for i in range(40))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "log.csv")
    ...     _ = path.write_text("round,x,y,a,b,pair\n" + rows)
    ...     found = evidence(xg.catalog.chsh(), path)
    >>> found.counted, found.mean, found.shown, round(math.exp(found.ln_p_value), 7)
    (40, 1.0, True, 1.01e-05)
    """
    expect(game, XORGame, key="game", cure="load_game reads a file, catalog.parse a name")
    level = _check_options(alpha, stopping)
    payoffs = Payoffs(game, null_value)
    rounds = RoundLog(path=log, allowed=game.exact_distribution > 0)
    tally = Tally(payoffs)
    for batch in rounds:
        tally.add(batch)
    return tally.evidence(
        alpha=level, stopping=stopping, log=str(log), duration_s=rounds.duration_s
    )


def combined_ln_e_value(windows: Sequence[Evidence]) -> float:
    """Return the logarithm of the product of the e-values of separate windows.

    Each window's bets begin anew, so that the product of their e-values at the end is an e-value of
    all of them, however many there are: one may go on to another window because of what the last
    one showed. The p-values of windows do not multiply.

    Parameters
    ----------
    windows : sequence of Evidence
        Of different logs, with the same null.

    Raises
    ------
    InputError
        If there is no window, a log comes twice, or the nulls differ.
    """
    logs = [found.log for found in windows]
    if not logs or len(set(logs)) < len(logs):
        rule = "must be of different logs, at least one"
        reject("windows", rule, received=", ".join(logs) or "none", cure="give each log once")
    nulls = {(found.game, found.null_value) for found in windows}
    if len(nulls) > 1:
        received = ", ".join(f"{game} at {value:.6g}" for game, value in sorted(nulls))
        reject("windows", "must have the same game and null_value", received=received)
    return math.fsum(found.ln_e_value for found in windows)


def _check_options(alpha: float, stopping: str) -> float:
    problems: list[Problem] = []
    level = 0.0
    try:
        level = float(exact_number(alpha, key="alpha"))
    except InputError as error:
        problems.extend(error.problems)
    else:
        problem = CONDITION_RULES["alpha"].check("alpha", level)
        problems += [problem] if problem else []
    if stopping not in STOPPING_RULES:
        cure = near_name(str(stopping), list(STOPPING_RULES))
        rule = "must name a stopping rule"
        problems.append(Problem(key="stopping", rule=rule, received=repr(stopping), cure=cure))
    if problems:
        raise InputError(problems)
    return level


class Tally:
    """The counts of the rounds so far, and the bets on them."""

    def __init__(self, payoffs: Payoffs) -> None:
        m, n = payoffs.game.shape
        self._payoffs = payoffs
        self._bettor = Bettor(payoffs.scores, Bound.exact(payoffs.null).upper)
        #: By pair flag, x, y, a, b.
        self._counts = np.zeros((2, m, n, 2, 2), dtype=np.int64)

    def add(self, batch: RoundBatch) -> None:
        """Take in some rounds; where batches end does not matter."""
        _, n = self._payoffs.game.shape
        place = ((batch.x * n + batch.y) * 2 + batch.a) * 2 + batch.b
        size = self._counts[0].size
        counts = np.bincount(place + size * batch.pair, minlength=2 * size)
        self._counts += counts.reshape(self._counts.shape)
        levels = self._payoffs.levels[batch.x, batch.y, batch.a ^ batch.b]
        self._bettor.add(levels[batch.pair])

    def evidence(
        self, *, alpha: float, stopping: str, log: str = "", duration_s: float | None = None
    ) -> Evidence:
        """Return what the rounds prove."""
        payoffs = self._payoffs
        rounds, ln_e, scores, radius = self._bettor.finish(alpha=alpha)
        low, width = float(payoffs.low), float(payoffs.width)
        path = EvidencePath(
            rounds=rounds,
            ln_e_value=ln_e,
            mean=low + width * scores,
            lower=low + width * np.clip(scores - radius, 0, 1),
            upper=low + width * np.clip(scores + radius, 0, 1),
        )
        test, ln_p_value, mean = self._fixed()
        reached = (ln_e >= -math.log(alpha)).nonzero()[0]
        anything = len(rounds) > 0
        ends = (path.lower[-1], path.upper[-1]) if anything else (low, low + width)
        return Evidence(
            game=payoffs.game.name,
            log=log,
            alpha=alpha,
            stopping=stopping,
            null_value=Bound.exact(payoffs.null_value).upper,
            rounds=int(self._counts.sum()),
            counted=int(self._counts[1].sum()),
            mean=mean,
            interval=Bound(float(ends[0]), float(ends[1])),
            test=test,
            ln_p_value=ln_p_value,
            ln_e_value=float(ln_e[-1]) if anything else 0.0,
            ln_e_value_max=float(ln_e.max()) if anything else 0.0,
            shown_at=int(rounds[reached[0]]) if len(reached) else None,
            path=path,
            checks=self._checks(),
            duration_s=duration_s,
        )

    def _fixed(self) -> tuple[str, float, float | None]:
        """Return the test, the p-value of the total score, and the mean payoff."""
        payoffs, counts = self._payoffs, self._bettor.counts.tolist()
        counted = sum(counts)
        total = sum((u * k for u, k in zip(payoffs.values, counts, strict=True)), Fraction(0))
        mean = float(total / counted) if counted else None
        if len(payoffs.values) == 2:
            return "binomial", ln_binomial_tail(counted, counts[1], payoffs.null), mean
        score = (total - counted * payoffs.low) / payoffs.width
        return "convex-order", ln_convex_order(counted, score, payoffs.null), mean

    def _checks(self) -> tuple[Check, ...]:
        counts, counted = self._counts, self._counts[1]
        distribution = self._payoffs.game.distribution
        came = counted.sum(axis=(2, 3))
        bob = counted[..., 1].sum(axis=2).T
        return (
            check_inputs(counts.sum(axis=(0, 3, 4)), distribution, name="inputs"),
            check_inputs(came, distribution, name="inputs of counted rounds"),
            check_signalling(counted[:, :, 1].sum(axis=2), came, party="a"),
            check_signalling(bob, came.T, party="b"),
        )
