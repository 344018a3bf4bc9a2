"""Whole numbers to whole numbers of one range: for numeric keys, which have to stay numeric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.crypto import ff1
from safeguards.errors import InputError
from safeguards.pseudonyms.column import all_of, by_unique, is_text, plain, refuse_unfit
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.generalisation.bands import numbers
from safeguards.pseudonyms.reversal.permit import Permit
from safeguards.pseudonyms.transform import Bound, Traits, Transform, require_domain
from safeguards.values import Secret

RADIX = 10
FEWEST_DIGITS, MOST_DIGITS = 6, 18
"""FF1's least domain of a million values, and what 64 bits hold."""

_PURPOSE = "ff1-integer"
# As files of text hold large floats.
_AS_FLOAT = r"^[1-9](\.[0-9]+)?e\+[0-9]{2}$"
_EXACT_DIGITS = 15
_LARGEST_BITS = 64
_DECIMAL = 38
# One number a text, and one text a number but for white space around it and the .0 that pandas writes where a
# column has NULLs. Zeros before it would make one of the codes 7 and 007.
_WRITTEN = r"^(0|[1-9][0-9]{0,17})(\.0+)?$"
_FRACTION = r"\.0+$"
_PADDED = r"^0+[0-9]+$"

Turn = Callable[..., Any]
"""FF1 over a batch, either way."""


