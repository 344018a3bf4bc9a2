"""How a field's values can be found without being decrypted: the declarations.

Each is a tag, an HMAC of something that equal answers have in common. Whoever reads the table sees which rows
have that in common, and nothing more: the less the values differ in it, the more their frequencies tell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from safeguards.errors import InputError
from safeguards.fields.codec import Codec
from safeguards.fields.normalise import Normaliser, digits, form_of

FULL_BITS = 128
LENGTHS = range(1, 65)
BUCKET_LIMIT = 1000
_MONTHS = 12
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Search:
    """What every search has: the width of its tag.

    ``bits`` below 128 makes unequal values share tags, so that frequencies tell less. Answers stay exact,
    because rows are checked again when they are decrypted; what cannot be checked so is refused: UNIQUE,
    joins, ``!=``, counting, LIMIT, UPDATE, DELETE and statements outside an ORM Session.
    """

    bits: int = FULL_BITS

    verb: ClassVar[str]  # the operator that it answers
    beside: ClassVar[bool] = False  # whether its tags stand in a table of their own, not in the envelope

    def __post_init__(self) -> None:
        if type(self.bits) is not int or not 1 <= self.bits <= FULL_BITS:
            raise InputError(f"{type(self).__name__}: bits is a whole number from 1 to {FULL_BITS}")

    @property
    def name(self) -> str:
        """The name of the tag: it ends the names of its index and of MariaDB's generated column."""
        raise NotImplementedError

    @property
    def is_whole(self) -> bool:
        """Whether the tag is of the whole canonical form and has all its bits."""
        return False

    @property
    def labels(self) -> tuple[str, ...]:
        """What sets the tag's key apart from those of other searches of the same field."""
        return *self._form_labels(), *(() if self.bits == FULL_BITS else ("bits", str(self.bits)))

    def _form_labels(self) -> tuple[str, ...]:
        raise NotImplementedError

    def check(self, field: str, codec: Codec) -> None:
        """Raise InputError where the field's values cannot be searched so."""
        if not codec.searchable:
            raise InputError(f"field {field}: equality of a {codec.takes} cannot be searched; drop search=")

    def form(self, value: Any, whole: Callable[[Any], bytes]) -> bytes:
        """Return what the tag is made of; ``whole`` gives the canonical form of a value."""
        raise NotImplementedError

    def __repr__(self) -> str:
        given = ((each.name, getattr(self, each.name), each.default) for each in fields(self))
        shown = (f"{name}={value!r}" for name, value, default in given if value != default)
        return f"{type(self).__name__}({', '.join(shown)})"


def check_text(field: str, search: Search, codec: Codec) -> None:
    """Raise InputError where the values of a field are no text."""
    if codec.python_type is not str:
        raise InputError(f"field {field}: {search!r} is for text, not for {codec.takes}")


def _checked_length(search: Search, option: str, length: int) -> None:
    if type(length) is not int or length not in LENGTHS:
        raise InputError(
            f"{type(search).__name__}: {option} is a whole number from {LENGTHS[0]} to {LENGTHS[-1]}"
        )


@dataclass(frozen=True, slots=True, repr=False)
class Exact(Search):
    """Equality: ``==``, ``!=``, ``in_``, UNIQUE and joins, over the value's canonical form.

    Columns that name the same ``group`` share a tag key and can be joined; without one, the same value has
    unrelated tags in two fields. ``normalise`` names what else is equal: ``"nfc"``, ``"caseless"``,
    ``"words"``, ``"compact"``, ``"digits"`` or a :class:`Normaliser`.
    """

    group: str | None = None
    normalise: str | Normaliser | None = None

    verb = "=="

    def __post_init__(self) -> None:
        Search.__post_init__(self)
        if self.normalise is not None:
            form_of(self.normalise)

    @property
    def name(self) -> str:
        """The tag's name."""
        return "tag"

    @property
    def is_whole(self) -> bool:
        """Whether nothing is normalised or cut off."""
        return self.normalise is None and self.bits == FULL_BITS

    def _form_labels(self) -> tuple[str, ...]:
        return normal_form(self.normalise)

    def check(self, field: str, codec: Codec) -> None:
        """Raise InputError for a normal form of what is no text."""
        Search.check(self, field, codec)
        if self.normalise is not None:
            check_text(field, self, codec)

    def form(self, value: Any, whole: Callable[[Any], bytes]) -> bytes:
        """Return the canonical form, normalised."""
        canonical = whole(value)
        return canonical if self.normalise is None else form_of(self.normalise)(canonical.decode()).encode()


