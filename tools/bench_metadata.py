"""Titles, days of publication and sources: how many are found, and how many of those are right.

    ASSISTANT_DATA=... python -m tools.bench_metadata [--pages 1000]

Scraped news pages, of which the day is known from the address, the publication from its host and the title from a
search engine (perhaps cut), are read in three ways: as text alone; as text below a clock of the day on which the page
was crawled, as page headers have them; and as JSON records with address, title and day of the crawl, where the day is
read off the address itself. Few of these texts hold their headline; the titles that are known whole are put above them,
on a line of their own, to see how many are found there. Saved pages are read as laid out as text, too, with everything
that stands around the article; their titles are those of the markup. Of saved HTML pages the day is known where the
address that comes with them states one. A day is right within one, since zones differ; it is the crawl's where it is no
other.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from assistant.articles import clean_article
from assistant.articles.formats import read_articles
from assistant.datasets.pages import load_pages
from assistant.records import Metadata, RawArticle
from tools.dev_sets import data_folder

_DAY = re.compile(r"/((?:19|20)\d\d)/(\d\d?|[a-z]{3})/(\d\d?)(?:/|$)")
_SOURCES = {"www.cnn.com": "cnn", "www.usatoday.com": "usatoday", "www.theweek.co.uk": "theweek"}
#: Whose stories those sites print; an agency named in its line is the source as well.
_AGENCIES = frozenset({"ap", "associatedpress", "theassociatedpress", "reuters", "afp"})
#: What search engines and sites append to a title, and the dots where it was cut.
_APPENDED = re.compile(r"\s*(?:\.\.+|…|\s[|–-]\s[^|–-]*)$")
_CUT = re.compile(r"(?:\.\.+|…)\s*(?:[|–-].*)?$")
_LETTERS = 20
#: Heads of pages with the time of the visit, the first as one of the seeds has it.
_CLOCKS = (
    "16:48 GMT {:%d %B %Y}\n\nListen Live\n\n",
    "{:%A, %B %d, %Y}\n\nLog in\n\nSubscribe\n\n",
    "The Daily Sentinel\n\n{:%a, %d %b %Y}, 10:14 am\n\nHome\n\nNews\n\n",
    "Sign in\n\n{:%B %d, %Y}\n\nWeather\n\nSport\n\n",
    "{:%Y-%m-%d} 08:15\n\nMenu\n\n",
    "Today is {:%A %d %B %Y}\n\nHome\n\n",
)
#: What may stand above a text that has its headline.
_HEADS = {
    "title": "{title}\n\n",
    "title, byline and date": "{title}\n\nBy Ann Poole\n\nMay 19, 2018\n\n",
    "section, title and author's name": "Politics\n\n{title}\n\nAnn Poole\n\nEmry Times\n\n",
}


@dataclass(frozen=True)
class Known:
    """What is known of a page from elsewhere; None where it is not."""

    title: str | None
    day: date | None
    source: str | None
    crawled: date | None


@dataclass(frozen=True)
class Judged:
    """One page's metadata, beside what is known."""

    known: Known
    found: Metadata


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=int, default=1000, help="news pages, a seeded sample")
    chosen = arguments.parse_args()
    data = data_folder()
    rows = random.Random(0).sample(list(_news(data / "news" / "realtimeqa-pages.jsonl.gz")), chosen.pages)
    _report("news, text alone", [Judged(_known(row), _of_text(row["text"])) for row in rows])
    _report("news, text below a clock", [Judged(_known(row), _of_text(_below_clock(row))) for row in rows])
    _report("news, JSON records", list(_records(rows)))
    _report("saved HTML pages", list(_saved(data / "cleaning")))
    for name, head in _HEADS.items():
        _report_titles(f"news, {name} above the text", list(_below_title(rows, head)))
    _report_titles("saved pages as text, everything kept", list(_saved_as_text(data / "cleaning")))


