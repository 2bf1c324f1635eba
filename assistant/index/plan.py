"""What a sync has to do: files compared with the catalogue by content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.articles import load_article, read_bytes
from assistant.errors import ArticleError, NothingToIndexError
from assistant.records import SkippedFile, SyncReport

#: Called with a stage ("read", "clean", "embed"), how many are done and how many there are in all.
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class SyncPlan:
    """Files by what has to be done with them; ``fresh`` maps a file to whether its path was known."""

    fresh: dict[Path, bool] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    unchanged: int = 0

    def skip(self, path: Path, error: ArticleError) -> None:
        """Leave a file out; its earlier version, if there is one, stays."""
        self.fresh.pop(path, None)
        self.skipped.append(SkippedFile(str(path), str(error)))

    def report(self, articles: int, passages: int, embedded: int) -> SyncReport:
        """What was done, and what the index holds now."""
        changed = sum(self.fresh.values())
        return SyncReport(
            new=len(self.fresh) - changed,
            changed=changed,
            removed=len(self.removed),
            unchanged=self.unchanged,
            skipped=tuple(self.skipped),
            articles=articles,
            passages=passages,
            embedded=embedded,
            seconds=0.0,
        )

    def nothing_readable(self) -> NothingToIndexError:
        """The error for a run that would leave nothing to answer from."""
        reasons = " ".join(item.reason for item in self.skipped[:3])
        return NothingToIndexError(f"No file could be read. {reasons}", "Nothing was changed.")


def plan_sync(
    files: Sequence[Path], paths: Sequence[str | Path], known: Mapping[str, str], max_bytes: int, progress: Progress
) -> SyncPlan:
    """Compare the article ``files`` found under ``paths`` with the ``known`` ones (path to content hash).

    A known file is removed when it is gone from ``paths``, or when it is gone from elsewhere and one of
    ``files`` has its content: then it has moved.
    """
    plan, hashes = SyncPlan(), set()
    for done, path in enumerate(files, start=1):
        name = str(path)
        try:
            digest = hashlib.sha256(read_bytes(path, max_bytes)).hexdigest()
            hashes.add(digest)
            if known.get(name) == digest:
                plan.unchanged += 1
            else:
                load_article(path, max_bytes)
                plan.fresh[path] = name in known
        except ArticleError as error:
            plan.skip(path, error)
        progress("read", done, len(files))
    present = {str(path) for path in files}
    roots = [Path(path).expanduser().resolve() for path in paths]
    plan.removed = [
        name
        for name, digest in known.items()
        if name not in present and (_is_under(Path(name), roots) or (digest in hashes and not Path(name).exists()))
    ]
    return plan


def _is_under(path: Path, roots: Sequence[Path]) -> bool:
    return any(path == root or root in path.parents for root in roots)
