"""What a page's markup states about its article: JSON-LD, meta tags (OpenGraph first), <time>, <link>, <html lang>."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.records import Claim

_LONGEST = 500
_MOST_NODES = 2000
_TYPES = ("Article", "Report", "BlogPosting", "LiveBlogPosting", "Review")
#: Key of JSON-LD, our field.
_JSON_LD = (
    ("headline", "title"),
    ("datePublished", "published"),
    ("publisher", "source"),
    ("author", "byline"),
    ("articleSection", "section"),
    ("inLanguage", "language"),
    ("mainEntityOfPage", "url"),
    ("url", "url"),
)
#: Name or property of a meta tag in lower case, our field, how sure.
_META = (
    ("og:title", "title", 0.9),
    ("article:published_time", "published", 0.9),
    ("og:site_name", "source", 0.9),
    ("article:author", "byline", 0.8),
    ("article:section", "section", 0.9),
    ("og:locale", "language", 0.8),
    ("og:url", "url", 0.9),
    ("twitter:title", "title", 0.8),
    ("parsely-title", "title", 0.8),
    ("parsely-pub-date", "published", 0.85),
    ("parsely-author", "byline", 0.85),
    ("parsely-section", "section", 0.85),
    ("sailthru.date", "published", 0.8),
    ("pubdate", "published", 0.8),
    ("publishdate", "published", 0.8),
    ("publish-date", "published", 0.8),
    ("publication_date", "published", 0.8),
    ("dc.date.issued", "published", 0.8),
    ("dcterms.issued", "published", 0.8),
    ("citation_publication_date", "published", 0.8),
    ("datepublished", "published", 0.85),
    ("date", "published", 0.6),
    ("dc.title", "title", 0.8),
    ("dc.creator", "byline", 0.8),
    ("author", "byline", 0.8),
    ("byl", "byline", 0.8),
)
_NAMED = ("name", "@id", "url")


def stated_in(tree: Any) -> Iterator[Claim]:
    """Everything stated in a page, the surest kinds first; ``tree`` as ``tree.parse`` gives it."""
    seen = set()
    for each in (*_json_ld(tree), *_meta(tree), *_elements(tree)):
        value = " ".join(each.value.split())
        if value and len(value) <= _LONGEST and (each.field, value) not in seen:
            seen.add((each.field, value))
            yield Claim(each.field, value, each.found_in, each.confidence)


def _json_ld(tree: Any) -> Iterator[Claim]:
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _article_nodes(data):
            for key, name in _JSON_LD:
                value = _plain(node.get(key))
                if value and (name != "url" or value.startswith("http")):
                    yield Claim(name, value, f"JSON-LD {key}", 0.95)
            return


def _article_nodes(data: Any) -> Iterator[Mapping[str, Any]]:
    """Objects that describe an article, at the top, in lists, under @graph or mainEntity."""
    waiting = [data]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting[:0] = node[:_MOST_NODES]
        elif isinstance(node, dict):
            types = node.get("@type")
            names = types if isinstance(types, list) else [types]
            if any(isinstance(name, str) and name.endswith(_TYPES) for name in names):
                yield node
            waiting.extend(node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node)


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return next((text for key in _NAMED if isinstance(text := value.get(key), str) and text), "")
    if isinstance(value, list):
        return ", ".join(filter(None, (_plain(each) for each in value[:20] if not isinstance(each, list))))
    return ""


def _meta(tree: Any) -> Iterator[Claim]:
    found: dict[str, str] = {}
    for tag in tree.iter("meta"):
        key = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
        found.setdefault(key.strip().lower(), (tag.get("content") or "").strip())
    for key, name, confidence in _META:
        value = found.get(key)
        if value and not (name == "byline" and value.startswith("http")):
            yield Claim(name, value, f"meta {key}", confidence)


def _elements(tree: Any) -> Iterator[Claim]:
    for link in tree.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and (link.get("href") or "").startswith("http"):
            yield Claim("url", link.get("href"), "link canonical", 0.9)
            break
    times = [each for each in tree.iter("time") if (each.get("datetime") or "").strip()]
    marked = [
        each
        for each in times
        if "pub" in f"{each.get('itemprop')} {each.get('class')}".lower() or "pubdate" in each.attrib
    ]
    within = [each for each in times if next(each.iterancestors("article"), None) is not None]
    if best := (marked or within or times)[:1]:
        confidence = 0.75 if marked else 0.7 if within or len(times) == 1 else 0.5
        yield Claim("published", best[0].get("datetime"), "time element", confidence)
    if language := tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"):
        yield Claim("language", language, "html lang", 0.8)
