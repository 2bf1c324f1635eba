"""The report in Chromium: what a person sees and can do, and that no request ever leaves the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.evaluation.report import write_report
from assistant.evaluation.results import Evaluation, Kind
from tests.evaluation.made import HOSTILE, asked, cleaned, every_kind, problem, reading

expect.set_options(timeout=60_000)  # a busy computer is slow, not wrong
DESKTOP, PHONE = (1200, 900), (390, 844)
KINDS: tuple[Kind, ...] = ("reading", "open", "questions", "conversation", "cleaning")


@contextmanager
def reading_report(
    browser: Browser,
    folder: Path,
    evaluation: Evaluation[Any],
    size: tuple[int, int] = DESKTOP,
    scheme: str = "light",
    scripts: bool = True,
) -> Iterator[Page]:
    """The report in a browser session of its own.

    Leaving fails if the page has asked for anything but itself, opened a dialog or raised an error.
    """
    address = write_report(evaluation, folder).as_uri()
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
    )
    page = context.new_page()
    requests: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("dialog", lambda dialog: (troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("console", lambda message: troubles.append(message.text))
    page.goto(address)
    yield page
    context.close()
    assert requests == [address]
    assert troubles == []


def shown(page: Page) -> list[str]:
    """Ids of the misses that can be seen, in their order."""
    seen = "cards => cards.filter(card => card.checkVisibility()).map(card => card.querySelector('.id').textContent)"
    found: list[str] = page.locator(".miss").evaluate_all(seen)
    return found


def test_misses_are_filtered_by_what_lost_them(browser: Browser, tmp_path: Path) -> None:
    with reading_report(browser, tmp_path, reading(18)) as page:
        assert len(shown(page)) == 16
        page.get_by_label("out scored").check()
        assert shown(page) == ["q4", "q13"]
        expect(page.get_by_role("status")).to_have_text("2 of 16 shown")
        page.get_by_label("all 16").check()
        assert len(shown(page)) == 16
        expect(page.get_by_role("status")).to_have_text("")


def test_a_bar_leads_to_the_misses_it_counts(browser: Browser, tmp_path: Path) -> None:
    with reading_report(browser, tmp_path, reading(18)) as page:
        page.get_by_role("link", name="wrongly answered").click()
        assert shown(page) == ["q7", "q16"]
        expect(page.locator("#missed")).to_be_in_viewport()
        expect(page.get_by_label("wrongly answered")).to_be_checked()


def test_misses_are_filtered_by_all_the_words_searched_for(browser: Browser, tmp_path: Path) -> None:
    with reading_report(browser, tmp_path, reading(18)) as page:
        search = page.get_by_label("Search")
        search.fill("BEA  holt 1")
        # "1" stands in 1, 10 to 17, and in the confidence 0.10; the seventeenth row is exactly right.
        assert shown(page) == ["q1", *(f"q{place}" for place in range(10, 17))]
        page.get_by_label("wrongly refused").check()
        assert shown(page) == ["q15"]
        search.fill("no such words")
        assert shown(page) == []
        expect(page.get_by_role("status")).to_have_text("0 of 16 shown")
        search.fill("")
        assert shown(page) == ["q6", "q15"]


def test_misses_are_ordered_by_confidence(browser: Browser, tmp_path: Path) -> None:
    with reading_report(browser, tmp_path, reading(9)) as page:
        page.get_by_label("Order").select_option("surest first")
        assert shown(page) == [f"q{place}" for place in range(7, -1, -1)]
        page.get_by_label("Order").select_option("as in the data")
        assert shown(page) == [f"q{place}" for place in range(8)]


def test_thousands_of_misses_are_filtered(browser: Browser, tmp_path: Path) -> None:
    with reading_report(browser, tmp_path, reading(3000)) as page:
        page.get_by_label("Search").fill("delegation 2345?")
        assert shown(page) == ["q2345"]
        expect(page.get_by_role("status")).to_have_text("1 of 2667 shown")


def test_without_scripts_every_miss_is_there_and_no_filter(browser: Browser, tmp_path: Path) -> None:
    with reading_report(browser, tmp_path, reading(18), scripts=False) as page:
        assert len(shown(page)) == 16
        expect(page.get_by_label("Search")).to_be_hidden()


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_asks_for_nothing_and_runs_nothing(kind: Kind, browser: Browser, tmp_path: Path) -> None:
    def hostile(text: str) -> str:
        return text + HOSTILE

    evaluation = replace(every_kind(hostile)[kind], problems=(problem(hostile),))
    with reading_report(browser, tmp_path, evaluation) as page:
        assert "owned" in page.title()  # it holds the data's name, as text
        assert page.title() != "owned"
        assert page.locator("img").count() == 0
        assert "onerror=" in (page.locator(".miss").first.text_content() or "")
        for summary in page.locator("summary").all():
            summary.click()
        page.get_by_label("Search").fill("onerror")
        assert len(shown(page)) == page.locator(".miss").count()


def test_the_policy_stops_what_would_slip_through(browser: Browser, tmp_path: Path) -> None:
    path = write_report(reading(), tmp_path)
    injected = "<img src='https://evil.example/x.png' onerror='alert(1)'><script>document.title = 'owned'</script>"
    path.write_text(path.read_text(encoding="utf-8").replace("</main>", f"{injected}</main>"), encoding="utf-8")
    page = browser.new_page()
    asked_for: list[str] = []
    page.on("dialog", lambda dialog: (asked_for.append("dialog"), dialog.dismiss()))
    page.route("https://**", lambda route: (asked_for.append(route.request.url), route.fulfill(body="")))
    page.goto(path.as_uri(), wait_until="load")
    expect(page.locator("#filter")).to_be_visible()  # the page's own script ran
    assert page.title() != "owned"
    assert asked_for == []
    page.context.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light")])
def test_the_page_fits_and_its_text_can_be_read(
    kind: Kind, size: tuple[int, int], scheme: str, browser: Browser, tmp_path: Path, artefacts: Path
) -> None:
    evaluation = replace(every_kind()[kind], problems=(problem(),))
    with reading_report(browser, tmp_path, evaluation, size, scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        for selector in ("body", ".facts", ".meaning", ".plots figcaption", ".plots svg text"):
            for element in page.locator(selector).all()[:3]:
                assert contrast(page, element) >= 4.5, selector
        page.screenshot(path=artefacts / f"report-{kind}-{scheme}-{size[0]}.png", full_page=True)


def test_a_dark_page_has_dark_plots(browser: Browser, tmp_path: Path) -> None:
    with reading_report(browser, tmp_path, asked(), scheme="dark") as page:
        strokes = page.locator("#plot-recall path").evaluate_all("all => all.map(one => getComputedStyle(one).stroke)")
        assert "rgb(240, 164, 153)" in strokes
        assert "rgb(138, 43, 34)" not in strokes


def test_a_printed_page_has_every_miss_and_no_filter(browser: Browser, tmp_path: Path) -> None:
    with reading_report(browser, tmp_path, reading(18), scheme="dark") as page:
        page.emulate_media(media="print")
        expect(page.locator("#filter")).to_be_hidden()
        assert len(shown(page)) == 16
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_files_have_no_order_to_choose(browser: Browser, tmp_path: Path) -> None:
    with reading_report(browser, tmp_path, cleaned()) as page:
        expect(page.get_by_label("Order")).to_have_count(0)
        page.get_by_label("text lost").check()
        assert shown(page) == ["bad.txt"]


def contrast(page: Page, element: Any) -> float:
    """Of an element's text with what is behind it, by WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        red, green, blue = ((part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4) for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    behind = element.evaluate(
        """one => {
            for (let at = one; at; at = at.parentElement) {
                const colour = getComputedStyle(at).backgroundColor;
                if (colour !== "rgba(0, 0, 0, 0)") return colour;
            }
        }"""
    )
    property_ = "fill" if element.evaluate("one => one instanceof SVGElement") else "color"
    text = element.evaluate(f"one => getComputedStyle(one).{property_}")
    one, other = sorted((luminance(text), luminance(behind)), reverse=True)
    return (one + 0.05) / (other + 0.05)
