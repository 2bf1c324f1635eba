"""What a sync has to index: what is cleaned otherwise than before, and what begins or ceases to speak for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from assistant.articles import clean_article, repeated_fingerprints
from assistant.index.catalogue.kinship import Kinship, Membership, Settled
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.plan import Progress

#: Articles of a source by which repetition is judged, so that neither memory nor a sync's cost grows with the index.
_JUDGED_BY = 1000
#: Articles cleaned in one transaction.
_CLEANED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a sync has to index.

    Attributes:
        articles: ids. Those that begin to speak for themselves come first and those that cease last: no story is ever
            without a text that is searched.
        settled: memberships of all these articles, and of others that change with them.
        going: articles that no file will have.
        held_back: paths of files that are to be completed with the last of all this: the text that speaks for others
            goes with them.
        kinship: what memberships follow from.
    """

    articles: Sequence[str]
    settled: Settled
    going: Sequence[str]
    held_back: Set[str]
    kinship: Kinship

    def silent(self, article_id: str) -> bool:
        """Whether another article's text speaks for this one."""
        return _silent(self.settled.now, article_id)

    def memberships(self, published: Sequence[str]) -> dict[str, Membership | None]:
        """What to publish with these articles: their own memberships, and those of whom they cease to speak for."""
        ceasing = {one for one in published if self.silent(one)}
        followers = (
            one for one, was in self.settled.before.items() if was.family in ceasing and one in self.settled.now
        )
        return {one: self.settled.now.get(one) for one in (*published, *followers)}


def find_renewal(writer: CatalogueWriter, removed: Sequence[str], progress: Progress) -> Renewal:
    """Cleans what is staged, and what repetition in it changes; all of it is put as cleaned in the catalogue.

    Args:
        writer: the catalogue.
        removed: paths of files that are gone.
        progress: told of the articles as they are cleaned.
    """
    with writer.batch():
        writer.placement.foresee(removed)
    going, kinship = writer.placement.going(), _kinship(writer)
    fresh = _clean(writer, kinship, progress)
    with writer.batch():
        settled = kinship.settle(going, writer.drafts.text)
        for article_id in sorted(settled.changed.keys() - fresh.keys() - set(going)):
            if _silent(settled.before, article_id) != _silent(settled.now, article_id):
                writer.drafts.put_as_published(article_id)
                fresh[article_id] = None

    def rank(article_id: str) -> int:
        if _silent(settled.now, article_id):
            return 2
        return 0 if _silent(settled.before, article_id) else 1

    return Renewal(
        articles=sorted(fresh, key=rank),
        settled=settled,
        going=going,
        held_back=writer.placement.speakers_files(),
        kinship=kinship,
    )


def _kinship(writer: CatalogueWriter) -> Kinship:
    """As of what is published: without what a run that was cut short had cleaned, which may be gone by now."""
    kinship = writer.kinship
    with writer.batch():
        for article_id in writer.drafts.clear():
            if (article := writer.drafts.published(article_id)) is not None:
                kinship.add(article_id, article.text)
        kinship.forget_unpublished()
    return kinship


def _clean(writer: CatalogueWriter, kinship: Kinship, progress: Progress) -> dict[str, None]:
    """Ids of the articles whose clean text or metadata are new, in order."""
    to_clean, fresh = list(_to_clean(writer)), dict[str, None]()
    for first in range(0, len(to_clean), _CLEANED_AT_ONCE):
        with writer.batch():
            for done, (article_id, repeated) in enumerate(to_clean[first : first + _CLEANED_AT_ONCE], start=first + 1):
                article = clean_article(writer.drafts.raw_article(article_id), repeated)
                if writer.drafts.is_published(article):
                    writer.drafts.put_repeated(article_id, repeated)
                else:
                    writer.drafts.put(article, repeated)
                    kinship.add(article_id, article.text)
                    fresh[article_id] = None
                progress("clean", done, len(to_clean))
    return fresh


def _to_clean(writer: CatalogueWriter) -> Iterator[tuple[str, frozenset[str]]]:
    """Articles whose clean text is not that of the present statistics, with what repeats for each."""
    for source in writer.placement.unjudged():
        sample = writer.placement.sample(source, _JUDGED_BY)
        repeated = repeated_fingerprints([writer.drafts.statistics(name).fingerprints for name in sample])
        for article_id in dict.fromkeys([*sample, *writer.placement.arriving(source)]):
            item = writer.drafts.statistics(article_id)
            concerns_it = repeated.intersection(item.fingerprints)
            if concerns_it != item.repeated:
                yield article_id, concerns_it


def _silent(memberships: Mapping[str, Membership], article_id: str) -> bool:
    return article_id in memberships and memberships[article_id].silent
