"""The game itself: its matrix and value, its rules, its identity, and the ways to change it."""

import copy
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.bound import Bound
from xorgames.errors import InputError
from xorgames.game import XORGame

UNIFORM = [["1/4", "1/4"], ["1/4", "1/4"]]
CHSH = [[[1, 0], [1, 0]], [[1, 0], [0, 1]]]
WIN = [[0, 0], [0, 1]]

PAYOFFS = st.fractions(min_value=-9, max_value=9, max_denominator=60)


@st.composite
def games(draw):
    m, n = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    weights = draw(st.lists(st.integers(0, 9), min_size=m * n, max_size=m * n).filter(any))
    payoff = draw(st.lists(PAYOFFS, min_size=2 * m * n, max_size=2 * m * n))
    distribution = np.array([Fraction(w, sum(weights)) for w in weights], dtype=object)
    return XORGame(
        distribution.reshape(m, n), np.array(payoff, dtype=object).reshape(m, n, 2), name="drawn"
    )


def expected_payoff(game, a, b):
    """Return the expected payoff of deterministic answers, from the definition alone."""
    p, u = game.exact_distribution, game.exact_payoff
    return sum(p[x, y] * u[x, y, a[x] ^ b[y]] for x, y in np.ndindex(game.shape))


# Definition


def test_chsh():
    game = XORGame(UNIFORM, CHSH, name="CHSH", source="here")
    assert game.shape == (2, 2)
    assert game.matrix.tolist() == [[0.25, 0.25], [0.25, -0.25]]
    assert game.exact_matrix.tolist() == [[Fraction(1, 4)] * 2, [Fraction(1, 4), Fraction(-1, 4)]]
    assert (game.offset, game.exact_offset) == (0.5, Fraction(1, 2))
    assert game.distribution.tolist() == [[0.25, 0.25], [0.25, 0.25]]
    assert game.payoff.tolist() == CHSH
    assert (game.name, game.source, dict(game.labels)) == ("CHSH", "here", {})
    assert game.is_win_lose
    assert game.payoff_range == (0, 1)
    assert game == XORGame.from_predicate(UNIFORM, WIN)


@given(game=games(), data=st.data())
def test_value_is_offset_and_half_the_bias(game, data):
    a, b = (data.draw(st.lists(st.integers(0, 1), min_size=k, max_size=k)) for k in game.shape)
    signs = np.multiply.outer([1 - 2 * bit for bit in a], [1 - 2 * bit for bit in b])
    bias = (game.exact_matrix * signs).sum()
    value = expected_payoff(game, a, b)
    assert game.exact_offset + bias / 2 == value
    assert value in game.value_of_bias(bias)
    assert value in game.value_of_bias(Bound.exact(bias))


def test_value_of_an_exact_bias_is_as_narrow_as_doubles_allow():
    game = XORGame.from_predicate(UNIFORM, WIN)
    assert game.value_of_bias(Fraction(1, 2)) == Bound(0.75, 0.75)


def test_rounds_that_cannot_occur_do_not_count():
    game = XORGame([[1, 0]], [[[1, 0], [-5, 7]]])
    assert game.is_win_lose
    assert game.payoff_range == (0, 1)
    assert not XORGame([[1]], [[[1, 2]]]).is_win_lose


def test_payoff_by_a_and_b_is_accepted_where_it_is_one_by_parity():
    by_outputs = [[[[u[0], u[1]], [u[1], u[0]]] for u in row] for row in CHSH]
    assert XORGame(UNIFORM, by_outputs) == XORGame(UNIFORM, CHSH)


def test_win_names_the_winning_parity():
    game = XORGame.from_predicate([["1/3", "2/3"]], [[0, 1]], name="n", source="s")
    assert game.exact_payoff.tolist() == [[[1, 0], [0, 1]]]
    assert (game.name, game.source) == ("n", "s")


@given(
    matrix=st.lists(st.lists(PAYOFFS, min_size=2, max_size=2), min_size=1, max_size=3).filter(
        lambda rows: any(map(any, rows))
    )
)
def test_from_matrix_gives_that_matrix(matrix):
    game = XORGame.from_matrix(matrix)
    assert game.exact_matrix.tolist() == matrix
    assert game.exact_offset == 0
    again = XORGame.from_matrix(game.exact_matrix)
    assert again == game


