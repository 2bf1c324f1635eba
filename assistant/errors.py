"""Every failure a caller can expect, as one tree.

AssistantError
├── SettingsError              a setting is unknown, malformed or out of range
├── ArticleError               one file cannot become an article (an index run reports it and goes on)
├── NothingToIndexError        the given paths hold no article files
├── StoreError                 something about the index on disk
│   ├── StoreMissingError      there is no index at that place
│   ├── StoreDamagedError      files of the index are missing or do not fit together
│   ├── StoreLockedError       another process is writing to the index
│   └── StoreMismatchError     the index was built with another embedder, splitter or format
├── ModelError                 model weights are missing, altered or unusable
├── PromptError                a sentence template is missing or lacks a variable
├── QuestionError              the question is empty or too long
└── DatasetError               a question set or evaluation file is malformed

Each message says what is wrong, where, and what to do about it.
"""

from __future__ import annotations


class AssistantError(Exception):
    """Base of every expected failure.

    Args:
        problem: what is wrong, naming the file or setting concerned.
        remedy: what the reader of the message can do; shown after the problem.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem} {remedy}".strip())


class SettingsError(AssistantError):
    """A setting is unknown, malformed or out of range."""


class ArticleError(AssistantError):
    """One file cannot become an article."""


class NothingToIndexError(AssistantError):
    """The given paths hold no article files."""


class StoreError(AssistantError):
    """Something about the index on disk."""


class StoreMissingError(StoreError):
    """There is no index at that place."""


class StoreDamagedError(StoreError):
    """Files of the index are missing or do not fit together."""


class StoreLockedError(StoreError):
    """Another process is writing to the index."""


class StoreMismatchError(StoreError):
    """The index was built with another embedder, splitter or format."""


class ModelError(AssistantError):
    """Model weights are missing, altered or unusable."""


class PromptError(AssistantError):
    """A sentence template is missing or lacks a variable."""


class QuestionError(AssistantError):
    """The question is empty or too long."""


class DatasetError(AssistantError):
    """A question set or evaluation file is malformed."""
