"""Reading sets asked in the open: all contexts become one index, and each question is asked over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.datasets.lines import Loaded
from assistant.datasets.questions import AskedConversation, AskedQuestion, Gold
from assistant.datasets.reading import ReadingQuestion, load_reading
from assistant.evaluation.questions import evaluate_asked
from assistant.evaluation.results import AskedRow, Evaluation
from assistant.evaluation.run import EVERYTHING, RunOptions
from assistant.pipeline import Assistant, sync
from assistant.settings import Settings, load_settings


def evaluate_open(
    data: str | Path, *, settings: Settings | None = None, options: RunOptions = EVERYTHING
) -> Evaluation[AskedRow]:
    """Index every distinct context of ``data`` as an article of its own, then ask each question over all of them.

    All contexts are indexed, however few questions are asked. Gold spans of multi-span questions count as
    alternatives. A context that cannot be indexed loses its questions at the stage "not_ingested".

    Args:
        data: the file; see ``assistant.datasets.reading.load_reading``.
        settings: models and how to ask; the store is left alone. Default: ``load_settings()``.
        options: which part of the questions, progress (of indexing too), journal.

    Raises DatasetError when nothing in ``data`` is usable, and what ``sync`` raises.
    """
    data = Path(data)
    loaded = load_reading(data)
    part = loaded.chosen(options)
    chosen = settings or load_settings()
    with TemporaryDirectory(prefix="assistant-eval-") as temporary_folder:
        folder = Path(temporary_folder, "contexts")
        files = _write_contexts(folder, loaded.items)
        temporary = chosen.model_copy(update={"store": Path(temporary_folder, "store")})
        report = sync(folder, settings=temporary, progress=options.progress)
        skipped = {Path(item.path).name: item.reason for item in report.skipped}
        with Assistant.open(settings=temporary) as assistant:
            conversations = tuple(_asked(question, files) for question in part.items)
            asked = Loaded(conversations, part.problems, part.items_before)
            return evaluate_asked("open", data, asked, assistant, chosen, options, skipped)


def _write_contexts(folder: Path, questions: Sequence[ReadingQuestion]) -> dict[str, str]:
    """One file a distinct context, exactly as it is; returns the names by context."""
    folder.mkdir()
    contexts = dict.fromkeys(question.context for question in questions)
    names = {context: f"context-{number:06}.txt" for number, context in enumerate(contexts, start=1)}
    for context, name in names.items():
        (folder / name).write_bytes(context.encode("utf-8"))
    return names


def _asked(question: ReadingQuestion, files: Mapping[str, str]) -> AskedConversation:
    file = files[question.context]
    golds = tuple(Gold(file, span.start, span.start + len(span.text), span.text) for span in question.golds)
    asked = AskedQuestion(question.id, question.question, golds, None, question.where)
    return AskedConversation(question.id, (asked,), question.where)
