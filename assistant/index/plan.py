"""What a sync has to do: files compared with the catalogue by content."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.articles import open_regular
from assistant.articles.formats import READING_VERSION, FieldMap, Limits, Skipped, is_plain, may_hold_records
from assistant.errors import ArticleError, NothingToIndexError
from assistant.index.catalogue.staging import KnownFile
from assistant.records import SkippedFile, SyncPreview, SyncReport

#: The coarsest clock of a file system in use (FAT's), nanoseconds.
_TICK_NS = 2_000_000_000
#: Called with a stage ("read", "clean", "embed"), how many are done and how many there are in all.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read.

    Attributes:
        limits: how much of each.
        fields: names of the fields of records.
    """

    limits: Limits
    fields: FieldMap

    def mark(self, name: str) -> str:
        """What is noted beside the content of a file of that name: another one, and the file is read again."""
        if is_plain(name):
            return ""
        return f"{READING_VERSION}/{self.limits.article_bytes}/{self.fields.digest if may_hold_records(name) else ''}"


@dataclass(slots=True)
class SyncPlan:
    """Files by what has to be done with them.

    Attributes:
        fresh: files to be taken in, with what they are like now.
        known: paths among ``fresh`` that were indexed with another content.
        again: paths among ``fresh`` that were indexed with the same content, and are read again for a rebuild.
        staged: files that an interrupted run had taken in already, or a rebuild has taken over.
        removed: paths to be forgotten.
        skipped: files left out, with reasons.
        unchanged: how many files are indexed as they are.
        dated: those of them whose time of change is another, or tells versions apart only by now.
        left_out: how many files were removed from the index by hand and stay out.
        fetched: addresses whose pages were taken in; ``refetched`` of them were indexed with another content.
    """

    fresh: dict[Path, KnownFile] = field(default_factory=dict)
    known: set[Path] = field(default_factory=set)
    again: set[Path] = field(default_factory=set)
    staged: list[Path] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    unchanged: int = 0
    dated: dict[str, KnownFile] = field(default_factory=dict)
    left_out: int = 0
    fetched: list[str] = field(default_factory=list)
    refetched: int = 0

    def place(
        self, path: Path, now: KnownFile, known: KnownFile | None, staged: KnownFile | None, *, carried: bool
    ) -> None:
        """Decide about a file that is there."""
        was = staged or known
        if was is None or was.digest != now.digest:
            self.fresh[path] = now
            if known is not None or carried:
                self.known.add(path)
        elif carried:
            self.fresh[path] = now
            self.again.add(path)
        elif staged is not None:
            self.staged.append(path)
        else:
            self.unchanged += 1
            if now != was:
                self.dated[str(path)] = now

    def leave(self, path: Path) -> None:
        """Leave a file out; its earlier version, if there is one, stays."""
        self.fresh.pop(path, None)
        self.known.discard(path)
        if path in self.again:
            self.staged.append(path)
        self.again.discard(path)

    def note(self, skipped: Iterable[Skipped]) -> None:
        """Report files and parts of files that give no article."""
        for item in skipped:
            reason = f"{item.reason} {item.remedy}"
            self.skipped.append(SkippedFile(item.place, reason if item.place in reason else f"{item.place}: {reason}"))

    def preview(self) -> SyncPreview:
        """What would be done."""
        changed = {str(path) for path in self.known}
        taken = [str(path) for path in (*self.fresh, *self.staged)]
        return SyncPreview(
            new=tuple(sorted(path for path in taken if path not in changed)),
            changed=tuple(sorted(changed)),
            removed=tuple(sorted(self.removed)),
            skipped=tuple(self.skipped),
            unchanged=self.unchanged,
            left_out=self.left_out,
        )

    @property
    def nothing_to_do(self) -> bool:
        """Whether the index is in step already."""
        return not self.fresh and not self.removed and not self.staged and not self.fetched

    def report(self, articles: int, passages: int, embedded: int, carried: Container[str]) -> SyncReport:
        """What was done, and what the index holds now; ``carried`` are files that a rebuild took over."""
        rebuilt = sum(str(path) in carried for path in self.staged)
        taken = len(self.fresh) + len(self.staged) + len(self.fetched)
        return SyncReport(
            new=taken - len(self.known) - len(self.again) - rebuilt - self.refetched,
            changed=len(self.known) + self.refetched,
            removed=len(self.removed),
            unchanged=self.unchanged + rebuilt + len(self.again),
            skipped=tuple(self.skipped),
            articles=articles,
            passages=passages,
            embedded=embedded,
            seconds=0.0,
            left_out=self.left_out,
        )

    def nothing_readable(self) -> NothingToIndexError:
        """The error for a run that would leave nothing to answer from."""
        reasons = [item.reason for item in self.skipped[:3]] or ["There are no article files there."]
        return NothingToIndexError(f"No file could be read. {' '.join(reasons)}", "Nothing was changed.")


def plan_sync(
    files: Sequence[Path],
    paths: Sequence[str | Path],
    known: Mapping[str, KnownFile],
    staged: Mapping[str, KnownFile],
    progress: Progress,
    reading: Reading,
    carried: Container[str] = (),
) -> SyncPlan:
    """Compare the article ``files`` found under ``paths`` with the ``known`` and the ``staged`` ones.

    A known file is removed when it is gone from ``paths``, or when it is gone from elsewhere and one of
    ``files`` has its content: then it has moved. What was fetched from an address stays. A file that was read in
    another way than ``reading`` counts as changed; those that a rebuild has ``carried`` over are read again.
    """
    plan, contents = SyncPlan(), set()
    for done, path in enumerate(files, start=1):
        name = str(path)
        try:
            now = look_at(path, staged.get(name) or known.get(name), reading)
        except ArticleError as error:
            plan.skipped.append(SkippedFile(name, str(error)))
        else:
            contents.add(now.content)
            plan.place(path, now, known.get(name), staged.get(name), carried=name in carried)
        progress("read", done, len(files))
    present = {str(path) for path in files}
    roots = {Path(path).expanduser().resolve() for path in paths}
    plan.removed = [
        name
        for name, was in {**known, **staged}.items()
        if "://" not in name
        and name not in present
        and (is_under(Path(name), roots) or (was.content in contents and not Path(name).exists()))
    ]
    return plan


def look_at(path: Path, was: KnownFile | None, reading: Reading) -> KnownFile:
    """A file as it is now, its digest with how it is read; ArticleError when it cannot be read.

    A file whose size and time of change are those of ``was`` is taken to hold the same bytes and is not read.
    """
    read_with = reading.mark(path.name)
    with open_regular(path) as file:
        status = os.fstat(file.fileno())
        if was is not None and was.changed_ns and (status.st_size, status.st_mtime_ns) == (was.size, was.changed_ns):
            return replace(was, digest=_digest(was.content, read_with))
        try:
            digest = _digest(hashlib.file_digest(file, "sha256").hexdigest(), read_with)
        except OSError as error:
            raise ArticleError(f"The file {path} cannot be read: {error.strerror}.", "Check the disk.") from error
    # A file that changed just now may change again within the same tick of the file system's clock.
    settled = time.time_ns() - status.st_mtime_ns > _TICK_NS
    return KnownFile(digest, status.st_size, status.st_mtime_ns if settled else 0)


def _digest(content: str, read_with: str) -> str:
    return f"{content} {read_with}" if read_with else content


def is_under(path: Path, roots: Set[Path]) -> bool:
    """Whether it is one of ``roots`` or lies in one of them, at a cost that does not grow with how many there are."""
    return not roots.isdisjoint((path, *path.parents))