# Identity


CHSH_ID = "58137ccbb704"


@pytest.mark.parametrize(
    "quarter", [0.25, "0.25", "1/4", " 2/8", "25e-2", Decimal("0.250"), Fraction(1, 4)]
)
def test_id_does_not_depend_on_how_numbers_are_written(quarter):
    game = XORGame([[quarter] * 2] * 2, np.array(CHSH, dtype=float), name="any name")
    assert game.id.startswith(CHSH_ID)
    assert len(game.id) == 64
    assert repr(game) == f"<XORGame 'any name': 2 x 2 inputs, id {CHSH_ID}>"


def test_games_are_equal_by_their_numbers():
    game = XORGame(UNIFORM, CHSH, name="one")
    assert game == XORGame(UNIFORM, CHSH, name="other", labels={"a": ["up", "down"]})
    assert game != XORGame(UNIFORM, [[[1, 0], [1, 0]], [[1, 0], [0, 2]]])
    assert game != "one"
    assert len({game, XORGame.from_predicate(UNIFORM, WIN)}) == 1
    assert XORGame([[0.1, 0.9]], [[[1, 0]] * 2]).id != XORGame([["0.1", "0.9"]], [[[1, 0]] * 2]).id


def test_to_dict_has_the_shape_of_a_game_file():
    game = XORGame(
        [["1/3", "2/3"]], [[[1, 0], [0, 1.5]]], name="n", source="s", labels={"x": ["A"]}
    )
    assert game.to_dict() == {
        "schema": 1,
        "name": "n",
        "source": "s",
        "distribution": [["1/3", "2/3"]],
        "payoff": [[["1", "0"], ["0", "3/2"]]],
        "labels": {"x": ["A"]},
    }
    assert set(XORGame([[1]], [[[1, 0]]]).to_dict()) == {"schema", "name", "distribution", "payoff"}


# Nothing changes a game


def test_a_game_cannot_be_changed():
    game = XORGame(UNIFORM, CHSH, labels={"a": ["up", "down"]})
    arrays = ("distribution", "payoff", "matrix")
    for array in (*arrays, *(f"exact_{name}" for name in arrays)):
        with pytest.raises(ValueError, match="read-only"):
            getattr(game, array)[0] = 0
    for name in ("name", "matrix", "anything"):
        with pytest.raises(AttributeError) as caught:
            setattr(game, name, 0)
        assert str(caught.value) == (
            f"a game cannot be changed: make a new one instead of setting {name}"
        )
    with pytest.raises(TypeError):
        game.labels["a"] = ("x", "y")


def test_inputs_are_copied():
    distribution, payoff = np.full((2, 2), 0.25), np.array(CHSH, dtype=float)
    labels = {"a": ["up", "down"]}
    game = XORGame(distribution, payoff, labels=labels)
    distribution[:], payoff[:], labels["a"][0] = 0, 0, "sideways"
    assert game == XORGame(UNIFORM, CHSH)
    assert game.labels["a"] == ("up", "down")


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda game: pickle.loads(pickle.dumps(game))]
)
def test_a_game_crosses_processes(duplicate):
    game = XORGame(UNIFORM, CHSH, name="n", source="s", labels={"a": ["up", "down"]})
    twin = duplicate(game)
    assert (twin, twin.to_dict()) == (game, game.to_dict())
    with pytest.raises(ValueError, match="read-only"):
        twin.exact_payoff[0] = 0


# Other games from a game


@given(game=games())
def test_transposing(game):
    other = game.transpose()
    assert (other.exact_matrix == game.exact_matrix.T).all()
    assert other.exact_offset == game.exact_offset
    assert other.transpose() == game


def test_transposing_exchanges_the_labels():
    labels = {"a": ("p", "q"), "b": ("r", "s"), "x": ("t",), "y": ("u", "v")}
    game = XORGame([["1/2", "1/2"]], [[[1, 0], [0, 1]]], name="n", source="s", labels=labels)
    other = game.transpose()
    assert dict(other.labels) == {
        "a": ("r", "s"),
        "b": ("p", "q"),
        "x": ("u", "v"),
        "y": ("t",),
    }
    assert (other.name, other.source) == ("n (transposed)", "s")
    assert dict(other.transpose().labels) == labels


