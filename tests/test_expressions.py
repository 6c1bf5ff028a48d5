"""Expressions: what is read, what is refused and how, and that nothing can hang or run."""

import contextlib
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.design.expressions import (
    LONGEST,
    Expression,
    check_name,
    number_expression,
    parse_expression,
)
from xorgames.errors import InputError

F = Fraction
ALLOWED = "numbers, names, + - * /, ** and min, max, abs, sqrt, exp, log, pi"


def read(text) -> Expression:
    return parse_expression(text, key="k", names=["p", "beta"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/3", F(1, 3)),
        ("0.1", F(1, 10)),
        ("1e-3", F(1, 1000)),
        (" p*(1-p) ", F(3, 16)),
        ("(1-p)**2", F(9, 16)),
        ("-p**2", F(-1, 16)),
        ("--p", F(1, 4)),
        ("p**-2", F(16)),
        ("p**0", F(1)),
        ("1 - p - beta/2", F(1, 4)),
        ("p/beta/2", F(1, 8)),
        ("2*p-beta*3+1", F(-3, 2)),
        ("min(p, beta, 2)", F(1, 4)),
        ("max(p, beta)", F(1)),
        ("abs(p - beta)", F(3, 4)),
        ("sqrt(p)", F(1, 2)),
        ("log(beta)", F(0)),
        ("exp(0)", F(1)),
        (0.5, F(1, 2)),
        (3, F(3)),
    ],
)
def test_values(text, value):
    found = read(text)
    assert found.exact({"p": F(1, 4), "beta": F(1)}) == value


def test_what_is_not_rational_is_the_double():
    assert read("sqrt(2)").exact({}) == F(2**0.5)
    assert read("pi").exact({}) == F(3.141592653589793)
    assert float(read("exp(log(p))").exact({"p": F(1, 3)})) == pytest.approx(1 / 3, rel=1e-15)


def test_the_order_of_operands_is_kept():
    found = read("(p - beta) / (1 + p) - min(beta, 2*p)")
    assert found.exact({"p": F(2), "beta": F(5)}) == F(-3, 3) - 4
    assert found.names == {"p", "beta"}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_against_python_itself(data):
    numbers = st.integers(0, 9).map(str) | st.sampled_from(["p", "beta", "(1/7)"])
    texts = st.recursive(
        numbers,
        lambda inner: (
            st.tuples(inner, st.sampled_from("+-*"), inner).map(
                lambda parts: f"({parts[0]}{parts[1]}{parts[2]})"
            )
            | inner.map(lambda text: f"-{text}")
            | inner.map(lambda text: f"({text})**2")
            | inner.map(lambda text: f"abs({text})")
        ),
        max_leaves=12,
    )
    text = data.draw(texts)
    values = {"p": F(2, 3), "beta": F(-5, 11)}
    # The test may do what the package must not.
    expected = eval(text.replace("(1/7)", "seventh"), {"seventh": F(1, 7), **values})
    assert read(text).exact(values) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1/0", "1/(p-p)", "(p-p)**-1", "sqrt(-p)", "log(p-p)", "log(-1)", "exp(1e9)",
        "log(1e-200**2)",
        "(((((9**20)**20)**20)**20)**20)**20", "*".join(["(9**20)**20"] * 90),
    ],
)  # fmt: skip
def test_where_there_is_no_value(text):
    with pytest.raises(ArithmeticError):
        read(text).exact({"p": F(1, 3)})


REFUSED = [
    ("9**9**9", "must have exponents that are whole numbers up to 20", "9**9"),
    ("p**21", "must have exponents that are whole numbers up to 20", "21"),
    ("p**0.5", "must have exponents that are whole numbers up to 20", "0.5"),
    ("p**True", "must have exponents that are whole numbers up to 20", "True"),
    ("p**beta", "must have exponents that are whole numbers up to 20", "beta"),
    ("p.real", f"may hold only {ALLOWED}", "p.real"),
    ("().__class__", f"may hold only {ALLOWED}", "().__class__"),
    ("p[0]", f"may hold only {ALLOWED}", "p[0]"),
    ("lambda: 1", f"may hold only {ALLOWED}", "lambda: 1"),
    ("[x for x in p]", f"may hold only {ALLOWED}", "[x for x in p]"),
    ("p if p else 1", f"may hold only {ALLOWED}", "p if p else 1"),
    ("p < 1", f"may hold only {ALLOWED}", "p < 1"),
    ("p // 2", f"may hold only {ALLOWED}", "p // 2"),
    ("p % 2", f"may hold only {ALLOWED}", "p % 2"),
    ("+p", f"may hold only {ALLOWED}", "+p"),
    ("~p", f"may hold only {ALLOWED}", "~p"),
    ("(p := 1)", f"may hold only {ALLOWED}", "p := 1"),
    ("await p", f"may hold only {ALLOWED}", "await p"),
    ("1j", f"may hold only {ALLOWED}", "1j"),
    ("True", f"may hold only {ALLOWED}", "True"),
    ("'p'", f"may hold only {ALLOWED}", "'p'"),
    ("f'{p}'", f"may hold only {ALLOWED}", "f'{p}'"),
    ("...", f"may hold only {ALLOWED}", "..."),
    ("open(p)", "must call only min, max, abs, sqrt, exp, log", "'open'"),
    ("exp(1)(2)", "must call only min, max, abs, sqrt, exp, log", "'exp(1)'"),
    ("p.exp(1)", "must call only min, max, abs, sqrt, exp, log", "'p.exp'"),
    ("min(p)", "must give min two or more numbers", "min(p)"),
    ("min(*p)", "must give min two or more numbers", "min(*p)"),
    ("abs(p, p)", "must give abs one number", "abs(p, p)"),
    ("sqrt(x=p)", "must give sqrt one number", "sqrt(x=p)"),
    ("", "must be a number or an expression", "''"),
    ("1e999", "must be zero or between 1e-300 and 1e300 in size", "'1e999'"),
    ("9" * 400, "must be zero or between 1e-300 and 1e300 in size", None),
]


