"""Canonical forms of many values at once, as the bytes that pseudonyms are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.pseudonyms.column import as_text
from safeguards.pseudonyms.tokens.tokeniser import canonical_of


class _Plain(NamedTuple):
    """Texts whose canonical form one kernel of Arrow makes: those that match ``pattern`` and no others."""

    pattern: str
    made: Callable[[Any], Any]


# Printable ASCII without a space at either end: all that as_nfc() and plain() would do is done.
_TRIMMED = r"^([!-~]([ -~]*[!-~])?)?$"
_PLAIN: dict[str | None, _Plain] = {
    None: _Plain(_TRIMMED, lambda text: text),
    "email": _Plain(_TRIMMED, pc.ascii_lower),  # which is what casefold() makes of ASCII
    "kr_phone": _Plain(
        r"^010(-[0-9]{4}-[0-9]{4}|[0-9]{8})$", lambda text: pc.replace_substring(text, "-", "")
    ),
}


def canonical_bytes(item: str | None, values: Any) -> list[bytes]:
    """Return the canonical form of each value (none of them NULL) in UTF-8.

    Equal to ``canonical_of(item)`` of each value's text; where that is simple, a column is done at once.
    """
    text = as_text(values)
    plain = _PLAIN.get(item)
    if plain is None:
        return _one_by_one(item, text)
    fits = pc.match_substring_regex(text, plain.pattern)
    found = as_bytes(plain.made(text))
    if not pc.all(fits).as_py():
        odd = np.flatnonzero(~fits.to_numpy(zero_copy_only=False))
        for place, form in zip(odd.tolist(), _one_by_one(item, text.take(pa.array(odd))), strict=True):
            found[place] = form
    return found


def as_bytes(text: Any) -> list[bytes]:
    """Return each value of a string array in UTF-8."""
    found: list[bytes] = text.cast(pa.binary()).to_pylist()
    return found


def _one_by_one(item: str | None, text: Any) -> list[bytes]:
    canonical = canonical_of(item)
    return [canonical(value).encode() for value in text.to_pylist()]
