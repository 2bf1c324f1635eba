"""What is said beside a citation: where else its story stands, and in which language it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from assistant.answering.prompts import Prompts
from assistant.records import Article, Citation, OtherSource

#: Places that are named in one line.
_NAMED = 2


def also_in(cited: Citation | Article, prompts: Prompts) -> str:
    """In how many other places the story stands, some of them by name ("Also in KYODO and 3 more"); "" for none."""
    if not cited.other_source_count:
        return ""
    own = cited.source if isinstance(cited, Citation) else cited.metadata.source
    names = list(dict.fromkeys(_name(each, own) for each in cited.also_in))[:_NAMED]
    return prompts.say("also_in", names=names, more=cited.other_source_count - len(names))


def each_place(cited: Citation | Article, prompts: Prompts) -> Iterator[str]:
    """A line for each of the other places, and one for those that are only counted."""
    for each in cited.also_in:
        yield prompts.say(
            "appearance",
            title=each.title,
            source=each.source,
            published=each.published,
            place=each.url or PurePath(each.location).name,
        )
    if unnamed := cited.other_source_count - len(cited.also_in):
        yield prompts.say("more_places", count=unnamed)


def foreign_language(code: str | None) -> str | None:
    """The English name of a language, to be told beside an article; None for English itself and where not known.

    Args:
        code: ISO 639-1; one without a known name is given back.
    """
    if code is None or code == "en":
        return None
    from babel import Locale  # slow to import

    return str(Locale("en").languages.get(code, code))


def _name(appearance: OtherSource, own_source: str | None) -> str:
    """What a place is called: its source, or, where that tells nothing, its file."""
    if appearance.source and appearance.source != own_source:
        return appearance.source
    return PurePath(appearance.location).name
