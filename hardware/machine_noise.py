"""A machine's figures as noise: its own pair and readout, for the strategy and its angles.

A design from its physics knows the state of its pairs; then the noise has a direction, and angles
made for it may do better than those of the ideal game. Where only a fidelity is stated, the pair is
taken to be a Werner pair. The readout is the symmetric one that shrinks the correlators as the real
one does.
"""

from xorgames.errors import expect
from xorgames.hardware.channels import Depolarising
from xorgames.hardware.noise_model import NoiseModel, Readout
from xorgames.hardware.pair_state import PairState
from xorgames.hardware.performance import Performance


def noise_of(performance: Performance) -> NoiseModel:
    """Return what stands between the ideal strategy and what the machine observes.

    Examples
    --------
    >>> import xorgames as xg
    >>> noise = noise_of(xg.load_design("yb_cavity").evaluate())
    >>> print(noise.value(xg.catalog.chsh()).display(6))  # 1/2 + (1 - 0.0609721) sqrt2/4
    0.831996 … 0.831997
    """
    expect(performance, Performance, key="performance", cure="Design.evaluate makes one")
    error = performance.measurement_infidelity
    readout = Readout(e0=error, e1=error)
    return NoiseModel(pair=_pair(performance), readout_a=readout, readout_b=readout)


def measured_pair(performance: Performance) -> PairState:
    """Return the pair as an ideal readout would see it: the real one counts as depolarisation.

    Examples
    --------
    >>> import xorgames as xg
    >>> performance = xg.load_design("yb_cavity").evaluate()
    >>> float(round(1 - measured_pair(performance).correlations[2, 2], 6))
    0.060972
    """
    noise = noise_of(performance)
    shrink = Depolarising(visibility=noise.readout_a.shrink)
    return NoiseModel(pair=noise.pair, channels=(shrink,)).state


def _pair(performance: Performance) -> PairState:
    if performance.pair_state is not None:
        return PairState.from_matrix(performance.pair_state)
    return PairState.werner(1 - 4 * performance.state_infidelity / 3)
