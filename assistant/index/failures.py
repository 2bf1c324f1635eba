"""What an error of SQLite, Chroma, tantivy or the system means: damaged files, or a shortage that passes."""

from __future__ import annotations

import errno
import re
import sqlite3
import zlib
from typing import Literal, NamedTuple

#: Of the system's refusals: what it is, as a pattern of their messages, and what to do.
_SHORTAGES = (
    (errno.EMFILE, r"too many open files", "Close other programs, or raise the limit of open files (ulimit -n)."),
    (errno.ENFILE, r"file table overflow", "Close other programs."),
    (errno.ENOSPC, r"no space left|disk (?:is )?full|disk quota", "Free some space, then try again."),
    (errno.EFBIG, r"file too large", "Raise the limit of a file's size (ulimit -f), or free some space."),
    (errno.EDQUOT, r"quota exceeded", "Free some space, then try again."),
    (errno.EACCES, r"permission denied|not authorized", "Give this user the rights to the folder, then try again."),
    (errno.EPERM, r"operation not permitted", "Give this user the rights to the folder, then try again."),
    (errno.EROFS, r"read-?only", "Make the folder writable, then try again."),
    (errno.ENOMEM, r"cannot allocate|out of memory", "Free some memory, then try again."),
    (errno.EIO, r"input/output error|disk i/o error", "Check the disk and its free space, then try again."),
    (errno.EBUSY, r"locked|busy", "Another program holds its files; try again when it is done."),
    (errno.EAGAIN, r"temporarily unavailable", "Try again."),
    (errno.ENOENT, r"unable to open database file", "See whether the folder is there and may be read, then try again."),
)


class Failure(NamedTuple):
    """What an error means.

    Attributes:
        damaged: "catalogue", or "derived" for what follows from it; None: the system has refused something.
        what: a clause for a message.
        remedy: what to do where nothing is damaged; "" otherwise.
    """

    damaged: Literal["catalogue", "derived"] | None
    what: str
    remedy: str = ""


def what_failed(error: BaseException) -> Failure | None:
    """What an error raised under the index means; None when it is no matter of files: a mistake in the program."""
    text = str(error) or type(error).__name__
    if isinstance(error, MemoryError):
        return Failure(None, "there is too little memory", "Free some memory, then try again.")
    if isinstance(error, OSError | sqlite3.OperationalError) or _is_of_engine(error):
        code = getattr(error, "errno", None)
        for number, pattern, remedy in _SHORTAGES:
            if (code is not None and code == number and code != errno.ENOENT) or re.search(
                pattern, text, re.IGNORECASE
            ):
                return Failure(None, text.rstrip("."), remedy)
    if isinstance(error, sqlite3.Error):
        if type(error) is sqlite3.DatabaseError:  # "malformed", "not a database"; damage has no class of its own
            return Failure("catalogue", f"its catalogue cannot be read ({text})")
        if isinstance(error, sqlite3.OperationalError) and re.search(r"no such (?:table|column)", text):
            return Failure("catalogue", f"its catalogue cannot be read ({text})")
        return Failure(None, text, "Try again.") if isinstance(error, sqlite3.OperationalError) else None
    if isinstance(error, zlib.error):
        return Failure("catalogue", f"a text of its catalogue cannot be read ({text})")
    if isinstance(error, OSError) or _is_of_engine(error):
        return Failure("derived", text.rstrip("."))
    return None


def _is_of_engine(error: BaseException) -> bool:
    """Whether it comes from tantivy (whose panics are no Exceptions) or from Chroma's core."""
    kind = type(error)
    return kind.__name__ == "PanicException" or (
        kind.__module__ == "chromadb.errors" and kind.__name__ == "InternalError"
    )
