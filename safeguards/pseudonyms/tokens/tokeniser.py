"""Tokens of single values, by the standard library alone: what a column of a database binds."""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from numbers import Number
from typing import Any

from safeguards import items
from safeguards.crypto.envelope import is_envelope
from safeguards.crypto.tags import Tagger
from safeguards.errors import AlreadyProtected, InputError
from safeguards.keys import generation
from safeguards.pseudonyms.domain import TEXT, Domain
from safeguards.pseudonyms.spelling import as_nfc, require_no_boolean, require_zeros, spell

# Crockford's base 32 in lower case: no i, l, o and u, so that a token survives being read aloud.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
BITS = 5
_RFC_4648 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_GROUP_BYTES, _GROUP_LETTERS = 5, 8
_LETTERS = bytes.maketrans(_RFC_4648, ALPHABET.encode())

MARK = "tk1_"
"""What every token begins with: a token, format 1."""

LENGTH = 26
SHORTEST, LONGEST = 16, 51
_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,23}")
PATTERN = rf"^{MARK}[a-z][a-z0-9_]{{0,23}}_[{ALPHABET}]{{{SHORTEST},{LONGEST}}}$"
_TOKEN = re.compile(PATTERN)

REVERSIBLE_MARK = "rt1_"
"""What every reversible token begins with: format 1."""

# The synthetic IV and a block of padding of at least one byte.
REVERSIBLE_PATTERN = rf"^{REVERSIBLE_MARK}[a-z][a-z0-9_]{{0,23}}_[{ALPHABET}]{{28,}}$"
_REVERSIBLE = re.compile(REVERSIBLE_PATTERN)


def check_shape(prefix: object, length: object) -> None:
    """Raise InputError unless ``prefix`` is None or fit to stand in a token, and ``length`` in its range."""
    if prefix is not None and not (isinstance(prefix, str) and _PREFIX.fullmatch(prefix)):
        raise InputError("a token's prefix is up to 24 lower-case letters, digits and underscores")
    whole = isinstance(length, int) and not isinstance(length, bool)
    if not whole or not SHORTEST <= length <= LONGEST:  # type: ignore[operator]
        raise InputError(f"a token's length is a whole number from {SHORTEST} to {LONGEST}")


def head_of(item: str | None, prefix: str | None, mark: str = MARK) -> str:
    """Return what stands before a token's characters."""
    return f"{mark}{prefix or item or TEXT}_"


def canonical_of(item: str | None) -> Callable[[str], str]:
    """Return what makes one text of a value's spellings."""
    return as_nfc if item is None else items.get(item).canonical


@dataclass(frozen=True)
class TokenForm:
    """Which tokens can be equal: those of one domain, item, head and length. Data only, no key."""

    domain: Domain
    item: str | None
    head: str
    length: int

    @property
    def width(self) -> int:
        """Characters of a whole token."""
        return len(self.head) + self.length

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What every token of this form matches; another domain's tokens of the item match too."""
        return re.compile(rf"{re.escape(self.head)}[{ALPHABET}]{{{self.length}}}")

    def __str__(self) -> str:
        return f"domain {self.domain.name!r}, item {self.item or TEXT}, {self.width} characters"


class Tokeniser:
    """Makes the tokens of one form; equal to what :class:`~safeguards.pseudonyms.Token` makes of a column.

    It names a keyring and looks it up when it is needed. It can be pickled and copied, without the key.
    """

    __slots__ = ("_canonical", "_held", "form")

    def __init__(self, form: TokenForm) -> None:
        self.form = form
        self._canonical = canonical_of(form.item)
        self._held: tuple[object, str, Tagger] | None = None

    def token(self, value: object) -> str:
        """Return the token of a plain value.

        Raises:
            AlreadyProtected: the value is a token or a ciphertext.
            InputError: no text can be made of the value, it is a number that may have lost a zero, or it is a
                Boolean and there is an item.
            KeyringError: the domain's keyring is not there.
        """
        form = self.form
        if isinstance(value, bool):
            require_no_boolean(form.item, "is given a Boolean", "hand over the value itself")
        elif type(value) is not str and isinstance(value, Number):  # numpy's too
            require_zeros(form.item, f"is given a number ({type(value).__name__})", "keep it as text")
        canonical = _encoded(self._canonical(_plain_text(value)))
        begun = -(-form.length // _GROUP_LETTERS) * _GROUP_BYTES  # encoding the rest would double the time
        letters = b32encode(self._tagger().digest(canonical)[:begun])[: form.length]
        return form.head + letters.translate(_LETTERS).decode()

    def _tagger(self) -> Tagger:
        name = self.form.domain.keyring_name  # asked anew: a keyring named `pseudonyms` may have come
        held = self._held
        if held is None or held[0] is not generation.current or held[1] != name:
            # Read first: keys that change meanwhile are looked up again.
            current = generation.current
            held = self._held = (current, name, Tagger(self.form.domain.key(self.form.item)[1]))
        return held[2]

    def __reduce__(self) -> tuple[Any, ...]:
        return Tokeniser, (self.form,)


def _plain_text(value: object) -> str:
    if isinstance(value, bytes) and is_envelope(value):
        raise AlreadyProtected("is given a ciphertext: decrypt it first; nothing was written")
    text = spell(value)
    if text.lstrip().startswith((MARK, REVERSIBLE_MARK)) and _is_token(text.strip()):
        raise AlreadyProtected(
            "is given the text of a token, which is a pseudonym already; nothing was written"
        )
    return text


def _is_token(text: str) -> bool:
    return bool(_TOKEN.match(text) or _REVERSIBLE.match(text))


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        pass  # whose error would carry the value
    raise InputError("takes text of whole characters: this one holds half a surrogate pair")
