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
    Article,
    ArticleFilter,
    Metadata,
    Passage,
    RawArticle,
    Segment,
)
from assistant.records.indexes import (
    Fingerprints,
    IndexState,
    SkippedFile,
    SyncReport,
)

__all__ = [
    "Alternative",
    "Answer",
    "AnswerKind",
    "AnswerSpan",
    "Article",
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
    "SyncReport",
    "Trace",
    "Turn",
]
