"""Check a saved certificate by whole numbers alone:  python check_certificate.py FILE.

2 sum a_x B_xy p_x.q_y <= sum a_x^2 + sum_x |sum_y B_xy q_y|^2 <= sum a_x^2 + sum_yz |G_yz| for unit
p, q and G = B^T B + W W^T, so  bias <= t (that sum) / 2 + sum_xy |M_xy - t a_x B_xy|, t > 0, M the
matrix or its transpose; and u, v of lengths up to U, V give  bias >= sum_xy M_xy u_x.v_y / (U V).
"""

import json
import math
import sys
from fractions import Fraction
from functools import partial
from hashlib import sha256
from operator import mul
from pathlib import Path

_both = partial(zip, strict=True)


def proven_bracket(text: str) -> tuple[Fraction, Fraction, str]:
    """Return the ends proven and for which matrix; an error where the certificate claims others."""
    file = json.loads(text, parse_float=int, parse_constant=int, object_pairs_hook=_object)
    # By hand: Fraction("1e999999999") would never end, and a number such as 1.5 could be rounded.
    game = [[Fraction(*map(int, entry.split("/"))) for entry in row] for row in file["matrix"]]
    low, up, best = file["lower"], file["upper"], file["classical"]
    t, a, b, w = Fraction(*map(int, up["unit"].split("/"))), [*map(int, up["a"])], up["b"], up["w"]
    columns = [[*map(int, p), *map(int, q)] for p, q in _both(_both(*b), w)]
    area = sum(map(mul, a, a)) + sum(abs(sum(map(mul, p, q))) for p in columns for q in columns)
    rows = [*_both(*game)] if up["transposed"] else game
    fit = [abs(m - t * p * q) for row, p, qs in _both(rows, a, b) for m, q in _both(row, qs)]
    upper = t * area / 2 + sum(fit)
    lower = max(Fraction(0), _reached(game, low["alice"], low["bob"]))
    claims = [(low, lower), (up, upper)]
    if best:
        signs = [[[{0: 1, 1: -1}[bit]] for bit in best[side]] for side in "ab"]
        claims.append((best, _reached(game, *signs)))
    if t <= 0 or file["twins"] or any(c["twins"] or c["bias"] != str(p) for c, p in claims):
        raise ValueError("its numbers do not prove what it claims, or a key stands twice")
    return lower, upper, f"{len(game)} x {len(game[0])} {sha256(repr(game).encode()).hexdigest()}"


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    return dict(pairs) | {"twins": len(pairs) > len(dict(pairs))}


def _reached(matrix: list[list[Fraction]], u: list[list[int]], v: list[list[int]]) -> Fraction:
    u, v = ([[*map(int, p)] for p in side] for side in (u, v))
    total = sum(m * sum(map(mul, p, q)) for row, p in _both(matrix, u) for m, q in _both(row, v))
    longest = [math.isqrt(max(1, *(sum(map(mul, p, p)) for p in side)) - 1) + 1 for side in (u, v)]
    return Fraction(total) / math.prod(longest)


if __name__ == "__main__":
    try:
        *ends, name = proven_bracket(Path(sys.argv[1]).read_text("utf-8"))
        shown = [*map(math.nextafter, map(float, ends), (-math.inf, math.inf))]
    except Exception as error:
        sys.exit(f"NOT PROVEN: {type(error).__name__}: {error}")
    sys.stdout.write("PROVEN: the Tsirelson bias lies in [{}, {}] for M: {}\n".format(*shown, name))
