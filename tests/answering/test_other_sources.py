"""What is said beside a citation: other places of its story, and its language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assistant.answering.other_sources import also_in, each_place, foreign_language
from assistant.answering.prompts import Prompts
from assistant.records import OtherSource
from tests.apps.chat_fakes import HARBOUR, cite

PROMPTS = Prompts.open()
CITED = cite(HARBOUR, "She led the repair of the old lighthouse.", "the old lighthouse", 0.8)
KYODO = OtherSource("1" * 16, "/news/kyodo.html", "Harbour", "KYODO", date(2024, 3, 10))
WIRE = OtherSource("2" * 16, "/news/dump.zip!2024/wire.html", None, None, None)
SAME = OtherSource(HARBOUR.id, "/news/saved again.txt", "Harbour", HARBOUR.metadata.source, None)
AT = OtherSource("3" * 16, "/news/4.html", "Wall", "Times", None, "https://times.example/wall")


@pytest.mark.parametrize(
    ("places", "count", "line"),
    [
        ((), 0, ""),
        ((KYODO,), 1, "Also in KYODO"),
        ((KYODO, WIRE), 2, "Also in KYODO and wire.html"),
        ((SAME,), 1, "Also in saved again.txt"),
        ((KYODO, KYODO, AT), 3, "Also in KYODO, Times and 1 more"),
        ((KYODO,) * 50, 700, "Also in KYODO and 699 more"),
    ],
)
def test_the_line_names_some_places_and_counts_the_rest(places: tuple[OtherSource, ...], count: int, line: str) -> None:
    assert also_in(replace(CITED, also_in=places, other_source_count=count), PROMPTS) == line
    assert also_in(replace(HARBOUR, also_in=places, other_source_count=count), PROMPTS) == line


def test_each_place_has_its_line_and_those_left_out_are_counted() -> None:
    cited = replace(CITED, also_in=(KYODO, WIRE, AT), other_source_count=9)
    assert list(each_place(cited, PROMPTS)) == [
        "Harbour · KYODO · 10 March 2024 · kyodo.html",
        "Untitled article · source not stated · date not stated · wire.html",
        "Wall · Times · date not stated · https://times.example/wall",
        "and 6 other places",
    ]
    assert list(each_place(CITED, PROMPTS)) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [(None, None), ("en", None), ("ja", "Japanese"), ("es", "Spanish"), ("nb", "Norwegian Bokmål"), ("qq", "qq")],
)
def test_only_another_language_is_told(code: str | None, name: str | None) -> None:
    assert foreign_language(code) == name
