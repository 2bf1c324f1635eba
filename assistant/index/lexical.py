"""BM25 over the words of passages and titles, in tantivy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path

import tantivy

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
        with _as_storage_errors():
            self._index = tantivy.Index(_schema(), path=str(directory))
        self._index.register_tokenizer(_ANALYZER, self._analyzer)

    def now(self) -> LexicalSearcher:
        """What is committed by now; it does not change any more."""
        self._index.reload()
        return LexicalSearcher(self._index.searcher(), self._index.schema, self._analyzer)

    def add(self, keys: Sequence[int], passages: Sequence[Passage], metadata: Sequence[Metadata]) -> None:
        """Store passages with their article's metadata under ``keys``, all or none; on disk afterwards.

        OSError when the disk refuses.
        """
        documents = [_document(*item) for item in zip(keys, passages, metadata, strict=True)]
        with self._writing() as writer:
            for document in documents:
                writer.add_document(document)

    def remove(self, keys: Sequence[int]) -> None:
        """Delete these passages, all or none; on disk afterwards. Unknown keys are ignored.

        OSError when the disk refuses.
        """
        if keys:
            with self._writing() as writer:
                for key in keys:
                    writer.delete_documents_by_term("key", key)

    def remove_from(self, key: int) -> None:
        """Delete the passages with this key and all greater ones, which a writer that died has left."""
        later = tantivy.Query.range_query(self._index.schema, "key", tantivy.FieldType.Integer, key, 2**62)
        self._index.reload()
        if self._index.searcher().search(later, limit=1).hits:
            with self._writing() as writer:
                writer.delete_documents_by_query(later)

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        """What is added and deleted inside is committed as a whole, or not at all."""
        with _as_storage_errors():
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

    def search(self, query: str, k: int, where: ArticleFilter) -> list[str]:
        """Keys of the ``k`` best passages that ``where`` admits, best first; no words in ``query``, no passages."""
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
            among = tantivy.Query.boolean_query([(must, item) for item in conditions])
            matching = tantivy.Query.boolean_query(
                [(must, matching), (must, tantivy.Query.const_score_query(among, 0.0))]
            )
        found = self._searcher.search(matching, limit=k, count=False)
        return [str(self._searcher.doc(address).get_first("key")) for _, address in found.hits]

    def _conditions(self, where: ArticleFilter) -> list[tantivy.Query]:
        schema = self._schema
        conditions = []
        if where.source is not None:
            conditions.append(tantivy.Query.term_query(schema, "source", where.source.casefold()))
        if where.language is not None:
            conditions.append(tantivy.Query.term_query(schema, "language", where.language.casefold()))
        if where.after is not None or where.before is not None:
            after = where.after.toordinal() if where.after else 0
            before = where.before.toordinal() if where.before else date.max.toordinal()
            conditions.append(tantivy.Query.range_query(schema, "published", tantivy.FieldType.Integer, after, before))
        return conditions


@contextmanager
def _as_storage_errors() -> Iterator[None]:
    """All that tantivy raises are ValueErrors; inside, nothing else may raise one."""
    try:
        yield
    except ValueError as error:
        raise OSError(str(error)) from error


def _document(key: int, passage: Passage, known: Metadata) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer("key", key)
    document.add_text("text", _spaced(passage.text))
    document.add_text("title", _spaced(known.title or ""))
    document.add_text("source", (known.source or "").casefold())
    document.add_text("language", (known.language or "").casefold())
    if known.published is not None:
        document.add_integer("published", known.published.toordinal())
    return document


def _spaced(text: str) -> str:
    """``text`` with runs of scripts that put no blanks between words as overlapping pairs of characters."""
    return _UNSPACED.sub(
        lambda run: f" {' '.join(map(''.join, pairwise(run[0])))} " if len(run[0]) > 1 else run[0], text
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", stored=True, indexed=True, fast=True)
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
