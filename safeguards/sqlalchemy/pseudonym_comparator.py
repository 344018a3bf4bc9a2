"""Which operators a pseudonymised column answers; all others raise when they are built."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import BinaryExpression, BindParameter, ClauseElement, ColumnElement, Null
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeEngine

from safeguards.errors import OperatorRefused
from safeguards.sqlalchemy.pseudonym import Pseudonym

if TYPE_CHECKING:
    from safeguards.sqlalchemy.pseudonymised import Pseudonymised

_BY_NULL = {operators.is_, operators.is_not}
_BY_LIST = {operators.in_op, operators.not_in_op}
_EQUALITY = {operators.eq, operators.ne, operators.is_distinct_from, operators.is_not_distinct_from}
_ORDER = {operators.lt, operators.le, operators.gt, operators.ge}
_ORDER |= {operators.between_op, operators.not_between_op}
_UNARY = {
    operators.asc_op,
    operators.desc_op,
    operators.nulls_first_op,
    operators.nulls_last_op,
    operators.distinct_op,
}


class PseudonymComparator(TypeEngine.Comparator[Any]):
    """Compares pseudonyms as text; plain values become pseudonyms when the expression is built.

    So no expression holds a plain value, and the ORM evaluates it over loaded objects as the database does.
    """

    def operate(self, op: Callable[..., Any], *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        """Build the expression, or raise OperatorRefused."""
        if op in _UNARY:
            return super().operate(op, *other, **kwargs)
        others = [_element(each) for each in other]
        if op in _EQUALITY | _BY_NULL and _is_null(others[0]):
            return super().operate(op, None, **kwargs)
        if op in _EQUALITY:
            return self._compare(op, self._value(others[0]), **kwargs)
        if op in _BY_LIST:
            return self._compare(op, self._values(op, others[0]), **kwargs)
        if op in _ORDER and all(map(_has_order, others)):
            return self._compare(op, *map(self._value, others), **kwargs)
        return self._refuse(op)

    def reverse_operate(self, op: Callable[..., Any], other: Any, **kwargs: Any) -> NoReturn:
        """Refuse: no reversible operator has a meaning on a pseudonym."""
        self._refuse(op)

    def _compare(self, op: Callable[..., Any], *others: Any, **kwargs: Any) -> ColumnElement[Any]:
        from safeguards.sqlalchemy.pseudonym_checks import are_strangers

        expression = super().operate(op, *others, **kwargs)
        if isinstance(expression, BinaryExpression) and are_strangers(expression.left, expression.right):
            # SQLAlchemy compares columns to look them up: this one raises when it is compiled.
            return _Refused(self.expr, expression.right, op)
        return expression

    def _value(self, other: Any) -> Any:
        kind: Pseudonymised = self.type  # type: ignore[assignment]
        if isinstance(other, BindParameter):
            return _bound(other, kind)
        return other if isinstance(other, ClauseElement) else kind.pseudonym(other)

    def _values(self, op: Callable[..., Any], other: Any) -> Any:
        kind: Pseudonymised = self.type  # type: ignore[assignment]
        if isinstance(other, BindParameter):
            return _bound(other, kind)
        if isinstance(other, ClauseElement):
            return other
        if isinstance(other, (str, bytes)) or not hasattr(other, "__iter__"):
            self._refuse(op)
        return [None if each is None else self._value(_element(each)) for each in other]

    def _refuse(self, op: Callable[..., Any]) -> NoReturn:
        kind: Pseudonymised = self.type  # type: ignore[assignment]
        name = getattr(op, "__name__", str(op)).removesuffix("_op")
        raise OperatorRefused(
            f"{kind.place} keeps pseudonyms: {name!r} has no meaning on a plain value; it answers ==, !=, "
            "in_, not_in and is_(None), and joins with columns of the same domain, item and length"
        )


class _Refused(BinaryExpression[Any]):
    inherit_cache = True


@compiles(_Refused)
def _refuse(element: _Refused, compiler: Any, **kw: Any) -> NoReturn:
    from safeguards.sqlalchemy.pseudonym_checks import refuse

    refuse(element.left, element.right)


def _bound(parameter: BindParameter[Any], kind: Pseudonymised) -> BindParameter[Any]:
    """Return a parameter that binds as the column's, and holds a pseudonym where it holds a value."""
    made: BindParameter[Any] = parameter._with_binary_element_type(kind)
    if made.value is None:
        return made
    if made.expanding:
        made.value = [None if each is None else kind.pseudonym(each) for each in made.value]
    else:
        made.value = kind.pseudonym(made.value)
    return made


def _has_order(other: Any) -> bool:
    """Say whether text of the other side sorts among pseudonyms: plain values lie anywhere."""
    if isinstance(other, ClauseElement):
        return not isinstance(other, BindParameter)
    return isinstance(other, Pseudonym)


def _element(other: Any) -> Any:
    return other.__clause_element__() if hasattr(other, "__clause_element__") else other


def _is_null(other: Any) -> bool:
    return other is None or isinstance(other, Null)
