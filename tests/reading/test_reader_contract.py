"""One contract for every reader: exact, valid, ordered spans; equal answers in full precision."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from assistant.errors import ModelError, QuestionError
from assistant.models.files import FAST_READER
from assistant.models.tokenizer import TextTokenizer
from assistant.reading.cascade import CascadeReader
from assistant.reading.onnx_scorer import open_onnx_reader
from assistant.reading.opening import open_reader
from assistant.reading.reader import SPANS_PER_TEXT, Reader, SpanReader
from assistant.reading.torch_scorer import open_torch_reader
from assistant.reading.windows import WindowMaker
from assistant.records import AnswerSpan
from assistant.settings import Settings
from tests.reading.conftest import SEEDS, HashScorer

NAMES = ("fake", "fast", "fast-fp32", "fast-torch", "cascade")
QUESTIONS = (
    "Who will head the Japanese liaison team?",
    "When will Kanasugi visit Singapore?",
    "Which country threatened to cancel the meeting?",
)
ODD = [
    "",
    " \n\n ",
    "\0",
    "𝔸lice paid 😀 €3,500 \0 in Łódź.\n\nBob left.",
    "שלום עולם, אמר דן.",
    "x" * 3000,
    "a\r\n\r\nb",
]


def fake_reader(tokenizer: Tokenizer) -> SpanReader:
    texts = TextTokenizer(tokenizer)
    return SpanReader(HashScorer(), texts, WindowMaker(texts, max_length=64), "fake")


@pytest.fixture(scope="module")
def readers(bert: Tokenizer) -> dict[str, Reader]:
    fake, fast = fake_reader(bert), open_reader(Settings(reader="fast"))
    return {
        "fake": fake,
        "fast": fast,
        "fast-fp32": open_onnx_reader(FAST_READER, int8=False),
        "fast-torch": open_torch_reader(str(FAST_READER)),
        "cascade": CascadeReader(fast, fast, 2),
    }


@pytest.fixture(params=NAMES)
def reader(request: pytest.FixtureRequest, readers: dict[str, Reader]) -> Reader:
    return readers[request.param]


def seeds() -> list[str]:
    return [path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt"))]


def check(spans: list[AnswerSpan], texts: list[str], max_spans: int, max_answer_tokens: int, reader: Reader) -> None:
    """What every reader promises about its spans."""
    assert len(spans) <= max_spans
    assert [span.margin for span in spans] == sorted((span.margin for span in spans), reverse=True)
    for span in spans:
        assert span.text == texts[span.index][span.start : span.end]
        assert span.text
        assert span.text == span.text.strip()
        assert not re.search(r"\n\s*\n", span.text)
        assert reader.count_tokens([span.text])[0] <= max_answer_tokens
    for index in {span.index for span in spans}:
        places = sorted((span.start, span.end) for span in spans if span.index == index)
        assert len(places) <= SPANS_PER_TEXT
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(places))


def test_spans_keep_the_promises(reader: Reader) -> None:
    texts = [*seeds(), *ODD]
    for question in QUESTIONS:
        spans = reader.read(question, texts)
        assert spans
        check(spans, texts, 20, 30, reader)


def test_limits_are_kept(reader: Reader) -> None:
    spans = reader.read(QUESTIONS[0], seeds(), max_spans=3, max_answer_tokens=2)
    assert len(spans) == 3
    check(spans, seeds(), 3, 2, reader)


def test_nothing_to_read_gives_nothing(reader: Reader) -> None:
    assert reader.read(QUESTIONS[0], []) == []
    assert reader.read(QUESTIONS[0], ["", " ", "\0"]) == []


def test_a_texts_spans_do_not_depend_on_its_neighbours(reader: Reader) -> None:
    together = reader.read(QUESTIONS[0], seeds(), max_spans=100)
    # A cascade may leave a text unread; what it reads, it reads as if it were alone.
    read = {span.index for span in together} if isinstance(reader, CascadeReader) else range(len(seeds()))
    for index, text in enumerate(seeds()):
        if index not in read:
            continue
        alone = reader.read(QUESTIONS[0], [text])
        among = [span for span in together if span.index == index]
        assert [(span.start, span.end) for span in alone] == [(span.start, span.end) for span in among]
        assert [span.margin for span in alone] == pytest.approx([span.margin for span in among], abs=1e-3)


def test_bad_questions_are_question_errors(reader: Reader) -> None:
    for question in ("", " \n", "why " * 5000):
        with pytest.raises(QuestionError):
            reader.read(question, seeds())


@pytest.mark.parametrize("name", NAMES[1:])
def test_real_readers_find_answers_far_into_a_long_text(name: str, readers: dict[str, Reader]) -> None:
    text = "The harbour was quiet that day and nobody spoke. " * 80 + seeds()[0]
    assert readers[name].count_tokens([text])[0] > 2 * 384
    best = readers[name].read(QUESTIONS[0], [text])[0]
    assert best.text == "Kenji Kanasugi"
    assert best.margin > 0


def test_full_precision_gives_equal_answers_on_both_runtimes(readers: dict[str, Reader]) -> None:
    texts = [*seeds(), *ODD]
    for question in QUESTIONS:
        onnx, torch = (readers[name].read(question, texts) for name in ("fast-fp32", "fast-torch"))
        assert [(s.text, s.index, s.start) for s in onnx] == [(s.text, s.index, s.start) for s in torch]
        assert [s.span_score for s in onnx] == pytest.approx([s.span_score for s in torch], abs=2e-3)
        assert [s.null_score for s in onnx] == pytest.approx([s.null_score for s in torch], abs=2e-3)


def test_int8_finds_the_same_best_spans_on_the_seeds(readers: dict[str, Reader]) -> None:
    for question in QUESTIONS:
        int8, full = (readers[name].read(question, seeds())[0] for name in ("fast", "fast-fp32"))
        assert (int8.index, int8.start, int8.end) == (full.index, full.start, full.end)
        assert int8.margin == pytest.approx(full.margin, abs=1.5)


def test_a_cascade_reads_the_texts_that_look_best_to_the_fast_reader(readers: dict[str, Reader]) -> None:
    texts = [*ODD, *seeds()]
    for question in QUESTIONS:
        best = list(dict.fromkeys(span.index for span in readers["fast"].read(question, texts, max_spans=1000)))
        whole = readers["fast-fp32"].read(question, texts, max_spans=1000)
        found = CascadeReader(readers["fast"], readers["fast-fp32"], 2).read(question, texts)
        assert found == [span for span in whole if span.index in best[:2]][:20]


def test_fingerprints_tell_the_readers_apart(readers: dict[str, Reader]) -> None:
    assert len({reader.fingerprint for reader in readers.values()}) == len(readers)


TEXTS = st.lists(
    st.one_of(
        st.sampled_from(["Ann ", "came. ", "\n\n", "𝔸😀", "שלום ", "\0", "\r\n", "e\u0301 "]), st.text(max_size=5)
    )
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS.map("".join), max_size=4), max_answer_tokens=st.integers(1, 12))
def test_any_text_gives_exact_spans(family: Tokenizer, texts: list[str], max_answer_tokens: int) -> None:
    reader = fake_reader(family)
    spans = reader.read("Who came?", texts, max_answer_tokens=max_answer_tokens)
    for span in spans:
        assert span.text == texts[span.index][span.start : span.end] == span.text.strip()
        assert span.text
        assert not re.search(r"\n\s*\n", span.text)


def test_scores_that_are_not_numbers_are_a_model_error(bert: Tokenizer) -> None:
    class Broken(HashScorer):
        def score(self, windows):
            return [(start * float("nan"), end) for start, end in super().score(windows)]

    texts = TextTokenizer(bert)
    with pytest.raises(ModelError, match="not numbers"):
        SpanReader(Broken(), texts, WindowMaker(texts), "broken").read("Who?", ["Ann."])
