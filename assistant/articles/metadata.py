"""Title, publication date, source and the rest, as a page states them in its markup, its text and its address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from assistant.articles.address import is_address, stated_by_address
from assistant.articles.cleaning import BlockDecision
from assistant.articles.language import detect_language, stated_code
from assistant.articles.lines import stated_by_front_matter, stated_by_lines
from assistant.articles.publication_dates import find_publication
from assistant.records import Claim, Metadata, RawArticle

#: A longer value of a field is something else.
_LONGEST = 500
_FIELDS = ("title", "source", "byline", "section")
_SURE_OF_PLACE = 0.8


def find_metadata(raw: RawArticle, decisions: Sequence[BlockDecision], latest: date | None = None) -> Metadata:
    """What is stated about an article; a field that is not plainly stated stays None.

    For each field the surest statement counts; of equally sure ones, what markup, fields and headers say comes before
    the lines of the text, and those before the address. The day of publication is weighed (``find_publication``), the
    language compared with the text (``detect_language``).

    Args:
        raw: the article with what its file states.
        decisions: its blocks, kept and dropped (bylines and datelines are among the dropped).
        latest: the last day on which it can have been published; by default tomorrow, since some zones are ahead.
    """
    markup = [*raw.claims, *stated_by_front_matter(raw.text, decisions)]
    text = list(stated_by_lines(raw.text, decisions))
    url = _surest("url", [*markup, Claim("url", raw.path, "where it was fetched", _SURE_OF_PLACE)], is_address)
    address = list(stated_by_address(url.value)) if url is not None else []
    everything = [*markup, *text, *address]

    language = _language(decisions, _surest("language", everything, lambda value: stated_code(value) is not None))
    known = [each for each in (*(_surest(name, everything) for name in _FIELDS), url, language) if each is not None]
    value = {each.field: each.value for each in known}
    publication = find_publication(
        {"markup": markup, "text": text, "address": address},
        latest or (datetime.now(UTC) + timedelta(days=1)).date(),
        value.get("language"),
    )
    if publication is not None:
        known.append(Claim("published", publication.day.isoformat(), publication.found_in, publication.confidence))
    return Metadata(
        title=value.get("title"),
        published=publication.day if publication else None,
        source=value.get("source"),
        byline=value.get("byline"),
        url=value.get("url"),
        published_at=publication.at if publication else None,
        section=value.get("section"),
        language=value.get("language"),
        found_in={each.field: each.found_in for each in known},
        confidence={each.field: each.confidence for each in known},
    )


def _is_short(value: str) -> bool:
    return 0 < len(value) <= _LONGEST


def _surest(field: str, statements: Iterable[Claim], usable: Callable[[str], bool] = _is_short) -> Claim | None:
    """The first of the surest statements about ``field`` with a usable value, white space in it made single spaces."""
    found = (
        Claim(field, " ".join(each.value.split()), each.found_in, each.confidence)
        for each in statements
        if each.field == field
    )
    return max((each for each in found if usable(each.value)), key=lambda each: each.confidence, default=None)


def _language(decisions: Sequence[BlockDecision], claims: Claim | None) -> Claim | None:
    text = "\n".join(decision.block.text for decision in decisions if decision.kept)
    found = detect_language(text, claims.value if claims is not None else None)
    if found is None:
        return None
    language, confidence = found
    as_stated = claims is not None and stated_code(claims.value) == language
    return Claim("language", language, claims.found_in if claims and as_stated else "words of the text", confidence)
