"""What a sync has to do: files compared by content with what is indexed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

from assistant.articles import open_regular
from assistant.articles.formats import READING_VERSION, FieldMap, Limits, Skipped, is_plain, may_hold_records
from assistant.errors import ArticleError, NothingToIndexError
from assistant.index.catalogue.writer import KnownFile
from assistant.records import SkippedFile, SyncPreview, SyncReport

#: The coarsest clock of a file system in use (FAT's), nanoseconds.
_TICK_NS = 2_000_000_000
#: Called with a stage ("read", "clean", "embed"), how many are done and how many there are in all.
Progress = Callable[[str, int, int], None]
#: What a file is, beside the index that answered before.
Status: TypeAlias = Literal["new", "changed", "unchanged"]


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
        status: what each file is; files that give nothing are in ``skipped`` alone.
        to_ingest: files to be read, with what they are like now.
        to_carry: files whose articles a rebuild takes from an earlier catalogue.
        removed: paths of files that go.
        skipped: files and parts of files that give no article, with reasons.
        dated: files whose content is indexed, but with other times of change.
        excluded: how many files were removed from the index by hand and stay out.
        untouched: how many files the sync does not look at.
    """

    status: dict[str, Status] = field(default_factory=dict)
    to_ingest: dict[str, KnownFile] = field(default_factory=dict)
    to_carry: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    dated: dict[str, KnownFile] = field(default_factory=dict)
    excluded: int = 0
    untouched: int = 0

    def leave(self, path: str) -> None:
        """Leave a file out; its earlier version, if there is one, stays."""
        self.status.pop(path, None)

    def note(self, skipped: Iterable[Skipped]) -> None:
        """Report files and parts of files that give no article."""
        for item in skipped:
            reason = f"{item.reason} {item.remedy}"
            self.skipped.append(
                SkippedFile(item.location, reason if item.location in reason else f"{item.location}: {reason}")
            )

    def preview(self) -> SyncPreview:
        """What would be done."""
        return SyncPreview(
            new=self._with("new"),
            changed=self._with("changed"),
            removed=tuple(sorted(self.removed)),
            skipped=tuple(self.skipped),
            unchanged=len(self._with("unchanged")),
            excluded=self.excluded,
        )

    def report(self, articles: int, passages: int, embedded: int, repaired: Sequence[str]) -> SyncReport:
        """What was done, and what the index holds now."""
        return SyncReport(
            new=len(self._with("new")),
            changed=len(self._with("changed")),
            removed=len(self.removed),
            unchanged=len(self._with("unchanged")) + self.untouched,
            skipped=tuple(self.skipped),
            articles=articles,
            passages=passages,
            embedded=embedded,
            seconds=0.0,
            excluded=self.excluded,
            repaired=tuple(repaired),
        )

    def nothing_readable(self) -> NothingToIndexError:
        """The error for a run that would leave nothing to answer from."""
        reasons = [item.reason for item in self.skipped[:3]] or ["There are no article files there."]
        return NothingToIndexError(f"No file could be read. {' '.join(reasons)}", "Nothing was changed.")

    def _with(self, status: Status) -> tuple[str, ...]:
        return tuple(sorted(path for path, one in self.status.items() if one == status))


def plan_sync(
    files: Sequence[Path],
    roots: Sequence[str | Path],
    before: Mapping[str, KnownFile],
    held: Mapping[str, KnownFile],
    progress: Progress,
    reading: Reading,
) -> SyncPlan:
    """Compare the article ``files`` found under ``roots`` with those that are indexed.

    A known file is removed when it is gone from ``roots``, or when it is gone from elsewhere and one of ``files`` has
    its content: then it has moved. What was fetched from an address stays. A file that was read in another way than
    ``reading`` counts as changed.

    Args:
        files: what is there.
        roots: what was named.
        before: the files that answer now, by path.
        held: the files that need not be read: the same, and those that a sync which was cut short has ingested; none
            that a rebuild has not.
        progress: called with "read" as files are compared.
        reading: how files are read.
    """
    plan, contents = SyncPlan(), set()
    for done, path in enumerate(files, start=1):
        name = str(path)
        was, known = before.get(name), held.get(name)
        try:
            now = look_at(path, known, reading)
        except ArticleError as error:
            plan.skipped.append(SkippedFile(name, str(error)))
        else:
            contents.add(now.content)
            plan.status[name] = "new" if was is None else "unchanged" if was.digest == now.digest else "changed"
            if known is None or known.digest != now.digest:
                plan.to_ingest[name] = now
            elif known != now:
                plan.dated[name] = now
        progress("read", done, len(files))
    present, folders = {str(path) for path in files}, {Path(root).expanduser().resolve() for root in roots}
    plan.removed = [
        name
        for name, was in {**before, **held}.items()
        if "://" not in name
        and name not in present
        and (is_under(Path(name), folders) or (was.content in contents and not Path(name).exists()))
    ]
    return plan


def look_at(path: Path, was: KnownFile | None, reading: Reading) -> KnownFile:
    """A file as it is now, its digest with how it is read; ArticleError when it cannot be read.

    A file whose size and times of change are those of ``was`` is taken to hold the same bytes and is not read.
    """
    read_with = reading.mark(path.name)
    with open_regular(path) as file:
        status = os.fstat(file.fileno())
        times = (status.st_mtime_ns, status.st_ctime_ns)
        if (
            was is not None
            and was.modified_ns
            and (was.size, was.modified_ns, was.changed_ns)
            == (
                status.st_size,
                *times,
            )
        ):
            return replace(was, digest=_digest(was.content, read_with))
        try:
            digest = _digest(hashlib.file_digest(file, "sha256").hexdigest(), read_with)
        except OSError as error:
            raise ArticleError(f"The file {path} cannot be read: {error.strerror}.", "Check the disk.") from error
    # A file that changed just now may change again within the same tick of the file system's clock.
    at_rest = time.time_ns() - max(times) > _TICK_NS
    return KnownFile(digest, status.st_size, *(times if at_rest else (0, 0)))


def _digest(content: str, read_with: str) -> str:
    return f"{content} {read_with}" if read_with else content


def is_under(path: Path, roots: Set[Path]) -> bool:
    """Whether it is one of ``roots`` or lies in one of them, at a cost that does not grow with how many there are."""
    return not roots.isdisjoint((path, *path.parents))
