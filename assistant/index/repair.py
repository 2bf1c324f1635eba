"""What follows from the catalogue, looked at whether it is whole, and made again where it is not."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.index.batches import embedding_text
from assistant.index.catalogue.writer import CatalogueWriter
from assistant.index.embedder import Embedder
from assistant.index.lexical import LexicalIndex
from assistant.index.shards import repair_shard
from assistant.index.store import IndexVersion
from assistant.index.vectors import CHROMA_FILE, Shard

#: Passages put into a new lexical index at once.
_AT_ONCE = 8192
#: What tantivy writes behind the footer of each of its files.
_TANTIVY_MAGIC = 1337


def repair(version: IndexVersion, writer: CatalogueWriter, embedder: Embedder) -> list[str]:
    """Makes again what is missing or damaged, from the catalogue; says what that was.

    Raises sqlite3.DatabaseError when the catalogue itself is damaged.
    """
    writer.check()
    repaired = []
    if problem := _lexical_problem(version.lexical, writer.counts()[1]):
        rewrite_lexical(version.lexical, writer)
        repaired.append(f"{version.lexical} ({problem}): written anew from the catalogue")
    checksums = writer.checksums()
    for number, (held, _) in writer.shards().items():
        if problem := _shard_problem(version.shard(number), held, checksums[number]):

            def embed(keys: Sequence[int]) -> NDArray[np.float32]:
                found = writer.keyed_passages(keys)
                return embedder.embed([embedding_text(one.passage, metadata) for one, metadata in found])

            origin = repair_shard(version, writer, number, embed)
            repaired.append(f"{version.shard(number)} ({problem}): written anew {origin}")
    return repaired


def _lexical_problem(folder: Path, passages: int) -> str:
    """What is wrong with a lexical index; "" for nothing."""
    if not (folder / "meta.json").is_file():
        return "meta.json is missing"
    try:
        alignment = json.loads((folder / "meta.json").read_bytes())["segments"]
        names = {segment["segment_id"].replace("-", "") for segment in alignment}
        for path in sorted(folder.iterdir()):
            if path.name.split(".")[0] in names and not _is_whole(path):
                return f"{path.name} is damaged"
        held = len(LexicalIndex(folder).now())
    except (OSError, ValueError, KeyError) as error:
        return str(error)
    return "" if held >= passages else f"it holds {held} of {passages} passages"


def _is_whole(path: Path) -> bool:
    """Whether a file of tantivy has the checksum that its footer gives."""
    data = path.read_bytes()
    length, magic = (int.from_bytes(data[-8:-4], "little"), int.from_bytes(data[-4:], "little"))
    if magic != _TANTIVY_MAGIC or length + 8 > len(data):
        return False
    body = len(data) - 8 - length
    footer = json.loads(data[body:-8])
    return zlib.crc32(data[:body]) == int(footer["crc"])


def rewrite_lexical(folder: Path, writer: CatalogueWriter) -> None:
    """Makes a lexical index anew from the catalogue."""
    shutil.rmtree(folder, ignore_errors=True)
    lexical, keys = LexicalIndex(folder), writer.passage_keys()
    for first in range(0, len(keys), _AT_ONCE):
        found = writer.keyed_passages(keys[first : first + _AT_ONCE])
        lexical.add([one.key for one, _ in found], [one.passage for one, _ in found], [known for _, known in found])


def _shard_problem(folder: Path, held: int, checksum: int) -> str:
    """What is wrong with a shard; "" for nothing."""
    chroma = folder / CHROMA_FILE
    if not chroma.is_file():
        return f"{CHROMA_FILE} is missing"
    try:
        with closing(sqlite3.connect(f"{chroma.as_uri()}?mode=ro", uri=True)) as database:
            (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            return f"{CHROMA_FILE} is damaged"
        shard = Shard(folder, mapped=True)
        return "" if (len(shard), shard.checksum()) == (held, checksum) else "its vectors are damaged"
    except (OSError, ValueError, sqlite3.Error) as error:
        return str(error)
