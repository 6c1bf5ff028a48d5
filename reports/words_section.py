"""What the words of a report mean, for readers who know machines better than games."""

from xorgames.reports.blocks import Items, Section

_GAME = (
    "Round: each party receives its input and answers one bit, before a signal from the other "
    "party could arrive.",
    "Value: the largest expected payoff of a round with a given resource. Bias: twice what the "
    "value is above the payoff of random answers.",
    "Classical: without entanglement, shared random numbers allowed. Quantum: with any "
    "entanglement. No-signalling: the limit for any theory without communication, out of reach of "
    "machines.",
    "Proven bracket: two ends between which a number certainly lies, rounding included; … stands "
    "between them. Estimates and simulated numbers are called so.",
)
_MACHINE = (
    "Infidelity of a pair: one minus its overlap with the ideal Bell pair. Combined infidelity: by "
    "what share pair and readout together shrink the correlators, and so the bias.",
    "Stationary window: the time in which the law of the inputs stays the same; all rounds of a "
    "claim must fit in it.",
    "Significance alpha: at most so probable is it that the claim is made where it is false. "
    "Power: so probable is it that the claim is made by a machine as described.",
    "Margin: by how much a limit is kept, relative to it; negative where it is missed. From ten "
    "times the limit on the factor is given.",
)


def words_section(*, machine: bool) -> Section:
    """Explain the words on games, and those on machines where there are any.

    Examples
    --------
    >>> [len(words_section(machine=machine).blocks[0].items) for machine in (False, True)]
    [4, 8]
    """
    return Section("Words used here", (Items(_GAME + (_MACHINE if machine else ())),))