@given(game=games(), data=st.data())
def test_relabelling_permutes_and_flips_the_matrix(game, data):
    x, y = (data.draw(st.permutations(range(size))) for size in game.shape)
    flip_a, flip_b = (data.draw(st.sets(st.sampled_from(range(size)))) for size in game.shape)
    other = game.relabel(x=x, y=y, flip_a=sorted(flip_a), flip_b=sorted(flip_b))
    signs = np.multiply.outer(
        [-1 if i in flip_a else 1 for i in range(game.shape[0])],
        [-1 if j in flip_b else 1 for j in range(game.shape[1])],
    )
    assert (other.exact_matrix == game.exact_matrix[np.ix_(x, y)] * signs).all()
    assert other.exact_offset == game.exact_offset
    assert game.relabel() == game


LABELS = {"a": ("p", "q"), "b": ("r", "s"), "x": ("t", "u"), "y": ("v", "w")}


@pytest.mark.parametrize(
    ("how", "changed"),
    [
        ({"x": [1, 0]}, {"x": ("u", "t")}),
        ({"y": [1, 0]}, {"y": ("w", "v")}),
        ({"flip_a": [0, 1]}, {"a": ("q", "p")}),
        ({"flip_b": [1, 0]}, {"b": ("s", "r")}),
        ({"flip_b": [1]}, {"b": None}),
    ],
)
def test_relabelling_carries_the_labels(how, changed):
    game = XORGame(UNIFORM, CHSH, name="n", source="s", labels=LABELS).relabel(**how)
    labels = {key: names for key, names in (LABELS | changed).items() if names}
    assert (game.name, game.source, dict(game.labels)) == ("n", "s", labels)


@given(left=games(), right=games())
def test_matrix_of_an_xor_product_is_the_kronecker_product(left, right):
    product = left.xor_product(right)
    assert product.name == "drawn xor drawn"
    assert (product.exact_matrix == np.kron(left.exact_matrix, right.exact_matrix)).all()
    assert product.exact_offset == 2 * left.exact_offset * right.exact_offset
    for i, j in np.ndindex(product.shape):
        (x, s), (y, t) = divmod(i, right.shape[0]), divmod(j, right.shape[1])
        u, v = left.exact_payoff[x, y], right.exact_payoff[s, t]
        assert product.exact_payoff[i, j, 0] == u[0] * v[0] + u[1] * v[1]


def test_power():
    game = XORGame.from_predicate(UNIFORM, WIN, name="CHSH")
    assert game.power(1) is game
    cube = game.power(3)
    assert cube == game.xor_product(game).xor_product(game)
    assert cube.is_win_lose
    assert cube.shape == (8, 8)


# Rules


SUM = "`distribution` must sum to 1; received a sum of "


@pytest.mark.parametrize(
    ("distribution", "message"),
    [
        ([1], "`distribution` must have 2 dimensions: one row for each input of Alice, "
              "one column for Bob's; received 1 dimensions."),
        ([[-0.5, 1.5]], "`distribution[0][0]` must not be negative; received -0.5."),
        ([[0, 0]], f"{SUM}0. Cure: at least one pair of inputs must be able to occur."),
        ([[30, 70]], f"{SUM}100. Cure: these look like percentages: divide each by 100."),
        ([[33.333, 66.666]], f"{SUM}99.999. Cure: these look like percentages: divide each "
                             "by 100."),
        ([[3, 4]], f'{SUM}7. Cure: these look like counts: divide each by 7 (such as "1/7").'),
        (np.full((1, 3), 1 / 3, dtype=np.float32),
         f"{SUM}1.0000000298. Cure: the entries were rounded: give more digits, or fractions "
         'such as "1/3".'),
        ([[0.5, 0.25]], f"{SUM}0.75. Cure: check for a missing or doubled entry; nothing is "
                        "normalised silently."),
        ([[0.5, 0.75]], f"{SUM}1.25. Cure: check for a missing or doubled entry; nothing is "
                        "normalised silently."),
    ],
)  # fmt: skip
def test_rules_of_the_distribution(distribution, message):
    n = np.shape(distribution)[-1]
    with pytest.raises(InputError) as caught:
        XORGame(distribution, [[[1, 0]] * n])
    assert str(caught.value) == message


