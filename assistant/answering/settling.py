"""Whether passages that nobody has read yet could still change the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.answering.evidence import Evidence
from assistant.answering.merging import Distinct, distinct
from assistant.records import Citation, RetrievedPassage


def settled(
    citations: Iterable[Citation], unread: Sequence[RetrievedPassage], evidence: Evidence, required: float
) -> bool:
    """Whether the surest answer of ``citations`` stays the answer whatever spans the ``unread`` passages hold.

    Weighed at its worst (the surest unread span speaks for another answer) it has to be as sure as ``required`` and
    surer than every other answer at its best (all unread passages speak for that one, and nothing speaks against it).
    What the answer is cited with may still grow: support and alternatives count what was read.

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
    best = max(groups, key=lambda group: _now(group, evidence))
    worst = evidence.of_answer(best.citations[0].confidence, best.agreeing, max(best.rival, surest))
    rivals = [
        evidence.of_answer(max(group.citations[0].confidence, surest), [*group.agreeing, *possible], 0.0)
        for group in groups
        if group is not best
    ]
    rivals.append(evidence.of_answer(surest, possible, 0.0))
    return worst >= required and worst > max(rivals)


def _now(group: Distinct, evidence: Evidence) -> float:
    return evidence.of_answer(group.citations[0].confidence, group.agreeing, group.rival)
