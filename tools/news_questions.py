"""The weekly news quiz as a question set over real scraped pages, for ``assistant eval questions``.

    ASSISTANT_DATA=... python -m tools.news_questions DIR [--questions N] [--rest]

Writes ``DIR/articles/<site>/<page>.txt``, the pages found for each question, and ``DIR/questions.jsonl``:
every question whose right choice stands in one of its pages word for word, each such place a gold answer.
Nothing of this is part of the project: it is made anew from the data folder.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Page(NamedTuple):
    """A page: its file, relative to the articles' folder, and its text."""

    file: str
    text: str


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--questions", type=int, default=883, help="a seeded sample of so many")
    arguments.add_argument(
        "--rest", action="store_true", help="instead, those whose pages no question of that sample has, to train on"
    )
    chosen = arguments.parse_args()
    pages = load_pages()
    quiz = load_quiz()
    sample = random.Random(0).sample(quiz, min(chosen.questions, len(quiz)))
    if chosen.rest and len(sample) == len(quiz):
        sys.exit("There is no rest: give the --questions N that are measured.")
    if chosen.rest:
        aside = {page for item in sample for page in item["pages"]}
        # A page of a question that is measured is never trained on.
        sample = [item for item in quiz if not aside.intersection(item["pages"])]
    asked = [line for item in sample if (line := _line(item, pages))["answers"]]
    needed = {page for item in sample for page in item["pages"] if page in pages}
    write_pages(chosen.folder / "articles", [pages[page] for page in sorted(needed)])
    lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in asked)
    (chosen.folder / "questions.jsonl").write_text(lines, encoding="utf-8")
    print(f"{len(asked)} of {len(sample)} questions have their answer word for word in {len(needed)} pages.")


def load_quiz() -> list[dict[str, Any]]:
    """The quiz's questions: question, choices, answer, date, pages."""
    return list(_lines("realtimeqa-questions.jsonl.gz"))


def load_pages() -> dict[str, Page]:
    """Every page by its id. One folder a site: repetition is judged within a source."""
    return {
        str(page["id"]): Page(
            f"{_file_name(page['url'].split('/')[2])}/{_file_name(str(page['id']))}.txt", page["text"]
        )
        for page in _lines("realtimeqa-pages.jsonl.gz")
    }


def write_pages(folder: Path, pages: list[Page]) -> None:
    """As text files under ``folder``."""
    for page in pages:
        path = folder / page.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.text.encode("utf-8"))


def _line(item: dict[str, Any], pages: dict[str, Page]) -> dict[str, Any]:
    golds = [
        {"file": pages[page].file, "start": match.start(), "end": match.end(), "text": match.group()}
        for page in item["pages"]
        if page in pages
        for answer in item["answer"]
        for match in re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", pages[page].text, re.IGNORECASE)
    ]
    return {"id": item["id"], "question": item["question"], "answers": golds}


def _lines(name: str) -> Iterator[dict[str, Any]]:
    folder = os.environ.get("ASSISTANT_DATA")
    if not folder:
        sys.exit("Set ASSISTANT_DATA to the folder of evaluation data (it holds news/realtimeqa-pages.jsonl.gz).")
    with gzip.open(Path(folder) / "news" / name, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _file_name(words: str) -> str:
    return re.sub(r"\W+", "-", words)


if __name__ == "__main__":
    main()