def test_a_sum_may_be_off_by_the_rounding_of_doubles():
    assert XORGame([[0.1] * 10], [[[1, 0]] * 10]).shape == (1, 10)
    XORGame([["0.5", "0.500000001"]], [[[1, 0]] * 2])
    with pytest.raises(InputError, match=r"a sum of 1\.000000002"):
        XORGame([["0.5", "0.500000002"]], [[[1, 0]] * 2])


BLOCK = (
    "must depend on the parity a xor b alone, or the game is not an XOR game; received "
    "[[{}, 0.0], [{}, 1.0]]. Cure: payoffs that depend on a or b separately are outside this "
    "package."
)


@pytest.mark.parametrize(
    ("payoff", "messages"),
    [
        ([1, 0], ["`payoff` must have 3 dimensions, payoff[x][y][parity]; received 1 dimensions. "
                  "Cure: for a win/lose game give `win`, a matrix of 0 and 1, instead."]),
        ([[[1, 0, 0]] * 2] * 2, [
            "`payoff` must give 2 numbers for each pair of inputs, one for each parity; "
            "received 3. Cure: an XOR game has two outputs for each party, and only their parity "
            "counts."]),
        ([[[1, 0]] * 3] * 2, ["`payoff` must have as many rows and columns as `distribution`, "
                              "2 x 2; received 2 x 3."]),
        ([[[[1, 0], [0, 1]], [[2, 0], [0, 1]]], [[[1, 0], [3, 1]], [[1, 0], [0, 1]]]],
         [f"`payoff[0][1]` {BLOCK.format('2.0', '0.0')}",
          f"`payoff[1][0]` {BLOCK.format('1.0', '3.0')}"]),
        ([[[1, 0], [float("nan"), 0]]] * 2, ["`payoff[0][1][0]` must be finite; received nan.",
                                             "`payoff[1][1][0]` must be finite; received nan."]),
    ],
)  # fmt: skip
def test_rules_of_the_payoff(payoff, messages):
    with pytest.raises(InputError) as caught:
        XORGame(UNIFORM, payoff)
    assert str(caught.value).splitlines() == messages


CURE = "Cure: 0 where the outputs must agree, 1 where they must differ"


@pytest.mark.parametrize(
    ("win", "messages"),
    [
        ([0, 1], ["`win` must have 2 dimensions, win[x][y]; received 1 dimensions."]),
        ([[0, 1]], ["`win` must have as many rows and columns as `distribution`, 2 x 2; "
                    "received 1 x 2."]),
        ([[0, 0.5], [2, 1]], [f"`win[0][1]` must be 0 or 1; received 0.5. {CURE}.",
                              f"`win[1][0]` must be 0 or 1; received 2. {CURE}."]),
        ([[1, 1], [1, -1]], [f"`win[1][1]` must be 0 or 1; received -1. {CURE}; these are signs: "
                             "write 0 for +1 and 1 for -1."]),
        ([[0, None], [0, 1]], ["`win[0][1]` must be a real number; received None."]),
    ],
)  # fmt: skip
def test_rules_of_the_predicate(win, messages):
    with pytest.raises(InputError) as caught:
        XORGame.from_predicate(UNIFORM, win)
    assert str(caught.value).splitlines() == messages


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"a": "ab"}, "`labels.a` must be a list of strings; received 'ab'."),
        ({"a": 5}, "`labels.a` must be a list of strings; received 5."),
        ({"b": ["up", 1]}, "`labels.b` must be a list of strings; received ['up', 1]."),
        ({"a": ["up"]}, "`labels.a` must have 2 entries, one for each output of Alice; "
                        "received 1."),
        ({"b": ["up", "down", "off"]}, "`labels.b` must have 2 entries, one for each output of "
                                       "Bob; received 3."),
        ({"x": ["A"]}, "`labels.x` must have 2 entries, one for each input x; received 1."),
        ({"y": ["A"] * 2}, "`labels.y` must be different; received ['A', 'A']."),
        ({"z": ["A"]}, "`labels.z` is not a kind of label. Cure: use a and b for outputs, x and y "
                       "for inputs."),
    ],
)  # fmt: skip
def test_rules_of_labels(labels, message):
    with pytest.raises(InputError) as caught:
        XORGame(UNIFORM, CHSH, labels=labels)
    assert str(caught.value) == message