def _news(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _known(row: Mapping[str, Any]) -> Known:
    crawled = datetime.strptime(row["crawled"], "%Y%m%d").date()
    return Known(row["title"], day_in(row["url"]), _SOURCES.get(urlsplit(row["url"]).netloc), crawled)


def day_in(url: str) -> date | None:
    """The day that an address states; told apart from the product's own reading of addresses on purpose."""
    found = _DAY.search(urlsplit(url).path)
    if found is None:
        return None
    month = "%m" if found[2].isdigit() else "%b"
    try:
        return datetime.strptime("/".join(found.groups()), f"%Y/{month}/%d").date()
    except ValueError:
        return None


def _of_text(text: str) -> Metadata:
    return clean_article(RawArticle("page.txt", text, "utf-8", "0" * 64)).metadata


def _below_clock(row: Mapping[str, Any]) -> str:
    clock = _CLOCKS[int(row["id"], 16) % len(_CLOCKS)]
    return clock.format(datetime.strptime(row["crawled"], "%Y%m%d")) + str(row["text"])


def _records(rows: Iterable[Mapping[str, Any]]) -> Iterator[Judged]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "pages.jsonl")
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        by_line = {str(line): row for line, row in enumerate(rows, start=1)}
        for article in read_articles(path):
            if isinstance(article, RawArticle):
                yield Judged(_known(by_line[article.fragment]), clean_article(article).metadata)


def _saved(folder: Path) -> Iterator[Judged]:
    urls = {key: value["url"] for key, value in json.loads((folder / "ground-truth.json").read_text()).items()}
    for page in load_pages(folder).items:
        if page.article is not None:
            url = urls[page.id]
            found = clean_article(page.article).metadata
            yield Judged(Known(None, day_in(url if "://" in url else f"https://{url}"), None, None), found)


def _below_title(rows: Iterable[Mapping[str, Any]], head: str) -> Iterator[Judged]:
    for row in rows:
        if not _CUT.search(row["title"]):
            title = _APPENDED.sub("", row["title"])
            yield Judged(Known(title, None, None, None), _of_text(head.format(title=title) + row["text"]))


def _saved_as_text(folder: Path) -> Iterator[Judged]:
    for page in load_pages(folder).items:
        if page.article is not None:
            title = unescape(clean_article(page.article).metadata.title or "")
            yield Judged(Known(title or None, None, None, None), _of_text(page.text))


def _report_titles(name: str, pages: list[Judged]) -> None:
    print(f"\n{name}: {len(pages)} pages")
    _line("title", [page.known.title and _same_title(page) for page in pages], [page.found.title for page in pages])


def _report(name: str, pages: list[Judged]) -> None:
    print(f"\n{name}: {len(pages)} pages")
    found = [page.found for page in pages]
    _line("title", [page.known.title and _same_title(page) for page in pages], [each.title for each in found])
    _line("day", [page.known.day and _same_day(page) for page in pages], [each.published for each in found])
    _line("source", [page.known.source and _same_source(page) for page in pages], [each.source for each in found])
    for field in ("byline", "section", "language"):
        _line(field, [None] * len(pages), [getattr(each, field) for each in found])
    crawled = [page for page in pages if page.known.crawled and not _same_day(page)]
    if crawled:
        wrong = sum(page.found.published == page.known.crawled for page in crawled)
        print(f"  the day of the crawl instead of another or none: {wrong} of {len(pages)} pages")
    ways = Counter(re.sub(r"line \d+: ", "", each.found_in["published"]) for each in found if each.published)
    print("  days found in: " + ", ".join(f"{way} {count}" for way, count in ways.most_common(8)))


def _line(field: str, right: list[Any], values: list[Any]) -> None:
    """Found of all pages; right of those found whose right value is known."""
    there = [value is not None for value in values]
    judged = [bool(each) for each, found in zip(right, there, strict=True) if found and each is not None]
    known = f", right {sum(judged)} of {len(judged)} ({sum(judged) / len(judged):.1%})" if judged else ""
    print(f"  {field:9} found {sum(there)} of {len(there)} ({sum(there) / len(there):.1%}){known}")


def _same_title(page: Judged) -> bool:
    """Whether one begins as the other does, as far as the known one is told."""
    known, found = (_plain(_APPENDED.sub("", text or "")) for text in (page.known.title, page.found.title))
    return bool(found) and (found.startswith(known[:_LETTERS]) or known.startswith(found[:_LETTERS]))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _same_day(page: Judged) -> bool:
    day, known = page.found.published, page.known.day
    return bool(day and known) and abs(day - known) <= timedelta(days=1)  # type: ignore[operator]


def _same_source(page: Judged) -> bool:
    """Whether it is the publication, by name or by host, or an agency."""
    found = _plain(page.found.source or "").replace(" ", "")
    return found.startswith(page.known.source or "") or found in _AGENCIES


if __name__ == "__main__":
    main()
