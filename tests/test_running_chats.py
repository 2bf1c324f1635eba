"""Who has an index open sees what is synced meanwhile with the next question, and no wrong answer in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from assistant.index.sync import Synchroniser
from assistant.pipeline import Assistant
from assistant.records import Answer
from assistant.settings import Settings
from tests.evaluation.asking import CHOIR, LIGHTHOUSE, assistant_over, write
from tests.fakes import WordEmbedder, count_tokens

QUESTION = "Who led the repairs of the lighthouse?"
SUCCESSORS = [f"{name} Marsh" for name in ("Bea", "Cleo", "Dora", "Edda", "Fay", "Gina")]
MARGINS = {"Ada Marsh": 4.0, **dict.fromkeys(SUCCESSORS, 4.0)}


def sync(assistant: Assistant, folder: Path) -> None:
    """As another process would: the store is all they share."""
    store = assistant.settings.store
    Synchroniser(store, WordEmbedder(), count_tokens, Settings(passage_tokens=assistant.settings.passage_tokens)).run(
        [folder]
    )


def is_whole(assistant: Assistant, answer: Answer) -> bool:
    """Whether what is quoted is one article's own text, and not a mixture of two generations."""
    cited = answer.citations[0]
    return cited.answer_text == answer.text and cited.quote.startswith(f"The chief engineer {answer.text} led")


def test_the_next_question_sees_what_was_synced(tmp_path: Path) -> None:
    folder = write(tmp_path / "articles", {"lighthouse.txt": LIGHTHOUSE, "choir.txt": CHOIR})
    with assistant_over(folder, MARGINS) as assistant:
        talk = assistant.conversation()
        assert talk.ask(QUESTION).text == "Ada Marsh"
        (folder / "lighthouse.txt").write_text(LIGHTHOUSE.replace("Ada", "Bea"), encoding="utf-8")
        assert talk.ask(QUESTION).text == "Ada Marsh", "nothing is synced yet"
        sync(assistant, folder)
        assert talk.ask(QUESTION).text == "Bea Marsh"
        (folder / "lighthouse.txt").unlink()
        sync(assistant, folder)
        assert not talk.ask(QUESTION).answered


def test_no_answer_is_wrong_while_syncs_go_on(tmp_path: Path) -> None:
    folder = write(tmp_path / "articles", {"lighthouse.txt": LIGHTHOUSE, "choir.txt": CHOIR})
    over = Event()
    with assistant_over(folder, MARGINS) as assistant, ThreadPoolExecutor(3) as pool:

        def keep_asking() -> list[Answer]:
            answers = []
            while not over.is_set():
                answers.append(assistant.ask(QUESTION))
            return answers

        asking = [pool.submit(keep_asking) for _ in range(2)]
        try:
            for name in SUCCESSORS:
                (folder / "lighthouse.txt").write_text(LIGHTHOUSE.replace("Ada Marsh", name), encoding="utf-8")
                sync(assistant, folder)
        finally:
            over.set()
        answers = [answer for future in asking for answer in future.result()]
        assert all(is_whole(assistant, answer) for answer in answers)
        order = [(["Ada Marsh", *SUCCESSORS]).index(answer.text or "") for answer in asking[0].result()]
        assert order == sorted(order), "no question goes back to an earlier generation"
        assert assistant.ask(QUESTION).text == SUCCESSORS[-1]
