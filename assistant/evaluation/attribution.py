"""The first stage of the pipeline that lost a question, and what happened there."""

from __future__ import annotations

from assistant.evaluation.places import GoldAnswers, Places, article_rank, gold_rank

__all__ = ["GoldAnswers", "Places", "article_rank", "gold_rank"]
