"""Is entanglement worth it for this coordination problem, and what must the machine do?

Importing this package loads NumPy and nothing heavier; everything else is loaded when first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xorgames import catalog as catalog
    from xorgames.bound import Bound, Finding
    from xorgames.errors import (
        InconsistencyError,
        InputError,
        SolverError,
        TooLargeError,
        XorgamesError,
    )
    from xorgames.game import XORGame
    from xorgames.hardware.conditions import Conditions
    from xorgames.hardware.design import Design, load_design
    from xorgames.hardware.evidence import Evidence, evidence
    from xorgames.hardware.requirements import Requirements, require
    from xorgames.hardware.rounds import Rounds, rounds_needed
    from xorgames.hardware.verdict import Verdict, check
    from xorgames.reports.write import write_report
    from xorgames.solvers.solution import Solution
    from xorgames.solvers.solve import solve
    from xorgames.spec import load_game, save_game

__version__ = "0.1.0"

_HOME = {
    "Bound": "xorgames.bound",
    "Conditions": "xorgames.hardware.conditions",
    "Design": "xorgames.hardware.design",
    "Evidence": "xorgames.hardware.evidence",
    "Finding": "xorgames.bound",
    "InconsistencyError": "xorgames.errors",
    "InputError": "xorgames.errors",
    "Requirements": "xorgames.hardware.requirements",
    "Rounds": "xorgames.hardware.rounds",
    "Solution": "xorgames.solvers.solution",
    "SolverError": "xorgames.errors",
    "TooLargeError": "xorgames.errors",
    "Verdict": "xorgames.hardware.verdict",
    "XORGame": "xorgames.game",
    "XorgamesError": "xorgames.errors",
    "check": "xorgames.hardware.verdict",
    "evidence": "xorgames.hardware.evidence",
    "load_design": "xorgames.hardware.design",
    "load_game": "xorgames.spec",
    "require": "xorgames.hardware.requirements",
    "rounds_needed": "xorgames.hardware.rounds",
    "save_game": "xorgames.spec",
    "solve": "xorgames.solvers.solve",
    "write_report": "xorgames.reports.write",
}

__all__ = [
    "Bound",
    "Conditions",
    "Design",
    "Evidence",
    "Finding",
    "InconsistencyError",
    "InputError",
    "Requirements",
    "Rounds",
    "Solution",
    "SolverError",
    "TooLargeError",
    "Verdict",
    "XORGame",
    "XorgamesError",
    "__version__",
    "catalog",
    "check",
    "evidence",
    "load_design",
    "load_game",
    "require",
    "rounds_needed",
    "save_game",
    "solve",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name == "catalog":
        return importlib.import_module("xorgames.catalog")
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'xorgames' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
