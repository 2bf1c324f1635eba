"""What every format shares: where bytes come from, how much is read, what is handed back."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from assistant.articles.loading import open_regular
from assistant.errors import ArticleError
from assistant.records import Claim, RawArticle

_SUFFIX = re.compile(r"\.[a-z][a-z0-9]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one file is read.

    Attributes:
        article_bytes: longest article, page, record or line.
        unpacked_bytes: what all archives and compressed streams of one file may unpack to, together.
        ratio: unpacked bytes for each packed one, in one stream; looked at after the first megabyte.
        members: members of all archives of one file, together.
        depth: archives and compressed streams inside each other.
    """

    article_bytes: int = 10_000_000
    unpacked_bytes: int = 2_000_000_000
    ratio: int = 200
    members: int = 1_000_000
    depth: int = 3


class Exhausted(ArticleError):
    """A limit for the file as a whole is reached: nothing more of it is read."""


@dataclass(slots=True)
class Budget:
    """What may still be unpacked of one file, shared by all that is nested in it."""

    unpacked_bytes: int
    members: int

    def unpack(self, count: int) -> None:
        """Take ``count`` unpacked bytes; Exhausted when there are not so many left."""
        self.unpacked_bytes -= count
        if self.unpacked_bytes < 0:
            raise Exhausted("It unpacks to more bytes than the limit.", "Split it, or unpack it and index the files.")

    def take_member(self) -> None:
        """Take one member; Exhausted when none is left."""
        self.members -= 1
        if self.members < 0:
            raise Exhausted("It has more members than the limit.", "Split it, or unpack it and index the files.")


@dataclass(frozen=True, slots=True)
class RawSource:
    """Bytes that hold one article or many: a file, or a member of one.

    Attributes:
        path: absolute path of the file.
        fragment: where in the file; "" for the whole file (see ``RawArticle.fragment``).
        name: the name whose suffix tells what to expect.
        opener: gives the bytes as a stream from their beginning; for a file as often as it is asked, for a member once.
        budget: what may still be unpacked of the file.
        depth: how many archives or compressed streams it lies in.
        on_disk: whether it is of a file, whose bytes can be read again, and was not fetched.
        charset: the encoding that its server names; None when it names none.
        known: what is known of its one article from elsewhere; stated where the article itself does not.
    """

    path: str
    fragment: str
    name: str
    opener: Callable[[], BinaryIO] = field(repr=False, compare=False)
    budget: Budget = field(repr=False, compare=False)
    depth: int = 0
    on_disk: bool = True
    charset: str | None = None
    known: tuple[Claim, ...] = ()

    @classmethod
    def of_file(cls, path: Path, limits: Limits) -> RawSource:
        """The file at ``path``; opening it raises ArticleError when it is not a readable regular file."""
        budget = Budget(limits.unpacked_bytes, limits.members)
        return cls(str(path.absolute()), "", path.name, lambda: open_regular(path), budget)

    @classmethod
    def of_bytes(
        cls,
        path: str,
        name: str,
        data: bytes,
        limits: Limits,
        charset: str | None = None,
        known: tuple[Claim, ...] = (),
    ) -> RawSource:
        """Bytes fetched from the address ``path``."""
        budget = Budget(limits.unpacked_bytes, limits.members)
        return cls(path, "", name, lambda: io.BytesIO(data), budget, on_disk=False, charset=charset, known=known)

    @property
    def location(self) -> str:
        """Path and fragment in one, as messages name it."""
        return self.location_of("")

    def location_of(self, fragment: str) -> str:
        """Where ``fragment`` of this source is, as messages name it: "dump.zip!2023/a.jsonl!17"."""
        return "!".join(filter(None, (self.path, self.fragment, fragment)))

    def open(self) -> BinaryIO:
        """The bytes, from their beginning."""
        return self.opener()

    def nested(self, fragment: str, opener: Callable[[], BinaryIO]) -> RawSource:
        """A member of this source, one deeper."""
        return replace(
            self,
            fragment="!".join(filter(None, (self.fragment, fragment))),
            name=PurePosixPath(fragment).name,
            opener=opener,
            depth=self.depth + 1,
            charset=None,
            known=(),
        )

    def article(
        self, text: str, claims: Iterable[Claim] = (), fragment: str = "", *, extracted_body: bool = False
    ) -> RawArticle:
        """An article extracted from this source (see ``RawArticle``); ArticleError when there is no text."""
        text = storable(text)
        if not any(character.isprintable() and not character.isspace() for character in text):
            raise ArticleError("It holds no text.", "Delete it, or save it again with its text.")
        found = list(claims)
        if not fragment:
            found += [each for each in self.known if each.field not in {own.field for own in found}]
        kept = tuple(
            sorted((replace(each, value=storable(each.value)) for each in found), key=lambda each: -each.confidence)
        )
        place = "!".join(filter(None, (self.fragment, fragment)))
        return RawArticle(self.path, text, None, content_hash(text, kept), place, kept, extracted_body)

    def read_whole(self, limit: int) -> bytes:
        """All bytes; ArticleError when there are more than ``limit``."""
        with self.open() as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise ArticleError(
                f"It is too large: more than {limit:,} bytes.", "Split it into articles, or raise max_file_bytes."
            )
        return data


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a part of one, that gives no article.

    Attributes:
        location: path and fragment.
        reason: what is wrong with it, a sentence.
        remedy: what can be done about it, a sentence.
        cut: whether what comes after it in the file cannot be read either.
    """

    location: str
    reason: str
    remedy: str
    cut: bool = False


class Format(Protocol):
    """One kind of file.

    Attributes:
        name: in words, for messages ("a ZIP archive").
        suffixes: of the names it usually has, lower case, with the dot.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def suffixes(self) -> tuple[str, ...]: ...  # noqa: D102

    def claims(self, head: bytes, name: str) -> bool:
        """Whether the first bytes (up to 8 kB) can only be of this format, whatever the name says."""
        ...

    def read(self, source: RawSource, limits: Limits) -> Iterator[RawArticle | RawSource | Skipped]:
        """Its articles, sources nested in it (to be read before the next item is asked for), and what is skipped.

        Any exception means that the rest cannot be read.
        """
        ...


def content_hash(text: str, claims: Iterable[Claim]) -> str:
    """SHA-256, hexadecimal, of an extracted article's text and what is stated about it.

    The bytes are the ASCII of ``json.dumps([text, [[field, value], ...]])``; how a value was found does not count.
    """
    form = json.dumps([text, [[each.field, each.value] for each in claims]])
    return hashlib.sha256(form.encode("ascii")).hexdigest()


def storable(text: str) -> str:
    """``text`` with halves of surrogate pairs joined, and lone ones replaced, so that it can be written as UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def skip(place: str, error: ArticleError, *, cut: bool = False) -> Skipped:
    """The expected failure ``error``, as what is reported about ``place`` (see ``Skipped``)."""
    return Skipped(place, error.problem, error.remedy, cut)


def ends_with(name: str, suffixes: tuple[str, ...]) -> bool:
    """Whether a name has one of the suffixes, whatever their case."""
    return name.lower().endswith(suffixes)


def has_suffix(name: str) -> bool:
    """Whether a name ends as those of files of some kind do; "story", "3.14" and "index.html?id=3" do not."""
    return _SUFFIX.search(name) is not None
