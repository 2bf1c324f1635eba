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
    from assistant.pipeline import Assistant, backup, compact, preview, removal, remove, sync
    from assistant.records import (
        AlignedRun,
        Alternative,
        Answer,
        AnswerKind,
        AnswerSpan,
        Article,
        ArticleEntry,
        ArticleFilter,
        Citation,
        Claim,
        Fingerprints,
        IndexState,
        Metadata,
        OtherSource,
        Passage,
        Query,
        RawArticle,
        RefusalReason,
        RetrievedPassage,
        SkippedFile,
        SyncPreview,
        SyncReport,
        Trace,
        Turn,
        location_of,
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
    "assistant.pipeline": ("Assistant", "backup", "compact", "preview", "removal", "remove", "sync"),
    "assistant.records": (
        "Alternative",
        "Answer",
        "AnswerKind",
        "AnswerSpan",
        "OtherSource",
        "Article",
        "ArticleEntry",
        "ArticleFilter",
        "Citation",
        "Fingerprints",
        "IndexState",
        "Metadata",
        "Passage",
        "Query",
        "RawArticle",
        "RefusalReason",
        "RetrievedPassage",
        "AlignedRun",
        "SkippedFile",
        "Claim",
        "SyncPreview",
        "SyncReport",
        "Trace",
        "Turn",
        "location_of",
    ),
    "assistant.settings": ("Settings", "load_settings"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AlignedRun",
    "Alternative",
    "Answer",
    "AnswerKind",
    "AnswerSpan",
    "Article",
    "ArticleEntry",
    "ArticleError",
    "ArticleFilter",
    "Assistant",
    "AssistantError",
    "Citation",
    "Claim",
    "Conversation",
    "DatasetError",
    "Fingerprints",
    "IndexState",
    "Metadata",
    "ModelError",
    "NothingToIndexError",
    "OtherSource",
    "Passage",
    "PromptError",
    "Query",
    "QuestionError",
    "RawArticle",
    "RefusalReason",
    "RetrievedPassage",
    "Settings",
    "SettingsError",
    "SkippedFile",
    "StoreDamagedError",
    "StoreError",
    "StoreLockedError",
    "StoreMismatchError",
    "StoreMissingError",
    "SyncPreview",
    "SyncReport",
    "Trace",
    "Turn",
    "backup",
    "compact",
    "load_settings",
    "location_of",
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
