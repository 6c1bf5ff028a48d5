"""The report on the game with the largest gap among those that ask the same question."""

from xorgames.design.equivalent import Equivalent
from xorgames.hardware.requirements import Requirements
from xorgames.hardware.verdict import Verdict
from xorgames.reports.blocks import Items, Section, clean, table
from xorgames.reports.game_sections import (
    advantage_sentence,
    game_section,
    play_section,
    values_section,
)
from xorgames.reports.hardware_sections import criteria_section, requirements_section
from xorgames.reports.model import Report, made_section
from xorgames.reports.numbers import digits
from xorgames.reports.words_section import words_section

_WHY = (
    "A game asks the same question if its matrix is a multiple of this one's: then the same "
    "strategies are best. Payoffs between 0 and 1 with odds in proportion to the entries' sizes "
    "make the multiple as large as it can be.",
    "How much noise the advantage bears does not change.",
)


def equivalent_report(
    found: Equivalent,
    needs: Requirements,
    verdict: Verdict | None = None,
    *,
    command: str | None = None,
) -> Report:
    """Return the report on an equivalent game.

    Parameters
    ----------
    found : Equivalent
    needs : Requirements
        Of the equivalent game.
    verdict : Verdict, optional
        Of a design.
    command : str, optional
        The command that made it, for the reader to repeat.

    Examples
    --------
    >>> from xorgames.catalog import hft
    >>> from xorgames.design.equivalent import equivalent_game
    >>> from xorgames.hardware.requirements import require
    >>> found = equivalent_game(hft(p="0.4", beta="0.2"))
    >>> equivalent_report(found, require(found.solution)).sections[0].heading
    'The equivalent game'
    """
    solution, name = found.solution, clean(found.game.name)
    better = found.gap - found.gap_before
    facts = list(_WHY)
    if better.lower > 0:
        facts.insert(0, f"Better than as given by {digits(better)}, proven.")
    rows = [("equivalent game", digits(found.gap)), ("as given", digits(found.gap_before))]
    gaps = table("The gap, in units of the range of payoffs", ("game", "gap"), rows, align="lr")
    return Report(
        title=f"{name}",
        question="Which game asks the same question with the largest gap?",
        verdict=verdict.verdict if verdict else str(solution.advantage.verdict),
        answer=f"The equivalent game has a gap of {digits(found.gap, 6)} of the range of its "
        f"payoffs, the game as given {digits(found.gap_before, 6)}. "
        + advantage_sentence(solution),
        sections=(
            Section("The equivalent game", (gaps, Items(tuple(facts)))),
            *(() if verdict is None else (criteria_section(verdict),)),
            game_section(found.game),
            values_section(solution),
            play_section(solution),
            requirements_section(needs, windows=False),
            words_section(machine=True),
            Section("Assumptions", (Items(needs.assumptions),)),
            made_section(command),
        ),
        data={"equivalent": found.to_dict(), "requirements": needs.to_dict()},
    )
