"""Files and addresses -> raw articles -> clean articles with offsets back and metadata -> passages; see README.md."""

from assistant.articles.cleaned import CLEANING_VERSION, clean_article, explain_cleaning, fingerprints, source_key
from assistant.articles.discovery import find_article_files
from assistant.articles.loading import load_article, open_regular
from assistant.articles.offsets import OffsetMap
from assistant.articles.passages import SPLITTER_VERSION, TokenCounter, split_passages
from assistant.articles.repetition import repeated_fingerprints
from assistant.articles.sentences import sentence_spans

__all__ = [
    "CLEANING_VERSION",
    "SPLITTER_VERSION",
    "OffsetMap",
    "TokenCounter",
    "clean_article",
    "explain_cleaning",
    "find_article_files",
    "fingerprints",
    "load_article",
    "open_regular",
    "repeated_fingerprints",
    "sentence_spans",
    "source_key",
    "split_passages",
]
