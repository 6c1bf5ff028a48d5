"""A certificate in a file, for others to check.

The file is JSON: the game's exact matrix, the whole numbers that prove both ends of the bracket on
the Tsirelson bias (see `exact_certificate`) and the two ends as fractions; optionally a
deterministic strategy with its exact bias. The stand-alone script `check_certificate.py`, which
imports only the standard library, reads it and proves the bracket again; the bracket on the value
is that on the bias, halved, plus the offset.
"""

import json
import sys
from pathlib import Path
from typing import Any

from xorgames.bound import Bound
from xorgames.errors import InputError, Problem, expect, reject
from xorgames.exact import FractionArray
from xorgames.game import XORGame
from xorgames.output import write_whole
from xorgames.solvers.certificate import Proposal, deterministic_bias
from xorgames.solvers.check_certificate import proven_bracket
from xorgames.solvers.exact_certificate import ExactCertificate, exact_certificate
from xorgames.solvers.tsirelson import propose
from xorgames.strategy import DeterministicStrategy


def save_certificate(
    game: XORGame,
    path: str | Path,
    *,
    proposal: Proposal | None = None,
    classical: DeterministicStrategy | None = None,
    overwrite: bool = False,
) -> Bound:
    """Write a certificate of the game's Tsirelson bias and return the bracket that it proves.

    Parameters
    ----------
    game : XORGame
    path : str or Path
    proposal : Proposal, optional
        Vectors and multipliers; by default those of the default method.
    classical : DeterministicStrategy, optional
        To be recorded with its exact bias.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If an argument is of another kind, or `classical` is for another game; if the file exists
        and may not be replaced, or cannot be written; or if the game's entries have a common
        denominator of more digits than Python writes.
    SolverError
        If no proposal is given and the default method fails, or if a given one is for another game.

    Examples
    --------
    >>> import tempfile
    >>> chsh = XORGame.from_predicate([["1/4", "1/4"]] * 2, [[0, 0], [0, 1]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "chsh.json")
    ...     saved = save_certificate(chsh, path)
    ...     2**-0.5 in saved, check_certificate(path) == saved
    (True, True)
    """
    expect(game, XORGame, key="game", cure="load_game reads a file, catalog.parse a name")
    expect(path, (str, Path), key="path")
    expect(proposal, (Proposal, type(None)), key="proposal", cure="tsirelson.propose makes one")
    expect(classical, (DeterministicStrategy, type(None)), key="classical")
    if classical is not None and (len(classical.a), len(classical.b)) != game.shape:
        rule = "must have one answer for each input of the game"
        reject("classical", rule, received=f"{len(classical.a)} and {len(classical.b)} answers")
    if proposal is None:
        proposal = propose(game.matrix)
    certificate = exact_certificate(game.exact_matrix, proposal)
    try:
        content = _content(game, certificate, classical)
    except ValueError:
        reject(
            "game",
            f"must have numbers that Python writes, with at most {sys.get_int_max_str_digits()}"
            " digits: a common denominator has more",
            cure="round the game's entries, or raise the limit by PYTHONINTMAXSTRDIGITS",
        )
    # One row a line: small to read, and a difference between two files shows where it is.
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(part)}" for key, part in content.items())
    text = "{\n" + lines + "\n}\n"
    write_whole(path, text, overwrite=overwrite)
    return certificate.bound


def check_certificate(path: str | Path, *, game: XORGame | None = None) -> Bound:
    """Return the bracket that a certificate proves, by whole-number arithmetic alone.

    Parameters
    ----------
    path : str or Path
    game : XORGame, optional
        Whose matrix it has to be about; by default whatever matrix is in the file.

    Raises
    ------
    InputError
        If the file cannot be read, its numbers do not prove what it claims, or the game is another.
    """
    try:
        text = Path(path).read_text("utf-8")
        lower, upper, _ = proven_bracket(text)
        bound = Bound(Bound.exact(lower).lower, Bound.exact(upper).upper)
    except Exception as error:
        received = f"{type(error).__name__}: {error}"
        problem = Problem(
            key="certificate", rule="must prove what it claims", received=received,
            cure="ask for the file again, or save a new one",
        )  # fmt: skip
        raise InputError([problem], file=str(path)) from error
    if game is not None and json.loads(text)["matrix"] != _rows(game.exact_matrix):
        problem = Problem(
            key="certificate", rule="must be about the matrix of the game",
            received=f"another matrix than that of {game.name!r}",
            cure="ask for the certificate of this game, or save one",
        )  # fmt: skip
        raise InputError([problem], file=str(path))
    return bound


def _content(
    game: XORGame, certificate: ExactCertificate, classical: DeterministicStrategy | None
) -> dict[str, Any]:
    best = None
    if classical is not None:
        bias = deterministic_bias(game.exact_matrix, classical)
        best = classical.to_dict() | {"bias": str(bias)}
    return {
        "certificate": "bracket on the Tsirelson bias of an XOR game",
        "schema": 1,
        "game": game.name,
        "id": game.id,
        "offset": str(game.exact_offset),
        "matrix": _rows(certificate.exact_matrix),
        "classical": best,
        "lower": {
            "bias": str(certificate.lower),
            "alice": certificate.alice.tolist(),
            "bob": certificate.bob.tolist(),
        },
        "upper": {
            "bias": str(certificate.upper),
            "unit": str(certificate.unit),
            "transposed": certificate.transposed,
            "a": certificate.a.tolist(),
            "b": certificate.b.tolist(),
            "w": certificate.w.tolist(),
        },
    }


def _rows(exact_matrix: FractionArray) -> list[list[str]]:
    return [[str(entry) for entry in row] for row in exact_matrix]
