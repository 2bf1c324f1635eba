"""Compressed streams and archives: their members, read one after the other, nothing ever written to disk by name."""

from __future__ import annotations

import gzip
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from assistant.articles.formats.base import Limits, RawSource, Skipped, ends_with
from assistant.articles.formats.streams import counted, seekable, unpacked
from assistant.errors import ArticleError

_ENCRYPTED = 0x1
_LINK_MODE = 0o12
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAX_HEADER_BYTES = 1 << 20
_REPACK = "Pack it again without it."


class Gzip:
    """A compressed stream; its one member has the file's name without the suffix."""

    name = "a gzip stream"
    suffixes = (".gz", ".tgz")

    def claims(self, head: bytes, name: str) -> bool:
        """By signature."""
        return head.startswith(b"\x1f\x8b\x08")

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawSource | Skipped]:
        """The stream inside."""
        with source.open() as packed:
            stream, used = counted(packed)
            inside = cast(BinaryIO, gzip.GzipFile(fileobj=stream))
            yield source.nested(_inner_name(source.name), lambda: unpacked(inside, used, source.budget, limits.ratio))


def _inner_name(name: str) -> str:
    if ends_with(name, (".tgz",)):
        return name[:-4] + ".tar"
    return name[:-3] if ends_with(name, (".gz",)) and len(name) > 3 else name + ".unpacked"


class Zip:
    """A ZIP archive."""

    name = "a ZIP archive"
    suffixes = (".zip",)

    def claims(self, head: bytes, name: str) -> bool:
        """By signature; also of an empty archive."""
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawSource | Skipped]:
        """Its members, in the archive's order."""
        with source.open() as stream, seekable(stream) as file, zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                source.budget.take_member()
                if info.is_dir() or _is_hidden(info.filename):
                    continue
                if problem := _unsafe_name(info.filename) or _unreadable_member(info):
                    yield Skipped(source.location_of(info.filename), problem, _REPACK)
                    continue
                yield source.nested(info.filename, _opener(archive, info, source, limits))


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: RawSource, limits: Limits):  # type: ignore[no-untyped-def]
    def open_member() -> BinaryIO:
        stream = cast(BinaryIO, archive.open(info))
        return unpacked(stream, lambda: info.compress_size, source.budget, limits.ratio)

    return open_member


def _unreadable_member(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & _ENCRYPTED:
        return "It is encrypted."
    if info.external_attr >> 28 == _LINK_MODE:
        return "It is a link."
    if info.compress_type not in _METHODS:
        return "It is compressed in a way that is not read."
    return None


class _Member(tarfile.TarInfo):
    """A member whose own headers (long names, extended attributes) are bounded: they are held in memory."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        extended = self.type in (
            tarfile.GNUTYPE_LONGNAME,
            tarfile.GNUTYPE_LONGLINK,
            tarfile.XHDTYPE,
            tarfile.XGLTYPE,
            tarfile.SOLARIS_XHDTYPE,
        )
        if extended and self.size > _MAX_HEADER_BYTES:
            raise ArticleError("A member's header is too large.", "Pack the archive again.")
        return super()._proc_member(archive)  # type: ignore[misc,no-any-return]


class Tar:
    """A tar archive, not compressed."""

    name = "a tar archive"
    suffixes = (".tar",)

    def claims(self, head: bytes, name: str) -> bool:
        """By the signature in its first header."""
        return head[257:262] == b"ustar"

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawSource | Skipped]:
        """Its members, in the archive's order, as a stream."""
        with source.open() as stream, tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as archive:
            while (member := archive.next()) is not None:
                archive.members.clear()  # type: ignore[attr-defined]  # it would keep every header
                source.budget.take_member()
                if member.isdir() or _is_hidden(member.name):
                    continue
                kind = None if member.isreg() and not member.issparse() else "It is a link or a special file."
                if problem := _unsafe_name(member.name) or kind:
                    yield Skipped(source.location_of(member.name), problem, _REPACK)
                    continue
                file = cast(BinaryIO, archive.extractfile(member))
                yield source.nested(member.name, lambda file=file: counted(file)[0])  # type: ignore[misc]


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") and part not in (".", "..") for part in parts) or "__MACOSX" in parts


def _unsafe_name(name: str) -> str | None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")):
        return "Its name leads out of the archive."
    return None
