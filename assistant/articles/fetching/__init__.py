"""Articles from the web: ``Fetcher`` takes the address of a page or of a feed, and fetches politely."""

from assistant.articles.fetching.base import FetchSettings
from assistant.articles.fetching.fetcher import Fetcher

__all__ = ["FetchSettings", "Fetcher"]
