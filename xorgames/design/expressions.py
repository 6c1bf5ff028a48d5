"""Arithmetic that a file may hold, such as "p*(1-p)": parsed into steps, never run as Python.

An expression is made of numbers, names, + - * /, ** with a literal whole exponent, and the
functions of `FUNCTIONS`. Python's own parser only cuts the text into a tree; whatever is not on the
list is refused. The tree becomes steps for a stack, so that no depth of brackets can exhaust
anything, and the steps run on any kind of number: exact fractions here, arrays of intervals
(`intervals`) and of values with derivatives (`duals`).

Exact means exact: + - * /, powers, min, max and abs of fractions are fractions, and so is the
square root of a square. Any other square root, exp, log and pi are the double that Python computes,
which then counts as exact.
"""

import ast
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

from xorgames.design.fractions_arithmetic import FRACTIONS
from xorgames.errors import InputError, Problem, near_name, reject
from xorgames.exact import exact_number

#: How many numbers each function takes; None stands for two or more.
FUNCTIONS: dict[str, int | None] = {
    "min": None,
    "max": None,
    "abs": 1,
    "sqrt": 1,
    "exp": 1,
    "log": 1,
}
CONSTANTS = ("pi",)
#: More than an entry of a game ever needs, and little enough for Python's parser.
LONGEST = 2000
LARGEST_EXPONENT = 20
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ALLOWED = "numbers, names, + - * /, ** and " + ", ".join((*FUNCTIONS, *CONSTANTS))
_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


class Arithmetic(Protocol):
    """A kind of number that expressions can be computed with."""

    def number(self, number: Fraction) -> Any:
        """Return a constant as a number of this kind."""

    def apply(self, operation: str, numbers: Sequence[Any]) -> Any:
        """Return the result of an operator, "negative", "pi", "power N" or a function."""


@dataclass(frozen=True)
class Step:
    """One step: put a number or a parameter on the stack, or replace the last ones by a result."""

    operation: str
    takes: int = 0
    number: Fraction | None = None


