"""An assistant without models: fixed articles, answers found by a key word of the question."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from assistant.errors import QuestionError, StoreDamagedError
from assistant.records import (
    AlignedRun,
    Alternative,
    Answer,
    AnswerKind,
    Article,
    Citation,
    IndexState,
    Metadata,
    OtherSource,
    RefusalReason,
    Turn,
)

#: Everything that must show as text: tags, Markdown, formulas, templates, entities, controls, direction marks.
HOSTILE = (
    '<script>window.hacked = 1; alert(1)</script> <img src=x onerror="window.hacked = 2; alert(2)"> '
    "![image](http://news.example/pixel.png) [link](javascript:alert(3)) $$\\frac{1}{2}$$ `code` "
    "${window.hacked = 4} {{value}} {{{value}}} \\` &lt;b&gt; &amp; </div></aside> nul:\x00 rtl:\u202ealert\u202c עברית"
)


def article(number: int, blocks: list[str], metadata: Metadata, clutter: str = "Menu · Log in") -> Article:
    """A scraped page: a line of clutter before each block; the blocks are what cleaning keeps."""
    raw, clean, alignment = "", "", []
    for block in blocks:
        raw += f"{clutter}\n"
        clean += "\n\n" if clean else ""
        alignment.append(AlignedRun(clean_start=len(clean), raw_start=len(raw), length=len(block)))
        raw, clean = f"{raw}{block}\n", clean + block
    return Article(f"{number:016x}", f"/news/{number}.txt", "utf-8", raw, clean, tuple(alignment), metadata)


def cite(source: Article, quote: str, span: str, confidence: float) -> Citation:
    """A citation of ``span`` within ``quote``, both found in the raw text."""
    start = source.raw_text.index(quote)
    inside = start + quote.index(span)
    meta = source.metadata
    return Citation(
        article_id=source.id,
        path=source.path,
        encoding=source.encoding,
        title=meta.title,
        source=meta.source,
        published=meta.published,
        quote=quote,
        raw_start=start,
        raw_end=start + len(quote),
        answer_text=span,
        answer_start=inside,
        answer_end=inside + len(span),
        confidence=confidence,
        language=meta.language,
    )


def answer(
    question: str,
    text: str | None,
    citations: tuple[Citation, ...] = (),
    *,
    standalone: str | None = None,
    alternatives: tuple[Alternative, ...] = (),
    refusal: RefusalReason | None = None,
    kind: AnswerKind = "span",
    parts: tuple[str, ...] = (),
) -> Answer:
    """An answer with the support and confidence its citations imply."""
    return Answer(
        question=question,
        standalone_question=standalone or question,
        text=text,
        confidence=max((citation.confidence for citation in citations), default=0.05),
        support=len({citation.article_id for citation in citations}),
        citations=citations,
        alternatives=alternatives,
        refusal=refusal,
        timings={"total": 0.01},
        kind=kind,
        parts=parts,
    )


HARBOUR = article(
    1,
    [
        "Work on the northern harbour wall will begin next spring, the port authority said on Monday. "
        + "The wall has been damaged by three storms since January. " * 4,
        *(f"Paragraph {number} of the report describes the state of the piers. " * 6 for number in range(1, 9)),
        "The authority has named Ada Marsh as chief engineer of the project. She led the repair of the old lighthouse.",
        *(f"Closing paragraph {number} gives the costs and the dates of the hearings. " * 6 for number in range(1, 9)),
    ],
    Metadata("Harbour wall to be rebuilt after storms", date(2024, 3, 9), "The Coast Courier", "Jon Field"),
)
COUNCIL = article(
    2,
    ["The council heard Ada Marsh, the chief engineer, on Tuesday.", "No date was given for a vote."],
    Metadata(None, None, "Kyodo"),
)
HARMFUL = article(
    3,
    [f"Intro {HOSTILE}", f"The password is {HOSTILE} swordfish.", "The end."],
    Metadata(HOSTILE, None, HOSTILE, HOSTILE),
)

_QUOTE = "The authority has named Ada Marsh as chief engineer of the project."
#: More places than are listed, with everything a page may say of itself.
ELSEWHERE = (
    OtherSource("4" * 16, "/news/dump.zip!2024/kyodo.html", "Harbour wall", "KYODO", date(2024, 3, 9)),
    OtherSource("5" * 16, "/news/5.html", None, "Japan Times", None, "https://times.example/wall"),
)
_MARSH = (
    replace(cite(HARBOUR, _QUOTE, "Ada Marsh", 0.91), also_in=ELSEWHERE, other_source_count=5),
    cite(COUNCIL, "The council heard Ada Marsh, the chief engineer, on Tuesday.", "Ada Marsh", 0.74),
)
_STORMS = "The wall has been damaged by three storms since January."
_HEARD = "The council heard Ada Marsh, the chief engineer, on Tuesday."
_DAMAGED = cite(HARBOUR, _STORMS, "damaged by three storms", 0.66)
_UNSAID = "No date was given for a vote."
#: What the articles say about whether the wall was damaged, and another sentence about it.
_EVIDENCE = answer(
    "Was the wall damaged?",
    _STORMS,
    (_DAMAGED,),
    alternatives=(Alternative(_UNSAID, 0.3, 1, (cite(COUNCIL, _UNSAID, "No date", 0.3),)),),
    kind="evidence",
)
#: A list of two parts in one sentence; one of them is also said elsewhere.
_LIST = answer(
    "Which officials were heard?",
    "Ada Marsh; the chief engineer",
    (
        cite(COUNCIL, _HEARD, "the chief engineer", 0.8),
        cite(COUNCIL, _HEARD, "Ada Marsh", 0.7),
        cite(HARBOUR, _QUOTE, "Ada Marsh", 0.6),
    ),
    kind="list",
    parts=("Ada Marsh", "the chief engineer"),
)
_JON = Alternative("Jon Field", 0.12, 1, (cite(COUNCIL, "No date was given for a vote.", "a vote", 0.12),))


@dataclass
class FakeConversation:
    """Answers by key word; "she" makes a follow-up."""

    turns: tuple[Turn, ...] = ()

    def ask(self, question: str) -> Answer:
        """Answer, and remember the turn."""
        result = self._answer(question)
        self.turns = (*self.turns, Turn(question, result.standalone_question, result))
        return result

    def _answer(self, question: str) -> Answer:
        if len(question) > 1000:
            raise QuestionError("The question is too long (1,000 characters at most).", "Shorten it.")
        if "crash" in question:
            raise RuntimeError("secret detail /etc/passwd")
        if "password" in question:
            found = cite(HARMFUL, f"The password is {HOSTILE} swordfish.", f"{HOSTILE} swordfish", 0.6)
            return answer(question, found.answer_text, (found,))
        if "she" in question.lower().split():
            if not self.turns:
                return answer(question, None, refusal="no_passages")
            repaired = cite(HARBOUR, "She led the repair of the old lighthouse.", "the old lighthouse", 0.83)
            return answer(question, "the old lighthouse", (repaired,), standalone="What did Ada Marsh repair before?")
        if "damaged" in question:
            return replace(_EVIDENCE, question=question, standalone_question=question)
        if "officials" in question:
            return replace(_LIST, question=question, standalone_question=question)
        if "engineer" in question:
            return answer(question, "Ada Marsh", _MARSH, alternatives=(_JON,))
        return answer(question, None, refusal="not_in_articles", alternatives=(_JON,))


@dataclass
class FakeAssistant:
    """Stands in for ``assistant.pipeline.Assistant``."""

    articles: dict[str, Article] = field(
        default_factory=lambda: {each.id: each for each in (HARBOUR, COUNCIL, HARMFUL)}
    )

    @property
    def state(self) -> IndexState:
        """What the pretended index holds."""
        return IndexState("/store", "0001", len(self.articles), 42, "2024-03-10T08:05:00+00:00", "fake")

    def conversation(self) -> FakeConversation:
        """An empty conversation."""
        return FakeConversation()

    def article(self, article_id: str) -> Article:
        """One of the articles; StoreDamagedError for another id."""
        try:
            return self.articles[article_id]
        except KeyError:
            raise StoreDamagedError(f"There is no article {article_id}.") from None