@dataclass(frozen=True)
class FormatPreservingInteger(Transform):
    """FF1 (NIST SP 800-38G) over whole numbers from 0 to 10**digits - 1: each becomes another one of them.

    For primary keys that have to stay numbers: different numbers stay different, and one number becomes the
    same one in every column, of any type, of an item and a domain. Numbers outside the range are refused.

    Numbers written as text, as in every CSV file, become what the numbers become, as text without zeros
    before it; white space around them and a fraction of zeros (``7.0``) say nothing. Signs, commas and zeros
    before the number are refused: ``007`` may be another customer than ``7``.

    Args:
        item: the kind of personal data, if it is one.
        digits: 6 to 18; 9 for what has to fit 32 bits. Columns that refer to each other take the same.

    Raises:
        InputError: a setting is out of range.
    """

    name: ClassVar[str] = "format_preserving_integer"
    keyed: ClassVar[bool] = True

    digits: int = 9

    def __post_init__(self) -> None:
        super().__post_init__()
        whole = isinstance(self.digits, int) and not isinstance(self.digits, bool)
        if not whole or not FEWEST_DIGITS <= self.digits <= MOST_DIGITS:
            raise InputError(f"digits= is a whole number from {FEWEST_DIGITS} to {MOST_DIGITS}")

    @property
    def traits(self) -> Traits:
        """Different numbers stay different; they may have more digits than they had."""
        return Traits(injective=True, reversible=True, type_preserving=True)

    def width(self, longest: int | None) -> int | None:
        """Return the digits of the largest number, where numbers are written as text."""
        return self.digits

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return the same type, text for text of any kind, and no dictionary."""
        if pa.types.is_dictionary(kind):
            return self.output(kind.value_type)
        if pa.types.is_null(kind) or is_text(kind):
            return pa.string()
        most = _most_digits(kind)
        if most is None:
            raise InputError(f"is {kind}, which holds no whole numbers: use FormatPreserving() or Token()")
        if self.digits > most:
            raise InputError(f"is {kind}, which holds {most} digits at most: say digits={most} or widen it")
        return kind

    def bind(self, domain: Domain | None) -> Bound:
        """Derive the key of the domain and the item."""
        key_id, secret = require_domain(domain, "FormatPreservingInteger").key(self.item, _PURPOSE)
        return Bound(lambda values: self._turned(values, secret, ff1.encrypt_batch), key_id)

    def reverse(self, domain: Domain | None, permit: Permit) -> Bound:
        """Decrypt."""
        scope = require_domain(domain, "FormatPreservingInteger")
        key_id, secret = scope.key(self.item, _PURPOSE, permit.keyring)
        return Bound(lambda values: self._turned(values, secret, ff1.decrypt_batch), key_id)

    def holds(self, values: Any) -> Any | None:
        """Say which are whole numbers of the range, in text those that are written as such."""
        values = plain(values)
        if is_text(values.type):
            exact = pc.match_substring_regex(values, rf"^(0|[1-9][0-9]{{0,{self.digits - 1}}})$")
            floats = pc.match_substring_regex(values, _AS_FLOAT)
            return pc.or_(exact, pc.and_(floats, pc.fill_null(self._within(numbers(values)), False)))
        kind = values.type
        if pa.types.is_integer(kind) and kind.bit_width < _LARGEST_BITS:
            values = values.cast(pa.int64())
        if pa.types.is_floating(kind):
            values = values.cast(pa.float64())
        numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        return self._within(values) if numeric else all_of(values, False)

    def _turned(self, values: Any, key: Secret, turn: Turn) -> Any:
        kind, values = values.type, plain(values)
        numbers = self._numbers(values)
        changed = by_unique(numbers, lambda unique: self._unique(unique, key, turn))
        if pa.types.is_decimal(values.type):
            changed = changed.cast(pa.decimal128(_DECIMAL, 0))  # Arrow makes no narrower one of int64
        return changed.cast(self.output(kind))

    def _numbers(self, values: Any) -> Any:
        """Return int64; text, floats and decimals that are whole numbers of the range as such.

        Raises:
            Unfit: a value is none.
        """
        if is_text(values.type):
            bare = pc.utf8_trim_whitespace(values.cast(pa.string()))
            refuse_unfit(pc.match_substring_regex(bare, _PADDED), _ZEROS)
            refuse_unfit(pc.invert(pc.match_substring_regex(bare, _WRITTEN)), self._problem)
            numbers = pc.replace_substring_regex(bare, _FRACTION, "").cast(pa.int64())
        else:
            refuse_unfit(pc.invert(self._within(values)), self._problem)
            numbers = values.cast(pa.int64())
        refuse_unfit(pc.greater_equal(numbers, pa.scalar(RADIX**self.digits)), self._problem)
        return numbers

    def _within(self, values: Any) -> Any:
        """Say which numbers are whole and of the range."""
        whole = pa.types.is_integer(values.type)
        # A decimal of as many digits does not hold the bound; a float holds every one of them.
        kind: Any = values.type if whole else None
        number = float if pa.types.is_floating(values.type) else int
        least, beyond = (pa.scalar(number(bound), kind) for bound in (0, RADIX**self.digits))
        within = pc.and_(pc.greater_equal(values, least), pc.less(values, beyond))
        return within if whole else pc.and_(within, pc.equal(values, pc.floor(values)))

    @property
    def _problem(self) -> str:
        return (
            f"holds a value that is no whole number from 0 to {RADIX**self.digits - 1:,}, in text written in "
            f"digits alone; correct it, make it NULL, or say digits= up to {MOST_DIGITS} wherever it stands"
        )

    def _unique(self, unique: Any, key: Secret, turn: Turn) -> Any:
        if not len(unique):
            return unique
        powers = RADIX ** np.arange(self.digits - 1, -1, -1, dtype=np.int64)
        numbers: npt.NDArray[np.int64] = unique.to_numpy(zero_copy_only=False)
        numerals = (numbers[:, None] // powers) % RADIX
        return pa.array(turn(key, b"", numerals, RADIX).astype(np.int64) @ powers)


_ZEROS = (
    "holds a text with zeros before its number, which the number would lose: use FormatPreserving() or "
    "Token() for codes, wherever they stand, or take the zeros off"
)


def _most_digits(kind: pa.DataType) -> int | None:
    """Return the digits of the numbers that a type can hold all of; None for what holds no whole numbers."""
    if pa.types.is_integer(kind):
        bits = kind.bit_width - pa.types.is_signed_integer(kind)
        return len(str(2**bits - 1)) - 1
    if pa.types.is_float64(kind):
        return _EXACT_DIGITS
    if not pa.types.is_decimal(kind) or kind.scale < 0:  # as where only hundreds are held
        return None
    return int(kind.precision - kind.scale)
