"""Copies of a story among news pages: precision and recall on made pairs, and the clusters really there.

    ASSISTANT_DATA=... python -m tools.bench_clusters [--pages 400] [--shown 20]

Copies are made from pages (words swapped, cuts, added paragraphs, another headline, a brief inside a longer story);
unrelated pairs are each page's nearest other pages by shared words, and follow-ups that share one background
paragraph. Nearest pages that really are copies would count as false; they are printed by ``--doubtful``. Since the
shipped levels were chosen on pages like these, levels are also chosen on one half of the pages and measured on the
other; no cluster has pages in both.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from assistant.articles.sketches import Sketch, containment, jaccard, lookup_keys, relation, sketch
from assistant.index.catalogue.reader import Catalogue
from assistant.index.catalogue.writer import CatalogueWriter, IngestedFile, KnownFile
from assistant.records import Article, Metadata, RawArticle

_NEGATIVES = ("nearest page", "shared background")
#: Bytes of sampled shingles from which on two texts can be told to be related, as in ``relation``.
_SMALLEST_SAMPLE = 16
_NEAR_LEVELS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_CONTAINED_LEVELS = (0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True)
class Page:
    id: str
    url: str
    title: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        return [line for line in self.text.splitlines() if line.strip()]


class FoundClusters:
    """Those that a catalogue finds.

    Attributes:
        cluster: for each page, the id of the one that represents its cluster.
        inside: stories, each with a longer text of which it is only a part.
        seconds: what putting each page cost, in order.
    """

    def __init__(self, pages: list[Page]) -> None:
        self.seconds: list[float] = []
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "catalogue.sqlite")
            with closing(CatalogueWriter(place)) as writer:
                for page in pages:
                    raw = RawArticle(page.id, page.text, None, hashlib.sha256(page.id.encode()).hexdigest())
                    article = Article("", page.id, None, page.text, page.text, (), Metadata())
                    began = time.process_time()
                    number, _ = writer.put_article(raw, article)
                    self.seconds.append(time.process_time() - began)
                    writer.put_batch(0, 0, [], [IngestedFile(page.id, KnownFile("", 0, 0), [("", number)])])
                writer.commit()
            with closing(Catalogue.open(place)) as catalogue:
                name = {one: catalogue.raw_article(one).path for one in catalogue.article_ids()}
                self.cluster = {page: name[catalogue.clusters.representative(one)] for one, page in name.items()}
                contained = {one: catalogue.clusters.contained(one) for one in name}
                self.inside = sorted((name[part], name[one]) for one, parts in contained.items() for part in parts)

    def groups(self) -> list[list[str]]:
        """The clusters of more than one page, each page that represents one first."""
        members: dict[str, list[str]] = defaultdict(list)
        for page, cluster in self.cluster.items():
            members[cluster].append(page)
        return [sorted(group, key=lambda page: page != cluster) for cluster, group in members.items() if len(group) > 1]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=int, default=400, help="pages from which pairs are made")
    arguments.add_argument("--shown", type=int, default=20, help="real clusters printed")
    arguments.add_argument("--doubtful", action="store_true", help="print nearest pages judged to be copies")
    chosen = arguments.parse_args()
    pages = read_pages()
    began = time.process_time()
    sketches = {page.id: sketch(page.text) for page in pages}
    print(f"{len(pages)} pages; sketch {(time.process_time() - began) / len(pages) * 1e3:.2f} ms a page")
    report_size(list(sketches.values()))
    report_pairs(pages, chosen.pages, chosen.doubtful)
    clusters = FoundClusters(pages)
    report_halves(pages, clusters, chosen.pages // 2)
    report_clusters(pages, sketches, clusters, chosen.shown)


def read_pages() -> list[Page]:
    path = Path(os.environ["ASSISTANT_DATA"]) / "news" / "realtimeqa-pages.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Page(row["id"], row["url"], row["title"], row["text"]) for row in rows]


def report_size(sketches: list[Sketch]) -> None:
    size = sum(len(each.to_bytes()) for each in sketches) / len(sketches)
    holders = Counter(key for each in sketches for key in lookup_keys(each))
    keys = sum(holders.values()) / len(sketches)
    print(f"{size:.0f} bytes and {keys:.0f} keys a page; {sum(count > 64 for count in holders.values())} keys in > 64")


def report_pairs(pages: list[Page], count: int, doubtful: bool) -> None:
    measured, nearest = made_pairs(pages, count)
    if doubtful:
        for (one, other), pair in zip(nearest, measured["nearest page"], strict=True):
            if pair.combined:
                print(f"  {pair.jaccard:.2f} {pair.containment:.2f} {one.url} | {other.url}")
    report_ways(measured)


def report_halves(pages: list[Page], clusters: FoundClusters, count: int) -> None:
    """Levels chosen on one half, by F1, the stricter of equally good ones; and the shipped ones; on the other half."""
    groups = sorted(set(clusters.cluster.values()))
    first = set(random.Random(2).sample(groups, len(groups) // 2))
    halves = [[page for page in pages if (clusters.cluster[page.id] in first) is side] for side in (True, False)]
    measured = [made_pairs(half, count)[0] for half in halves]
    print("\nhalf of the pages, levels chosen on the other half: precision, recall")
    for here, there in ((0, 1), (1, 0)):
        grid = [(near, part) for near in reversed(_NEAR_LEVELS) for part in reversed(_CONTAINED_LEVELS)]
        near, part = max(grid, key=lambda levels: f1(*precision_recall(measured[there], by_levels(*levels))))
        chosen = precision_recall(measured[here], by_levels(near, part))
        shipped = precision_recall(measured[here], lambda pair: pair.combined)
        print(f"  chosen: MinHash {near}, containment {part}: {chosen[0]:.4f} {chosen[1]:.4f}")
        print(f"  shipped:                              {shipped[0]:.4f} {shipped[1]:.4f}")


def by_levels(near: float, part: float) -> Callable[[Measured], bool]:
    """Judges as ``relation`` does, with other levels."""
    return lambda pair: pair.same or (pair.tellable and (pair.jaccard >= near or pair.containment >= part))


def precision_recall(measured: dict[str, list[Measured]], judge: Callable[[Measured], bool]) -> tuple[float, float]:
    right, wrong = (
        sum(sum(map(judge, made)) for kind, made in measured.items() if (kind in _NEGATIVES) is negative)
        for negative in (False, True)
    )
    copies_ = sum(len(made) for kind, made in measured.items() if kind not in _NEGATIVES)
    return right / max(1, right + wrong), right / copies_


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def made_pairs(pages: list[Page], count: int) -> tuple[dict[str, list[Measured]], list[tuple[Page, Page]]]:
    """Pairs of each kind, measured, and the pages of those of the kind "nearest page"."""
    rng = random.Random(1)
    chosen = rng.sample([page for page in pages if len(page.paragraphs) >= 8], count)
    others = rng.sample(pages, count)
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for page, other in zip(chosen, others, strict=True):
        for kind, copy in copies(page, other, rng):
            pairs[kind].append((page.text, copy))
    pairs["shared background"] = [follow_up(page, other, rng) for page, other in zip(chosen, others, strict=True)]
    nearest = nearest_pages(chosen, pages)
    pairs["nearest page"] = [(one.text, other.text) for one, other in nearest]
    return {kind: [Measured.of(a, b) for a, b in texts] for kind, texts in pairs.items()}, nearest


def copies(page: Page, other: Page, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Each kind of copy of ``page``, with paragraphs of ``other`` where it needs some."""
    paragraphs, added = page.paragraphs, other.paragraphs
    for share in (0.02, 0.05, 0.10):
        yield f"words edited {share:.0%}", edited(page.text, share, rng)
    yield "last third cut", "\n\n".join(paragraphs[: 2 * len(paragraphs) // 3])
    longer = list(paragraphs)
    for paragraph in rng.sample(added, min(len(added), rng.randint(1, 3))):
        longer.insert(rng.randint(1, len(longer)), paragraph)
    yield "1-3 paragraphs added", "\n\n".join(longer)
    yield "headline, byline, dateline", f"{other.title}\n\nBy Jo Doe\n\nPARIS, May 3 (Agency) - {page.text}"
    yield "case, quotes, punctuation", re.sub(r"[,;\"“”]", "", page.text).upper().replace("'", "’")
    brief = " ".join(page.text.split()[:60])
    yield "60-word brief inside", f"{page.title}\n\n{edited(brief, 0.0, rng)}"
    story = "\n\n".join(paragraphs[:6])
    yield "story inside a longer one", story
    yield "edited 5 % inside", edited(story, 0.05, rng)


def edited(text: str, share: float, rng: random.Random) -> str:
    """Each word with probability ``share`` misspelt, left out, replaced by one of the text or swapped with the next."""
    words = re.split(r"(\s+)", text)
    for place in range(0, len(words) - 2, 2):
        if rng.random() >= share:
            continue
        match rng.randrange(4):
            case 0:
                cut = rng.randrange(max(1, len(words[place])))
                words[place] = words[place][:cut] + "x" + words[place][cut + 1 :]
            case 1:
                words[place] = ""
            case 2:
                words[place] = words[2 * rng.randrange(len(words) // 2)]
            case _:
                words[place], words[place + 2] = words[place + 2], words[place]
    return "".join(words)


def follow_up(page: Page, other: Page, rng: random.Random) -> tuple[str, str]:
    """The page and another story that quotes its longest paragraph."""
    background = max(page.paragraphs, key=len)
    paragraphs = other.paragraphs
    paragraphs.insert(rng.randint(0, len(paragraphs)), background)
    return page.text, "\n\n".join(paragraphs)


def nearest_pages(chosen: list[Page], pages: list[Page]) -> list[tuple[Page, Page]]:
    """Each chosen page with the two others that share the most of its rarer words."""
    words = [frozenset(re.findall(r"\w+", page.text.casefold())) for page in pages]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, found in enumerate(words):
        for word in found:
            holders[word].append(number)
    place = {page.id: number for number, page in enumerate(pages)}
    pairs = []
    for page in chosen:
        shared: Counter[int] = Counter()
        for word in words[place[page.id]]:
            if len(holders[word]) <= 60:
                shared.update(holders[word])
        del shared[place[page.id]]
        nearest = sorted(shared, key=lambda number: (-shared[number], number))[:2]
        pairs += [(page, pages[number]) for number in nearest]
    return pairs


@dataclass(frozen=True)
class Measured:
    exact: bool
    same: bool
    tellable: bool
    jaccard: float
    containment: float
    combined: bool
    found: bool

    @classmethod
    def of(cls, one: str, other: str) -> Measured:
        a, b = sketch(one), sketch(other)
        shorter, longer = sorted((a, b), key=lambda each: each.words)
        return cls(
            exact=hashlib.sha256(one.encode()).digest() == hashlib.sha256(other.encode()).digest(),
            same=a.digest == b.digest,
            tellable=min(len(a.sample), len(b.sample)) >= _SMALLEST_SAMPLE,
            jaccard=jaccard(a, b),
            containment=containment(shorter, longer),
            combined=relation(a, b) is not None,
            found=not set(lookup_keys(a)).isdisjoint(lookup_keys(b)),
        )


def report_ways(measured: dict[str, list[Measured]]) -> None:
    ways: dict[str, Callable[[Measured], bool]] = {"exact hash": lambda pair: pair.exact}
    for level in _NEAR_LEVELS:
        ways[f"MinHash >= {level}"] = lambda pair, level=level: pair.jaccard >= level  # type: ignore[misc]
    for level in _CONTAINED_LEVELS:
        ways[f"containment >= {level}"] = lambda pair, level=level: pair.containment >= level  # type: ignore[misc]
    ways["combination"] = lambda pair: pair.combined
    ways["shares a key"] = lambda pair: pair.found
    ways["combination, by key"] = lambda pair: pair.combined and pair.found
    for kind, made in measured.items():
        spread = sorted(pair.jaccard for pair in made), sorted(pair.containment for pair in made)
        low, high = len(made) // 100, -1 - len(made) // 100
        ends = [f"{values[low]:.2f}-{values[high]:.2f}" for values in spread]
        print(f"{kind:28} {len(made):4} pairs, 98 % of them: Jaccard {ends[0]}, containment {ends[1]}")
    kinds = [kind for kind in measured if kind not in _NEGATIVES]
    print("\nfound, % of each kind:")
    print(" " * 22 + " ".join(f"{kind[:11]:>11}" for kind in [*kinds, *_NEGATIVES]) + "   precision  recall")
    for name, judge in ways.items():
        counts = {kind: sum(map(judge, made)) for kind, made in measured.items()}
        shares = " ".join(f"{100 * counts[kind] / len(measured[kind]):11.1f}" for kind in [*kinds, *_NEGATIVES])
        precision, recall = precision_recall(measured, judge)
        print(f"{name:22}{shares} {precision:10.4f} {recall:8.4f}")


def report_clusters(pages: list[Page], sketches: dict[str, Sketch], clusters: FoundClusters, shown: int) -> None:
    times = clusters.seconds
    half = len(times) // 2
    print(
        f"\nadding: {sum(times[:half]) / half * 1e3:.2f} ms in the first half, "
        f"{sum(times[half:]) / len(times[half:]) * 1e3:.2f} ms in the second"
    )
    groups = clusters.groups()
    print(f"{len(groups)} clusters of {sum(map(len, groups))} pages; largest {max(map(len, groups), default=0)}")
    by_id = {page.id: page for page in pages}
    for group in random.Random(3).sample(groups, min(shown, len(groups))):
        lead = sketches[group[0]]
        print(f"  {lead.words:5} words  {by_id[group[0]].title[:70]}  {by_id[group[0]].url}")
        for fragment in group[1:4]:
            near = jaccard(lead, sketches[fragment]), containment(sketches[fragment], lead)
            print(f"     {near[0]:.2f} {near[1]:.2f}  {by_id[fragment].title[:70]}  {by_id[fragment].url}")
    parts = clusters.inside
    print(f"{len(parts)} stories inside longer texts")
    for story, holder in random.Random(3).sample(parts, min(shown // 2, len(parts))):
        share = containment(sketches[story], sketches[holder])
        print(f"     {share:.2f}  {by_id[story].title[:70]} {by_id[story].url} IN {by_id[holder].url}")


if __name__ == "__main__":
    main()
