"""Trustworthy answers from news articles: extractive, cited to the character, or an honest refusal.

>>> from assistant import Assistant
>>> with Assistant.build("articles/", store="vectorstore") as assistant:
...     answer = assistant.ask("Who heads the liaison team?")

Names are imported when they are first used, so that ``import assistant`` costs almost nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from assistant.version import __version__ as __version__

if TYPE_CHECKING:
    from assistant.answering.conversation import Conversation
    from assistant.errors import (
        ArticleError,
        AssistantError,
        DatasetError,
        ModelError,
        NothingToIndexError,
        PromptError,
        QuestionError,
        SettingsError,
        StoreDamagedError,
        StoreError,
        StoreLockedError,
        StoreMismatchError,
        StoreMissingError,
    )
    from assistant.pipeline import Assistant, preview, removal, remove, sync
    from assistant.records import (
        Alternative,
        Answer,
        AnswerKind,
        AnswerSpan,
        Appearance,
        Article,
        ArticleEntry,
        ArticleFilter,
        Citation,
        Fingerprints,
        IndexState,
        Metadata,
        Passage,
        RawArticle,
        RefusalReason,
        RetrievedPassage,
        Segment,
        SkippedFile,
        Stated,
        SyncPreview,
        SyncReport,
        Trace,
        Turn,
        place_of,
    )
    from assistant.settings import Settings, load_settings

_HOMES = {
    "assistant.answering.conversation": ("Conversation",),
    "assistant.errors": (
        "ArticleError",
        "AssistantError",
        "DatasetError",
        "ModelError",
        "NothingToIndexError",
        "PromptError",
        "QuestionError",
        "SettingsError",
        "StoreDamagedError",
        "StoreError",
        "StoreLockedError",
        "StoreMismatchError",
        "StoreMissingError",
    ),
    "assistant.pipeline": ("Assistant", "preview", "removal", "remove", "sync"),
    "assistant.records": (
        "Alternative",
        "Answer",
        "AnswerKind",
        "AnswerSpan",
        "Appearance",
        "Article",
        "ArticleEntry",
        "ArticleFilter",
        "Citation",
        "Fingerprints",
        "IndexState",
        "Metadata",
        "Passage",
        "RawArticle",
        "RefusalReason",
        "RetrievedPassage",
        "Segment",
        "SkippedFile",
        "Stated",
        "SyncPreview",
        "SyncReport",
        "Trace",
        "Turn",
        "place_of",
    ),
    "assistant.settings": ("Settings", "load_settings"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Alternative",
    "Answer",
    "AnswerKind",
    "AnswerSpan",
    "Appearance",
    "Article",
    "ArticleEntry",
    "ArticleError",
    "ArticleFilter",
    "Assistant",
    "AssistantError",
    "Citation",
    "Conversation",
    "DatasetError",
    "Fingerprints",
    "IndexState",
    "Metadata",
    "ModelError",
    "NothingToIndexError",
    "Passage",
    "PromptError",
    "QuestionError",
    "RawArticle",
    "RefusalReason",
    "RetrievedPassage",
    "Segment",
    "Settings",
    "SettingsError",
    "SkippedFile",
    "Stated",
    "StoreDamagedError",
    "StoreError",
    "StoreLockedError",
    "StoreMismatchError",
    "StoreMissingError",
    "SyncPreview",
    "SyncReport",
    "Trace",
    "Turn",
    "load_settings",
    "place_of",
    "preview",
    "removal",
    "remove",
    "sync",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'assistant' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
