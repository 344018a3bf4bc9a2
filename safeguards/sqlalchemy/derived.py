"""Comparisons that tags of a part of the value answer: its beginning, its last digits, its bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ClauseElement, ColumnElement
from sqlalchemy.sql import operators

from safeguards.errors import OperatorRefused
from safeguards.fields import Bucket, LastDigits, Prefix, Slice
from safeguards.fields.search import BUCKET_LIMIT
from safeguards.sqlalchemy.lifecycle import DualRead
from safeguards.sqlalchemy.ngrams.condition import has_part, ngram_of
from safeguards.sqlalchemy.tag import NO_BUCKET, TagOf

if TYPE_CHECKING:
    from safeguards.sqlalchemy.types import Encrypted


class Range(list[int | None]):
    """The numbers of the buckets from ``low`` to ``high``; the repr shows nothing of them."""

    def __init__(self, numbers: Iterable[int | None], low: Any, high: Any) -> None:
        super().__init__(numbers)
        self.low = low
        self.high = high

    def __repr__(self) -> str:
        return "Range(***)"


def _starts(column: ColumnElement[Any], query: Any, **options: Any) -> ColumnElement[Any]:
    kind = _checked(column, "startswith", query, **options)
    if ngram_of(kind) and not _slices(kind, Prefix):
        return has_part(column, "startswith", query)
    found = [each for each in _slices(kind, Prefix) if len(each.search.text(query)) >= each.search.length]  # type: ignore[attr-defined]
    if not found:
        raise OperatorRefused(
            f"field {kind.field}: startswith() needs a Prefix in its search=, and a text as long"
        )
    where = max(found, key=lambda each: each.search.length)  # type: ignore[attr-defined]
    longer = len(where.search.text(query)) > where.search.length  # type: ignore[attr-defined]
    return TagOf(column, where, approximate=longer or where.approximate).operate(operators.eq, query)


def _ends(column: ColumnElement[Any], query: Any, **options: Any) -> ColumnElement[Any]:
    kind = _checked(column, "endswith", query, **options)
    if ngram_of(kind) and not _slices(kind, LastDigits):
        return has_part(column, "endswith", query)
    found = [each for each in _slices(kind, LastDigits) if len(each.search.text(query)) >= each.search.count]  # type: ignore[attr-defined]
    if not found:
        raise OperatorRefused(
            f"field {kind.field}: endswith() needs LastDigits in its search=, and no fewer digits than that"
        )
    if len(query) != len(found[0].search.text(query)):  # type: ignore[attr-defined]
        raise OperatorRefused(f"field {kind.field}: endswith() takes digits alone, which LastDigits compares")
    where = max(found, key=lambda each: each.search.count)  # type: ignore[attr-defined]
    longer = len(query) > where.search.count  # type: ignore[attr-defined]
    return TagOf(column, where, approximate=longer or where.approximate).operate(operators.eq, query)


def _between(column: ColumnElement[Any], low: Any, high: Any, symmetric: bool = False) -> ColumnElement[Any]:
    kind = _checked(column, "between", low, high, symmetric=symmetric)
    for bound in (low, high):
        kind.cipher.check(bound)
    ranges = [(each, _numbers(each, low, high)) for each in _slices(kind, Bucket)]
    found = [(each, numbers) for each, numbers in ranges if len(numbers) <= BUCKET_LIMIT]
    if not found:
        raise OperatorRefused(
            f"field {kind.field}: between() needs a Bucket in its search=, of which the range spans at most "
            f"{BUCKET_LIMIT}"
        )
    aligned = [pair for pair in found if pair[0].search.aligned(low, high)]  # type: ignore[attr-defined]
    # Tags alone answer a range of whole buckets; else small buckets leave the fewest rows to check.
    where, numbers = (
        min(aligned, key=lambda pair: len(pair[1])) if aligned else max(found, key=lambda pair: len(pair[1]))
    )
    tag = TagOf(column, where, approximate=not aligned or where.approximate)
    bound_numbers: BindParameter[Any] = BindParameter(
        None, Range(numbers or NO_BUCKET, low, high), type_=tag.type, unique=True, expanding=True
    )
    return tag.in_(bound_numbers)


def _has(verb: str, *, any_case: bool = False) -> Callable[..., ColumnElement[Any]]:
    def part(column: ColumnElement[Any], query: Any, **options: Any) -> ColumnElement[Any]:
        _checked(column, verb, query, **options)
        return has_part(column, verb, query, any_case=any_case)

    return part


DERIVED: dict[Callable[..., Any], Callable[..., ColumnElement[Any]]] = {
    operators.startswith_op: _starts,
    operators.endswith_op: _ends,
    operators.between_op: _between,
    operators.contains_op: _has("contains"),
    operators.icontains_op: _has("contains", any_case=True),
    operators.istartswith_op: _has("startswith", any_case=True),
    operators.iendswith_op: _has("endswith", any_case=True),
}


def _slices(kind: Encrypted, search: type) -> list[Slice]:
    return [each for each in kind.cipher.slices if isinstance(each.search, search)]


def _numbers(where: Slice, low: Any, high: Any) -> range:
    number = where.search.number  # type: ignore[attr-defined]
    return range(number(low), number(high) + 1)


def _checked(column: ColumnElement[Any], verb: str, *values: Any, **options: Any) -> Encrypted:
    kind: Encrypted = column.type  # type: ignore[assignment]
    is_text = verb != "between"
    plain = not any(
        isinstance(value, ClauseElement) or hasattr(value, "__clause_element__") or value is None
        for value in values
    )
    if kind.search is None or not plain or (is_text and not all(isinstance(v, str) for v in values)):
        raise OperatorRefused(
            f"field {kind.field} is encrypted: {verb!r} takes plain values and needs a search= for it"
        )
    if options.get("escape") or options.get("symmetric"):
        raise OperatorRefused(f"field {kind.field}: {verb}() takes no escape= and no symmetric=")
    if isinstance(kind.state, DualRead):
        raise OperatorRefused(
            f"field {kind.field} is in DualRead: its plaintext rows have no tag for {verb}()"
        )
    return kind
