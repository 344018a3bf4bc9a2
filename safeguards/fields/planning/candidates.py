"""Which searches fit a column, and how a person writes them on a command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from safeguards.errors import InputError
from safeguards.fields.codecs import codec_for
from safeguards.fields.normalise import digits
from safeguards.fields.search import Bucket, Exact, LastDigits, Prefix, Search

WRITTEN = "exact[:FORM], prefix:N[:FORM], last-digits:N or bucket:year|month"
_FORMS = ("caseless", "words", "compact")
_PREFIXES = (1, 2, 3)  # one syllable is a Korean surname, and two or three are most of a name
_LAST_DIGITS = 4
_LOOKED_AT = 1000
_MOST = 0.9


def parse_search(written: str) -> Search:
    """Return the search that ``written`` means, with all bits.

    Raises:
        InputError: it is none of ``exact[:FORM]``, ``prefix:N[:FORM]``, ``last-digits:N``, ``bucket:UNIT``.
    """
    kind, *rest = written.split(":")
    make = _MAKERS.get(kind)
    try:
        if make is not None:
            return make(*rest)
    except InputError as error:
        raise InputError(f"--search {written}: {error}") from None
    except (TypeError, ValueError):  # too many parts, or no number
        pass
    raise InputError(f"--search {written!r} is unknown; write {WRITTEN}")


def fitting(values: Sequence[Any], kind: type, item: str | None = None) -> tuple[Search, ...]:
    """Return the searches that make sense for values of a type, equality first.

    Text has normal forms unless an ``item`` gives its own, and prefixes, or ``LastDigits`` where nearly all
    of the first thousand values have the digits; dates have buckets.

    Raises:
        InputError: no search is for such values.
    """
    if not codec_for(kind).searchable:
        raise InputError(f"values of type {kind.__name__} cannot be searched")
    if issubclass(kind, date):
        return Exact(), Bucket("year"), Bucket("month")
    if kind is not str:
        return (Exact(),)
    forms = () if item else tuple(Exact(normalise=form) for form in _FORMS)
    if _has_digits(values):
        return Exact(), *forms, LastDigits(_LAST_DIGITS)
    return Exact(), *forms, *(Prefix(length) for length in _PREFIXES)


def _has_digits(values: Sequence[str]) -> bool:
    some = values[:_LOOKED_AT]
    return sum(len(digits(value)) >= _LAST_DIGITS for value in some) >= _MOST * len(some)


def _bucket(by: str) -> Search:
    return Bucket(by)


_MAKERS: dict[str, Callable[..., Search]] = {
    "exact": lambda form=None: Exact(normalise=form),
    "prefix": lambda length, form=None: Prefix(int(length), form),
    "last-digits": lambda count=_LAST_DIGITS: LastDigits(int(count)),
    "bucket": _bucket,
}
