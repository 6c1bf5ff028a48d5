"""The HTML in a real browser: no message, no request, every figure drawn, no sideways scrolling."""

import json
import shutil

import pytest

from tests.report_subjects import report_of
from xorgames.reports.blocks import Figure
from xorgames.reports.html import to_html

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


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_quiet_whole_and_fits(browser, tmp_path, name):
    report = report_of(name)
    path = tmp_path / "report.html"
    path.write_text(to_html(report), encoding="utf-8")
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    for wide in (360, 1280):
        size = {"width": wide, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(path.as_uri())
        assert browser.execute_script("return innerWidth") == wide
        assert browser.execute_script("return document.documentElement.scrollWidth") <= wide
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
