"""What a search makes as large or as small as it can, and what it must respect.

Objectives are quantities of maps (see `quantities`): gap, ratio, critical-infidelity and margin are
made large, rounds and rate small. Subjects are conditions on the game that is found:

- NAME>=NUMBER and NAME<=NUMBER for any of the quantities, also for classical and quantum;
- one-pair: a single Bell pair reaches the Tsirelson value; one-plane: and measurements in one plane
  do (proven by a strategy, to a part in 10^9);
- pass: the design passes the check.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from xorgames.bound import Bound, Finding
from xorgames.design.demands import Setting, demands_of, requirement
from xorgames.design.quantities import FAST, NO_ADVANTAGE, QUANTITIES, SLOW, check_quantity
from xorgames.errors import InputError, Problem, near_name, reject
from xorgames.exact import exact_number
from xorgames.solvers.one_pair import REACHED
from xorgames.solvers.solution import Solution

MAXIMISED = ("gap", "ratio", "critical-infidelity", "margin")
MINIMISED = ("rounds", "rate")
WORDS = ("one-pair", "one-plane", "pass")
_SUBJECT = re.compile(r"\s*([A-Za-z-]+)\s*(>=|<=)\s*(\S+)\s*")
_FORM = 'write "classical>=0.75", "rounds<=500", "one-pair", "one-plane" or "pass"'


@dataclass(frozen=True, kw_only=True)
class Objective:
    """A quantity, and whether more of it is better.

    Examples
    --------
    >>> objective = objective_of(None, "rounds", Setting())
    >>> objective.verb, objective.sure(Bound(90.0, 95.0))
    ('minimise', -95.0)
    """

    quantity: str
    maximised: bool

    @property
    def verb(self) -> str:
        """What is done to the quantity."""
        return "maximise" if self.maximised else "minimise"

    @property
    def is_fast(self) -> bool:
        """Whether it needs no count of rounds."""
        return self.quantity in FAST

    def sure(self, bound: Bound) -> float:
        """Return the end that is certain, so that more is better."""
        return bound.lower if self.maximised else -bound.upper


def objective_of(maximise: str | None, minimise: str | None, setting: Setting) -> Objective:
    """Return the objective that was asked for.

    Raises
    ------
    InputError
        Unless exactly one is given, of its kind, and the setting has what it needs.
    """
    if (maximise is None) == (minimise is None):
        received = "neither" if maximise is None else f"{maximise!r} and {minimise!r}"
        reject("objective", "must be given either as maximise or as minimise", received=received)
    key, name, known, others = (
        ("maximise", maximise, MAXIMISED, MINIMISED)
        if minimise is None
        else ("minimise", minimise, MINIMISED, MAXIMISED)
    )
    if name not in known:
        cure = near_name(str(name), known)
        if name in others:
            cure = f"use {'minimise' if key == 'maximise' else 'maximise'}"
        reject(key, "must be " + " or ".join(known), received=repr(name), cure=cure)
    check_quantity(str(name), setting)
    return Objective(quantity=str(name), maximised=minimise is None)


def certified(quantity: str, solution: Solution, setting: Setting) -> Bound | str:
    """Return a quantity of a solved game as a proven bracket, or why there is none.

    Examples
    --------
    >>> from xorgames.catalog import chsh
    >>> from xorgames.solvers.solve import solve
    >>> certified("critical-infidelity", solve(chsh()), Setting()).display(6)
    '0.292893 … 0.292894'
    """
    classical, quantum = solution.classical.bias, solution.quantum.bias
    equal = solution.advantage.verdict is Finding.REFUTED
    if quantity in SLOW:
        return NO_ADVANTAGE if equal else requirement(quantity, solution, setting)
    values = {
        "classical": solution.classical.value,
        "quantum": solution.quantum.value,
        "gap": solution.advantage.bound,
    }
    if quantity in values:
        return values[quantity]
    if classical.lower <= 0:
        return "the payoffs do not depend on the outputs"
    if equal:
        return Bound.exact(1 if quantity == "ratio" else 0)
    if quantity == "ratio":
        return Bound(max(1.0, (quantum / classical).lower), (quantum / classical).upper)
    return (1 - classical / quantum).clip(0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A condition on the game: a word, or a quantity that must not pass a limit.

    Attributes
    ----------
    text : str
    quantity : str
        Of `QUANTITIES` or `WORDS`.
    at_least : bool
    limit : Fraction or None
        None for words.
    """

    text: str
    quantity: str
    at_least: bool = True
    limit: Fraction | None = None

    @property
    def is_fast(self) -> bool:
        """Whether it is a condition on the two biases alone."""
        return self.quantity in FAST

    def shortfall(self, solution: Solution, setting: Setting) -> str | None:
        """Return why a solved game does not provably meet the condition, None if it does."""
        if self.limit is None:
            return self._word(solution, setting)
        found = certified(self.quantity, solution, setting)
        if isinstance(found, str):
            return f"{self.text}: {found}"
        # What is known exactly may be the limit itself.
        lower, upper = (
            (found.lower, found.upper) if found.fraction is None else [found.fraction] * 2
        )
        met = lower >= self.limit if self.at_least else upper <= self.limit
        return None if met else f"{self.text}: it is {found.display(9)}"

    def _word(self, solution: Solution, setting: Setting) -> str | None:
        if self.quantity == "pass":
            return _check(solution, setting)
        best = solution.quantum.bias.upper
        short = 2 * solution.one_pair.shortfall.upper > REACHED * best
        if short:
            amount = solution.one_pair.shortfall.upper
            return f"{self.text}: one pair is known to come within {amount:.3g} only"
        if self.quantity == "one-plane" and not solution.one_pair.planar:
            return f"{self.text}: the strategy found is not in one plane"
        return None


def _check(solution: Solution, setting: Setting) -> str | None:
    from xorgames.hardware.verdict import check

    assert setting.performance is not None
    verdict = check(demands_of(solution, setting), setting.performance)
    return None if verdict.verdict == "PASS" else f"pass: {verdict.verdict}"


def parse_subjects(texts: Sequence[str], setting: Setting) -> tuple[Subject, ...]:
    """Return the conditions that texts such as "classical>=0.75" stand for.

    Raises
    ------
    InputError
        With every text that is not of that form, or needs a design that is not there.

    Examples
    --------
    >>> first, second = parse_subjects(["rounds <= 500", "one-pair"], Setting())
    >>> first.quantity, first.at_least, str(first.limit), second.limit
    ('rounds', False, '500', None)
    """
    problems: list[Problem] = []
    subjects = []
    for text in [texts] if isinstance(texts, str) else texts:
        try:
            subjects.append(_subject(text, setting))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return tuple(subjects)


def _subject(text: str, setting: Setting) -> Subject:
    written = text.strip() if isinstance(text, str) else ""
    if written in WORDS:
        if written == "pass" and setting.design is None:
            reject("subject", "needs a design for pass", received="none", cure="name a design")
        return Subject(text=written, quantity=written)
    parts = _SUBJECT.fullmatch(written)
    if parts is None:
        reject("subject", "is not well formed", received=repr(text), cure=_FORM)
    name, sign, number = parts.groups()
    if name not in QUANTITIES:
        cure = near_name(name, (*QUANTITIES, *WORDS))
        reject("subject", "must name a quantity", received=repr(name), cure=cure)
    check_quantity(name, setting)
    limit = exact_number(number, key="subject")
    return Subject(text=f"{name}{sign}{number}", quantity=name, at_least=sign == ">=", limit=limit)
