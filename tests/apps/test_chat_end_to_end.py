"""The chat a newcomer opens: seed articles, bundled models, real Chroma, a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect

from assistant.answering.prompts import Prompts
from assistant.apps.web_sessions import Answerer
from assistant.pipeline import Assistant
from tests.apps.test_chat_browser import ask, in_view, newest, visiting


def test_a_newcomers_visit(
    browser: Browser, chat_server: Callable[[Answerer | None], str], seed_assistant: Assistant, artefacts: Path
) -> None:
    with visiting(browser, chat_server(seed_assistant)) as page:
        expect(page.locator("#heading")).to_contain_text("5 articles")

        ask(page, "Who will head the Japanese liaison team?")
        expect(newest(page).locator("mark").first).to_have_text("Kenji Kanasugi")
        expect(newest(page)).to_contain_text("will head the Japanese liaison team to be sent to Singapore")
        expect(newest(page)).to_contain_text("Japan to send senior diplomat to Singapore")

        ask(page, "When will he visit Singapore?")
        expect(newest(page)).to_contain_text("When will Kenji Kanasugi visit Singapore?")
        expect(newest(page).locator("mark").first).to_contain_text("June 11 to 13")

        newest(page).locator(".citation button.open").first.click()
        expect(page.locator("#article mark.span").first).to_be_visible()
        assert in_view(page, "#article mark.span")
        page.screenshot(path=artefacts / "chat-seeds.png")

        ask(page, "What is the phone number of the taxi service?")
        expect(newest(page)).to_contain_text(Prompts.open().say("refusal_not_in_articles"))
        page.screenshot(path=artefacts / "chat-seeds-refusal.png")


def test_a_yes_or_no_question_gets_the_sentence_that_speaks_to_it(
    browser: Browser, chat_server: Callable[[Answerer | None], str], seed_assistant: Assistant, artefacts: Path
) -> None:
    with visiting(browser, chat_server(seed_assistant)) as page:
        ask(page, "Is Abe going to meet Kim Jong Un?")
        expect(newest(page).locator(".evidence-lead")).to_have_text(Prompts.open().say("evidence"))
        expect(newest(page).locator(".evidence > .citation")).to_contain_text("The two leaders could meet")
        expect(newest(page).locator(".evidence > .citation mark.span")).to_be_visible()
        expect(newest(page).locator(".answer-text")).to_have_count(0)
        expect(page.locator(".unseen[role=status]")).to_contain_text("The two leaders could meet")
        page.screenshot(path=artefacts / "chat-evidence.png")


def test_every_example_question_is_answered(seed_assistant: Assistant) -> None:
    for question in Prompts.open().examples():
        assert seed_assistant.ask(question).answered, question
