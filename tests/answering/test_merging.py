"""Support counts stories, not places of publication."""

from __future__ import annotations

from assistant.answering.merging import stories
from assistant.records import Citation


def cited(article: str, confidence: float, cluster: str = "", contained: frozenset[str] = frozenset()) -> Citation:
    return Citation(
        article, f"/{article}.txt", "utf-8", None, None, None, "Ada", 0, 3, "Ada", 0, 3, confidence,
        cluster=cluster, contained=contained,
    )  # fmt: skip


STORY, COPY, OTHER = cited("story", 0.5, "copy"), cited("copy", 0.7), cited("other", 0.6)
ROUND_UP = cited("round-up", 0.9, contained=frozenset({"copy", "other"}))


def test_copies_of_a_story_support_it_once_with_the_surest() -> None:
    assert stories([COPY, OTHER, STORY]) == {"copy": 0.7, "other": 0.6}


def test_a_round_up_is_no_support_of_its_own_beside_a_story_that_it_retells() -> None:
    assert stories([ROUND_UP, COPY, OTHER]) == {"copy": 0.9, "other": 0.6}
    assert stories([ROUND_UP, STORY]) == {"copy": 0.9}


def test_a_round_up_alone_or_beside_what_it_does_not_retell_is_a_story() -> None:
    assert stories([ROUND_UP]) == {"round-up": 0.9}
    assert stories([ROUND_UP, cited("third", 0.4)]) == {"round-up": 0.9, "third": 0.4}
