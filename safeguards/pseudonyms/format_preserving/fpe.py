"""Format-preserving encryption of text: letters become letters of the same alphabet, and what stands between
them stays.
"""

from __future__ import annotations

import string
import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from safeguards import items
from safeguards.crypto import ff1
from safeguards.detection.checkdigits import expected
from safeguards.errors import InputError
from safeguards.items.checkdigit import CheckDigit
from safeguards.items.text import fold
from safeguards.pseudonyms.column import Unfit, map_text, plain, refuse_unfit, require_text
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.format_preserving.laid_out import Codes, LaidOut, lay_out
from safeguards.pseudonyms.reversal.permit import Permit
from safeguards.pseudonyms.spelling import as_nfc
from safeguards.pseudonyms.transform import Bound, Traits, Transform, require_domain
from safeguards.values import Secret

ALPHABETS: Mapping[str, str] = {
    "digits": string.digits,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "letters": string.ascii_letters,
    "alphanumeric": string.digits + string.ascii_letters,
    "hangul": "".join(map(chr, range(0xAC00, 0xD7A4))),
}
"""Alphabets by name; ``hangul`` has the 11,172 syllables of modern Korean."""

ROWS_AT_ONCE = 65_536
LONGEST = 10_000
"""Characters that are encrypted of one value: the time that FF1 takes grows with their square."""

_PURPOSE = "ff1"
_FIRST_VOWEL, _LAST_FINAL = "\u1160", "\u11ff"
"""Parts of Hangul syllables that NFC joins to what stands before them."""

Places = npt.NDArray[np.intp]
Turn = Callable[..., Any]
"""FF1 over a batch, either way."""


