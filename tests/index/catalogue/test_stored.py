"""How metadata is stored: every kind comes back."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from assistant.index.catalogue.stored import dump_metadata, parse_metadata
from assistant.records import Metadata

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
        confidence=st.dictionaries(st.just("title"), st.floats(0, 1)),
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
        '{"published_at": "2018-05-19T20:46:00+09:00", "found_in": {}, "confidence": {}}'
    )
