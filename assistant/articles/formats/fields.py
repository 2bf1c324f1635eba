"""Which fields of a record hold what: the map from any record's keys to an article."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any

from assistant.articles.formats.base import RawSource, Skipped, skip
from assistant.articles.formats.tree import fragment_text, is_markup
from assistant.errors import ArticleError
from assistant.records import Claim, RawArticle

_SURE = 0.9
_NAMES = ("name", "title", "@id", "url")
#: Fields named in a message, and characters of each.
KEYS_SHOWN, _KEY_SHOWN = 12, 40
#: What to do about records without text.
NAME_THE_FIELD = (
    'Name the one that holds it: --field text=NAME, or text = ["NAME"] under [fields] in the settings file.'
)
#: Seconds or milliseconds since 1970; with fewer digits it may be a day ("20180519").
_COUNTED = re.compile(r"(?P<seconds>\d{9,10})(?:\.\d+)?|(?P<milli>\d{10})\d{3}")
_LAST_YEAR = 2099


@dataclass(frozen=True, slots=True)
class FieldMap:
    """For each field, the keys that may hold it, the first that does wins.

    Keys are compared without regard to case; "a.b" is the key "b" of the object under "a".
    """

    text: tuple[str, ...] = ("text", "body", "content", "article_text", "article", "maintext", "story", "full_text")
    title: tuple[str, ...] = ("title", "headline", "heading")
    published: tuple[str, ...] = (
        "date", "published", "published_at", "publishedat", "date_published", "datepublished", "publish_date",
        "date_publish", "pub_date", "pubdate", "publication_date", "published_time",
    )  # fmt: skip
    source: tuple[str, ...] = ("source", "publisher", "publication", "source_name", "site_name", "outlet", "domain")
    author: tuple[str, ...] = ("author", "authors", "byline", "creator")
    url: tuple[str, ...] = ("url", "link", "canonical_url", "source_url", "uri")
    section: tuple[str, ...] = ("section", "category", "categories", "topic")
    language: tuple[str, ...] = ("language", "lang")

    @classmethod
    def named(cls, keys: Mapping[Any, Sequence[str]]) -> FieldMap:
        """The map with these keys for these fields, in place of the usual ones; TypeError for an unknown field."""
        return cls(**{field: tuple(names) for field, names in keys.items()})

    @property
    def digest(self) -> str:
        """What tells maps apart, 16 hexadecimal digits; "" for the usual one."""
        return "" if self == FieldMap() else hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]

    @property
    def of_metadata(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The fields that state something, as ``Stated`` names them, with their keys."""
        return (
            ("title", self.title),
            ("published", self.published),
            ("source", self.source),
            ("byline", self.author),
            ("url", self.url),
            ("section", self.section),
            ("language", self.language),
        )

    def claims(self, record: Mapping[str, Any]) -> Iterator[Claim]:
        """What a record states about its article."""
        for name, keys in self.of_metadata:
            for key in keys:
                value = in_words(lookup(record, key)).strip()
                when = counted_since_1970(value) if name == "published" else None
                if when is not None:
                    yield Claim(name, when.isoformat(), f"field '{key}' ({value} since 1970)", _SURE)
                    break
                if value:
                    yield Claim(name, value, f"field '{key}'", _SURE)
                    break

    def article_text(self, record: Mapping[str, Any]) -> str | None:
        """The text of a record, markup taken off; None when no field has one."""
        for key in self.text:
            value = lookup(record, key)
            if isinstance(value, list) and all(isinstance(each, str) for each in value):
                value = "\n\n".join(value)
            if isinstance(value, str) and value.strip():
                return fragment_text(value) if is_markup(value) else value
        return None


def lookup(record: Mapping[str, Any], key: str) -> Any:
    """The value under a key, whatever its case, or under a path of keys with dots; None when there is none."""
    found = _lookup_one(record, key)
    if found is not None or "." not in key:
        return found
    first, rest = key.split(".", 1)
    inner = _lookup_one(record, first)
    return lookup(inner, rest) if isinstance(inner, Mapping) else None


def _lookup_one(record: Mapping[str, Any], key: str) -> Any:
    if (value := record.get(key)) is not None:
        return value
    key = key.lower()
    return next(
        (
            value
            for each, value in record.items()
            if isinstance(each, str) and each.lower() == key and value is not None
        ),
        None,
    )


def in_words(value: Any) -> str:
    """A field's value as text: the name of an object, the items of a list; "" for nothing and for what is no text."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return next((text for name in _NAMES if (text := value.get(name)) and isinstance(text, str)), "")
    if isinstance(value, list):
        return ", ".join(filter(None, (in_words(each) for each in value if not isinstance(each, list))))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def counted_since_1970(value: str) -> datetime | None:
    """The moment, in UTC, of a count of seconds or milliseconds since 1970; None for any other text."""
    found = _COUNTED.fullmatch(value)
    if found is None:
        return None
    when = datetime.fromtimestamp(int(found["seconds"] or found["milli"]), UTC)
    return when if when.year <= _LAST_YEAR else None


@dataclass(frozen=True, slots=True)
class Textless(Skipped):
    """A record without text.

    Attributes:
        keys: its fields, the first of them; none of what is no record with named fields.
        looked_for: the keys that text is looked for under.
    """

    keys: tuple[str, ...] = ()
    looked_for: tuple[str, ...] = ()


def record_article(source: RawSource, fragment: str, record: Any, fields: FieldMap) -> RawArticle | Skipped:
    """The article of one record of a source, or why there is none."""
    place = source.location_of(fragment)
    if not isinstance(record, Mapping):
        return Textless(
            place, "It is not a record with named fields.", "Make each record an object.", looked_for=fields.text
        )
    text = fields.article_text(record)
    if text is None:
        keys = tuple(str(key)[:_KEY_SHOWN] for key in list(record)[:KEYS_SHOWN])
        reason = f"It has no text under any of {', '.join(fields.text)}; its fields are {in_quotes(keys)}."
        return Textless(place, reason, NAME_THE_FIELD, keys=keys, looked_for=fields.text)
    try:
        return source.article(text, fields.claims(record), fragment)
    except ArticleError as error:
        return skip(place, error)


def in_quotes(keys: Sequence[str]) -> str:
    """Names of fields as messages have them; "none" for none."""
    return ", ".join(map(repr, keys)) or "none"
