"""The report on measured data: the inequality they violate, or how classical players do as well."""

from xorgames.bound import Bound, Finding
from xorgames.design.separation import Separation
from xorgames.reports.blocks import Block, Figure, Items, Paragraph, Section, Table, clean, table
from xorgames.reports.game_sections import game_section, play_section, values_section
from xorgames.reports.model import Report, made_section
from xorgames.reports.numbers import digits, plain
from xorgames.solvers.solve import solve

#: Tables of more rows or columns are left to the JSON form, and so are longer lists of strategies.
_WRITTEN_OUT = 12
_MOST_STRATEGIES = 32
_NOT_CERTAIN = (
    "What was measured is a sample. The inequality was chosen to fit it, which makes it look "
    "better than it is: for a p-value play the game anew and use the command xorgames evidence."
)


def measured_report(found: Separation, *, command: str | None = None) -> Report:
    """Return the report on correlators held against the classical polytope.

    Parameters
    ----------
    found : Separation
    command : str, optional
        The command that made it, for the reader to repeat.

    Examples
    --------
    >>> from xorgames.design.separation import separate
    >>> report = measured_report(separate(correlators=[["0.7", "0.7"], ["0.7", "-0.7"]]))
    >>> report.verdict, [section.heading for section in report.sections][:2]
    ('PROVEN', ['The inequality', 'A classical explanation'])
    """
    sections = [_inequality_section(found), _mixture_section(found)]
    if found.verdict is Finding.PROVEN:
        solution = solve(found.game)
        sections += [game_section(found.game), values_section(solution), play_section(solution)]
    sections.append(made_section(command))
    name = clean(found.name) or "Measured data"
    return Report(
        title=f"{name}: which inequality do they violate?",
        question="Could classical players have these correlators?",
        verdict=str(found.verdict),
        answer=found.statement[:1].upper() + found.statement[1:] + ".",
        sections=tuple(sections),
        data={"separation": found.to_dict()},
    )


def _inequality_section(found: Separation) -> Section:
    facts = [
        f"Classical players reach at most {digits(Bound.exact(found.limit))} in "
        "sum M(x, y) E(x, y), where sum |M| = 1, proven.",
        f"These correlators reach {digits(Bound.exact(found.reached))}.",
    ]
    if found.standard_error is not None:
        facts.append(f"Standard error of what they reach: {plain(found.standard_error, 3)}.")
    if found.verdict is not Finding.REFUTED:
        facts.append(
            f"No classical correlators are nearer than {digits(Bound.exact(found.distance.lower))} "
            f"in every entry; some come within {digits(Bound.exact(found.distance.upper))}."
        )
    if found.visibility is not None and found.verdict is Finding.PROVEN:
        facts.append(
            "Mixed with noise they are classical once no more than "
            f"{digits(found.visibility)} of them is left."
        )
    blocks: list[Block] = [Items(tuple(facts))]
    m, n = found.inequality.shape
    if max(m, n) <= _WRITTEN_OUT:
        blocks.append(_figure(found))
        blocks += [
            _grid("The inequality M", [[str(e) for e in row] for row in found.inequality]),
            _grid(
                "The correlators E", [[f"{float(e):+.6g}" for e in r] for r in found.correlators]
            ),
        ]
    else:
        blocks.append(Paragraph(f"The JSON form has the inequality, {m} x {n} numbers."))
    if found.standard_error is not None and found.verdict is Finding.PROVEN:
        blocks.append(Paragraph(_NOT_CERTAIN))
    return Section("The inequality", tuple(blocks))


def _mixture_section(found: Separation) -> Section:
    mixture = found.scaled
    if not mixture.total:
        return Section(
            "A classical explanation",
            (Paragraph("There are no correlations: random bits explain them."),),
        )
    text = (
        f"A mixture of {len(mixture.weights)} deterministic strategies and of pairs of random bits "
    )
    if mixture.total <= 1:
        text += "has these correlators."
    else:
        share = Bound.exact(1 / mixture.total)
        text += (
            f"has {digits(Bound(share.lower, share.lower))} times these correlators; nothing "
            "explains them in full."
        )
    blocks: list[Block] = [Paragraph(text)]
    order = sorted(range(len(mixture.weights)), key=lambda i: -mixture.weights[i])
    rows = [
        (
            f"{float(mixture.weights[i] / mixture.total):.6g}",
            "".join(map(str, mixture.strategies[i].a.tolist())),
            "".join(map(str, mixture.strategies[i].b.tolist())),
        )
        for i in order[:_MOST_STRATEGIES]
    ]
    if rows and max(found.inequality.shape) <= _WRITTEN_OUT:
        header = ("weight", "answers of Alice", "answers of Bob")
        blocks.append(table("The strategies, the heaviest first", header, rows, align="rll"))
    return Section("A classical explanation", tuple(blocks))


def _grid(caption: str, rows: list[list[str]]) -> Table:
    header = ("", *(f"y = {y}" for y in range(len(rows[0]))))
    return table(
        caption,
        header,
        [(f"x = {x}", *row) for x, row in enumerate(rows)],
        align="l" + "r" * len(rows[0]),
    )


def _figure(found: Separation) -> Figure:
    reached, limit = float(found.reached), float(found.limit)
    return Figure(
        name="inequality",
        title="The inequality, and what reaches it",
        description="Left: the entries of M, written out, as dark as they are large. Right: these "
        f"correlators reach {reached:.6g}"
        + (", with the standard error" if found.standard_error is not None else "")
        + f"; classical players reach at most {limit:.6g}, proven.",
        data={
            "inequality": [[float(e) for e in row] for row in found.inequality],
            "correlators": [[float(e) for e in row] for row in found.correlators],
            "reached": reached,
            "limit": limit,
            "error": found.standard_error,
        },
    )
