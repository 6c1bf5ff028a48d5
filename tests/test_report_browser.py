"""The HTML in a real browser: no message, no request, every figure drawn, no sideways scrolling."""

import json
import shutil
from pathlib import Path

import pytest

from tests.report_subjects import report_of
from xorgames.reports.blocks import Figure
from xorgames.reports.html import to_html
from xorgames.reports.model import build_report
from xorgames.solvers.solve import solve
from xorgames.spec import load_game

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chsh", "hft", "elegant", "large", "1x1", "hostile", "requirements", "pass", "fail")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("needs chromium and chromedriver on the path")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    chrome = webdriver.Chrome(options=options, service=service)
    # Leave the browser's own start page, which loads things of its own.
    chrome.get("about:blank")
    yield chrome
    chrome.quit()


#: What stands out of the window, apart from what is inside a box that scrolls.
OUTSIDE = (
    "return [...document.querySelectorAll('main *')].filter(e => "
    "!(e.closest('.scroll, pre') && !e.matches('.scroll, pre'))).filter(e => "
    "{const box = e.getBoundingClientRect(); return box.right > innerWidth + .5 || box.left < -.5})"
    ".map(e => e.outerHTML.slice(0, 200))"
)
#: Where the row heads of scrolled tables are, by the edge of their box; heads that were broken.
HEADS = (
    "return [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)"
    ".map(e => {e.scrollLeft = 1e6; const left = e.getBoundingClientRect().left; return "
    "[...e.querySelectorAll('tr > th:first-child')].map(h => "
    "Math.round(h.getBoundingClientRect().left - left))})"
)
BROKEN = (
    "return [...document.querySelectorAll('tbody th:not(.long)')].filter(h => {const text = "
    "document.createRange(); text.selectNodeContents(h); return text.getClientRects().length > 1})"
    ".map(h => h.textContent)"
)
CUT = "return document.documentElement.scrollWidth"


def resize(browser, wide):
    size = {"width": wide, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


@pytest.fixture(scope="module")
def wide_page(tmp_path_factory):
    path = tmp_path_factory.mktemp("wide") / "report.html"
    game = load_game(Path(__file__).parents[1] / "games" / "load_balancing.toml")
    path.write_text(to_html(build_report(solve(game))), encoding="utf-8")
    return path


@pytest.mark.parametrize("wide", [400, 768, 1280])
def test_wide_tables_scroll_in_their_box_beside_their_row_heads(browser, wide_page, wide):
    resize(browser, wide)
    browser.get(wide_page.as_uri())
    assert browser.execute_script(OUTSIDE) == []
    assert browser.execute_script(BROKEN) == []
    scrolled = browser.execute_script(HEADS)
    assert len(scrolled) >= 3
    assert {place for heads in scrolled for place in heads} == {0}


def test_print_shows_wide_tables_whole(browser, wide_page):
    # A4 less the margins of a browser.
    resize(browser, 718)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.get(wide_page.as_uri())
    assert browser.execute_script(CUT) <= 718
    assert browser.execute_script(OUTSIDE.replace(".scroll, pre", "pre")) == []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_quiet_whole_and_fits(browser, tmp_path, name):
    report = report_of(name)
    path = tmp_path / "report.html"
    path.write_text(to_html(report), encoding="utf-8")
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    for wide in (360, 400, 1280):
        resize(browser, wide)
        browser.get(path.as_uri())
        assert browser.execute_script("return innerWidth") == wide
        assert browser.execute_script("return document.documentElement.scrollWidth") <= wide
        assert browser.execute_script(OUTSIDE) == []
        assert browser.execute_script(BROKEN) == []
        sizes = browser.execute_script(
            "return [...document.querySelectorAll('figure > svg')].map(svg => "
            "{const box = svg.getBoundingClientRect(); return [box.width, box.height]})"
        )
        blocks = [block for section in report.sections for block in section.blocks]
        assert len(sizes) == sum(isinstance(block, Figure) for block in blocks) >= 2
        assert all(width > 200 and height > 100 for width, height in sizes)
        letters = browser.execute_script(
            "return [...document.querySelectorAll('figure svg text')]"
            ".map(text => text.getBoundingClientRect().height)"
        )
        assert min(letters) >= 9
    assert browser.title == report.title
    assert browser.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    requests = {
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
        and not message["params"]["request"]["url"].startswith("chrome://")
    }
    assert requests == {path.as_uri()}
