"""Whether passages that nobody has read yet could still change the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.answering.evidence import Evidence
from assistant.answering.merging import Distinct, differs, distinct
from assistant.answering.normalise import meaning
from assistant.records import Citation, RetrievedPassage


def settled(
    citations: Iterable[Citation], unread: Sequence[RetrievedPassage], evidence: Evidence, required: float
) -> bool:
    """Whether the surest answer of ``citations`` stays the answer whatever the ``unread`` passages may hold.

    It has to be as sure as ``required`` when the surest unread span speaks against it, its surest citation has to be
    surer than any that is unread, and every other answer, an unread one too, has to stay behind when all unread
    passages speak for it. Two things are taken for granted: that no unread span is surer than those that the weights
    were fitted on, and that what contradicts an answer contradicts its shorter and longer forms. What the answer is
    cited with besides may still grow: support and alternatives count what was read.

    Args:
        citations: of the passages read so far.
        unread: the passages left.
        evidence: weighs them; it knows how sure a span of an unread passage can be at most.
        required: confidence that an answer needs.
    """
    groups = distinct(citations)
    if not groups:
        return False
    possible = [evidence.at_most(passage) for passage in unread]
    surest = max(possible, default=0.0)
    best = max(groups, key=lambda group: _confidence(group, evidence, group.rival))
    sure = best.citations[0].confidence
    opposed = _confidence(best, evidence, max(best.rival, surest))
    if sure <= surest or opposed < required:
        return False
    unopposed = _confidence(best, evidence, 0.0)

    def stays_behind(other: float, agreeing: Sequence[float], *, contradicts: bool) -> bool:
        if contradicts:
            return opposed > evidence.of_answer(other, agreeing, sure)
        # What speaks against one of two forms speaks against both, and takes as much from either.
        return unopposed > evidence.of_answer(other, agreeing, 0.0)

    return all(stays_behind(surest, possible, contradicts=contradicts) for contradicts in (True, False)) and all(
        stays_behind(
            max(group.citations[0].confidence, surest),
            [*group.agreeing, *possible],
            contradicts=differs(_meaning(group), _meaning(best)),
        )
        for group in groups
        if group is not best
    )


def _confidence(group: Distinct, evidence: Evidence, rival: float) -> float:
    return evidence.of_answer(group.citations[0].confidence, group.agreeing, rival)


def _meaning(group: Distinct) -> str:
    return meaning(group.citations[0].answer_text)
