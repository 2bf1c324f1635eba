"""The catalogue: round trips, generations that do not change, publishing all or nothing, what is pruned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles import clean_article
from assistant.articles.formats import Limits
from assistant.index import catalogue, catalogue_writer
from assistant.index.catalogue import Catalogue
from assistant.index.catalogue_writer import CatalogueWriter, KnownFile
from assistant.index.intake import Intake
from assistant.index.parsing import Incoming
from assistant.index.publication import Prepared
from assistant.index.stored import dump_metadata, parse_metadata, unpack
from assistant.records import Metadata, Passage, RawArticle, Stated


def raw_article(path: str, text: str, hash_of: str, member: str = "") -> RawArticle:
    stated = (Stated("title", "T", "made", 0.5),)
    return RawArticle(path, text, None if member else "utf-8", hash_of * 64, member, stated)


def prepared(raw: RawArticle, key: int) -> Prepared:
    article = clean_article(raw)
    end = len(article.text)
    return Prepared(article, (Passage(f"{article.id}:0-{end}", article.id, 0, 0, end, article.text),), (key,))


def staged(writer: CatalogueWriter, *raws: RawArticle) -> None:
    known = KnownFile(raws[0].content_hash, len(raws[0].text), 7)
    writer.stage(raws[0].path, known, [Incoming(raw, "/news", ("f1", "f2")) for raw in raws])


def published(writer: CatalogueWriter, *raws: RawArticle, key: int = 1) -> None:
    """The articles of one file, in a segment of their own."""
    staged(writer, *raws)
    for raw in raws:
        writer.put_cleaned(clean_article(raw), frozenset(["f2"]))
    with writer.publishing() as publication:
        publication.add_segment(key, len(raws))
        publication.put_articles([prepared(raw, key + place) for place, raw in enumerate(raws)], key)
        publication.complete_file(raws[0].path)
        publication.remove_unplaced()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "catalogue.sqlite"


@pytest.fixture
def writer(place: Path) -> Iterator[CatalogueWriter]:
    opened = CatalogueWriter(place)
    yield opened
    opened.close()


@settings(deadline=None, max_examples=50)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300), extracted_body=st.booleans())
def test_the_catalogue_gives_back_what_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, text: str, extracted_body: bool
) -> None:
    place = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    raw = raw_article("/news/a.jsonl", f"\ufeffKim\0 \r\n{text}", "ab", member="17")
    raw = replace(raw, extracted_body=extracted_body)
    writer = CatalogueWriter(place)
    assert not writer.holds(clean_article(raw))
    published(writer, raw)

    catalogue, made = Catalogue.open(place), prepared(raw, 1)
    assert catalogue.raw_article(made.article.id) == raw
    assert catalogue.article(made.article.id) == replace(made.article, family=made.article.id)
    assert catalogue.passages(["1"]) == list(made.passages)
    assert catalogue.article_passages(made.article.id) == (made.article.metadata, list(made.passages))
    assert catalogue.file_articles() == {raw.path: [made.article.id]}
    assert catalogue.segments() == {1: 1}
    assert catalogue.counts() == (1, 1)
    assert writer.holds(made.article)
    assert writer.articles_of(raw.path) == [raw]
    assert writer.files() == {raw.path: KnownFile(raw.content_hash, len(raw.text), 7)}
    assert writer.staged_files() == {}
    catalogue.close()
    writer.close()


def test_the_body_of_a_page_stays_one_from_the_process_that_reads_it_on(tmp_path: Path, place: Path) -> None:
    page = tmp_path / "page.html"
    paragraphs = "".join(f"<p>Crane {number} at the quay was closed to all of the ships.</p>" for number in range(9))
    page.write_text(f"<html><body><article><p>Immunology</p>{paragraphs}</article></body></html>", "utf-8")
    ((_, items),) = ((path, list(items)) for path, items in Intake(Limits()).read([page]))
    (item,) = items
    assert isinstance(item, Incoming)
    assert item.raw.extracted_body
    writer = CatalogueWriter(place)
    writer.stage(str(page), KnownFile("ab", 1, 1), [item])
    again = clean_article(writer.raw_article(item.raw.content_hash[:16]))
    assert again == clean_article(item.raw)
    assert again.text.startswith("Immunology")
    writer.close()


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
WORDS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    st.builds(
        Metadata,
        title=WORDS,
        published=st.none() | st.dates(),
        source=WORDS,
        byline=WORDS,
        url=WORDS,
        published_at=st.none() | st.datetimes(timezones=OFFSETS),
        section=WORDS,
        language=WORDS,
        found_in=st.dictionaries(st.just("title"), st.text(max_size=20)),
        sure=st.dictionaries(st.just("title"), st.floats(0, 1)),
    )
)
def test_metadata_comes_back(metadata: Metadata) -> None:
    back = parse_metadata(dump_metadata(metadata))
    assert back == metadata
    if metadata.published_at is not None:
        assert back.published_at is not None
        assert back.published_at.utcoffset() == metadata.published_at.utcoffset()


def test_metadata_written_before_a_field_was_known_is_read() -> None:
    stored = '{"title": "T", "published": "2018-05-19", "found_in": {"title": "line 1"}}'
    assert parse_metadata(stored) == Metadata("T", date(2018, 5, 19), found_in={"title": "line 1"})
    assert dump_metadata(Metadata(published_at=datetime.fromisoformat("2018-05-19T20:46:00+09:00"))) == (
        '{"published_at": "2018-05-19T20:46:00+09:00", "found_in": {}, "sure": {}}'
    )


def test_a_reader_stays_with_its_generation(place: Path, writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a", "The old story.", "a"), key=1)
    before = Catalogue.open(place)
    published(writer, raw_article("/a", "The new story.", "b"), key=2)

    now = before.now()
    assert [before.live_passages(["2", "1"]), now.live_passages(["2", "1"])] == [["1"], ["2"]]
    assert before.text("a" * 16) == "The old story."
    assert before.file_articles() == {"/a": ["a" * 16]}
    assert now.file_articles() == {"/a": ["b" * 16]}
    with pytest.raises(KeyError):
        now.text("a" * 16)
    assert now.now() is now
    assert (before.segments(), now.segments()) == ({1: 1}, {1: 1, 2: 1})


def test_an_article_goes_with_its_last_place(place: Path, writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a", "Same.", "a"), raw_article("/a", "Other.", "b", "2"))
    published(writer, raw_article("/copy", "Same.", "a"), key=5)
    with writer.publishing() as publication:
        publication.remove_file("/a")
        publication.remove_unplaced()
    now = Catalogue.open(place)
    assert list(now.article_ids()) == ["a" * 16]
    assert now.raw_article("a" * 16).path == "/copy"


def test_a_publication_that_fails_leaves_no_trace(place: Path, writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a", "A story.", "a"))
    before = Catalogue.open(place)
    with pytest.raises(RuntimeError), writer.publishing() as publication:
        publication.remove_file("/a")
        publication.remove_unplaced()
        raise RuntimeError
    assert before.now() is before
    assert writer.counts() == (1, 1)


def test_what_is_staged_survives_and_is_not_seen(place: Path, writer: CatalogueWriter) -> None:
    staged(writer, raw_article("/a", "A story.", "a"))
    writer.close()
    again = CatalogueWriter(place)
    assert list(again.staged_files()) == ["/a"]
    assert again.ready_files() == []
    assert again.raw_article("a" * 16).text == "A story."
    assert Catalogue.open(place).counts() == (0, 0)
    again.unstage(["/a"])
    assert again.staged_files() == {}
    again.close()


def test_numbers_are_never_given_out_twice(place: Path, writer: CatalogueWriter) -> None:
    assert writer.reserve("key", 5) == 1
    writer.close()
    again = CatalogueWriter(place)
    assert again.reserve("key", 1) == 6
    assert again.reserve("segment") == 1
    again.close()


def test_repetition_is_judged_over_a_sample_and_concerns_every_staged_article(writer: CatalogueWriter) -> None:
    for number in range(1, 6):
        published(writer, raw_article(f"/{number}", f"Story {number}.", str(number)), key=number)
    staged(writer, raw_article("/x", "New.", "e"), raw_article("/x", "Newer.", "f", "2"))
    assert [article_id[0] for article_id in writer.staged_articles("/news")] == ["e", "f"]
    assert [article_id[0] for article_id in writer.sample("/news", 3)] == ["1", "2", "3"]
    assert [article_id[0] for article_id in writer.sample("/news", 99)] == ["1", "2", "3", "4", "5", "e", "f"]
    known = [writer.statistics(article_id).repeated for article_id in writer.sample("/news", 99)]
    assert known == [frozenset(["f2"])] * 5 + [None] * 2
    assert writer.staged_sources() == ["/news"]


def test_only_what_no_reader_can_need_is_pruned(
    place: Path, writer: CatalogueWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(writer, raw_article("/a", "The old story.", "a"), key=1)
    for key in range(2, 8):
        published(writer, raw_article("/a", f"Story {key}.", str(key)), key=key)
    gone: list[str] = []
    writer.prune(gone.extend)
    assert writer.segments()[1] == (1, 1), "ten minutes have not passed"
    monkeypatch.setattr(catalogue_writer, "_KEPT_TIME", -catalogue_writer._KEPT_TIME)
    assert gone == []

    def interrupted(keys: list[str]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writer.prune(interrupted)
    writer.prune(gone.extend)
    assert gone == ["1", "2", "3"]
    assert {number: kept for number, (_, kept) in writer.segments().items()} == {
        1: 0,
        2: 0,
        3: 0,
        4: 1,
        5: 1,
        6: 1,
        7: 1,
    }
    with pytest.raises(KeyError):
        writer.raw_article("a" * 16)
    assert Catalogue.open(place).counts() == (1, 1)


def test_a_text_is_unpacked_once_for_all_its_passages(
    place: Path, writer: CatalogueWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = prepared(raw_article("/a", "One. Two.", "a"), 1), prepared(raw_article("/a", "Three.", "b", "2"), 3)
    halves = tuple(
        Passage(f"{'a' * 16}:{start}-{end}", "a" * 16, ordinal, start, end, first.article.text[start:end])
        for ordinal, (start, end) in enumerate([(0, 4), (5, 9)])
    )
    staged(writer, raw_article("/a", "One. Two.", "a"), raw_article("/a", "Three.", "b", "2"))
    writer.put_cleaned(first.article, frozenset())
    writer.put_cleaned(second.article, frozenset())
    with writer.publishing() as publication:
        publication.add_segment(1, 3)
        publication.put_articles([replace(first, passages=halves, keys=(1, 2)), second], 1)
        publication.complete_file("/a")
    unpacked: list[bytes] = []

    def counted(blob: bytes) -> str:
        unpacked.append(blob)
        return unpack(blob)

    monkeypatch.setattr(catalogue, "unpack", counted)
    found = Catalogue.open(place).passages(["2", "3", "1", "2"])
    assert found == [halves[1], *second.passages, halves[0], halves[1]]
    assert len(unpacked) == 2


def test_a_whole_file_is_cited_before_a_member_of_an_archive(place: Path, writer: CatalogueWriter) -> None:
    published(writer, raw_article("/a.zip", "Same.", "a", "10"))
    staged(writer, raw_article("/a.zip", "Same.", "a", "10"), raw_article("/a.zip", "Same.", "a", "2"))
    with writer.publishing() as publication:
        publication.complete_file("/a.zip")
    identity = "a" * 16
    assert [reads.raw_article(identity).member for reads in (writer, Catalogue.open(place))] == ["2", "2"]
    staged(writer, raw_article("/z", "Same.", "a"))
    assert writer.raw_article(identity).place == "/z", "what is staged counts too"
    with writer.publishing() as publication:
        publication.complete_file("/z")
    now = Catalogue.open(place)
    assert now.raw_article(identity).place == "/z"
    (entry,) = now.entries()
    assert entry.places == ("/z", "/a.zip!2", "/a.zip!10")
    assert [each.place for each in now.article(identity).also_in] == ["/a.zip!2", "/a.zip!10"]


def test_what_is_not_there_is_a_key_error(place: Path, writer: CatalogueWriter) -> None:
    catalogue = Catalogue.open(place)
    for look_up in (catalogue.article, catalogue.text, catalogue.metadata, catalogue.raw_article):
        with pytest.raises(KeyError):
            look_up("nothing")
    with pytest.raises(KeyError):
        catalogue.passages(["99"])
    assert catalogue.live_passages(["99"]) == []


def test_an_article_that_comes_and_goes_in_one_publication_leaves_no_passages(writer: CatalogueWriter) -> None:
    raw = raw_article("/a", "Here for a moment.", "a")
    staged(writer, raw)
    writer.put_cleaned(clean_article(raw), frozenset())
    with writer.publishing() as publication:
        publication.add_segment(1, 1)
        publication.put_articles([prepared(raw, 1)], 1)
        publication.complete_file("/a")
        publication.remove_file("/a")
        publication.remove_unplaced()
    assert writer.segments() == {1: (1, 0)}
