"""Fits the classifier of blocks (``assistant/articles/classifier.json``) and compares ways of cleaning scraped text.

    ASSISTANT_DATA=... python -m tools.fit_cleaning [--write]

Pages: the saved HTML pages of ``cleaning/`` as text, whose blocks are the article's where three fifths of their words
stand in runs of three in the gold body; and scraped news pages, whose blocks were labelled by hand
(``cleaning_labels.jsonl``: address, a letter for each block, a hash of each block; T title, S heading, B body, D
dateline or byline, C caption, R the rest). A page's score is over words, as bags, against its gold body or its blocks
labelled T, S and B. "Kept aside": pages of a fifth of the sites, cleaned by a classifier that was fitted on the others.
"As indexed": the HTML read and cleaned as the index does it; "as for text": what was read of it cleaned as if it were a
page saved as text, which is what the classifier is fitted on.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from assistant.articles.blocks import Block, split_blocks
from assistant.articles.classifier import STORED, BlockClassifier
from assistant.articles.cleaning import BlockDecision, clean_blocks, clean_body, describe_blocks
from assistant.articles.features import NAMES, Features
from assistant.articles.formats.html import decode_html
from assistant.datasets.pages import load_pages
from assistant.evaluation.scores import bag_scores
from tools.dev_sets import data_folder

LABELS = Path(__file__).with_name("cleaning_labels.jsonl")
FOLDS = 5
#: Low: a lost sentence cannot be cited, and a kept line of clutter seldom answers anything.
THRESHOLD = 0.2
#: Inverse strength of the ridge penalty on standardised features.
FREEDOM = 0.02
#: News pages are what the product reads most, and there are fewer of them.
NEWS_WEIGHT = 2.0
_RUN = 3
_SHARE = 0.6
_WORD = re.compile(r"\w+")

Cleaner = Callable[["Page"], str]


@dataclass(frozen=True)
class Page:
    """A page with what of it is the article.

    Attributes:
        url: its address.
        text: with its clutter.
        body: the article.
        blocks: of the text.
        labels: whether each block is the article's; None where that cannot be told.
        html: the page as it was saved; None for scraped text.
        read: the text that is indexed of its HTML, not yet cleaned; "" when no article is found in it.
    """

    url: str
    text: str
    body: str
    blocks: tuple[Block, ...]
    labels: tuple[bool | None, ...]
    html: str | None
    read: str = ""

    @property
    def site(self) -> str:
        return urlsplit(self.url).netloc or self.url


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--write", action="store_true", help="store the classifier in the package")
    chosen = arguments.parse_args()
    data = data_folder()
    groups = {"saved pages": list(saved_pages(data / "cleaning")), "news": list(news_pages(data / "news"))}
    pages = [page for group in groups.values() for page in group]
    described = {page.url: describe_blocks(page.blocks) for page in pages}
    fitted = fit(pages, described)
    aside = _fitted_on_others(pages, described)
    methods: dict[str, Cleaner] = {
        "everything kept": lambda page: page.text,
        "lines of ten words or more": _long_lines,
        "rules": lambda page: cleaned(page, None),
        "classifier": lambda page: cleaned(page, fitted),
        "classifier, site kept aside": lambda page: cleaned(page, aside[page.url]),
        "jusText (HTML)": _justext,
        "trafilatura (HTML)": _trafilatura,
        "read, not yet cleaned (HTML)": lambda page: page.read,
        "as indexed (HTML)": lambda page: _joined(clean_body(split_blocks(page.read))),
        "read, rules as for text (HTML)": lambda page: _kept(split_blocks(page.read), None),
        "read, classifier as for text (HTML)": lambda page: _kept(split_blocks(page.read), fitted),
    }
    for name, group in groups.items():
        print(f"\n{name}: {len(group)} pages of {len({page.site for page in group})} sites")
        print("| cleaned by | precision | recall | F1 |\n|---|---|---|---|")
        for method, clean in methods.items():
            if group[0].html is not None or "HTML" not in method:
                print(f"| {method} | " + " | ".join(f"{figure:.3f}" for figure in _scores(group, clean)) + " |")
    if chosen.write:
        _write(fitted, pages)


def saved_pages(folder: Path) -> Iterator[Page]:
    """Pages of a folder with HTML and gold bodies, as text."""
    urls = {key: value["url"] for key, value in json.loads((folder / "ground-truth.json").read_text()).items()}
    for page in load_pages(folder).items:
        blocks = tuple(split_blocks(page.text))
        html = decode_html(gzip.decompress((folder / "html" / f"{page.id}.html.gz").read_bytes()), page.id)
        read = page.article.text if page.article is not None else ""
        yield Page(urls[page.id], page.text, page.body, blocks, tuple(_labels(blocks, page.body)), html, read)


def news_pages(folder: Path) -> Iterator[Page]:
    """Scraped pages whose blocks were labelled by hand."""
    labelled = {row["url"]: row for row in map(json.loads, LABELS.read_text(encoding="utf-8").splitlines())}
    with gzip.open(folder / "realtimeqa-pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            row = labelled.pop(record["url"], None)
            if row is None:
                continue
            blocks = tuple(split_blocks(record["text"]))
            if [_hash(block) for block in blocks] != row["blocks"]:
                raise SystemExit(f"{record['url']}: its blocks are no longer those that were labelled; label it again.")
            labels = tuple(letter in "TSB" for letter in row["labels"])
            body = "\n".join(block.text for block, label in zip(blocks, labels, strict=True) if label)
            yield Page(record["url"], record["text"], body, blocks, labels, None)


def fit(pages: Sequence[Page], described: Mapping[str, Features]) -> BlockClassifier:
    """Logistic regression over all labelled blocks, each weighed by its length, penalised on standardised features."""
    from sklearn.linear_model import LogisticRegression

    features = np.concatenate([described[page.url] for page in pages])
    labels = [label for page in pages for label in page.labels]
    told = np.array([label is not None for label in labels])
    mean, scale = features[told].mean(axis=0), features[told].std(axis=0)
    scale[scale == 0] = 1.0
    model = LogisticRegression(C=FREEDOM, max_iter=500)
    known = np.array([bool(label) for label in labels])[told]
    model.fit((features[told] - mean) / scale, known, sample_weight=_weights(pages)[told])
    weights: NDArray[np.float64] = model.coef_[0] / scale
    return BlockClassifier(weights, float(model.intercept_[0] - weights @ mean), mean, THRESHOLD)


def cleaned(page: Page, classifier: BlockClassifier | None) -> str:
    return _kept(page.blocks, classifier)


def _kept(blocks: Sequence[Block], classifier: BlockClassifier | None) -> str:
    return _joined(clean_blocks(blocks, classifier=classifier))


def _joined(decisions: Sequence[BlockDecision]) -> str:
    return "\n".join(one.block.text for one in decisions if one.kept)


def _weights(pages: Sequence[Page]) -> NDArray[np.float64]:
    return np.array(
        [
            (np.log1p(len(_words(block.text))) + 0.3) * (NEWS_WEIGHT if page.html is None else 1.0)
            for page in pages
            for block in page.blocks
        ]
    )


def _fitted_on_others(pages: Sequence[Page], described: Mapping[str, Features]) -> dict[str, BlockClassifier]:
    """For each page a classifier that has seen no page of its site."""
    sites = sorted({page.site for page in pages})
    random.Random(0).shuffle(sites)
    fold = {site: number % FOLDS for number, site in enumerate(sites)}
    fitted = [fit([page for page in pages if fold[page.site] != number], described) for number in range(FOLDS)]
    return {page.url: fitted[fold[page.site]] for page in pages}


def _labels(blocks: Sequence[Block], body: str) -> Iterator[bool | None]:
    """Whether each block stands in ``body``: most of its words in runs of it, or the whole as one of its lines."""
    runs = set(_runs(_words(body)))
    lines = {tuple(_words(line)) for line in body.splitlines()}
    for block in blocks:
        words = _words(block.text)
        found = [False] * len(words)
        for start, run in enumerate(_runs(words)):
            if run in runs:
                found[start : start + _RUN] = [True] * _RUN
        yield (sum(found) >= _SHARE * len(words) if len(words) >= _RUN else tuple(words) in lines) if words else None


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[shift:] for shift in range(_RUN)), strict=False)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _hash(block: Block) -> str:
    return hashlib.blake2b(block.text.encode(), digest_size=6).hexdigest()


def _scores(pages: Sequence[Page], clean: Cleaner) -> tuple[float, float, float]:
    scores = [bag_scores(_words(clean(page)), _words(page.body)) for page in pages]
    precision, recall, f1 = zip(*scores, strict=True)
    return fmean(precision), fmean(recall), fmean(f1)


def _long_lines(page: Page) -> str:
    return "\n".join(block.text for block in page.blocks if len(_words(block.text)) >= 10)


def _justext(page: Page) -> str:
    import justext

    found = justext.justext((page.html or "").encode(), justext.get_stoplist("English"))
    return "\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate)


def _trafilatura(page: Page) -> str:
    import trafilatura

    return trafilatura.extract(page.html, include_comments=False) or ""


def _write(fitted: BlockClassifier, pages: Sequence[Page]) -> None:
    digest = hashlib.sha256("".join(sorted(page.text for page in pages)).encode()).hexdigest()
    stored = {
        "features": NAMES,
        "weights": {name: round(float(value), 6) for name, value in zip(NAMES, fitted.weights, strict=True)},
        "bias": round(fitted.bias, 6),
        "typical": {name: round(float(value), 4) for name, value in zip(NAMES, fitted.typical, strict=True)},
        "threshold": fitted.threshold,
        "fitted": {"pages": len(pages), "data": digest, "at": f"{datetime.now(UTC):%Y-%m-%d}"},
    }
    Path(str(STORED)).write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {STORED}")


if __name__ == "__main__":
    main()