@dataclass(frozen=True)
class FormatPreserving(Transform):
    """FF1 (NIST SP 800-38G) over the characters of one alphabet; separators stay where they are.

    Different values stay different, and the length stays. Values with letters or digits of no part of the
    alphabet are refused, since these would be kept; so are values of which fewer than a million are possible,
    and texts of more than 10,000 such characters.
    Full-width digits and letters are those of ASCII, and dashes of any width one.
    A value without any letter or digit, such as an empty text, stays what it is.

    Args:
        item: the kind of personal data. Spellings of one value then get one pseudonym: those that only differ
            in separators keep them, others are written in the canonical form. A check digit is made anew,
            and is wrong where it was wrong.
        alphabet: ``digits``, ``lower``, ``upper``, ``letters``, ``alphanumeric``, ``hangul``, or the
            characters themselves, 2 to 65,536 of them, of which none is written as another one (as full-width
            forms are) or joins the one before it (as accents do).
        keep_first: how many characters of the alphabet stay at the value's beginning, such as a prefix. What
            is kept does not change the rest: equal rests stay equal under different prefixes.
        keep_last: how many stay at its end.

    Raises:
        InputError: a setting is out of range.
    """

    name: ClassVar[str] = "format_preserving"
    keyed: ClassVar[bool] = True

    alphabet: str = "digits"
    keep_first: int = 0
    keep_last: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        letters = ALPHABETS.get(self.alphabet, self.alphabet) if isinstance(self.alphabet, str) else ""
        if len(letters) not in ff1.RADIXES or len(set(letters)) != len(letters):
            known = ", ".join(ALPHABETS)
            raise InputError(f"alphabet= is one of {known}, or 2 to 65,536 different characters")
        if self.alphabet not in ALPHABETS and not _stays_apart(letters):
            raise InputError(
                "alphabet= has a character that is written as another one, or joins the one before it: "
                "take no full-width forms, spaces, marks or parts of syllables"
            )
        for name in ("keep_first", "keep_last"):
            kept = getattr(self, name)
            if not isinstance(kept, int) or isinstance(kept, bool) or kept < 0:
                raise InputError(f"{name}= is a number of characters, from 0 on")
        if self._check is not None and self.keep_last:
            raise InputError(f"keep_last= would keep the check digit of {self.item}, which is made anew")

    @property
    def traits(self) -> Traits:
        """Different values stay different, and are never longer than they were."""
        return Traits(injective=True, reversible=True, type_preserving=True, length_preserving=True)

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return text."""
        require_text(kind)
        return pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        """Derive the key of the domain and the item."""
        key_id, secret = require_domain(domain, "FormatPreserving").key(self.item, _PURPOSE)
        spelled = _folded if self.item is None else self._one_spelling
        return Bound(lambda values: self._turned(spelled(values), secret, ff1.encrypt_batch), key_id)

    def reverse(self, domain: Domain | None, permit: Permit) -> Bound:
        """Decrypt; a value that was written in the canonical form comes back in it."""
        scope = require_domain(domain, "FormatPreserving")
        key_id, secret = scope.key(self.item, _PURPOSE, permit.keyring)
        return Bound(lambda values: self._turned(_folded(values), secret, ff1.decrypt_batch), key_id)

    def holds(self, values: Any) -> Any | None:
        """Say which have no letter or digit but the alphabet's."""
        text = lay_out(plain(values).cast(pa.string()))
        others = np.unique(text.codes[_table(self._letters)[text.codes] < 0]).tolist()
        foreign = np.isin(text.codes, [code for code in others if _tells(chr(code))])
        found: Any = np.diff(np.concatenate(([0], np.cumsum(foreign)))[text.bounds]) == 0
        fits: Any = pa.array(found, pa.bool_())
        return fits if text.valid is None else pc.if_else(text.valid, fits, None)

    @property
    def _check(self) -> CheckDigit | None:
        item = items.get(self.item) if self.item is not None else None
        return item.check_digit if item and self._letters == string.digits else None

    @property
    def _letters(self) -> str:
        return ALPHABETS.get(self.alphabet, self.alphabet)

    def _turned(self, values: Any, key: Secret, turn: Turn) -> Any:
        text = plain(values).cast(pa.string())
        parts = []
        for start in range(0, len(text), ROWS_AT_ONCE):
            try:
                parts.append(self._some(lay_out(text.slice(start, ROWS_AT_ONCE)), key, turn))
            except Unfit as unfit:
                unfit.row += start
                raise
        return pa.concat_arrays(parts) if parts else text

    def _some(self, text: LaidOut, key: Secret, turn: Turn) -> Any:
        found = self._numerals(text)
        part = self._part(found)
        changed = found.numerals.copy()
        changed[part.places] = turn(key, b"", found.numerals[part.places], self._radix, part.bounds)
        if self._check is not None:
            _check_anew(self._check, found, changed)
        letters = _codes(self._letters)
        # ASCII is laid out as bytes, which hold no other letters: 0123가나 makes Hangul of digits alone.
        wide = np.promote_types(text.codes.dtype, letters.dtype)
        made = letters.take(changed).astype(wide, copy=False)
        if isinstance(found.ours, slice):
            return text.with_codes(made)
        codes = text.codes.astype(wide)
        codes[found.ours] = made
        return text.with_codes(codes)

    @property
    def _radix(self) -> int:
        return len(self._letters)

    def _one_spelling(self, values: Any) -> Any:
        """Give each value the canonical form where more than separators differs from it."""
        canonical = items.get(self.item or "").canonical

        def spelled(value: str) -> str:
            text = as_nfc(fold(value))
            found = canonical(text)
            return text if _bare(text) == _bare(found) else found

        return _no_longer(values, map_text(values, spelled))

    def _numerals(self, text: LaidOut) -> _Found:
        """Find the characters of the alphabet.

        Raises:
            Unfit: a letter or digit of another one stands beside them.
        """
        numerals = _table(self._letters).take(text.codes)
        ours = numerals >= 0
        if ours.all():
            return _Found(numerals, slice(None), text.bounds)
        others = np.unique(text.codes[~ours]).tolist()
        if foreign := [code for code in others if _tells(chr(code))]:
            place = int(np.flatnonzero(np.isin(text.codes, foreign))[0])
            raise Unfit(
                f"has a letter or digit that its alphabet ({self._called}) has not; it would be kept",
                text.row_of(place) + 1,
            )
        bounds = np.concatenate(([0], np.cumsum(ours)))[text.bounds]
        return _Found(numerals[ours], ours, bounds)

    @property
    def _called(self) -> str:
        return self.alphabet if self.alphabet in ALPHABETS else f"{self._radix} characters"

    def _part(self, found: _Found) -> _Part:
        """Return the numerals that are encrypted, without those that are kept.

        Raises:
            Unfit: there are too few of them in a value, or too many.
        """
        last = self.keep_last + (self._check is not None)
        counts = np.diff(found.bounds)
        lengths = np.maximum(counts - self.keep_first - last, 0)
        if (long := np.flatnonzero(lengths > LONGEST)).size:
            raise Unfit(_TEXT, int(long[0]) + 1)
        for length in _different(lengths[counts > 0]):
            try:
                ff1.check_domain(self._radix, length)
            except ValueError as error:
                row = int(np.flatnonzero((lengths == length) & (counts > 0))[0])
                problem = f"has a value of which {length} characters are encrypted: {error}"
                raise Unfit(problem, row + 1) from None
        bounds = np.concatenate(([0], np.cumsum(lengths)))
        filled = np.concatenate((bounds[:1], bounds[1:][lengths > 0]))
        if not self.keep_first + last:
            return _Part(slice(None), filled)
        starts = found.bounds[:-1] + self.keep_first
        return _Part(np.repeat(starts - bounds[:-1], lengths) + np.arange(bounds[-1]), filled)


