"""The command line: ``assistant index``, ``ask``, ``chat``, ``articles``, ``eval``, ``train``, ….

Exit codes: 0 done (an answer was given), 1 the question was refused, 2 wrong usage, 3 an error that is
explained on standard error, 4 done but some files or questions were left out, 130 interrupted.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from assistant.apps.articles import commands
from assistant.apps.evaluate import evaluation
from assistant.apps.options import (
    After,
    Before,
    Config,
    Exit,
    Json,
    Language,
    Source,
    Store,
    Verbose,
    chosen_articles,
    opened,
    start,
)
from assistant.apps.train import training
from assistant.errors import AssistantError, StoreMissingError

app = typer.Typer(
    help="Answers from news articles: found, cited, never written.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(commands)
app.add_typer(evaluation, name="eval")
app.add_typer(training, name="train")


def main() -> None:
    """Run the command line; every expected failure ends with its explanation, never with a traceback."""
    _speak_any_encoding()
    try:
        app(prog_name="assistant")
    except AssistantError as error:
        _complain(error)
        sys.exit(Exit.ERROR)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has gone
        sys.stderr.close()
        sys.exit(Exit.DONE)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="Left out: a conversation in the terminal.")] = None,
    after: After = None,
    before: Before = None,
    source: Source = None,
    language: Language = None,
    store: Store = None,
    config: Config = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Answer one question, or hold a conversation when none is given."""
    from assistant.answering.prompts import Prompts
    from assistant.apps.terminal import show_answer

    settings = start(config, verbose, store)
    prompts = Prompts.open(settings.prompts)
    where = chosen_articles(after, before, source, language)
    with opened(settings) as assistant:
        if question is not None:
            answer = assistant.ask(question, where=where)
            show_answer(answer, prompts, as_json=as_json, verbose=verbose)
            raise typer.Exit(Exit.DONE if answer.answered else Exit.REFUSED)
        conversation = assistant.conversation()
        for line in _lines(prompts.say("terminal_greeting"), quiet=as_json):
            try:
                answer = conversation.ask(line, where=where)
            except AssistantError as error:
                _complain(error)
                continue
            show_answer(answer, prompts, as_json=as_json, verbose=verbose)


@app.command()
def chat(
    store: Store = None,
    config: Config = None,
    host: Annotated[str, typer.Option(help="Address to listen on; only this computer by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 7860,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    verbose: Verbose = False,
) -> None:
    """Open the chat window in the browser."""
    from assistant.answering.prompts import Prompts
    from assistant.apps.web import launch_chat

    settings = start(config, verbose, store)
    prompts = Prompts.open(settings.prompts)
    try:
        with opened(settings) as assistant:
            launch_chat(assistant, prompts, host=host, port=port, open_browser=browser)
    except StoreMissingError:
        launch_chat(None, prompts, host=host, port=port, open_browser=browser)


def _speak_any_encoding() -> None:
    """Unwritable characters are written as their numbers; unreadable bytes are left to the check of questions."""
    how = {sys.stdin: "surrogateescape", sys.stdout: "backslashreplace", sys.stderr: "backslashreplace"}
    for stream, errors in how.items():
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _complain(error: AssistantError) -> None:
    from assistant.apps.terminal import printable

    print(f"Error: {printable(str(error))}", file=sys.stderr)


def _lines(greeting: str, *, quiet: bool) -> Iterator[str]:
    """What the user types (or a pipe delivers), until an empty line or the end."""
    interactive = sys.stdin.isatty()
    if interactive and not quiet:
        print(greeting)
    while True:
        try:
            line = input("> " if interactive and not quiet else "").strip()
        except EOFError:
            return
        if not line:
            return
        yield line


if __name__ == "__main__":
    main()
