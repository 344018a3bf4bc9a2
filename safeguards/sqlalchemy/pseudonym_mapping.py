"""What a pseudonymised column does to its table and its mapped class: no plain value stays in either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ClauseElement, Column, Table, event
from sqlalchemy.orm import Mapper

from safeguards.errors import InputError
from safeguards.sqlalchemy.hygiene import protect_table
from safeguards.sqlalchemy.pseudonymised import Pseudonymised


class _Computed:
    """A default's function, whose value is a pseudonym before SQLAlchemy keeps it anywhere."""

    def __init__(self, made: Callable[[Any], Any]) -> None:
        self._made = made

    def __call__(self, context: Any) -> Any:
        value, kind = self._made(context), context.current_column.type
        return value if _is_no_value(value) else kind.pseudonym(value)


def join(column: Column[Any], table: Table) -> None:
    """Name a column's place in its type, and refuse defaults that would be stored as they are."""
    kind, place = column.type, f"{table.fullname}.{column.name}"
    if isinstance(kind, Pseudonymised) and place not in kind.places:
        kind.places.append(place)
    defaults: tuple[Any, ...] = (column.default, column.onupdate)
    for default in defaults:
        if default is None:
            continue
        if default.is_clause_element or default.is_sequence:
            raise InputError(
                f"column {place}: a default in SQL would be stored as it is; use a function of Python"
            )
        if default.is_callable and not isinstance(default.arg, _Computed):
            default.arg = _Computed(default.arg)
    if column.server_default is not None or column.server_onupdate is not None:
        raise InputError(f"column {place}: a default of the database would be stored as it is; use default=")
    protect_table(table.name)


@event.listens_for(Mapper, "mapper_configured")
def _watch_attributes(mapper: Mapper[Any], owner: type) -> None:
    for prop in mapper.column_attrs:
        kind = getattr(prop.expression, "type", None)
        attribute = getattr(owner, prop.key)
        if (
            isinstance(kind, Pseudonymised)
            and isinstance(prop.expression, Column)
            and attribute.class_ is owner
        ):
            _convert_on_assignment(attribute, kind)
            _convert_what_statements_leave(owner, prop.key, kind)


def _convert_on_assignment(attribute: Any, kind: Pseudonymised) -> None:
    def converted(target: Any, value: Any, *_: Any) -> Any:
        return value if _is_no_value(value) else kind.pseudonym(value)

    event.listen(attribute, "set", converted, retval=True, propagate=True)


def _convert_what_statements_leave(owner: type, key: str, kind: Pseudonymised) -> None:
    """``update(Member).values(...)`` and defaults put plain values into objects of the session."""

    def convert(target: Any, *_: Any) -> None:
        held = vars(target)
        if key in held and not _is_no_value(held[key]):
            held[key] = kind.pseudonym(held[key])

    for name in ("refresh", "refresh_flush"):
        event.listen(owner, name, convert, propagate=True)


def _is_no_value(value: Any) -> bool:
    # SQL is checked when the statement is compiled.
    return value is None or isinstance(value, ClauseElement) or hasattr(value, "__clause_element__")
