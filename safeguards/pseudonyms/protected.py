"""Values that are protected already: ciphertexts and tokens must not be taken for plain ones."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

from safeguards.crypto.envelope import MAGIC, is_envelope
from safeguards.errors import AlreadyProtected
from safeguards.pseudonyms.column import is_bytes, is_text, plain
from safeguards.pseudonyms.tokens.tokeniser import MARK, PATTERN, REVERSIBLE_MARK, REVERSIBLE_PATTERN

_FIRST = bytes((MAGIC,))
_SHARE = 0.5
_FORMS = ((MARK, PATTERN), (REVERSIBLE_MARK, REVERSIBLE_PATTERN))


def refuse_ciphertexts(values: Any) -> None:
    """Raise AlreadyProtected when an array of bytes holds an envelope."""
    if is_bytes(values.type) and any(
        value[:1] == _FIRST and is_envelope(value) for value in _present(values)
    ):
        raise AlreadyProtected("is encrypted: decrypt it first, or use Drop(); nothing was written")


def refuse_tokens(values: Any) -> None:
    """Raise AlreadyProtected when an array of text is one of tokens.

    That takes most of its cells: one that a user typed into a text is no reason to hold up an export.
    """
    if not is_text(values.type):
        return
    text = plain(values).cast("string").drop_null()
    tokens = sum(_fitting(text, mark, pattern) for mark, pattern in _FORMS)
    if tokens > len(text) * _SHARE:
        raise AlreadyProtected("holds tokens already: use Keep() or Drop(); nothing was written")


def _fitting(text: Any, mark: str, pattern: str) -> int:
    marked = text.filter(pc.starts_with(text, mark))  # which is quick, and of most columns leaves nothing
    return pc.sum(pc.match_substring_regex(marked, pattern)).as_py() or 0


def _present(values: Any) -> list[bytes]:
    unique: list[bytes] = plain(values).drop_null().to_pylist()
    return unique
