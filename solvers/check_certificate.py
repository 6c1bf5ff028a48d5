"""Check a saved certificate by whole numbers alone:  python check_certificate.py FILE.

For M the matrix or its transpose, unit vectors p, q, any t > 0, a, B, W and G = B^T B + W W^T,
  2 sum a_x B_xy p_x.q_y <= sum a_x^2 + sum_x |sum_y B_xy q_y|^2 <= sum a_x^2 + sum_yz G_yz q_y.q_z,
so that  bias <= t (sum a_x^2 + sum_yz |G_yz|) / 2 + sum_xy |M_xy - t a_x B_xy|;  and any vectors
u, v of lengths at most U, V give  bias >= sum_xy M_xy u_x.v_y / (U V).
"""

import json
import math
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any


def proven_bracket(text: str) -> tuple[Fraction, Fraction]:
    """Return the ends that the numbers prove; an error where the certificate claims others."""
    file = json.loads(text, parse_float=int, parse_constant=int)  # refuses 1.5: it could be rounded
    # By hand: Fraction("1e999999999") would never end.
    matrix = [[Fraction(*map(int, entry.split("/"))) for entry in row] for row in file["matrix"]]
    low, up, best = file["lower"], file["upper"], file["classical"]
    unit, a, b, w = Fraction(*map(int, up["unit"].split("/"))), up["a"], up["b"], up["w"]
    columns = [[*p, *q] for p, q in zip(zip(*b, strict=True), w, strict=True)]
    area = _dot(a, a) + sum(abs(_dot(p, q)) for p in columns for q in columns)
    fit = [[unit * a_x * b_xy for b_xy in row] for a_x, row in zip(a, b, strict=True)]
    rows = [*zip(*matrix, strict=True)] if up["transposed"] else matrix
    upper = unit * area / 2 + sum(abs(entry - fitted) for entry, fitted in _pairs(rows, fit))
    lower = max(Fraction(0), _reached(matrix, low["alice"], low["bob"]))
    claims = [(low, lower), (up, upper)]
    if best:
        signs = [[[1 - 2 * bit] for bit in best[side]] for side in "ab"]
        claims.append((best, _reached(matrix, *signs)))
    if unit <= 0 or any(claim["bias"] != str(proven) for claim, proven in claims):
        raise ValueError("its numbers do not prove what it claims")
    return lower, upper


def _dot(u: list[int], v: list[int]) -> int:
    return sum(int(p) * int(q) for p, q in zip(u, v, strict=True))


def _pairs(left: Any, right: Any) -> list[Any]:
    return [pair for rows in zip(left, right, strict=True) for pair in zip(*rows, strict=True)]


def _reached(matrix: Any, alice: Any, bob: Any) -> Fraction:
    total = sum(p * q for p, q in _pairs(matrix, [[_dot(u, v) for v in bob] for u in alice]))
    longest = [math.isqrt(max(1, *(_dot(u, u) for u in side)) - 1) + 1 for side in (alice, bob)]
    return Fraction(total) / math.prod(longest)


if __name__ == "__main__":
    try:
        ends = proven_bracket(Path(sys.argv[1]).read_text("utf-8"))
        shown = map(math.nextafter, map(float, ends), (-math.inf, math.inf))
    except Exception as error:
        sys.exit(f"NOT PROVEN: {type(error).__name__}: {error}")
    sys.stdout.write("PROVEN: the Tsirelson bias lies in [{}, {}]\n".format(*shown))
