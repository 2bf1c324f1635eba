"""Cleaned pages against gold bodies: figures by hand, what was lost and kept, partial and resumed runs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.articles import clean_article, load_article
from assistant.errors import DatasetError
from assistant.evaluation.cleaning import evaluate_cleaning
from assistant.evaluation.run import RunOptions
from assistant.settings import Settings

STORY = [
    "The harbour of Port Emry will be closed to cargo ships for nine weeks, its director said on Thursday.",
    "Engineers found cracks in two of the four cranes after a storm in late March, and the insurer asked for a review.",
    "Fishing boats may still come and go. Ferries will use the northern quay, where the customs office has moved.",
]
BEFORE = "Skip to main content\n\nLog in"
AFTER = "© 2014 Emry Times Media Ltd. All rights reserved."
PAGE = "\n\n".join([BEFORE, *STORY, AFTER])
TIMED = ("pages_per_second",)


def marked(page: str, *parts: str, **fields: Any) -> dict[str, Any]:
    """A line of data whose gold body is ``parts`` of ``page``."""
    spans = [{"start": page.index(part), "end": page.index(part) + len(part)} for part in parts]
    return {"text": page, "spans": spans, **fields}


def lines(path: Path, records: Sequence[object]) -> Path:
    data = path / "pages.jsonl"
    data.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return data


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def test_a_page_that_is_cleaned_perfectly(tmp_path: Path) -> None:
    result = evaluate_cleaning(lines(tmp_path, [marked(PAGE, *STORY, id="emry")]))
    (row,) = result.rows
    total = sum(words(" ".join(STORY)).values())
    assert (row.id, row.precision, row.recall, row.f1, row.em) == ("emry", 1.0, 1.0, 100.0, None)
    assert (row.kept, row.gold_words, row.lost, row.extra) == (total, total, "", "")
    figures = result.figures
    assert figures["files"] == 1
    assert (figures["precision"], figures["recall"], figures["f1"]) == (1.0, 1.0, 100.0)
    assert (figures["micro_precision"], figures["micro_recall"], figures["micro_f1"]) == (1.0, 1.0, 100.0)
    page_words = sum(words(PAGE).values())
    assert figures["precision_raw"] == pytest.approx(total / page_words)
    assert figures["recall_raw"] == 1.0
    assert figures["f1_raw"] == pytest.approx(200 * total / (page_words + total))
    assert figures["pages_per_second"] == pytest.approx(1 / row.seconds)
    assert result.complete and result.provenance.kind == "cleaning" and result.stages == {}


def test_what_was_lost_and_what_was_kept_by_mistake(tmp_path: Path) -> None:
    result = evaluate_cleaning(lines(tmp_path, [marked(PAGE, STORY[0], STORY[2], AFTER)]))
    (row,) = result.rows
    assert row.lost == AFTER.removeprefix("© ").removesuffix(".")
    assert row.extra == STORY[1].removesuffix(".")
    kept, gold = words(" ".join(STORY)), words(" ".join([STORY[0], STORY[2], AFTER]))
    common = sum((kept & gold).values())
    assert row.precision == pytest.approx(common / sum(kept.values()))
    assert row.recall == pytest.approx(common / sum(gold.values()))
    assert row.f1 == pytest.approx(200 * common / (sum(kept.values()) + sum(gold.values())))


def test_what_is_shown_of_a_very_long_stretch(tmp_path: Path) -> None:
    paragraphs = [" ".join(f"word{count}" for count in range(start, start + 60)) + "." for start in range(0, 600, 60)]
    page = "\n\n".join([STORY[0], *paragraphs])
    (row,) = evaluate_cleaning(lines(tmp_path, [marked(page, STORY[0])])).rows
    assert row.extra.startswith("word0 word1 ") and row.extra.endswith("…")
    assert len(row.extra) < 1000


def test_a_body_of_one_word(tmp_path: Path) -> None:
    rows = evaluate_cleaning(
        lines(tmp_path, [marked("Rain.", "Rain", id="a"), marked("Rain Sun", "Rain", id="b")])
    ).rows
    assert [(row.f1, row.lost, row.extra) for row in rows] == [
        (100.0, "", ""),
        (pytest.approx(200 / 3), "", "Rain Sun"),
    ]


def test_micro_figures_weigh_words_and_means_weigh_files(tmp_path: Path) -> None:
    whole = marked(PAGE, *STORY, id="whole")
    half = marked(STORY[0], STORY[0][:11], id="half")
    figures = evaluate_cleaning(lines(tmp_path, [whole, half])).figures
    long, short, gold = (sum(words(text).values()) for text in (" ".join(STORY), STORY[0], STORY[0][:11]))
    assert figures["precision"] == pytest.approx((1 + gold / short) / 2)
    assert figures["micro_precision"] == pytest.approx((long + gold) / (long + short))
    assert figures["micro_recall"] == figures["recall"] == 1.0
    assert figures["f1"] == pytest.approx((100 + 200 * gold / (short + gold)) / 2)
    assert figures["micro_f1"] == pytest.approx(200 * (long + gold) / (long + short + long + gold))


PARAGRAPHS = st.lists(st.sampled_from([*STORY, BEFORE, AFTER, "Share", "World", "It is so."]), min_size=1, max_size=6)


@given(PARAGRAPHS, st.data())
def test_figures_agree_with_a_plain_recount(
    tmp_path_factory: pytest.TempPathFactory, paragraphs: list[str], data: st.DataObject
) -> None:
    page = "\n\n".join(paragraphs)
    start = data.draw(st.integers(0, len(page) - 1))
    end = data.draw(st.integers(start + 1, len(page)))
    if not words(page[start:end]):
        return
    folder = tmp_path_factory.mktemp("recount")
    file = folder / "page.txt"
    file.write_bytes(page.encode())
    data_file = lines(folder, [{"file": "page.txt", "spans": [{"start": start, "end": end}]}])
    (row,) = evaluate_cleaning(data_file).rows
    cleaned = clean_article(load_article(file, 10**6)).text
    kept, gold = words(cleaned), words(page[start:end])
    common = sum(min(kept[word], gold[word]) for word in kept)
    assert row.precision * sum(kept.values()) == pytest.approx(common)
    assert row.recall * sum(gold.values()) == pytest.approx(common)
    assert row.lost.removesuffix("…") in page[start:end]
    assert row.extra.removesuffix("…") in cleaned


def test_html_is_scored_as_a_saved_page(tmp_path: Path) -> None:
    (tmp_path / "html").mkdir()
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    (tmp_path / "html" / "a.html").write_text(f"<div>Log in</div>{paragraphs}<footer>{AFTER}</footer>", "utf-8")
    gold = {"a": {"articleBody": "\n\n".join(STORY)}}
    (tmp_path / "ground-truth.json").write_text(json.dumps(gold), "utf-8")
    (tmp_path / "html" / "b.html").write_text("<html><body><script>1</script><nav>Log in</nav></body></html>", "utf-8")
    result = evaluate_cleaning(tmp_path, options=RunOptions(limit=1))
    assert result.figures["f1"] == 100.0
    assert result.figures["f1_raw"] < 100.0
    assert result.figures["f1_as_text"] == 100.0

    gold["b"] = {"articleBody": STORY[0]}
    (tmp_path / "ground-truth.json").write_text(json.dumps(gold), "utf-8")
    with_one_unread = evaluate_cleaning(tmp_path)
    assert [(row.f1, row.kept) for row in with_one_unread.rows][1] == (0.0, 0)
    assert with_one_unread.figures["f1"] == 50.0


def test_text_has_no_figures_of_html(tmp_path: Path) -> None:
    figures = evaluate_cleaning(lines(tmp_path, [marked(PAGE, *STORY)])).figures
    assert not [name for name in figures if name.endswith("_as_text")]


def test_a_partly_broken_set_says_so(tmp_path: Path) -> None:
    data = lines(tmp_path, [marked(PAGE, *STORY, id="good"), {"id": "bad", "text": PAGE}])
    result = evaluate_cleaning(data)
    assert not result.complete
    assert [(problem.where, problem.id) for problem in result.problems] == [(f"{data}:2", "bad")]
    assert result.figures["files"] == 1


def test_nothing_to_score(tmp_path: Path) -> None:
    with pytest.raises(DatasetError):
        evaluate_cleaning(lines(tmp_path, [{"text": PAGE}]))


def test_of_the_first_pages_only_their_own_problems_count(tmp_path: Path) -> None:
    pages = [marked(PAGE, STORY[0], id="a"), {"id": "late"}, marked(PAGE, STORY[1], id="b")]
    assert evaluate_cleaning(lines(tmp_path, pages), options=RunOptions(limit=1)).complete
    assert not evaluate_cleaning(lines(tmp_path, pages), options=RunOptions(limit=2)).complete


def test_limited_and_resumed_runs_give_the_same_rows(tmp_path: Path) -> None:
    data = lines(tmp_path, [marked(PAGE, story, id=f"{number}") for number, story in enumerate(STORY)])
    whole = evaluate_cleaning(data)
    assert [row.id for row in evaluate_cleaning(data, options=RunOptions(limit=2)).rows] == ["0", "1"]
    sampled = evaluate_cleaning(data, options=RunOptions(limit=2, sample=3))
    assert len(sampled.rows) == 2 and sampled.figures["files"] == 2

    journal = tmp_path / "journal"
    first = evaluate_cleaning(data, options=RunOptions(journal=journal))
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:2]))
    resumed = evaluate_cleaning(data, options=RunOptions(journal=journal))
    assert resumed.rows[0] == first.rows[0]
    for result in (first, resumed):
        assert {name: value for name, value in result.figures.items() if name not in TIMED} == {
            name: value for name, value in whole.figures.items() if name not in TIMED
        }


def test_the_digest_covers_the_pages_that_lines_point_to(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PAGE, "utf-8")
    data = lines(tmp_path, [{"file": "a.txt", "spans": marked(PAGE, *STORY)["spans"]}])
    before = evaluate_cleaning(data).provenance.data_digest
    assert evaluate_cleaning(data).provenance.data_digest == before
    (tmp_path / "a.txt").write_text(PAGE.replace("Log in", "Log on"), "utf-8")
    assert evaluate_cleaning(data).provenance.data_digest != before


def test_settings_are_recorded(tmp_path: Path) -> None:
    result = evaluate_cleaning(lines(tmp_path, [marked(PAGE, *STORY)]), settings=Settings(threads=3))
    assert result.settings["threads"] == 3
    json.dumps(result.to_dict(), allow_nan=False)