_TEXT = (
    f"has a value of which more than {LONGEST:,} characters would be encrypted, which is a text: use "
    "RedactText(), Token() or Drop()"
)


class _Found(NamedTuple):
    """Numerals of all values one after the other, a mask of where they stand, and where each value begins."""

    numerals: npt.NDArray[np.int32]
    ours: npt.NDArray[np.bool_] | slice
    bounds: Places


class _Part(NamedTuple):
    """Places among numerals, and where those of each value that has some begin."""

    places: Places | slice
    bounds: Places


def _different(numbers: Places) -> list[int]:
    alike = len(numbers) and (numbers == numbers[0]).all()  # as most are, and quicker to see
    found: list[int] = numbers[:1].tolist() if alike else np.unique(numbers).tolist()
    return found


@lru_cache(len(ALPHABETS))
def _codes(letters: str) -> Codes:
    """Return the code points of an alphabet, as bytes where all are ASCII."""
    return np.array([ord(letter) for letter in letters], np.uint8 if letters.isascii() else np.uint32)


@lru_cache(len(ALPHABETS))
def _table(letters: str) -> npt.NDArray[np.int32]:
    """Return the numeral of each code point, -1 where it has none."""
    table = np.full(sys.maxunicode + 1, -1, np.int32)
    table[_codes(letters)] = np.arange(len(letters))
    return table


def _check_anew(check: CheckDigit, found: _Found, changed: npt.NDArray[np.int32]) -> None:
    """Make the last digit of each value as right or wrong as it was."""
    counts = np.diff(found.bounds)
    for count in _different(counts[counts > 0]):
        rows = np.flatnonzero(counts == count)
        if count - 1 > len(check.weights):
            raise Unfit("has more digits than its check digit is made of", int(rows[0]) + 1)
        last = found.bounds[rows] + count - 1
        bodies = found.bounds[rows][:, None] + np.arange(count - 1)
        wrong = found.numerals[last] - expected(check, found.numerals[bodies].astype(np.int64))
        changed[last] = (expected(check, changed[bodies].astype(np.int64)) + wrong) % 10


def _tells(sign: str) -> bool:
    """Say whether a sign is a letter or digit, or an accent, which would join another letter than its own."""
    return sign.isalnum() or unicodedata.combining(sign) > 0


def _stays_apart(letters: str) -> bool:
    """Say whether texts of these letters are read as they were written, whichever stand side by side."""
    marks = any(unicodedata.category(letter)[0] in "MZC" for letter in letters)
    parts = any(_FIRST_VOWEL <= letter <= _LAST_FINAL for letter in letters)
    return not marks and not parts and all(as_nfc(fold(letter)) == letter for letter in letters)


def _folded(values: Any) -> Any:
    """Fold what looks alike, in values that are not all ASCII; others stay, whoever stands beside them."""
    text = plain(values).cast(pa.string())
    if pc.all(pc.string_is_ascii(text)).as_py() in {True, None}:
        return text
    return _no_longer(text, map_text(text, lambda value: value if value.isascii() else as_nfc(fold(value))))


def _no_longer(values: Any, spelled: Any) -> Any:
    """Return ``spelled``; a column of the values' width must hold it.

    Raises:
        Unfit: a value's own spelling is shorter, as that of a ligature or of a number without its prefix.
    """
    longer = pc.greater(pc.utf8_length(spelled), pc.utf8_length(plain(values).cast(pa.string())))
    refuse_unfit(longer, "is longer in its usual spelling, which its pseudonym would have: write it so first")
    return spelled


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))
