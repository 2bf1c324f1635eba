"""The sets whose figures may not fall: which data, which part of it, and which figures.

Those about the seed articles are in the repository. The others are in the folder that ``ASSISTANT_DATA``
names, sampled so that all of them together take about three minutes on two cores.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.evaluation.cleaning import evaluate_cleaning
from assistant.evaluation.conversation import evaluate_conversation
from assistant.evaluation.open_domain import evaluate_open
from assistant.evaluation.provenance import data_digest
from assistant.evaluation.questions import evaluate_questions
from assistant.evaluation.reading import evaluate_reading
from assistant.evaluation.results import Evaluation, Kind
from assistant.evaluation.run import RunOptions
from assistant.pipeline import Assistant
from tests.quality.shipped import shipped_settings

ROOT = Path(__file__).parents[2]
_ARTICLES = tuple(f"seeds/{path.name}" for path in sorted((ROOT / "seeds").glob("*.txt")))
_SAMPLE_SEED = 0

_READ = ("em", "f1", "f1_at_threshold")


@dataclass(frozen=True, slots=True)
class QualitySet:
    """Data and what is held of its figures.

    Attributes:
        kind: which evaluation.
        data: path below the repository, or below the data folder.
        figures: those with a floor; for each, more is better.
        slack: how far below today's figures ``--raise`` pins the floors, in percentage points: what another
            processor's rounding may change.
        limit: how many questions are drawn; None for all.
        articles: files of the repository that the data is about; questions are asked over an index of them.
        in_repository: whether the data is; otherwise it is in the data folder.
    """

    kind: Kind
    data: str
    figures: tuple[str, ...]
    slack: float = 1.0
    limit: int | None = None
    articles: tuple[str, ...] = ()
    in_repository: bool = False

    @property
    def command(self) -> str:
        """What prints these figures, in the repository's folder."""
        words = ["assistant", "eval", self.kind, self.data if self.in_repository else f"$ASSISTANT_DATA/{self.data}"]
        if self.limit is not None:
            words += ["--limit", str(self.limit), "--sample", str(_SAMPLE_SEED)]
        if self._indexed:
            words = ["assistant index seeds/*.txt &&", *words, "--store", "vectorstore"]
        return " ".join(words)

    def folder(self) -> Path | None:
        """Where the data is; None when it is not given."""
        if self.in_repository:
            return ROOT
        given = os.environ.get("ASSISTANT_DATA")
        return Path(given) if given else None

    def digest(self) -> str:
        """Of the data and the articles. Raises DatasetError when something is missing."""
        folder = self.folder()
        assert folder is not None
        data = data_digest(folder / self.data)
        if not self.articles:
            return data
        digests = [data, *(data_digest(ROOT / article) for article in self.articles)]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()

    def evaluate(self, seed_assistant: Callable[[], Assistant]) -> Evaluation[Any]:
        """Today's figures, with the shipped settings; ``seed_assistant`` gives one over the seed articles."""
        with shipped_settings():
            return self._evaluate(seed_assistant)

    def _evaluate(self, seed_assistant: Callable[[], Assistant]) -> Evaluation[Any]:
        folder = self.folder()
        assert folder is not None
        data = folder / self.data
        options = RunOptions(limit=self.limit, sample=None if self.limit is None else _SAMPLE_SEED)
        if self.kind == "reading":
            return evaluate_reading(data, options=options)
        if self.kind == "open":
            return evaluate_open(data, options=options)
        if self.kind == "cleaning":
            return evaluate_cleaning(data, options=options)
        assistant = seed_assistant() if self._indexed else None
        if self.kind == "questions":
            return evaluate_questions(data, options=options, assistant=assistant)
        return evaluate_conversation(data, options=options, assistant=assistant)

    @property
    def _indexed(self) -> bool:
        return bool(self.articles) and self.kind in ("questions", "conversation")


SETS: Mapping[str, QualitySet] = {
    "seeds-questions": QualitySet(
        "questions",
        "seeds/questions.jsonl",
        (
            *("em", "f1", "em_at_threshold", "f1_at_threshold", "answered_right", "refused_right", "auroc"),
            *("recall@1", "recall@5", "mrr", "cited_article", "supported", "quotes_exact"),
        ),
        slack=2.0,
        articles=_ARTICLES,
        in_repository=True,
    ),
    "seeds-conversation": QualitySet(
        "conversation",
        "seeds/questions.jsonl",
        ("recall", "precision", "em", "recall@1", "recall@5", "mrr"),
        slack=2.0,
        articles=_ARTICLES,
        in_repository=True,
    ),
    "seeds-cleaning": QualitySet(
        "cleaning",
        "seeds/bodies.jsonl",
        ("precision", "recall", "f1"),
        slack=0.1,
        articles=_ARTICLES,
        in_repository=True,
    ),
    "reading-squad1": QualitySet("reading", "reader/dev/squad1.jsonl.gz", _READ, limit=400),
    "reading-newsqa-a": QualitySet("reading", "reader/dev/newsqa-a.jsonl.gz", _READ, limit=200),
    "reading-squad2": QualitySet(
        "reading", "reader/dev/squad2.jsonl.gz", (*_READ, "refused_right", "auroc"), limit=400
    ),
    "reading-squadshifts": QualitySet("reading", "reader/dev/squadshifts.jsonl.gz", _READ, limit=300),
    "open-squad1": QualitySet(
        "open",
        "reader/dev/squad1.jsonl.gz",
        ("em", "f1", "recall@1", "recall@5", "recall@20", "mrr", "cited_article", "quotes_exact"),
        limit=150,
    ),
    "conversation-canard-dev": QualitySet(
        "conversation", "conversation/canard-dev.jsonl.gz", ("recall", "precision", "em", "unchanged_right")
    ),
    "cleaning-html": QualitySet(
        "cleaning", "cleaning", ("precision", "recall", "f1", "recall_as_text", "f1_as_text"), slack=0.1
    ),
}
