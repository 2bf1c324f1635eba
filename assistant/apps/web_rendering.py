"""Records as HTML, by pure functions.

Everything that comes from an article, a question or an error passes through ``as_text`` and shows as
the characters it is: no markup, Markdown or formula in it is ever interpreted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import PurePath

from assistant.answering.citing import by_sentence
from assistant.answering.other_sources import also_in, each_place, foreign_language
from assistant.answering.prompts import Prompts
from assistant.apps.web_sessions import Exchange
from assistant.articles.offsets import OffsetMap
from assistant.records import Alternative, Answer, Article, Citation, IndexState, location_of

Span = tuple[int, int]

#: Control characters (a browser drops them), direction overrides (they make a text read backwards)
#: and lone surrogates (they cannot be sent as UTF-8).
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")
_PARAGRAPH = re.compile(r"\S.*(?:\n[^\S\n]*\S.*)*")


def as_text(text: str) -> str:
    """``text`` as HTML that shows exactly these characters; unshowable ones become U+FFFD."""
    return html.escape(_UNSHOWABLE.sub("\ufffd", text))


def render_state(state: IndexState, prompts: Prompts) -> str:
    """The line that says what the index holds."""
    synced = _moment(state.synced_at)
    return as_text(prompts.say("index_state", articles=state.articles, passages=state.passages, synced=synced))


def render_welcome(prompts: Prompts, examples: Sequence[str]) -> str:
    """What an empty conversation shows: a greeting and example questions to click."""
    buttons = "".join(
        f'<li><button type="button" data-example="{number}">{as_text(example)}</button></li>'
        for number, example in enumerate(examples)
    )
    greeting = as_text(prompts.say("greeting"))
    label = as_text(prompts.say("label_examples"))
    return f'<div class="welcome"><p>{greeting}</p><ul class="examples" aria-label="{label}">{buttons}</ul></div>'


def render_nothing_indexed(prompts: Prompts) -> str:
    """What the chat shows when there is no index: why, and how to make one."""
    problem, remedy = prompts.say("nothing_indexed"), prompts.say("how_to_index", command="assistant index FOLDER")
    return f'<div class="welcome"><h2>{as_text(problem)}</h2><p>{as_text(remedy)}</p></div>'


def render_conversation(exchanges: Sequence[Exchange], pending: str | None, prompts: Prompts) -> str:
    """All exchanges in order, then the ``pending`` question if one is being answered."""
    parts = [_exchange(number, exchange, prompts) for number, exchange in enumerate(exchanges)]
    if pending is not None:
        thinking = f'<p class="thinking" role="status">{as_text(prompts.say("thinking"))}</p>'
        parts.append(_turn(pending, thinking))
    return "".join(parts)


def render_notice(text: str) -> str:
    """A short remark under the question box; empty for none."""
    return f'<p class="notice" role="status">{as_text(text)}</p>' if text else ""


def render_article(article: Article, citations: Sequence[Citation], prompts: Prompts) -> str:
    """The whole cleaned article, the sentence that all ``citations`` quote marked and their answers marked stronger."""
    offsets = OffsetMap(article.alignment)
    quote = offsets.to_clean(citations[0].raw_start, citations[0].raw_end)
    answers = [offsets.to_clean(citation.answer_start, citation.answer_end) for citation in citations]
    meta = article.metadata
    title = as_text(meta.title or _untitled(article, prompts))
    paragraphs = list(_paragraphs(article.text))
    if paragraphs and meta.title == article.text[slice(*paragraphs[0])]:  # the headline is the first paragraph
        start, end = paragraphs.pop(0)
        title = _marked(article.text[start:end], start, quote, answers)
    byline = f'<p class="meta byline" dir="auto">{as_text(meta.byline)}</p>' if meta.byline else ""
    place = f'<p class="meta place" dir="auto">{as_text(_place(article))}</p>'
    body = "".join(
        f'<p dir="auto">{_marked(article.text[start:end], start, quote, answers)}</p>' for start, end in paragraphs
    )
    return _panel(
        _origin(meta.source, meta.published, meta.language, prompts),
        f'<h2 id="article-title" tabindex="-1" dir="auto">{title}</h2>{byline}{place}<div class="body">{body}</div>',
        prompts,
    )


def render_article_failure(words: str, prompts: Prompts) -> str:
    """The article panel when the article cannot be shown."""
    return _panel("", f'<h2 id="article-title" tabindex="-1">{as_text(words)}</h2>', prompts)


def _panel(head: str, content: str, prompts: Prompts) -> str:
    label = as_text(prompts.say("label_close_article"))
    close = f'<button type="button" class="close" data-close aria-label="{label}">✕</button>'
    return (
        '<aside class="article" role="dialog" aria-labelledby="article-title">'
        f'<header><span class="meta">{head}</span>{close}</header>{content}</aside>'
    )


def _exchange(number: int, exchange: Exchange, prompts: Prompts) -> str:
    answer = exchange.answer
    if answer is None:
        return _turn(exchange.question, f'<div class="failure"><p>{as_text(exchange.failure)}</p></div>')
    interpreted = ""
    if answer.standalone_question.strip() != exchange.question.strip():
        words = prompts.say("interpreted_question", question=answer.standalone_question)
        interpreted = f'<p class="interpreted" dir="auto">{as_text(words)}</p>'
    outcome = _answered(number, answer, prompts) if answer.answered else _refused(number, answer, prompts)
    return _turn(exchange.question, interpreted + outcome)


def _turn(question: str, outcome: str) -> str:
    return (
        f'<section class="turn"><h2 class="question" dir="auto">{as_text(question)}</h2>'
        f'<div class="outcome">{outcome}</div></section>'
    )


def _answered(number: int, answer: Answer, prompts: Prompts) -> str:
    shown = len(by_sentence(answer.citations[: max(1, len(answer.parts))]))
    figures = list(_citations(answer.citations, f"{number}.0", prompts))
    first, further = "".join(figures[:shown]), figures[shown:]
    more = as_text(prompts.say("more_citations", count=len(further), kind=answer.kind))
    others = as_text(prompts.say("alternatives", count=len(answer.alternatives), kind=answer.kind))
    certainty = _certainty(answer.confidence, answer.support, prompts)
    style = "answer evidence" if answer.kind == "evidence" else "answer"
    return (
        f'<div class="{style}">{_headline(answer, prompts)}{certainty}{first}'
        f"{_details(f'{number}-more', more, further)}"
        f"{_details(f'{number}-others', others, _alternatives(number, answer, prompts))}</div>"
    )


def _headline(answer: Answer, prompts: Prompts) -> str:
    """The answer; of evidence only what it is, for the sentence itself follows as a quote."""
    if answer.kind == "evidence":
        return f'<p class="evidence-lead">{as_text(prompts.say("evidence"))}</p>'
    return f'<p class="answer-text" dir="auto">{as_text(answer.text or "")}</p>'


def _refused(number: int, answer: Answer, prompts: Prompts) -> str:
    words = as_text(prompts.say(f"refusal_{answer.refusal}"))
    nearest = as_text(prompts.say("refusal_nearest"))
    return (
        f'<div class="refusal"><p class="refusal-text">{words}</p>'
        f"{_details(f'{number}-nearest', nearest, _alternatives(number, answer, prompts))}</div>"
    )


def _alternatives(number: int, answer: Answer, prompts: Prompts) -> list[str]:
    return [
        f'<div class="alternative">{_alternative_text(alternative, answer)}'
        f"{_certainty(alternative.confidence, alternative.support, prompts)}"
        f"{''.join(_citations(alternative.citations, f'{number}.{place}', prompts))}</div>"
        for place, alternative in enumerate(answer.alternatives, start=1)
    ]


def _alternative_text(alternative: Alternative, answer: Answer) -> str:
    """Nothing for evidence, whose text is the very quote that follows."""
    if answer.kind == "evidence":
        return ""
    return f'<p class="alternative-text" dir="auto">{as_text(alternative.text)}</p>'


def _details(key: str, summary: str, parts: Sequence[str]) -> str:
    if not parts:
        return ""
    return f'<details data-key="{key}"><summary>{summary}</summary>{"".join(parts)}</details>'


def _certainty(confidence: float, support: int, prompts: Prompts) -> str:
    """Confidence as a bar, in words and as a number, and the support."""
    percent = round(100 * min(max(confidence, 0.0), 1.0))
    sure = as_text(prompts.say("confidence", confidence=confidence))
    found = as_text(prompts.say("support", support=support))
    return (
        f'<p class="certainty"><span class="bar" aria-hidden="true"><span style="width:{percent}%"></span></span>'
        f'<span class="confidence">{sure}</span><span class="support">{found}</span></p>'
    )


def _citations(citations: Sequence[Citation], prefix: str, prompts: Prompts) -> Iterator[str]:
    """A figure for each sentence, what its citations give as an answer marked; it opens the first of them."""
    hint = as_text(prompts.say("label_open_article"))
    for group in by_sentence(citations):
        citation, place = group[0], citations.index(group[0])
        start, end = citation.raw_start, citation.raw_end
        quote = _marked(citation.quote, start, (start, end), [(each.answer_start, each.answer_end) for each in group])
        title = as_text(citation.title or _untitled(citation, prompts))
        origin = _origin(citation.source, citation.published, citation.language, prompts)
        others = _also_in(citation, f"{prefix}.{place}", prompts)
        yield (
            f'<figure class="citation" data-citation="{prefix}.{place}"><blockquote dir="auto">{quote}</blockquote>'
            f'<figcaption><button type="button" class="open" title="{hint}" dir="auto">{title}</button>'
            f'<span class="meta">{origin}</span>{others}</figcaption></figure>'
        )


def _origin(source: str | None, published: date | None, language: str | None, prompts: Prompts) -> str:
    """Where an article comes from: source, date, and the language if it is not English."""
    parts = [
        f"<bdi>{as_text(source or prompts.say('source_unknown'))}</bdi>",
        as_text(prompts.say("date", published=published)),
    ]
    if foreign := foreign_language(language):
        parts.append(as_text(foreign))
    return " · ".join(parts)


def _also_in(citation: Citation, key: str, prompts: Prompts) -> str:
    """The other places where the story stands, behind a line that names some; empty when there are none."""
    places = "".join(f'<li dir="auto">{as_text(line)}</li>' for line in each_place(citation, prompts))
    summary = f"<bdi>{as_text(also_in(citation, prompts))}</bdi>"
    return _details(f"{key}-places", summary, [f'<ul class="places">{places}</ul>'] if places else [])


def _untitled(told: Citation | Article, prompts: Prompts) -> str:
    return prompts.say("untitled", file=_place(told))


def _place(told: Citation | Article) -> str:
    """File and member, without the folders: those are nobody's business who only has the chat."""
    return location_of(PurePath(told.path).name, told.fragment)


def _marked(text: str, offset: int, quote: Span | None, answers: Sequence[Span | None]) -> str:
    """``text``, which stands at ``offset``, with its part of the quote and of the answers marked."""
    spans = [_within(span, offset, len(text)) for span in (quote, *answers)]
    cuts = sorted({0, len(text), *(edge for span in spans for edge in span)})
    pieces = []
    for start, end in pairwise(cuts):
        piece = as_text(text[start:end])
        in_quote, *in_answers = (first <= start and end <= last for first, last in spans)
        if any(in_answers):
            piece = f'<mark class="span">{piece}</mark>'
        elif in_quote:
            piece = f'<span class="quote">{piece}</span>'
        pieces.append(piece)
    return "".join(pieces)


def _within(span: Span | None, offset: int, length: int) -> Span:
    if span is None:
        return (0, 0)
    start, end = (min(max(edge - offset, 0), length) for edge in span)
    return (start, max(start, end))


def _paragraphs(text: str) -> Iterator[Span]:
    """The runs of lines between blank lines."""
    return (match.span() for match in _PARAGRAPH.finditer(text))


def _moment(iso: str) -> str:
    """An ISO time in words, in UTC; as it is when it is not one."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
