"""Made-up price feeds for tests: the correlation turns after unusual moves."""

import numpy as np

from xorgames.scenarios.price_feed import PriceFeed


def made_feed(decisions: int, *, seed: int = 0, correlation: float = 0.8, burst: float = 12.0):
    """Return a feed with rows at 0, 1, 2, ... ms: quiet before, moves after each odd row.

    In a third of the cases the correlation is negative, and the moves before it are `burst` times
    as wide as usual. With decisions every 2 ms, looking back and holding for 1 ms each, the inputs
    are the first move and the positions meet the second.
    """
    rng = np.random.default_rng(seed)
    broken = rng.random(decisions) < 1 / 3
    before = rng.standard_normal((2, decisions)) * np.where(broken, burst, 1.0)
    first, second = rng.standard_normal((2, decisions))
    rho = np.where(broken, -correlation, correlation)
    after = np.stack([first, rho * first + np.sqrt(1 - rho**2) * second])
    steps = np.stack([before, after], axis=2).reshape(2, -1)
    # Back to where it was: prices stay positive however long the feed is.
    prices = 1e5 + np.concatenate([np.zeros((2, 1)), steps.cumsum(axis=1)], axis=1)
    time_s = np.arange(2 * decisions + 1) * 1e-3
    return PriceFeed(time_s=time_s, price_x=prices[0] / 100, price_y=prices[1] / 100)
