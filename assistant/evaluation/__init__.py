"""Measuring the assistant: each part, and the whole, against data with known answers.

>>> from assistant.evaluation import evaluate_questions
>>> evaluation = evaluate_questions(Path("questions.jsonl"), settings=load_settings(store="vectorstore"))
>>> evaluation.figures["f1_at_threshold"], [row.stage_lost for row in evaluation.rows]
"""

from assistant.datasets.lines import Problem
from assistant.evaluation.cleaning import evaluate_cleaning
from assistant.evaluation.comparison import Comparison, compare
from assistant.evaluation.conversation import evaluate_conversation
from assistant.evaluation.open_domain import evaluate_open
from assistant.evaluation.questions import evaluate_questions
from assistant.evaluation.reading import evaluate_reading
from assistant.evaluation.report import write_report
from assistant.evaluation.results import (
    AskedRow,
    CleaningRow,
    Evaluation,
    Provenance,
    ReadingRow,
    RewriteRow,
    load_evaluation,
)
from assistant.evaluation.run import RunOptions

__all__ = [
    "AskedRow",
    "CleaningRow",
    "Comparison",
    "Evaluation",
    "Problem",
    "Provenance",
    "ReadingRow",
    "RewriteRow",
    "RunOptions",
    "compare",
    "evaluate_cleaning",
    "evaluate_conversation",
    "evaluate_open",
    "evaluate_questions",
    "evaluate_reading",
    "load_evaluation",
    "write_report",
]
