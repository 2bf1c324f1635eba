"""The chat in Chromium, over real HTTP: what a person sees and can do, and what the page never does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from assistant.answering.prompts import Prompts
from assistant.apps.web_sessions import Answerer
from tests.apps.chat_fakes import HOSTILE, FakeAssistant

expect.set_options(timeout=60_000)  # a busy computer is slow, not wrong
PROMPTS = Prompts.open()
DESKTOP, PHONE = (1280, 860), (390, 844)


@pytest.fixture(scope="module")
def address(chat_server: Callable[[Answerer | None], str]) -> str:
    return chat_server(FakeAssistant())


@contextmanager
def visiting(browser: Browser, address: str, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> Iterator[Page]:
    """The page at ``address`` in a browser session of its own.

    Leaving fails if the page has asked anything of another host, opened a dialog or raised an error.
    """
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    hosts: set[str | None] = set()
    troubles: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("dialog", lambda dialog: (troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.goto(address)
    yield page
    context.close()
    assert hosts == {"127.0.0.1"}
    assert troubles == []


def ask(page: Page, question: str) -> None:
    """Type a question, press Enter and wait until it has an outcome."""
    turns = page.locator(".turn")
    before = turns.count()
    page.get_by_label("Question").fill(question)
    page.keyboard.press("Enter")
    expect(turns).to_have_count(before + 1)
    expect(page.locator(".thinking")).to_have_count(0)


def newest(page: Page) -> Page:
    return page.locator(".turn").last  # type: ignore[return-value]


def in_view(page: Page, selector: str) -> bool:
    """Whether the middle of the element is what one sees at that place of the window."""
    script = """(element) => {
        const box = element.getBoundingClientRect();
        const [x, y] = [box.left + Math.min(box.width, 40) / 2, box.top + Math.min(box.height, 20) / 2];
        return element.contains(document.elementFromPoint(x, y));
    }"""
    return bool(page.locator(selector).first.evaluate(script))


def test_the_first_page_tells_the_state_and_offers_examples(browser: Browser, address: str, artefacts: Path) -> None:
    with visiting(browser, address) as page:
        expect(page.locator("#heading")).to_contain_text("3 articles, 42 passages, last synced 10 March 2024")
        expect(page.locator(".examples button")).to_have_text(PROMPTS.examples())
        page.screenshot(path=artefacts / "chat-welcome.png")
        page.locator(".examples button").nth(1).click()
        expect(page.locator(".turn .question")).to_have_text(PROMPTS.examples()[1])


def test_the_other_places_of_a_story_unfold_and_stay_unfolded(browser: Browser, address: str, artefacts: Path) -> None:
    with visiting(browser, address) as page:
        ask(page, "Who is the chief engineer of the project?")
        card = newest(page).locator(".answer > .citation")
        places = card.locator(".places li")
        expect(places.first).not_to_be_visible()
        card.get_by_text("Also in KYODO, Japan Times and 3 more").click()
        expect(places).to_have_text(
            [
                "Harbour wall · KYODO · 9 March 2024 · kyodo.html",
                "Untitled article · Japan Times · date not stated · https://times.example/wall",
                "and 3 other places",
            ]
        )
        expect(places.first).to_be_visible()
        places.first.click()
        page.screenshot(path=artefacts / "chat-places.png")
        ask(page, "What is the capital of France?")
        expect(page.locator(".places li").first).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_answer_is_highlighted_and_opens_its_article_at_that_place(
    browser: Browser, address: str, artefacts: Path
) -> None:
    with visiting(browser, address) as page:
        ask(page, "Who is the chief engineer of the project?")
        turn = newest(page)
        expect(turn.locator(".answer-text")).to_have_text("Ada Marsh")
        expect(turn.locator(".answer > .citation blockquote")).to_have_text(
            "The authority has named Ada Marsh as chief engineer of the project."
        )
        expect(turn.locator(".answer > .citation mark")).to_have_text("Ada Marsh")
        expect(turn.locator(".answer > .certainty")).to_contain_text("Quite sure: 91%")
        expect(turn.locator(".answer > .certainty")).to_contain_text("in 2 articles")

        turn.get_by_role("button", name="Harbour wall to be rebuilt after storms").click()
        article = page.get_by_role("dialog")
        expect(article.locator("h2")).to_be_focused()
        expect(article).to_contain_text("Work on the northern harbour wall")
        expect(article).not_to_contain_text("Log in")
        expect(article.locator("mark")).to_have_text("Ada Marsh")
        expect(article.locator("mark")).to_be_in_viewport()
        assert article.evaluate("(element) => element.scrollTop") > 0
        assert in_view(page, ".article mark")
        assert in_view(page, ".turn .answer-text"), "the conversation stays readable beside the article"
        page.screenshot(path=artefacts / "chat-article.png")

        page.keyboard.press("Escape")
        expect(article).to_have_count(0)
        expect(turn.locator(".answer > .citation .open")).to_be_focused()
        page.keyboard.press("Enter")
        expect(article.locator("mark")).to_be_in_viewport()
        article.get_by_role("button", name=PROMPTS.say("label_close_article")).click()
        expect(article).to_have_count(0)


def test_selecting_text_opens_nothing_and_a_title_opens_whatever_is_selected(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        ask(page, "Who is the chief engineer of the project?")
        opened: list[str] = []
        page.on(
            "request", lambda request: opened.append(request.url) if "reference" in (request.post_data or "") else None
        )
        quote = newest(page).locator(".answer > .citation blockquote").bounding_box()
        assert quote is not None
        page.mouse.move(quote["x"] + 2, quote["y"] + 12)
        page.mouse.down()
        page.mouse.move(quote["x"] + 200, quote["y"] + 12, steps=3)
        page.mouse.up()
        assert "The authority has" in page.evaluate("String(getSelection())")
        newest(page).get_by_role("button", name="Harbour wall to be rebuilt after storms").click()
        expect(page.get_by_role("dialog").locator("h2")).to_be_focused()
        assert len(opened) == 1


def test_further_citations_stay_open_when_the_conversation_goes_on(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        ask(page, "Who is the chief engineer of the project?")
        page.get_by_text("1 more place says so").click()
        second = page.locator(".turn").first.locator("details .citation").first
        expect(second).to_contain_text("Kyodo · date not stated")
        ask(page, "What did she repair?")
        expect(newest(page).locator(".interpreted")).to_contain_text("What did Ada Marsh repair before?")
        expect(newest(page).locator(".answer-text")).to_have_text("the old lighthouse")
        expect(second).to_be_visible()
        second.locator(".open").click()
        expect(page.get_by_role("dialog")).to_contain_text("No date was given for a vote.")


def test_an_unanswerable_question_is_refused(browser: Browser, address: str, artefacts: Path) -> None:
    with visiting(browser, address) as page:
        ask(page, "What is the capital of France?")
        refusal = newest(page).locator(".refusal")
        expect(refusal).to_contain_text(PROMPTS.say("refusal_not_in_articles"))
        expect(newest(page).locator(".answer")).to_have_count(0)
        expect(refusal.locator(".alternative")).to_be_hidden()
        refusal.get_by_text("The nearest I found").click()
        expect(refusal.locator(".alternative")).to_be_visible()
        page.screenshot(path=artefacts / "chat-refusal.png")


def test_failures_are_plain_words(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        expect(page.locator(".examples")).to_be_visible()
        page.get_by_label("Question").press("Enter")
        expect(page.locator("#notice")).to_contain_text(PROMPTS.say("empty_question"))
        ask(page, "Please crash")
        expect(newest(page).locator(".failure")).to_have_text(PROMPTS.say("failure_unexpected"))
        ask(page, "why " * 5000)
        expect(newest(page).locator(".failure")).to_contain_text("The question is too long")


def test_hostile_text_shows_as_text(browser: Browser, address: str, artefacts: Path) -> None:
    expected = HOSTILE.replace("\x00", "\ufffd").replace("\u202e", "\ufffd")
    with visiting(browser, address) as page:
        ask(page, f"What is the password? {HOSTILE}")
        turn = newest(page)
        expect(turn.locator(".question")).to_contain_text("<script>window.hacked = 1")
        assert turn.locator(".answer > .citation mark").text_content() == f"{expected} swordfish"
        turn.locator(".answer > .citation .open").click()
        article = page.get_by_role("dialog")
        expect(article.locator("mark")).to_be_visible()
        assert article.locator("h2").text_content() == expected
        assert article.locator(".body p").first.text_content() == f"Intro {expected}"
        page.screenshot(path=artefacts / "chat-hostile.png")
        assert page.evaluate("window.hacked") is None
        for place in ("#conversation", "#article"):
            expect(page.locator(place).locator("script, img, a, iframe, code, svg")).to_have_count(0)


def test_two_visitors_do_not_share_a_conversation(browser: Browser, address: str) -> None:
    with visiting(browser, address) as mine, visiting(browser, address) as yours:
        ask(mine, "Who is the chief engineer of the project?")
        ask(yours, "What did she repair?")
        expect(yours.locator(".turn")).to_have_count(1)
        expect(newest(yours).locator(".refusal")).to_be_visible()
        ask(mine, "What did she repair?")
        expect(newest(mine).locator(".answer-text")).to_have_text("the old lighthouse")


def test_a_new_conversation_starts_empty(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        ask(page, "Who is the chief engineer of the project?")
        newest(page).locator(".open").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.get_by_role("button", name=PROMPTS.say("label_new_conversation")).click()
        expect(page.locator(".turn")).to_have_count(0)
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.locator(".examples button").first).to_be_visible()
        ask(page, "What did she repair?")
        expect(newest(page).locator(".refusal")).to_be_visible()


def test_a_question_asked_before_the_page_is_complete_stays_in_the_conversation(browser: Browser, address: str) -> None:
    question, events = "Who is the chief engineer of the project?", "**/queue/join*"
    held: list[Route] = []

    def only_the_question(route: Route) -> None:
        route.continue_() if question in (route.request.post_data or "") else held.append(route)

    with visiting(browser, address) as page:
        page.route(events, only_the_question)
        page.reload()
        ask(page, question)
        expect(page.locator("#heading")).not_to_contain_text("3 articles")
        for route in held:
            route.continue_()
        page.unroute(events)
        expect(page.locator("#heading")).to_contain_text("3 articles")
        newest(page).locator(".open").first.click()
        expect(page.get_by_role("dialog").locator("mark")).to_be_in_viewport()
        page.keyboard.press("Escape")
        ask(page, "What did she repair?")
        expect(newest(page).locator(".answer-text")).to_have_text("the old lighthouse")


def test_nothing_indexed_is_said_in_plain_words(
    browser: Browser, chat_server: Callable[[Answerer | None], str], artefacts: Path
) -> None:
    with visiting(browser, chat_server(None)) as page:
        expect(page.locator("#conversation")).to_contain_text(PROMPTS.say("nothing_indexed"))
        expect(page.locator("#conversation")).to_contain_text("assistant index FOLDER")
        expect(page.get_by_label("Question")).to_have_count(0)
        page.screenshot(path=artefacts / "chat-nothing-indexed.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_it_fits_the_window_and_can_be_read(
    browser: Browser, address: str, artefacts: Path, size: tuple[int, int], scheme: str
) -> None:
    with visiting(browser, address, size, scheme) as page:
        ask(page, "Who is the chief engineer of the project?")
        assert in_view(page, ".answer-text") and in_view(page, "#question textarea")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        page.screenshot(path=artefacts / f"chat-answer-{size[0]}-{scheme}.png")
        newest(page).locator(".open").first.click()
        expect(page.get_by_role("dialog").locator("mark")).to_be_in_viewport()
        page.screenshot(path=artefacts / f"chat-article-{size[0]}-{scheme}.png")
        for selector in (".answer-text", ".question", ".certainty", ".citation .meta", ".article p", ".article mark"):
            assert contrast(page, selector) >= 4.5, f"{selector} is hard to read"


def contrast(page: Page, selector: str) -> float:
    """WCAG contrast of an element's text to the nearest opaque background."""
    colours = page.locator(selector).first.evaluate(
        """(element) => {
            let behind = element;
            while (/, 0\\)$/.test(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
            const numbers = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
            return [numbers(getComputedStyle(element).color), numbers(getComputedStyle(behind).backgroundColor)];
        }"""
    )
    lighter, darker = sorted((_luminance(colour) for colour in colours), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: list[float]) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2)."""
    red, green, blue = (
        value / 255 / 12.92 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lists_and_evidence_are_shown_spoken_and_opened(
    browser: Browser, address: str, artefacts: Path, scheme: str
) -> None:
    with visiting(browser, address, PHONE if scheme == "dark" else DESKTOP, scheme) as page:
        ask(page, "Which officials were heard?")
        expect(newest(page).locator(".answer > .citation")).to_have_count(1)
        expect(newest(page).locator(".answer > .citation mark.span")).to_have_text(["Ada Marsh", "the chief engineer"])
        newest(page).locator("summary").first.click()
        page.screenshot(path=artefacts / f"chat-list-{scheme}.png")

        ask(page, "Was the wall damaged?")
        expect(newest(page).locator(".answer-text")).to_have_count(0)
        expect(page.locator(".unseen")).to_have_text(
            f"{PROMPTS.say('evidence')} The wall has been damaged by three storms since January."
        )
        newest(page).locator("summary").first.click()
        page.screenshot(path=artefacts / f"chat-evidence-{scheme}.png")
        newest(page).locator(".evidence > .citation button.open").click()
        expect(page.locator("#article mark.span").first).to_have_text("damaged by three storms")
