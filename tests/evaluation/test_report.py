"""The report: all that an evaluation says is on one page, which fetches nothing and runs nothing from the data."""

from __future__ import annotations

import base64
import errno
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import DatasetError
from assistant.evaluation.comparison import Comparison, Difference
from assistant.evaluation.report import require_report_folder, write_report
from assistant.evaluation.results import STAGES, Curves, Evaluation, Excerpt, Kind
from tests.evaluation.made import HOSTILE, asked, cleaned, every_kind, problem, reading, rewrites

KINDS: tuple[Kind, ...] = ("reading", "open", "questions", "conversation", "cleaning")
VOID = {"meta", "input", "br", "img", "link"}


class Page(HTMLParser):
    """Elements and the text of a page; elements must be closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.inside: list[str] = []
        self.marks: dict[str, list[str]] = {"found": [], "gold": []}
        self._kind = ""
        self.feed(html)
        self.close()
        assert self.inside == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.inside.append(tag)
        if tag == "mark":
            self._kind = dict(attrs)["class"] or ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] == "mark":
            self.marks[self._kind].append(data)
        if not {"script", "style"} & set(self.inside):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def values(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


def page_of(evaluation: Evaluation[Any], folder: Path, comparison: Comparison | None = None) -> Page:
    path = write_report(evaluation, folder, comparison)
    assert path == folder / "index.html"
    return Page(path.read_text(encoding="utf-8"))


def comparison(text: Any = str) -> Comparison:
    return Comparison(
        kind="reading",
        shared=18,
        differences=(
            Difference("f1", True, 16, 50.0, 62.5, 12.5, 1.25, 24.0, "better"),
            Difference("answered_right", False, 18, 0.5, 0.45, -0.05, -0.2, 0.1, "no significant difference"),
            Difference("em", True, 8, 50.0, 50.0, 0.0, None, None, "too few questions to tell"),
        ),
        gained=(text("q4"), text("q5")),
        lost=(text("q6"),),
        only_new=(),
        only_old=tuple(text(f"old{place}") for place in range(400)),
        warnings=(text("The data differs."),),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_needs_nothing_but_itself(kind: Kind, tmp_path: Path) -> None:
    page = page_of(every_kind()[kind], tmp_path / "new" / "folder")
    assert {name for _, name, _ in page.attributes} & {"src", "srcset", "action", "onclick", "onload"} == set()
    assert all(value.startswith("#") for value in page.values("href") + page.values("xlink:href"))
    assert not re.search(r"@import|url\((?!#)", page.html)
    assert page.tags["script"] == page.tags["style"] == 1
    assert "img" not in page.tags and "link" not in page.tags


def test_the_policy_forbids_requests_and_allows_the_page_s_own_script_alone(tmp_path: Path) -> None:
    page = page_of(reading(), tmp_path)
    policy = next(value for value in page.values("content") if "default-src" in value)
    script = re.search(r"<script>(.*)</script>", page.html, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert "connect-src" not in rules
    assert page.html.index("default-src") < page.html.index("<style>") < page.html.index("<script>")


@pytest.mark.parametrize("kind", KINDS)
def test_text_from_the_data_is_shown_and_never_obeyed(kind: Kind, tmp_path: Path) -> None:
    def hostile(text: str) -> str:
        return text + HOSTILE

    evaluation = replace(every_kind(hostile)[kind], problems=(problem(hostile),))
    compared = replace(comparison(hostile), kind=kind)
    plain, calm = replace(every_kind()[kind], problems=(problem(),)), replace(comparison(), kind=kind)
    tame = page_of(plain, tmp_path / "tame", calm)
    page = page_of(evaluation, tmp_path / "hostile", compared)
    for seen in (page, tame):  # how many facts are told of a rewrite depends on its words
        for tag in ("div", "dt", "dd"):
            del seen.tags[tag]
    assert page.tags == tame.tags
    assert {(tag, name) for tag, name, _ in page.attributes} == {(tag, name) for tag, name, _ in tame.attributes}
    assert "<script>document.title='owned'</script>" in page.text
    assert "{{ 7 * 7 }}[red]{%" in page.text
    assert re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", page.html) is None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec=None), max_size=40), st.integers(-5, 50), st.integers(-5, 50))
def test_any_text_and_any_marked_place_give_the_same_elements(tmp_path: Path, text: str, start: int, end: int) -> None:
    evaluation = replace(reading(1), curves=Curves())
    plain, made = (
        replace(evaluation.rows[0], question=words, quote=Excerpt(f"a{words}b", start, end, words), gold_excerpt=None)
        for words in ("words", f"words{text}")
    )
    pages = [page_of(replace(evaluation, rows=(row,)), tmp_path) for row in (plain, made)]
    marks = [page.tags.pop("mark", 0) for page in pages]
    assert pages[0].tags == pages[1].tags
    assert max(marks) <= 1


def test_every_figure_is_named_explained_and_shown_with_its_unit(tmp_path: Path) -> None:
    figures = {"em": 81.25, "auroc": 0.8125, "questions": 1234, "f1[a<b]": 50}
    page = page_of(replace(reading(), figures=figures), tmp_path)
    assert "Exact match em 81.25 % answerable questions whose surest answer is a gold answer" in page.text
    assert "AUROC auroc 0.81" in page.text
    assert "Questions questions 1,234 scored" in page.text
    assert "F1, a<b f1[a<b] 50.00 %" in page.text


def test_stages_are_counted_in_the_pipeline_s_order(tmp_path: Path) -> None:
    page = page_of(reading(19), tmp_path)
    assert "exactly right 2 10.5 %" in page.text
    assert "not ingested 3 15.8 % no indexed file holds the answer" in page.text
    places = [page.text.index(meaning) for meaning in STAGES.values()]
    assert places == sorted(places)
    assert Counter(value for tag, name, value in page.attributes if (tag, name) == ("article", "data-loss")) == {
        stage: 3 if stage == "not_ingested" else 2 for stage in STAGES
    }


def test_a_miss_shows_answer_and_gold_where_they_stand(tmp_path: Path) -> None:
    page = page_of(reading(9), tmp_path)
    assert page.tags["article"] == 8
    assert page.marks["found"] == [f"Bea Holt {place}"[:10] for place in range(8)]
    assert page.marks["gold"] == [f"Ada Marsh {place}"[:10] for place in range(8)]
    for text in (
        "q4 out scored another was surer Who leads delegation 4?",
        "Answered, confidence 0.40 Bea Holt 4",
        "Gold answers Ada Marsh 4 Marsh 4",
        "Refused; surest answer, confidence 0.60 Bea Holt 6",
        "Refused; nothing was found",
        "No answer: a refusal is right",
        "Source wiki",
    ):
        assert text in page.text


def test_long_excerpts_are_cut_around_what_is_marked(tmp_path: Path) -> None:
    quote = Excerpt(f"first {'before ' * 200}GOLD{' after' * 200} last", 1406, 1410, "long.txt")
    row = replace(reading(1).rows[0], quote=None, gold_excerpt=quote, gold=tuple(f"gold {place}" for place in range(9)))
    page = page_of(replace(reading(1), rows=(row,)), tmp_path)
    assert page.marks["gold"] == ["GOLD"]
    assert "…before before" in page.text and "after after…" in page.text
    assert "first" not in page.text.split("not exactly right")[1].split("How this was made")[0]
    assert "gold 2 6 more gold 3" in page.text


def test_rewrites_are_told_apart_by_what_they_miss(tmp_path: Path) -> None:
    page = page_of(rewrites(), tmp_path)
    losses = [value for tag, name, value in page.attributes if (tag, name) == ("article", "data-loss")]
    assert losses == ["left_as_it_was", "words_missing", "words_too_many", "needlessly_changed", "put_differently"]
    assert "Words missing ada" in page.text
    assert "Words too many in may" in page.text
    assert "Said before … (2 earlier) / said 2 / said 3 / said 4 / said 5" in page.text
    assert "rank 2 as interpreted, rank 1 as rewritten, not found as asked" in page.text


def test_files_stand_worst_first(tmp_path: Path) -> None:
    page = page_of(cleaned(), tmp_path)
    assert "whole.txt" not in page.text
    assert page.text.index("body dropped of bad.txt") < page.text.index("clutter kept of good.txt")


def test_a_partial_run_says_so_above_its_figures(tmp_path: Path) -> None:
    page = page_of(replace(reading(), problems=(problem(),)), tmp_path)
    assert "Partial: 1 item of the data could not be scored" in page.text
    assert "questions.jsonl:3 q99 The answer 'x' is not in its context. Correct it." in page.text
    assert page.text.index("Partial: 1 item") < page.text.index("Exact match")
    assert "Partial" not in page_of(reading(), tmp_path).text


def test_a_comparison_says_before_now_and_whether_it_may_be_chance(tmp_path: Path) -> None:
    page = page_of(reading(), tmp_path, comparison())
    assert "F1 f1 50.00 62.50 +12.50 +1.25 to +24.00 significantly better" in page.text
    assert "Answered right answered_right 0.500 0.450 -0.050 -0.200 to +0.100 no significant difference" in page.text
    assert "Exact match em 50.00 50.00 +0.00 too few for one too few questions to tell" in page.text
    assert "Of 18 questions in both runs, 2 came out better and 1 worse." in page.text
    assert "The data differs." in page.text
    assert "2 questions came out better q4 q5" in page.text
    assert "old299 and 100 more" in page.text
    assert "Compared" not in page_of(reading(), tmp_path).text


def test_provenance_and_settings_are_all_there(tmp_path: Path) -> None:
    evaluation = asked()
    text = page_of(evaluation, tmp_path).text
    made = evaluation.provenance
    for said in (
        made.date,
        made.commit,
        made.code,
        made.data_digest,
        made.reader,
        made.embedder,
        made.index,
        "numpy 2",
    ):
        assert said is not None and said in text
    assert "min_confidence null" in text and "reader bundled" in text


def test_plots_take_their_colours_from_the_page_and_their_ids_are_unique(tmp_path: Path) -> None:
    page = page_of(asked(40), tmp_path)
    assert page.tags["svg"] == 4
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    used = {value[1:] for value in page.values("xlink:href")} | set(re.findall(r"url\(#([^)]*)\)", page.html))
    assert used and used <= set(ids)
    for drawing in re.findall(r"<svg.*?</svg>", page.html, re.DOTALL):
        assert set(re.findall(r"#[0-9a-f]{6}", drawing)) == set()
        assert "var(--ink)" in drawing or "var(--soft)" in drawing
    assert "<?xml" not in page.html


def test_recall_by_k_is_that_of_the_ranks(tmp_path: Path) -> None:
    # Eight are answerable. Passages have the ranks 2, 4 and 6, articles those from 1 to 7 and 9.
    text = page_of(asked(9), tmp_path).text
    assert "A passage with the answer: 0.250 in the first five;" in text
    assert "any passage of its article: 0.625 in the first five." in text


def test_the_shipped_threshold_is_marked_with_what_it_answers(tmp_path: Path) -> None:
    # Of nine rows two are refused; of the seven answered one is right.
    assert "At the shipped threshold 78 % are answered, 86 % of them wrong." in page_of(reading(9), tmp_path).text


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_evaluation_gives_the_same_bytes(kind: Kind, tmp_path: Path) -> None:
    first, second = (page_of(every_kind()[kind], tmp_path / name).html for name in ("one", "two"))
    assert first == second


@pytest.mark.parametrize("kind", KINDS)
def test_an_evaluation_without_rows_still_has_a_page(kind: Kind, tmp_path: Path) -> None:
    nothing = replace(every_kind()[kind], rows=(), figures={}, stages={}, curves=Curves(), problems=(problem(),))
    page = page_of(nothing, tmp_path)
    assert "Partial" in page.text
    assert page.tags["svg"] == page.tags["article"] == 0


def test_edits_since_the_commit_are_never_left_out(tmp_path: Path) -> None:
    made = replace(reading().provenance, commit="0123456789abcdef+changes")
    assert "commit 0123456789 and changes" in page_of(replace(reading(), provenance=made), tmp_path).text


@pytest.mark.parametrize(
    ("limit", "sample", "problems", "said"),
    [
        (None, None, 0, "18 questions 2026"),
        (18, None, 0, "18 questions, from the first 18 entries of the data"),
        (18, 7, 0, "18 questions, from 18 entries drawn at random from the data (seed 7)"),
        (20, 7, 2, "18 questions, from 20 entries drawn at random from the data (seed 7)"),
        (5000, None, 0, "18 questions 2026"),
        (5000, 7, 1, "18 questions 2026"),
    ],
)
def test_a_limit_or_sample_is_told_only_when_it_left_something_out(
    limit: int | None, sample: int | None, problems: int, said: str, tmp_path: Path
) -> None:
    made = replace(reading().provenance, limit=limit, sample=sample)
    evaluation = replace(reading(18), provenance=made, problems=(problem(),) * problems)
    assert said in page_of(evaluation, tmp_path).text


def test_a_conversation_is_one_entry_of_the_data(tmp_path: Path) -> None:
    turns = tuple(replace(row, follow_up=bool(place % 3)) for place, row in enumerate(asked(18).rows))
    made = {limit: replace(asked().provenance, limit=limit) for limit in (6, 7)}
    pages = {n: page_of(replace(asked(), rows=turns, provenance=made[n]), tmp_path).text for n in made}
    assert "18 questions, from the first 6 entries of the data" in pages[6]
    assert "18 questions 2026" in pages[7]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match=r"index\.html cannot be written"):
        page_of(reading(), tmp_path / "file")


def test_a_folder_is_made_and_an_earlier_report_in_it_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    require_report_folder(folder)
    assert list(folder.iterdir()) == []
    first = page_of(reading(), folder)
    require_report_folder(folder)
    assert page_of(asked(), folder).text != first.text
    assert [path.name for path in folder.iterdir()] == ["index.html"]


@pytest.mark.parametrize("foreign", ["<!doctype html><title>My site</title>", "", HOSTILE.replace("\ud800", "")])
def test_a_page_that_is_not_a_report_is_never_replaced(foreign: str, tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(foreign, encoding="utf-8")
    before = page.read_bytes()
    for attempt in (lambda: require_report_folder(tmp_path), lambda: write_report(reading(), tmp_path)):
        with pytest.raises(DatasetError, match=r"index\.html is not a report.*another folder"):
            attempt()
    assert page.read_bytes() == before
    assert list(tmp_path.iterdir()) == [page]


def test_a_full_disk_is_said_and_the_earlier_report_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = page_of(reading(), tmp_path).html

    def full(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DatasetError, match="No space left on device"):
        write_report(asked(), tmp_path)
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
