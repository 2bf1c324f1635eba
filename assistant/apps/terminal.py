"""How the command line shows things: progress, reports, answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from assistant.answering.citing import by_sentence
from assistant.answering.other_sources import also_in, each_place, foreign_language
from assistant.records import Answer, Citation, SkippedFile, SyncPreview, SyncReport

if TYPE_CHECKING:
    from assistant.answering.prompts import Prompts

_STAGES = {
    "read": "Comparing files",
    "load": "Cleaning and splitting articles",
    "embed": "Embedding passages",
    "score": "Scoring",
}
_SKIPS_SHOWN = 20
#: Control characters but line ends and tabs, direction overrides and isolates, lone surrogates.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """Bars with counts, rate and remaining time on standard error; silent when it is not a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    class Rate(TextColumn):
        def render(self, task: Any) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f}/s" if speed else "")

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(""), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_STAGES[stage], total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield advance


def show_report(report: SyncReport, store: Path, *, as_json: bool) -> None:
    """What a sync did; skipped files with their reasons go to standard error."""
    if as_json:
        _print_json(asdict(report))
        return
    print(
        f"{report.new} new, {report.changed} changed, {report.removed} removed, {report.unchanged} unchanged,"
        f" {len(report.skipped)} skipped."
    )
    _show_excluded(report.excluded)
    for part in report.repaired:
        print(f"Repaired: {printable(part)}.")
    print(f"Embedded {report.embedded:,} passages; {report.seconds:.1f} s in all.")
    print(
        f"The index in {printable(str(store))} holds {report.articles:,} articles, {report.passages:,} passages.",
        flush=True,
    )
    _show_skipped(report.skipped)


def _show_excluded(count: int) -> None:
    if count:
        print(f"{count} stay out, since they were removed from the index; to index one again, name it.")


def show_preview(found: SyncPreview, *, as_json: bool) -> None:
    """What a sync would do, a file a line; skipped files with their reasons go to standard error."""
    if as_json:
        _print_json(asdict(found))
        return
    for sign, paths in (("+", found.new), ("~", found.changed), ("-", found.removed)):
        for path in paths:
            print(f"{sign} {printable(path)}")
    counts = f"{len(found.new)} new, {len(found.changed)} changed, {len(found.removed)} removed"
    print(f"{counts}, {found.unchanged} unchanged, {len(found.skipped)} skipped; nothing was done.")
    _show_excluded(found.excluded)
    _show_skipped(found.skipped)


def show_answer(answer: Answer, prompts: Prompts, *, as_json: bool, verbose: bool) -> None:
    """An answer with its citations, or the refusal and what was nearest."""
    if as_json:
        _print_json(answer.to_dict())
        return
    console = Console(highlight=False, markup=False)
    if answer.standalone_question != answer.question:
        console.print(prompts.say("interpreted_question", question=printable(answer.standalone_question)), style="dim")
    if answer.refusal is not None:
        console.print(prompts.say(f"refusal_{answer.refusal}"), style="bold")
        if answer.alternatives:
            console.print(f"\n{prompts.say('refusal_nearest')}:", style="dim")
    else:
        console.print(_headline(answer, prompts), style="bold")
        console.print(
            f"{prompts.say('confidence', confidence=answer.confidence)},"
            f" {prompts.say('support', support=answer.support)}\n"
        )
        for citations in by_sentence(answer.citations):
            _show_sentence(citations, prompts, console, verbose=verbose)
        if answer.alternatives:
            others = prompts.say("alternatives", count=len(answer.alternatives), kind=answer.kind)
            console.print(f"{others}:", style="dim")
    for other in answer.alternatives:
        where = prompts.say("citation", **_described(other.citations[0]))
        console.print(f"  {printable(other.text)} ({other.confidence:.0%}; {printable(where)})", style="dim")
    if verbose:
        stages = ", ".join(f"{stage} {seconds * 1000:.0f} ms" for stage, seconds in answer.timings.items())
        console.print(stages, style="dim")
    console.print()


def printable(text: str) -> str:
    """``text`` of the same length, with U+FFFD for what could steer a terminal, reorder a line or not be written."""
    return _UNPRINTABLE.sub("\ufffd", text)


def _show_skipped(skipped: Sequence[SkippedFile]) -> None:
    """The first of them with their reasons, on standard error."""
    errors = Console(stderr=True, highlight=False)
    for item in skipped[:_SKIPS_SHOWN]:
        errors.print(Text(f"Skipped: {printable(item.reason)}", style="yellow"))
    if len(skipped) > _SKIPS_SHOWN:
        errors.print(f"… and {len(skipped) - _SKIPS_SHOWN} more (--json lists them all).")


def _print_json(value: dict[str, Any]) -> None:
    """One line, in ASCII: nothing in it steers a terminal, and every encoding can write it."""
    print(json.dumps(value), flush=True)


def _headline(answer: Answer, prompts: Prompts) -> str:
    """The answer; of evidence only what it is, for the sentence itself follows as a quote."""
    return prompts.say("evidence") if answer.kind == "evidence" else printable(answer.text or "")


def _show_sentence(citations: Sequence[Citation], prompts: Prompts, console: Console, *, verbose: bool) -> None:
    """The sentence that all these ``citations`` quote, what each gives as an answer marked, and where it stands."""
    citation = citations[0]
    quote = Text(printable(citation.quote))
    for each in citations:
        quote.stylize("bold reverse", each.answer_start - each.raw_start, each.answer_end - each.raw_start)
    console.print(Text("  “") + quote + Text("”"))
    console.print(f"  {printable(prompts.say('citation', **_described(citation)))}")
    place = f"{citation.location}, characters {citation.raw_start}–{citation.raw_end}"
    console.print(f"  {printable(place)}", style="dim", soft_wrap=True)
    if others := also_in(citation, prompts):
        console.print(f"  {printable(others)}", style="dim")
        for line in each_place(citation, prompts) if verbose else ():
            console.print(f"    {printable(line)}", style="dim")
    console.print()


def _described(citation: Citation) -> dict[str, Any]:
    return {
        "title": citation.title,
        "source": citation.source,
        "published": citation.published,
        "language": foreign_language(citation.language),
    }