def keys(error):
    return [problem.key for problem in error.value.problems]


def test_all_problems_at_once():
    with pytest.raises(InputError) as caught:
        XORGame([[-1, 0]], [[[1]]], labels={"x": ["A", "B"], "c": ["C"]})
    assert keys(caught) == ["distribution[0][0]", "payoff", "labels.x", "labels.c"]
    with pytest.raises(InputError) as caught:
        XORGame.from_predicate([[2]], [[3]], labels={"x": ["A", "B"]})
    assert keys(caught) == ["distribution", "win[0][0]", "labels.x"]
    with pytest.raises(InputError) as caught:
        XORGame.from_predicate([["x"]], [["y"]])
    assert keys(caught) == ["distribution[0][0]", "win[0][0]"]


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([1, 2], "`matrix` must have 2 dimensions, one row for each input of Alice; "
                 "received 1 dimensions."),
        ([[0, 0]], "`matrix` must not be zero everywhere."),
        ([[1, "x"]], "`matrix[0][1]` must be a real number; received 'x'. "
                     'Cure: write a decimal such as 0.25 or a fraction such as "1/3".'),
    ],
)  # fmt: skip
def test_rules_of_the_matrix(matrix, message):
    with pytest.raises(InputError) as caught:
        XORGame.from_matrix(matrix)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda g: g.relabel(x=[0, 0]), "`x` must be a permutation of 0..1; received [0, 0]."),
        (lambda g: g.relabel(y=[0]), "`y` must be a permutation of 0..1; received [0]."),
        (lambda g: g.relabel(flip_a=[2]), "`flip_a` must hold different inputs from 0..1; "
                                          "received [2]."),
        (lambda g: g.relabel(flip_b=[1, 1]), "`flip_b` must hold different inputs from 0..1; "
                                             "received [1, 1]."),
        (lambda g: g.power(0), "`copies` must be 1 or more; received 0."),
    ],
)  # fmt: skip
def test_rules_of_changes(change, message):
    with pytest.raises(InputError) as caught:
        change(XORGame(UNIFORM, CHSH))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "`name` must be 1 to 200 printable characters; received ''."),
        ("two\nlines", "`name` must be 1 to 200 printable characters; received 'two\\nlines'."),
        ("\x1b[31m", "`name` must be 1 to 200 printable characters; received '\\x1b[31m'."),
        ("\ud800", "`name` must be 1 to 200 printable characters; received '\\ud800'."),
        (None, "`name` must be text; received None."),
    ],
)
def test_names_that_a_terminal_cannot_show(name, message):
    with pytest.raises(InputError) as caught:
        XORGame([[1]], [[[1, 0]]], name=name)
    assert str(caught.value) == message
    with pytest.raises(InputError, match=r"`labels\.a\[1\]` must be 1 to 200 printable"):
        XORGame([[1]], [[[1, 0]]], labels={"a": ["up", "\u202edown"]})


def test_products_stay_within_the_limit():
    game = XORGame.from_matrix([[1, 1], [1, -1]])
    assert game.power(3).shape == (8, 8)
    for copies in (11, 10**9):
        with pytest.raises(InputError, match="`copies` must leave at most 1024 inputs a party"):
            game.power(copies)
    large = XORGame.from_matrix(np.ones((64, 1)))
    with pytest.raises(InputError, match="`product` must have at most 1024 inputs a party"):
        large.xor_product(large)


def test_lists_without_end_are_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(InputError, match="`payoff` must not be nested so deeply"):
        XORGame([[1]], endless)
