"""The domain's records: plain frozen values that travel between the packages."""

from assistant.records.answers import (
    Alternative,
    Answer,
    AnswerKind,
    AnswerSpan,
    Citation,
    RefusalReason,
    RetrievedPassage,
    Trace,
    Turn,
)
from assistant.records.articles import (
    Appearance,
    Article,
    ArticleEntry,
    ArticleFilter,
    Metadata,
    Passage,
    RawArticle,
    Segment,
    Stated,
    place_of,
)
from assistant.records.indexes import (
    Fingerprints,
    IndexState,
    SkippedFile,
    SyncPreview,
    SyncReport,
)

__all__ = [
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
]
