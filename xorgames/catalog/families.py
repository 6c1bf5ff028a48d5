"""Families of win/lose games from the literature, each given by a matrix of signs or weights."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np

from xorgames.catalog.parameters import from_signs
from xorgames.errors import reject
from xorgames.game import XORGame
from xorgames.regions import Number, whole_number


def chained(n: Number) -> XORGame:
    """Braunstein and Caves's chain: neighbouring settings agree, except first with last.

    Reference: doi:10.1016/0003-4916(90)90339-P.

    Parameters
    ----------
    n : int, 2 to 1024
        Settings of each party.

    Raises
    ------
    InputError
        If n is not such a number.

    Examples
    --------
    >>> (6 * chained(3).matrix).tolist()
    [[1.0, 0.0, -1.0], [1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]
    """
    n = whole_number("n", n, 2)
    matrix = np.eye(n, dtype=int) + np.eye(n, k=-1, dtype=int)
    matrix[0, n - 1] = -1
    return from_signs(matrix, name=f"chained, n = {n}", source="doi:10.1016/0003-4916(90)90339-P")


def odd_cycle(n: Number) -> XORGame:
    """Colour an odd cycle with two colours: the same on one vertex, different on an edge.

    Reference: Cleve, Hoyer, Toner, Watrous, arXiv:quant-ph/0404076.

    Parameters
    ----------
    n : odd int, 3 to 1023
        Length of the cycle.

    Raises
    ------
    InputError
        If n is not such a number.

    Examples
    --------
    >>> (6 * odd_cycle(3).matrix).tolist()
    [[1.0, -1.0, 0.0], [0.0, 1.0, -1.0], [-1.0, 0.0, 1.0]]
    """
    n = whole_number("n", n, 3)
    if n % 2 == 0:
        reject("n", "must be odd", received=n, cure="an even cycle can always be won")
    eye = np.eye(n, dtype=int)
    matrix = eye - np.roll(eye, 1, axis=1)
    return from_signs(matrix, name=f"odd cycle, n = {n}", source="arXiv:quant-ph/0404076")


def staircase(n: Number) -> XORGame:
    """Equal answers exactly if the inputs 0..n-1 have a sum below n.

    It is the load-balancing game for uniform service times on n x n cells, judged at midpoints.
    Reference: values derived here from the spectrum of an anti-periodic Hankel matrix.

    Parameters
    ----------
    n : int, 1 to 1024
        Inputs of each party.

    Raises
    ------
    InputError
        If n is not such a number.

    Examples
    --------
    >>> (9 * staircase(3).matrix).round().tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, -1.0], [1.0, -1.0, -1.0]]
    """
    n = whole_number("n", n, 1)
    matrix = np.where(np.add.outer(range(n), range(n)) < n, 1, -1)
    return from_signs(matrix, name=f"staircase, n = {n}", source="values derived in xorgames")


def random_access_code(n: Number) -> XORGame:
    """Bob is asked for one of Alice's n bits, and she has one bit to help him.

    Alice's input is her string up to a flip of all bits (a row of signs that starts with +1), Bob's
    the position; the parity of their outputs must be the sign there.
    Reference: Ambainis, Leung, Mancinska, Ozols, arXiv:0810.2937.

    Parameters
    ----------
    n : int, 2 to 11
        The length of the string; the game has 2^(n-1) x n inputs.

    Raises
    ------
    InputError
        If n is not such a number.

    Examples
    --------
    >>> (12 * random_access_code(3).matrix).round().tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, -1.0], [1.0, -1.0, 1.0], [1.0, -1.0, -1.0]]
    """
    n = whole_number("n", n, 2, 11)
    rows = [(1, *signs) for signs in product((1, -1), repeat=n - 1)]
    return from_signs(rows, name=f"random access code, n = {n}", source="arXiv:0810.2937")


def elegant() -> XORGame:
    """Gisin's elegant Bell inequality: the random access code of three bits.

    Reference: Gisin, arXiv:quant-ph/0702021.

    Examples
    --------
    >>> elegant().shape
    (4, 3)
    """
    signs = random_access_code(3).exact_matrix
    return from_signs(signs, name="elegant", source="Gisin, arXiv:quant-ph/0702021")


def fishburn_reeds(k: Number) -> XORGame:
    """Fishburn and Reeds's game, whose ratio Q/C exceeds sqrt 2 from k = 5 on (10/7).

    The matrix is proportional to the Gram matrix of all (e_i +- e_j) / sqrt 2, i < j <= k, minus
    two thirds of the identity.
    Reference: doi:10.1137/S0895480191219350.

    Parameters
    ----------
    k : int, 2 to 32
        The dimension; each party has k (k - 1) inputs.

    Raises
    ------
    InputError
        If k is not such a number.

    Examples
    --------
    >>> fishburn_reeds(3).shape
    (6, 6)
    """
    k = whole_number("k", k, 2, 32)
    eye = np.eye(k, dtype=int)
    vectors = np.array(
        [eye[i] + sign * eye[j] for i, j in combinations(range(k), 2) for sign in (1, -1)]
    )
    gram = (vectors @ vectors.T).astype(object) * Fraction(1, 2)
    matrix = gram - Fraction(2, 3) * np.eye(len(gram), dtype=int)
    source = "Fishburn and Reeds, doi:10.1137/S0895480191219350"
    return from_signs(matrix, name=f"Fishburn-Reeds, k = {k}", source=source)


def hadamard(n: Number) -> XORGame:
    """Answers differ exactly if the inner product of the inputs' bits is odd.

    The matrix is Sylvester's Hadamard matrix of order n.
    Reference: Sylvester, doi:10.1080/14786446708639914.

    Parameters
    ----------
    n : power of two, 1 to 1024
        The order.

    Raises
    ------
    InputError
        If n is not such a number.

    Examples
    --------
    >>> (16 * hadamard(4).matrix).tolist()[3]
    [1.0, -1.0, -1.0, 1.0]
    """
    n = whole_number("n", n, 1)
    if n & (n - 1):
        reject("n", "must be a power of two", received=n)
    matrix = np.array([[1]])
    while len(matrix) < n:
        matrix = np.kron(matrix, [[1, 1], [1, -1]])
    source = "Sylvester, doi:10.1080/14786446708639914"
    return from_signs(matrix, name=f"Sylvester-Hadamard, n = {n}", source=source)
