"""BM25 over the words of passages and titles, in tantivy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import tantivy

from assistant.index.vectors import epoch
from assistant.records import ArticleFilter, Metadata, Passage

_ANALYZER = "english_news"
_WRITER_BYTES = 64_000_000
#: A word of the headline is worth less than one of the passage itself: all its passages share it.
_TITLE_BOOST = 0.5
#: Thai, Lao, Burmese, Khmer, kana and Chinese characters.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


class LexicalIndex:
    """Passages in one directory, for one writer and any number of readers in any process."""

    def __init__(self, directory: Path) -> None:
        """Open it; makes the directory where there is none. OSError when that cannot be done."""
        directory.mkdir(parents=True, exist_ok=True)
        self._analyzer = _analyzer()
        with _told_as_storage():
            self._index = tantivy.Index(_schema(), path=str(directory))
        self._index.register_tokenizer(_ANALYZER, self._analyzer)

    def now(self) -> LexicalSearcher:
        """What is committed by now; it does not change any more."""
        self._index.reload()
        return LexicalSearcher(self._index.searcher(), self._index.schema, self._analyzer)

    def add(self, keys: Sequence[str], passages: Sequence[Passage], metadata: Sequence[Metadata]) -> None:
        """Store passages with their article's metadata under ``keys``, all or none; on disk afterwards.

        OSError when the disk refuses.
        """
        documents = [_document(*item) for item in zip(keys, passages, metadata, strict=True)]
        with self._writing() as writer:
            for document in documents:
                writer.add_document(document)

    def remove(self, keys: Sequence[str]) -> None:
        """Delete these passages, all or none; on disk afterwards. Unknown keys are ignored.

        OSError when the disk refuses.
        """
        if keys:
            with self._writing() as writer:
                for key in keys:
                    writer.delete_documents_by_term("key", key)

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        """What is added and deleted inside is committed as a whole, or not at all."""
        with _told_as_storage():
            writer = self._index.writer(heap_size=_WRITER_BYTES, num_threads=1)
            yield writer
            writer.commit()
            writer.wait_merging_threads()


class LexicalSearcher:
    """Passage keys by BM25 over stemmed words without stopwords, as of one commit."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, analyzer: tantivy.TextAnalyzer) -> None:
        self._searcher = searcher
        self._schema = schema
        self._analyzer = analyzer

    def __len__(self) -> int:
        return self._searcher.num_docs

    def search(self, query: str, k: int, where: ArticleFilter, also: Sequence[str] = ()) -> list[str]:
        """Keys of the ``k`` best passages for the words of ``query``, best first; no words, no passages.

        They are among those that ``where`` admits, and ``also``, whatever their own metadata says.
        """
        words = list(dict.fromkeys(self._analyzer.analyze(_spaced(query))))
        if not words:
            return []
        schema, should, must = self._schema, tantivy.Occur.Should, tantivy.Occur.Must
        terms = [(should, tantivy.Query.term_query(schema, "text", word)) for word in words]
        terms += [
            (should, tantivy.Query.boost_query(tantivy.Query.term_query(schema, "title", word), _TITLE_BOOST))
            for word in words
        ]
        matching = tantivy.Query.boolean_query(terms)
        if conditions := self._conditions(where):
            own = tantivy.Query.boolean_query([(must, item) for item in conditions])
            others = tantivy.Query.term_set_query(schema, "key", list(also))
            among = tantivy.Query.boolean_query([(should, own), (should, others)])
            matching = tantivy.Query.boolean_query(
                [(must, matching), (must, tantivy.Query.const_score_query(among, 0.0))]
            )
        found = self._searcher.search(matching, limit=k, count=False)
        return [self._searcher.doc(address).get_first("key") or "" for _, address in found.hits]

    def _conditions(self, where: ArticleFilter) -> list[tantivy.Query]:
        schema = self._schema
        conditions = []
        if where.source is not None:
            conditions.append(tantivy.Query.term_query(schema, "source", where.source.casefold()))
        if where.language is not None:
            conditions.append(tantivy.Query.term_query(schema, "language", where.language.casefold()))
        if where.after is not None or where.before is not None:
            after = epoch(where.after) if where.after else -(2**62)
            before = epoch(where.before) if where.before else 2**62
            conditions.append(tantivy.Query.range_query(schema, "published", tantivy.FieldType.Integer, after, before))
        return conditions


@contextmanager
def _told_as_storage() -> Iterator[None]:
    """All that tantivy raises are ValueErrors; inside, nothing else may raise one."""
    try:
        yield
    except ValueError as error:
        raise OSError(str(error)) from error


def _document(key: str, passage: Passage, known: Metadata) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("key", key)
    document.add_text("text", _spaced(passage.text))
    document.add_text("title", _spaced(known.title or ""))
    document.add_text("source", (known.source or "").casefold())
    document.add_text("language", (known.language or "").casefold())
    if known.published is not None:
        document.add_integer("published", epoch(known.published))
    return document


def _spaced(text: str) -> str:
    """``text`` with runs of scripts that put no blanks between words as overlapping pairs of characters."""
    return _UNSPACED.sub(
        lambda run: f" {' '.join(map(''.join, pairwise(run[0])))} " if len(run[0]) > 1 else run[0], text
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", stored=False, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("title", stored=False, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("source", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("language", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("published", stored=False, indexed=True, fast=True)
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(40),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stopword("english"),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()
