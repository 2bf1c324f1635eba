"""Files and addresses -> raw articles -> clean articles with offsets back and metadata -> passages; see README.md."""

from assistant.articles.cleaned import CLEANING_VERSION, clean_article, explain_cleaning
from assistant.articles.discovery import find_article_files
from assistant.articles.loading import load_article, open_regular
from assistant.articles.offsets import OffsetMap
from assistant.articles.passages import SPLITTER_VERSION, TokenCounter, split_passages
from assistant.articles.sentences import sentence_spans

__all__ = [
    "CLEANING_VERSION",
    "SPLITTER_VERSION",
    "OffsetMap",
    "TokenCounter",
    "clean_article",
    "explain_cleaning",
    "find_article_files",
    "load_article",
    "open_regular",
    "sentence_spans",
    "split_passages",
]
