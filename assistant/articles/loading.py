"""One file as a ``RawArticle``: its exact characters, and the codec that yields them."""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
import re
import stat
from io import BufferedReader
from pathlib import Path

from assistant.errors import ArticleError
from assistant.records import RawArticle

#: Byte order marks, the longer first; these codecs keep the mark as the first character.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Control bytes that ordinary text does not hold (tab, line ends, page ends and escape are ordinary).
_CONTROLS = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})
_MAX_CONTROL_SHARE = 0.01
_HIGH_TOGETHER = re.compile(rb"[\x80-\xff]{3,}")
#: Codecs that are not encodings of texts; decoding a long one takes for ever in some.
_NOT_OF_TEXTS = frozenset(("idna", "punycode", "raw-unicode-escape", "unicode-escape"))
_SURE_TEXT_CONTROLS = 4


def load_article(path: Path, max_bytes: int) -> RawArticle:
    """The file at ``path``, decoded: ``path.read_bytes().decode(result.encoding) == result.text``.

    The encoding is told by a byte order mark, else UTF-8 is tried, else it is estimated from the bytes.

    Args:
        path: a text file.
        max_bytes: size limit; larger files are refused without being read.

    Raises:
        ArticleError: the file is missing, unreadable, not a regular file, too large, binary, of no
            recognisable encoding, or holds no text; the message says which.
    """
    data = read_bytes(path, max_bytes)
    encoding, text = decode(path, data)
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise ArticleError(f"The file {path} is empty: it holds no text.", "Put text in it, or delete it.")
    return RawArticle(
        path=str(path.absolute()), text=text, encoding=encoding, content_hash=hashlib.sha256(data).hexdigest()
    )


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """The content of a file that may become an article; ArticleError as for ``load_article``."""
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > max_bytes:
            raise _too_large(path, size, max_bytes)
        try:
            data = file.read(max_bytes + 1)
        except OSError as error:
            raise _unreadable(path, error) from error
    if len(data) > max_bytes:  # it grew while it was being read
        raise _too_large(path, len(data), max_bytes)
    return data


def open_regular(path: Path) -> BufferedReader:
    """A regular file, open for reading; ArticleError as for ``load_article`` when it is not one."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ArticleError(f"The name of the file {path} is not UTF-8.", "Rename it.") from error
    # Without O_NONBLOCK, opening a named pipe would wait for a writer.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        file = os.fdopen(os.open(path, flags), "rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise _not_regular(path)
    return file


def _unreadable(path: Path, error: OSError) -> ArticleError:
    if isinstance(error, FileNotFoundError):
        return ArticleError(f"The file {path} is no longer there.", "Index again when the folder is settled.")
    if isinstance(error, PermissionError):
        return ArticleError(f"The file {path} may not be read: permission denied.", "Give read permission to it.")
    if isinstance(error, IsADirectoryError) or error.errno in (errno.ENXIO, errno.ENODEV):
        return _not_regular(path)
    return ArticleError(f"The file {path} cannot be read: {error.strerror}.", "Check the disk and the file.")


def _not_regular(path: Path) -> ArticleError:
    return ArticleError(f"The path {path} is not a regular file.", "Name a text file.")


def _too_large(path: Path, size: int, max_bytes: int) -> ArticleError:
    return ArticleError(
        f"The file {path} is too large: {size:,} bytes, and the limit is {max_bytes:,}.",
        "Split it into one file an article, or raise max_file_bytes.",
    )


def decode(path: Path | str, data: bytes) -> tuple[str, str]:
    """Codec name and text of a file's bytes; ArticleError, naming ``path``, as for ``load_article``."""
    for mark, encoding in _MARKS:
        if data.startswith(mark) and (text := _try_decode(data, encoding)) is not None:
            if _is_binary(text.encode("utf-8", "replace")):
                raise _binary(path)
            return encoding, text
    if (wide := _wide_encoding(data)) is not None and (text := _try_decode(data, wide)) is not None:
        return wide, text
    if _is_binary(data):
        raise _binary(path)
    if (text := _try_decode(data, "utf-8")) is not None:
        return "utf-8", text
    if (position := _damage_in_utf8(data)) is not None:
        raise ArticleError(
            f"The file {path} is damaged: it is UTF-8, but byte {position} does not fit.",
            "Save it again as UTF-8.",
        )
    estimate = _estimate(data)
    if estimate is None or (text := _try_decode(data, estimate)) is None:
        raise ArticleError(f"The encoding of {path} cannot be told.", "Save it again as UTF-8.")
    return estimate, text


def encoding_of(lines: bytes) -> str | None:
    """The codec of some lines of a text: UTF-8 if nearly all of them are, else an estimate; None if it is unknown."""
    return "utf-8" if _damage_in_utf8(lines) is not None else _estimate(lines)


def decode_as(data: bytes, declared: str | None) -> str | None:
    """The text of bytes in the encoding that is declared for them; None when they are not in it, or have a mark."""
    if not declared or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    try:
        # What says Latin-1 is, on the web, cp1252.
        name = codecs.lookup(declared).name
        if name in _NOT_OF_TEXTS:
            return None
        text = data.decode("cp1252" if name == "iso8859-1" else name)
    except (LookupError, ValueError):
        return None
    return None if "\x00" in text else text


def _binary(path: Path | str) -> ArticleError:
    return ArticleError(f"The file {path} is binary, not text.", "Convert it to a text file, or move it away.")


def _try_decode(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _is_binary(data: bytes) -> bool:
    controls = len(data) - len(data.translate(None, _CONTROLS))
    # A few stray bytes are allowed in any text, even a short one.
    return controls > max(_SURE_TEXT_CONTROLS, _MAX_CONTROL_SHARE * len(data)) or controls * 4 > len(data) > 0


def wide_encoding(head: bytes) -> str | None:
    """The codec of bytes that begin as UTF-16 or UTF-32 does, told by a byte order mark or by the zeros; else None."""
    marked = (encoding for mark, encoding in _MARKS if head.startswith(mark) and encoding != "utf-8")
    return next(marked, None) or _wide_encoding(head)


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 without a mark: nearly every second byte of mostly Western text is zero."""
    if len(data) < 8 or len(data) % 2:
        return None
    pairs = len(data) // 2
    zeros_even, zeros_odd = data[0::2].count(0), data[1::2].count(0)
    if zeros_odd > 0.7 * pairs and zeros_even < 0.05 * pairs:
        return "utf-16-le"
    if zeros_even > 0.7 * pairs and zeros_odd < 0.05 * pairs:
        return "utf-16-be"
    return None


def _damage_in_utf8(data: bytes) -> int | None:
    """Position of the first wrong byte, when nearly all other non-ASCII bytes are right UTF-8."""
    lenient = data.decode("utf-8", "replace")
    wrong = lenient.count("\ufffd")
    right = sum(character > "\x7f" for character in lenient) - wrong
    if right < 4 * wrong:
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _estimate(data: bytes) -> str | None:
    """A legacy codec for bytes that are not UTF-8."""
    if _looks_western(data):
        return "cp1252"
    from charset_normalizer import from_bytes  # slow to import, seldom needed

    best = from_bytes(data).best()
    return None if best is None else best.encoding


def _looks_western(data: bytes) -> bool:
    """Accented letters and typographic marks among many plain ones, as English and its neighbours have them."""
    high = sum(byte > 0x7F for byte in data)
    together = sum(map(len, _HIGH_TOGETHER.findall(data)))  # as in words of other scripts
    letters = sum(chr(byte).isalpha() for byte in data if byte < 0x80)
    return high * 3 <= letters and together * 2 <= high and _try_decode(data, "cp1252") is not None
