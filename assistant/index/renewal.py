"""What a sync has to index: what is cleaned otherwise than before, and what begins or ceases to speak for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.articles import clean_article, repeated_fingerprints
from assistant.index.catalogue_writer import CatalogueWriter
from assistant.index.kinship import Kinship, Membership
from assistant.index.plan import Progress

#: Articles of a source by which repetition is judged, so that neither memory nor a sync's cost grows with the index.
_JUDGED_BY = 1000
#: Articles cleaned in one transaction.
_CLEANED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a sync has to index.

    Attributes:
        articles: ids, those that speak for themselves first: no story is ever without a text that is searched.
        memberships: as they will be, of all these articles that share a family.
        changed: those that differ from what is published; None for an article that is alone by now, or gone.
        going: articles that no file has any more.
        kinship: what memberships follow from.
    """

    articles: Sequence[str]
    memberships: Mapping[str, Membership]
    changed: Mapping[str, Membership | None]
    going: Sequence[str]
    kinship: Kinship

    def silent(self, article_id: str) -> bool:
        """Whether another article's text speaks for this one."""
        return _silent(self.memberships, article_id)


def find_renewal(writer: CatalogueWriter, removed: Sequence[str], progress: Progress) -> Renewal:
    """Cleans what is staged, and what repetition in it changes; all of it is put as cleaned in the catalogue.

    Args:
        writer: the catalogue.
        removed: paths of files that are gone.
        progress: told of the articles as they are cleaned.
    """
    kinship = _kinship(writer)
    fresh = _clean(writer, kinship, progress)
    going = writer.staging.going(removed)
    with writer.batch():
        settled = kinship.settle(going, writer.drafts.text)
        changed = settled.changed
        for article_id in sorted(changed.keys() - fresh.keys() - set(going)):
            if _silent(settled.before, article_id) != _silent(settled.now, article_id):
                writer.drafts.put_as_published(article_id)
                fresh[article_id] = None
    return Renewal(
        articles=sorted(fresh, key=lambda article_id: _silent(settled.now, article_id)),
        memberships=settled.now,
        changed=changed,
        going=going,
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
    for source in writer.staging.sources():
        sample = writer.drafts.sample(source, _JUDGED_BY)
        repeated = repeated_fingerprints([writer.drafts.statistics(name).fingerprints for name in sample])
        for article_id in dict.fromkeys([*sample, *writer.staging.articles(source)]):
            item = writer.drafts.statistics(article_id)
            concerns_it = repeated.intersection(item.fingerprints)
            if concerns_it != item.repeated:
                yield article_id, concerns_it


def _silent(memberships: Mapping[str, Membership], article_id: str) -> bool:
    return article_id in memberships and memberships[article_id].silent