@pytest.mark.parametrize(("text", "rule", "received"), REFUSED)
def test_what_is_refused(text, rule, received):
    with pytest.raises(InputError) as caught:
        read(text)
    (problem,) = caught.value.problems
    assert (problem.key, problem.rule) == ("k", rule)
    assert received is None or problem.received == received


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "p^2",
            f"`k` may hold only {ALLOWED}; received p^2. Cure: write ** for a power.",
        ),
        (
            "0,5",
            f"`k` may hold only {ALLOWED}; received 0,5. Cure: use a decimal point, not a comma.",
        ),
        (
            "bta",
            "`k` must name only parameters of the family; received 'bta'. "
            "Cure: did you mean `beta`?",
        ),
        (
            "sqrt",
            "`k` must name only parameters of the family; received 'sqrt'. Cure: write sqrt(...).",
        ),
        (
            "2 p",
            "`k` must be an expression (invalid syntax); received 2 p. "
            "Cure: write for example p*(1-p), 1/3 or 0.25.",
        ),
        (
            "p**p",
            "`k` must have exponents that are whole numbers up to 20; received p. "
            "Cure: use sqrt, or exp and log, for other powers.",
        ),
        (
            "0x10",
            "`k` must be a real number; received '0x10'. "
            'Cure: write a decimal such as 0.25 or a fraction such as "1/3".',
        ),
        ("1" * 2001, "`k` must be at most 2000 characters long; received 2001."),
    ],
)
def test_messages(text, message):
    with pytest.raises(InputError) as caught:
        read(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["ℼ", "p\n+1", "p\x00", "p\t+1", "p # 1", "pé"])
def test_other_characters_are_refused(text):
    with pytest.raises(InputError) as caught:
        read(text)
    assert str(caught.value) == (
        f"`k` must be one line of plain ASCII characters without #; received {text!a}. "
        "Cure: write names in letters from a to z."
    )


@pytest.mark.parametrize(
    "text",
    [
        "(" * 900 + "1" + ")" * 900,
        "-" * 1999 + "1",
        "1" + "+1" * 999,
        "abs(" * 300 + "1" + ")" * 300,
        "p**-" * 400 + "2",
        "(" * LONGEST,
    ],
)
def test_depth_and_length_are_harmless(text):
    started = time.process_time()
    with contextlib.suppress(InputError, ArithmeticError):
        read(text).exact({"p": F(1, 3)})
    assert time.process_time() - started < 5


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=30)
    | st.lists(
        st.sampled_from(
            ["p", "1", "0", ".5", "1e9", "+", "-", "*", "/", "**", "(", ")", ",", "min", "exp(",
             "log(", "sqrt(", "abs(", " ", "lambda", ":", "if", "[", "]", "{", "=", "'", "\\", "_"]
        ),
        max_size=14,
    ).map("".join)
)  # fmt: skip
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(InputError, ArithmeticError):
        assert isinstance(read(text).exact({"p": F(1, 3)}), Fraction)


@pytest.mark.parametrize("number", [True, None, [1], 1j, float("nan")])
def test_other_kinds_are_refused(number):
    with pytest.raises(InputError):
        read(number)


def test_sums_and_products_of_expressions():
    p, one = read("p"), number_expression(F(1))
    found = (one - p) * p + p
    assert found.exact({"p": F(1, 3)}) == F(5, 9)
    assert found.text == "(((1) - (p)) * (p)) + (p)"
    assert one.constant == 1
    assert p.constant is None


def test_names():
    check_name("beta_1", key="parameters.beta_1")
    for name in ("1p", "p q", "é", "", None, "p" * 41, "_p"):
        with pytest.raises(InputError) as caught:
            check_name(name, key="parameters")
        rule = "must be a letter followed by letters, digits or _"
        assert str(caught.value) == f"`parameters` {rule}; received {name!a}."
    for name in ("lambda", "pi", "min", "None"):
        with pytest.raises(InputError) as caught:
            check_name(name, key="parameters")
        assert str(caught.value) == (
            f"`parameters` must not be a word with a meaning of its own; received {name!r}. "
            f"Cure: add something to it, such as {name}_1."
        )
