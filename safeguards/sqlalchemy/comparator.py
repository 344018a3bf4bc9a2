"""Which operators an encrypted column answers, and with what; all others raise when they are built."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import BinaryExpression, BindParameter, ClauseElement, ColumnElement, Label, Null, type_coerce
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeEngine

from safeguards.errors import OperatorRefused
from safeguards.fields import Exact
from safeguards.sqlalchemy.derived import DERIVED
from safeguards.sqlalchemy.dual_search import compare_both
from safeguards.sqlalchemy.lifecycle import PLAINTEXT, DualRead
from safeguards.sqlalchemy.tag import TagOf, tag_of

if TYPE_CHECKING:
    from safeguards.sqlalchemy.types import Encrypted

_EQUALITY = {operators.eq, operators.ne, operators.in_op, operators.not_in_op}
_CARRIES_TAG = {"column", "scalar_select", "grouping"}
_BY_LIST = {operators.in_op, operators.not_in_op}
_BY_NULL = {operators.is_, operators.is_not}


class EncryptedComparator(TypeEngine.Comparator[Any]):
    """Compares by search tag; ``is_(None)`` looks at the column itself."""

    def operate(self, op: Callable[..., Any], *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        """Build the expression, or raise OperatorRefused."""
        if self.type.state == PLAINTEXT:  # type: ignore[attr-defined]
            return type_coerce(self.expr, self.type.type).operate(op, *other, **kwargs)  # type: ignore[attr-defined]
        if op in {operators.eq, operators.ne} and _is_null(other[0]):
            op = operators.is_ if op is operators.eq else operators.is_not
        if op in _BY_NULL:
            return self._by_null(op, *other, **kwargs)
        if op in DERIVED:
            return DERIVED[op](_bare(self.expr), *other, **kwargs)
        if op not in _EQUALITY:
            self._refuse(op)
        return self._by_tag(op, other[0], **kwargs)

    def reverse_operate(self, op: Callable[..., Any], other: Any, **kwargs: Any) -> ColumnElement[Any]:
        """Refuse: no reversible operator has a meaning on ciphertext."""
        if self.type.state == PLAINTEXT:  # type: ignore[attr-defined]
            return type_coerce(self.expr, self.type.type).reverse_operate(op, other, **kwargs)  # type: ignore[attr-defined]
        return self._refuse(op)

    def _by_null(self, op: Callable[..., Any], *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        if not _is_null(other[0]):
            self._refuse(op)
        return super().operate(op, *other, **kwargs)

    def _by_tag(self, op: Callable[..., Any], other: Any, **kwargs: Any) -> ColumnElement[Any]:
        element = other.__clause_element__() if hasattr(other, "__clause_element__") else other
        if op in _BY_LIST and not _is_list_of_values(element):
            self._refuse(op)
        if isinstance(element, ColumnElement) and not isinstance(element, BindParameter):
            return self._by_column(op, element, **kwargs)
        tag = self._tag
        if isinstance(self.type.state, DualRead):  # type: ignore[attr-defined]
            return compare_both(op, tag, element)
        if isinstance(element, BindParameter):
            element = element._with_binary_element_type(tag.type)
        elif isinstance(element, ClauseElement):
            self._refuse(op)
        return tag.operate(op, element, **kwargs)

    def _by_column(
        self, op: Callable[..., Any], other: ColumnElement[Any], **kwargs: Any
    ) -> ColumnElement[Any]:
        # SQLAlchemy also compares columns to look them up, so that this may not raise: an expression without
        # meaning is refused when it is compiled.
        expression = super().operate(op, other, **kwargs)
        if isinstance(expression, BinaryExpression) and _same_tags(self.type, other.type):
            expression.left, expression.right = self._tag, tag_of(_bare(other))
        return expression

    @cached_property
    def _tag(self) -> TagOf:  # a column keeps its comparator, and statements may share an expression
        kind: Encrypted = self.type  # type: ignore[assignment]
        if kind.cipher.exact is None:
            raise OperatorRefused(
                f"field {kind.field} cannot be compared: equal values have different ciphertexts; "
                "declare it with search=Exact()"
            )
        return tag_of(_bare(self.expr))

    def _refuse(self, op: Callable[..., Any]) -> NoReturn:
        kind: Encrypted = self.type  # type: ignore[assignment]
        name = getattr(op, "__name__", str(op)).removesuffix("_op")
        raise OperatorRefused(
            f"field {kind.field} is encrypted: {name!r} has no meaning on it; it answers {_answers(kind)}"
        )


def _answers(kind: Encrypted) -> str:
    """Say what the column can be asked, by its own searches."""
    found = dict.fromkeys(
        "==, !=, in_, not_in and joins with columns of the same group"
        if isinstance(search, Exact)
        else f"{search.verb}()"
        for search in kind.cipher.searches
    )
    return ", ".join([*found, "is_(None)"])


def _is_list_of_values(other: Any) -> bool:
    """Say whether IN compares with values, each of which gets its tag, and with no SQL expression."""
    if isinstance(other, (ClauseElement, str, bytes)):
        return isinstance(other, BindParameter)
    try:
        return not any(
            isinstance(part, ClauseElement) or hasattr(part, "__clause_element__") for part in other
        )
    except TypeError:
        return False


def _is_null(other: Any) -> bool:
    return other is None or isinstance(other, Null)


def _bare(element: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the column behind a label.

    Raises:
        OperatorRefused: the element is computed, so that its first bytes are no tag.
    """
    while isinstance(element, Label):
        element = element.element
    if element.__visit_name__ not in _CARRIES_TAG:
        kind: Encrypted = element.type  # type: ignore[assignment]
        raise OperatorRefused(f"field {kind.field} is encrypted: an expression over it cannot be compared")
    return element


def _same_tags(mine: Any, other: Any) -> bool:
    """Say whether two types make the same tag of the same value."""
    from safeguards.sqlalchemy.types import Encrypted

    return (
        isinstance(other, Encrypted)
        and not any(isinstance(kind.state, DualRead) for kind in (mine, other))
        and mine.cipher.shares_tags(other.cipher)
    )
