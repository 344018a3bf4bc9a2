"""Text files as bytes: which encoding they are in, and what compresses them."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal, cast

import pyarrow as pa

from safeguards.errors import InputError

CHUNK = 1 << 20
# The encodings that Korean exports come in; UTF-8 first, because other text hardly ever happens to be UTF-8.
CANDIDATES = ("utf-8", "cp949")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
COMPRESSIONS: dict[str, Literal["gzip", "zstd"]] = {".gz": "gzip", ".zst": "zstd"}


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open ``path`` for reading, decompressed as its ending says.

    Raises:
        InputError: the file is missing, unreadable or not what its ending says.
    """
    compression = COMPRESSIONS.get(path.suffix.lower())
    try:
        with pa.OSFile(str(path), "rb") as raw:
            stream = pa.CompressedInputStream(cast(Any, raw), compression) if compression else raw
            with stream:
                yield cast(IO[bytes], stream)
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({_reason(error)})") from None


def check_readable(path: Path) -> None:
    """Raise InputError when ``path`` is no file, or may not be read."""
    if not path.exists():
        raise InputError(f"no such file: {path}")
    if not path.is_file():
        raise InputError(f"not a file: {path}")
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def find_encoding(path: Path) -> str:
    """Tell a text file's encoding from its byte order mark, or from the first megabyte that is not ASCII.

    Raises:
        InputError: it is neither UTF-8 nor CP949.
    """
    with open_bytes(path) as stream:
        head = stream.read(CHUNK)
        marked = _marked(head)
        while marked is None and head and head.isascii():
            head = stream.read(CHUNK)
        # A chunk of ASCII ends in a whole character, so this one starts with a whole character too.
        return marked or encoding_of(head, path.name, complete=not stream.read(1))


def encoding_of(head: bytes, name: str, *, complete: bool) -> str:
    """Tell the encoding of a text from its first bytes, or from all of them where it is ``complete``.

    Raises:
        InputError: it is neither UTF-8 nor CP949.
    """
    if marked := _marked(head):
        return marked
    for candidate in CANDIDATES:
        if _decodes(head, candidate, complete):
            return candidate
    raise InputError(f"{name}: the text is neither UTF-8 nor CP949; name its encoding or convert the file")


def _marked(head: bytes) -> str | None:
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def check_encoding(encoding: str) -> str:
    """Return ``encoding`` as given, or raise InputError when Python knows no such one."""
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise InputError(f"unknown encoding {encoding!r}; try utf-8, cp949 or utf-16") from None
    return encoding


def decode_start(data: bytes, encoding: str) -> str:
    """Decode the beginning of a text, which may end within a character.

    Raises:
        UnicodeDecodeError: it is not in that encoding.
    """
    return codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)().decode(data)


def _decodes(data: bytes, encoding: str, complete: bool) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(data, final=complete)
    except UnicodeDecodeError:
        return False
    return True


def _reason(error: OSError) -> str:
    return error.strerror or "damaged or not compressed as its name says"
