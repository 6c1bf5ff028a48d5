"""A report as one HTML file that needs nothing else: no script, no network, no other file."""

from importlib import resources

from xorgames.reports.blocks import VERDICTS, Block
from xorgames.reports.figures import draw
from xorgames.reports.model import Report

_TEMPLATES = "xorgames.reports.templates"


def to_html(report: Report) -> str:
    """Return the report as an HTML document.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        With its style sheet and its figures inside. A policy in its head forbids the browser to
        load anything.

    Examples
    --------
    >>> from xorgames.game import XORGame
    >>> from xorgames.reports.model import build_report
    >>> from xorgames.solvers.solve import solve
    >>> report = build_report(solve(XORGame.from_matrix([[1]], name="<one>")))
    >>> "&lt;one&gt;" in to_html(report), "<one>" in to_html(report)
    (True, False)
    """
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["kind"] = _kind
    environment.filters["svg"] = lambda figure: Markup(draw(figure))
    return environment.get_template("report.html").render(report=report, verdicts=VERDICTS)


def _template(name: str) -> str:
    return resources.files(_TEMPLATES).joinpath(name).read_text(encoding="utf-8")


def _kind(block: Block) -> str:
    return type(block).__name__.lower()