@dataclass(frozen=True)
class Expression:
    """An expression that has been read.

    Attributes
    ----------
    text : str
        As it was written.
    steps : tuple of Step

    Examples
    --------
    >>> expression = parse_expression("(1-p)**2", key="distribution[0][0]", names=["p"])
    >>> expression.exact({"p": Fraction(1, 10)}), sorted(expression.names)
    (Fraction(81, 100), ['p'])
    """

    text: str
    steps: tuple[Step, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """The parameters that occur."""
        return frozenset(s.operation for s in self.steps if s.takes == 0 and _is_name(s))

    @cached_property
    def constant(self) -> Fraction | None:
        """The number, if the expression is nothing but one."""
        return self.steps[0].number if len(self.steps) == 1 else None

    def evaluate(self, values: Mapping[str, Any], arithmetic: Arithmetic) -> Any:
        """Return the result in some arithmetic, of whose kind the values must be."""
        stack: list[Any] = []
        for step in self.steps:
            if step.number is not None:
                stack.append(arithmetic.number(step.number))
            elif _is_name(step):
                stack.append(values[step.operation])
            else:
                numbers = stack[len(stack) - step.takes :]
                del stack[len(stack) - step.takes :]
                stack.append(arithmetic.apply(step.operation, numbers))
        return stack[0]

    def exact(self, values: Mapping[str, Fraction]) -> Fraction:
        """Return the result as a fraction.

        Raises
        ------
        ArithmeticError
            Where it is not defined, or has thousands of digits.
        """
        result: Fraction = self.evaluate(values, FRACTIONS)
        return result

    def __add__(self, other: "Expression") -> "Expression":
        return _joined("+", self, other)

    def __sub__(self, other: "Expression") -> "Expression":
        return _joined("-", self, other)

    def __mul__(self, other: "Expression") -> "Expression":
        return _joined("*", self, other)


def number_expression(number: Fraction) -> Expression:
    """Return the expression that is only a number."""
    return Expression(str(number), (Step("", 0, number),))


def parse_expression(written: Any, *, key: str, names: Sequence[str]) -> Expression:
    """Read an expression.

    Parameters
    ----------
    written : str or number
        Numbers are taken exactly, decimals too.
    key : str
        Where it stands, for the error.
    names : sequence of str
        The parameters that may occur.

    Raises
    ------
    InputError
        If it holds anything but what is allowed.

    Examples
    --------
    >>> parse_expression("__import__('os')", key="payoff[0][0][0]", names=["p"])
    Traceback (most recent call last):
    xorgames.errors.InputError: `payoff[0][0][0]` must call only min, max, abs, sqrt, exp, log; \
received '__import__'.
    """
    if not isinstance(written, str):
        return number_expression(exact_number(written, key=key))
    if len(written) > LONGEST:
        reject(key, f"must be at most {LONGEST} characters long", received=f"{len(written)}")
    text = written.strip()
    if not text:
        reject(key, "must be a number or an expression", received=repr(written))
    if not (text.isascii() and text.isprintable()) or "#" in text:
        rule = "must be one line of plain ASCII characters without #"
        reject(key, rule, received=ascii(text), cure="write names in letters from a to z")
    return _Reader(text, key, names).read()


def check_name(name: Any, *, key: str) -> None:
    """Refuse what cannot be the name of a parameter."""
    rule = "must be a letter followed by letters, digits or _"
    if not isinstance(name, str) or len(name) > 40 or not _NAME.fullmatch(name):
        reject(key, rule, received=ascii(name))
    if name in FUNCTIONS or name in CONSTANTS or not _readable(name):
        cure = f"add something to it, such as {name}_1"
        reject(key, "must not be a word with a meaning of its own", received=repr(name), cure=cure)


def _readable(name: str) -> bool:
    try:
        return isinstance(ast.parse(name, mode="eval").body, ast.Name)
    except SyntaxError:
        return False


def _is_name(step: Step) -> bool:
    return step.number is None and step.takes == 0 and step.operation not in CONSTANTS


def _joined(operation: str, left: Expression, right: Expression) -> Expression:
    text = f"({left.text}) {operation} ({right.text})"
    return Expression(text, (*left.steps, *right.steps, Step(operation, 2)))


class _Reader:
    """Turns one text into steps."""

    def __init__(self, text: str, key: str, names: Sequence[str]) -> None:
        self.text, self.key, self.names = text, key, names
        self.steps: list[Step] = []

    def read(self) -> Expression:
        """Visit the tree without recursion: the last step first, its numbers from right to left."""
        waiting = [self._tree()]
        while waiting:
            node = waiting.pop()
            step, below = self._step(node)
            self.steps.append(step)
            waiting.extend(below)
        return Expression(self.text, tuple(reversed(self.steps)))

    def _tree(self) -> ast.expr:
        problem = self._refusal("must not nest brackets and signs so deeply", self.text)
        try:
            with warnings.catch_warnings():
                # Python warns of what is refused below anyway, such as 1(2).
                warnings.simplefilter("ignore")
                return ast.parse(self.text, mode="eval").body
        except (SyntaxError, ValueError) as error:
            cure = "write for example p*(1-p), 1/3 or 0.25"
            message = getattr(error, "msg", None) or str(error)
            problem = self._refusal(f"must be an expression ({message})", self.text, cure)
        except (RecursionError, MemoryError):
            pass
        raise problem

    def _step(self, node: ast.expr) -> tuple[Step, Sequence[ast.expr]]:
        """Return the step for one node, and the nodes whose results it takes."""
        match node:
            case ast.Constant():
                return self._constant(node), ()
            case ast.Name():
                return self._name(node), ()
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Step("negative", 1), (operand,)
            case ast.BinOp(op=ast.Pow()):
                return Step(f"power {self._exponent(node.right)}", 1), (node.left,)
            case ast.BinOp(op=operator) if type(operator) in _BINARY:
                return Step(_BINARY[type(operator)], 2), (node.left, node.right)
            case ast.Call():
                return self._call(node), node.args
            case _:
                cure = "write ** for a power" if "^" in self.text else ""
                if isinstance(node, ast.Tuple):
                    cure = "use a decimal point, not a comma"
                raise self._refusal(f"may hold only {_ALLOWED}", self._source(node), cure)

    def _constant(self, node: ast.Constant) -> Step:
        if type(node.value) not in (int, float):
            raise self._refusal(f"may hold only {_ALLOWED}", self._source(node))
        return Step("", 0, exact_number(self._source(node), key=self.key))

    def _name(self, node: ast.Name) -> Step:
        if node.id not in (*self.names, *CONSTANTS):
            cure = near_name(node.id, [*self.names, *CONSTANTS])
            if node.id in FUNCTIONS:
                cure = f"write {node.id}(...)"
            raise self._refusal("must name only parameters of the family", repr(node.id), cure)
        return Step(node.id)

    def _exponent(self, node: ast.expr) -> int:
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            sign, node = -1, node.operand
        number = node.value if isinstance(node, ast.Constant) else None
        if type(number) is not int or number > LARGEST_EXPONENT:
            rule = f"must have exponents that are whole numbers up to {LARGEST_EXPONENT}"
            raise self._refusal(
                rule, self._source(node), "use sqrt, or exp and log, for other powers"
            )
        return sign * number

    def _call(self, node: ast.Call) -> Step:
        name = node.func.id if isinstance(node.func, ast.Name) else self._source(node.func)
        if name not in FUNCTIONS or not isinstance(node.func, ast.Name):
            raise self._refusal(f"must call only {', '.join(FUNCTIONS)}", repr(name))
        plain = not node.keywords and not any(isinstance(a, ast.Starred) for a in node.args)
        wanted, given = FUNCTIONS[name], len(node.args)
        if not plain or (given < 2 if wanted is None else given != wanted):
            count = "two or more numbers" if wanted is None else "one number"
            raise self._refusal(f"must give {name} {count}", self._source(node))
        return Step(name, given)

    def _source(self, node: ast.expr) -> str:
        # One line of ASCII: columns are characters.
        return self.text[node.col_offset : node.end_col_offset]

    def _refusal(self, rule: str, received: str, cure: str = "") -> InputError:
        return InputError([Problem(key=self.key, rule=rule, received=received, cure=cure)])