@dataclass(frozen=True, slots=True, repr=False)
class Prefix(Search):
    """``startswith``: a tag of the first ``length`` characters of the text.

    A query of exactly that length is answered by the tag; a longer one is checked again after decryption; a
    shorter one needs a shorter Prefix beside this one. ``%`` and ``_`` in a query mean themselves.
    """

    length: int
    normalise: str | Normaliser | None = None

    verb = "startswith"

    def __post_init__(self) -> None:
        Search.__post_init__(self)
        _checked_length(self, "length", self.length)
        if self.normalise is not None:
            form_of(self.normalise)

    @property
    def name(self) -> str:
        """The tag's name."""
        return f"prefix{self.length}"

    def _form_labels(self) -> tuple[str, ...]:
        return "prefix", str(self.length), *normal_form(self.normalise)

    def check(self, field: str, codec: Codec) -> None:
        """Raise InputError for what is no text."""
        check_text(field, self, codec)

    def text(self, value: str) -> str:
        """Return the text that is compared."""
        return value if self.normalise is None else form_of(self.normalise)(value)

    def form(self, value: Any, whole: Callable[[Any], bytes]) -> bytes:
        """Return the beginning of the text."""
        return self.text(value)[: self.length].encode()


@dataclass(frozen=True, slots=True, repr=False)
class LastDigits(Search):
    """``endswith`` over digits: a tag of the last ``count`` digits, whatever stands between them."""

    count: int = 4

    verb = "endswith"

    def __post_init__(self) -> None:
        Search.__post_init__(self)
        _checked_length(self, "count", self.count)

    @property
    def name(self) -> str:
        """The tag's name."""
        return f"last{self.count}"

    def _form_labels(self) -> tuple[str, ...]:
        return "last digits", str(self.count)

    def check(self, field: str, codec: Codec) -> None:
        """Raise InputError for what is no text."""
        check_text(field, self, codec)

    def text(self, value: str) -> str:
        """Return the digits that are compared."""
        return digits(value)

    def form(self, value: Any, whole: Callable[[Any], bytes]) -> bytes:
        """Return the last digits."""
        return digits(value)[-self.count :].encode()


@dataclass(frozen=True, slots=True, repr=False)
class Bucket(Search):
    """``between`` over buckets of values: ``"year"`` or ``"month"`` of a date, or a function of one's own.

    The function takes a value and returns the whole number of its bucket, and never a smaller one for a
    greater value: ``Bucket(thousands, label="thousands")``. The label belongs to the tag's key. Moments are
    taken in UTC. Rows of the first and the last bucket are checked again after decryption, unless the
    bounds are a bucket's own first and last day.
    """

    by: str | Callable[[Any], int]
    label: str = field(default="", kw_only=True)

    verb = "between"

    def __post_init__(self) -> None:
        Search.__post_init__(self)
        if self.by not in _CALENDAR and not callable(self.by):
            raise InputError('Bucket takes "year", "month" or a function from a value to a whole number')
        if callable(self.by) != bool(self.label) or (self.label and not self.label.isidentifier()):
            raise InputError('a Bucket of a function, and no other, has a label=, such as "thousands"')

    @property
    def name(self) -> str:
        """The tag's name."""
        return self.label or str(self.by)

    def _form_labels(self) -> tuple[str, ...]:
        return "bucket", self.name

    def check(self, field: str, codec: Codec) -> None:
        """Raise InputError for the calendar of what is no date."""
        Search.check(self, field, codec)
        if not callable(self.by) and not issubclass(codec.python_type, date):
            raise InputError(f"field {field}: {self!r} is for dates and moments, not for {codec.takes}")

    def number(self, value: Any) -> int:
        """Return the bucket of a value.

        Raises:
            InputError: the field's function failed or gave no whole number, or the moment is outside of the
                years 1 to 9999 in UTC.
        """
        number = self.by if callable(self.by) else _CALENDAR[self.by]
        try:
            found = number(value)
        except Exception:
            found = None
        if type(found) is not int:  # raised here, since the error caught above may show the value
            raise InputError(
                f"{self.name} of a Bucket failed on a value: it takes each and gives a whole number"
            )
        return found

    def aligned(self, low: Any, high: Any) -> bool:
        """Say whether the bounds are days that begin and end buckets, so that tags alone answer."""
        if callable(self.by) or isinstance(low, datetime) or isinstance(high, datetime):
            return False
        begins = low == date.min or self.number(low - _DAY) != self.number(low)
        ends = high == date.max or self.number(high + _DAY) != self.number(high)
        return begins and ends

    def form(self, value: Any, whole: Callable[[Any], bytes]) -> bytes:
        """Return the bucket's number as text."""
        return b"%d" % self.number(value)


def _in_utc(value: date) -> date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _year(value: date) -> int:
    return _in_utc(value).year


def _month(value: date) -> int:
    day = _in_utc(value)
    return day.year * _MONTHS + day.month - 1


_CALENDAR: dict[Any, Callable[[date], int]] = {"year": _year, "month": _month}


def normal_form(normalise: str | Normaliser | None) -> tuple[str, ...]:
    """Return what a normal form adds to the labels of a search."""
    if normalise is None:
        return ()
    return "normalise", normalise.name if isinstance(normalise, Normaliser) else normalise
