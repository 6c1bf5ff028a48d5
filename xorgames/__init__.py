"""Is entanglement worth it for this coordination problem, and what must the machine do?

Importing this package loads NumPy and nothing heavier; everything else is loaded when first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xorgames import catalog as catalog
    from xorgames.bound import Bound, Finding
    from xorgames.design.designed import Designed
    from xorgames.design.family_file import load_family
    from xorgames.design.map import compute_map
    from xorgames.design.optimise import optimise
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
    from xorgames.hardware.input_law import InputLaw
    from xorgames.hardware.noise_model import NoiseModel, Readout
    from xorgames.hardware.noise_thresholds import thresholds
    from xorgames.hardware.noisy_angles import optimise_angles
    from xorgames.hardware.pair_state import PairState
    from xorgames.hardware.photon_loss import photon_loss
    from xorgames.hardware.questions.improve import improve
    from xorgames.hardware.questions.limits import limits
    from xorgames.hardware.questions.sensitivity import sensitivity
    from xorgames.hardware.questions.uncertainty import uncertainty
    from xorgames.hardware.questions.vary import vary
    from xorgames.hardware.requirements import Requirements, require
    from xorgames.hardware.rounds import Rounds, rounds_needed
    from xorgames.hardware.simulation import Demand, Faults, simulate_node
    from xorgames.hardware.verdict import Verdict, check
    from xorgames.noisy import NoisyStrategy, SharedRandomStrategy
    from xorgames.reports.write import write_report
    from xorgames.solvers.solution import Solution
    from xorgames.solvers.solve import solve
    from xorgames.spec import load_game, save_game
    from xorgames.sweep.collect import collect
    from xorgames.sweep.combine import combine
    from xorgames.sweep.sweep_file import load_sweep

__version__ = "0.1.0"

_HOME = {
    "Bound": "xorgames.bound",
    "Conditions": "xorgames.hardware.conditions",
    "Designed": "xorgames.design.designed",
    "Demand": "xorgames.hardware.simulation",
    "Design": "xorgames.hardware.design",
    "Evidence": "xorgames.hardware.evidence",
    "Faults": "xorgames.hardware.simulation",
    "Finding": "xorgames.bound",
    "InconsistencyError": "xorgames.errors",
    "InputError": "xorgames.errors",
    "InputLaw": "xorgames.hardware.input_law",
    "NoiseModel": "xorgames.hardware.noise_model",
    "NoisyStrategy": "xorgames.noisy",
    "PairState": "xorgames.hardware.pair_state",
    "Readout": "xorgames.hardware.noise_model",
    "Requirements": "xorgames.hardware.requirements",
    "Rounds": "xorgames.hardware.rounds",
    "SharedRandomStrategy": "xorgames.noisy",
    "Solution": "xorgames.solvers.solution",
    "SolverError": "xorgames.errors",
    "TooLargeError": "xorgames.errors",
    "Verdict": "xorgames.hardware.verdict",
    "XORGame": "xorgames.game",
    "XorgamesError": "xorgames.errors",
    "check": "xorgames.hardware.verdict",
    "collect": "xorgames.sweep.collect",
    "combine": "xorgames.sweep.combine",
    "compute_map": "xorgames.design.map",
    "evidence": "xorgames.hardware.evidence",
    "improve": "xorgames.hardware.questions.improve",
    "limits": "xorgames.hardware.questions.limits",
    "load_design": "xorgames.hardware.design",
    "load_family": "xorgames.design.family_file",
    "load_game": "xorgames.spec",
    "load_sweep": "xorgames.sweep.sweep_file",
    "optimise": "xorgames.design.optimise",
    "optimise_angles": "xorgames.hardware.noisy_angles",
    "photon_loss": "xorgames.hardware.photon_loss",
    "require": "xorgames.hardware.requirements",
    "rounds_needed": "xorgames.hardware.rounds",
    "save_game": "xorgames.spec",
    "sensitivity": "xorgames.hardware.questions.sensitivity",
    "simulate_node": "xorgames.hardware.simulation",
    "solve": "xorgames.solvers.solve",
    "thresholds": "xorgames.hardware.noise_thresholds",
    "uncertainty": "xorgames.hardware.questions.uncertainty",
    "vary": "xorgames.hardware.questions.vary",
    "write_report": "xorgames.reports.write",
}

__all__ = [
    "Bound",
    "Conditions",
    "Demand",
    "Design",
    "Designed",
    "Evidence",
    "Faults",
    "Finding",
    "InconsistencyError",
    "InputError",
    "InputLaw",
    "NoiseModel",
    "NoisyStrategy",
    "PairState",
    "Readout",
    "Requirements",
    "Rounds",
    "SharedRandomStrategy",
    "Solution",
    "SolverError",
    "TooLargeError",
    "Verdict",
    "XORGame",
    "XorgamesError",
    "__version__",
    "catalog",
    "check",
    "collect",
    "combine",
    "compute_map",
    "evidence",
    "improve",
    "limits",
    "load_design",
    "load_family",
    "load_game",
    "load_sweep",
    "optimise",
    "optimise_angles",
    "photon_loss",
    "require",
    "rounds_needed",
    "save_game",
    "sensitivity",
    "simulate_node",
    "solve",
    "thresholds",
    "uncertainty",
    "vary",
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
