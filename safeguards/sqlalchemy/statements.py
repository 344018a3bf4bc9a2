"""The check of whole statements: an encrypted column stands only where its ciphertext misleads nobody.

It runs when a statement is compiled, which SQLAlchemy caches, and so costs nothing for each execution.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from sqlalchemy import (
    BindParameter,
    ClauseElement,
    ColumnElement,
    CompoundSelect,
    Delete,
    Insert,
    Label,
    Null,
    Select,
    Table,
    Update,
    event,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BinaryExpression, Grouping, TypeCoerce, _textual_label_reference
from sqlalchemy.sql.functions import count
from sqlalchemy.sql.selectable import FromClause, Join, ScalarSelect, SelectBase, _CompoundSelectKeyword

from safeguards.errors import OperatorRefused
from safeguards.sqlalchemy.hygiene import hide_values
from safeguards.sqlalchemy.mapping import is_encrypted
from safeguards.sqlalchemy.ngrams.condition import RowOf
from safeguards.sqlalchemy.ngrams.side import sides_of
from safeguards.sqlalchemy.password import PasswordHash
from safeguards.sqlalchemy.pseudonym_checks import are_strangers, check_comparisons, check_stored, protect
from safeguards.sqlalchemy.pseudonym_checks import refuse as refuse_strangers
from safeguards.sqlalchemy.pseudonymised import Pseudonymised
from safeguards.sqlalchemy.tag import Sealed, TagOf
from safeguards.sqlalchemy.types import Encrypted

_GUARDED = (Encrypted, PasswordHash, Pseudonymised)
_KEEPS_DUPLICATES = {_CompoundSelectKeyword.UNION_ALL}


@compiles(Select)
def _select(statement: Select[Any], compiler: SQLCompiler, **kw: Any) -> str:
    columns = list(statement._raw_columns)
    _check_distinct(statement)
    _check((column for column in columns if not _is_plain(column)), "a function, CAST or expression")
    _check(statement._where_criteria, "WHERE")
    _check(statement._having_criteria, "HAVING")
    _check_sorting(statement)
    _check(_join_conditions(statement), "a join condition")
    _check(_orm_criteria(statement), "criteria of a loader")
    return hide_values(compiler, compiler.visit_select(statement, **kw))  # type: ignore[no-untyped-call]


@compiles(CompoundSelect)
def _compound(statement: CompoundSelect[Any], compiler: SQLCompiler, **kw: Any) -> str:
    if statement.keyword not in _KEEPS_DUPLICATES:
        _refuse_first(statement.selected_columns, statement.keyword.value)
    _check_mixed(statement)
    _check_sorting(statement)
    return hide_values(compiler, compiler.visit_compound_select(statement, **kw))  # type: ignore[no-untyped-call]


@compiles(Update)
def _update(statement: Update, compiler: SQLCompiler, **kw: Any) -> str:
    protect(statement.table)
    _refuse_hidden(statement, kw)
    _check(statement._where_criteria, "WHERE")
    _check_assignments(statement, statement._values)
    _check_returning(statement)
    return hide_values(compiler, compiler.visit_update(statement, **kw))


@compiles(Delete)
def _delete(statement: Delete, compiler: SQLCompiler, **kw: Any) -> str:
    _refuse_hidden(statement, kw)
    _check(statement._where_criteria, "WHERE")
    _check_returning(statement)
    return hide_values(compiler, compiler.visit_delete(statement, **kw))  # type: ignore[no-untyped-call]


@compiles(Insert)
def _insert(statement: Insert, compiler: SQLCompiler, **kw: Any) -> str:
    protect(statement.table)
    _refuse_hidden(statement, kw)
    _check_assignments(statement, statement._values)
    for rows in statement._multi_values:
        for row in rows:
            pairs = row if isinstance(row, dict) else dict(zip(statement.table.c, row, strict=False))
            _check_assignments(statement, pairs)
    _check_upsert(statement)
    _check_returning(statement)
    if statement.select is not None:
        _check_copied(statement)
    return hide_values(compiler, compiler.visit_insert(statement, **kw))  # type: ignore[no-untyped-call]


def _is_plain(element: Any) -> bool:
    """Say whether a SELECT gives the column itself, under whatever name."""
    while isinstance(element, Label):
        element = element.element
    return _is_source(element) or (is_encrypted(element) and _is_column(element))


def _is_source(element: Any) -> bool:
    # A function is both a column and a source of rows.
    return isinstance(element, FromClause) and not isinstance(element, ColumnElement)


def _is_column(element: Any) -> bool:
    return getattr(element, "is_clause_element", False) and element.__visit_name__ in {
        "column",
        "scalar_select",
        "grouping",
    }


def _check(elements: Iterable[Any], position: str) -> None:
    for element in elements:
        for found in _exposed(element):
            _refuse(found, position)
        check_comparisons(element)


def _exposed(element: Any) -> Iterator[Any]:
    """Yield encrypted columns below ``element`` that are not behind a tag, an IS NULL or a type_coerce."""
    if isinstance(element, (TagOf, RowOf, TypeCoerce, SelectBase)) or _is_source(element):
        return
    if _tests_null(element) or _counts(element):
        return
    if is_encrypted(element):
        yield element
        return
    if isinstance(element, BinaryExpression):
        yield from _selected(element.left)
        yield from _selected(element.right)
    for child in element.get_children():
        yield from _exposed(child)


def _selected(side: Any) -> Iterator[Any]:
    """Yield encrypted columns of a subquery that a comparison takes as a row or a list of rows."""
    while isinstance(side, (Grouping, ScalarSelect)):
        side = side.element
    if isinstance(side, SelectBase):
        yield from filter(is_encrypted, side.selected_columns)


def _tests_null(element: Any) -> bool:
    return (
        isinstance(element, BinaryExpression)
        and element.operator in {operators.is_, operators.is_not}
        and isinstance(element.right, Null)
    )


def _counts(element: Any) -> bool:
    """COUNT of non-NULL values is exact; COUNT(DISTINCT ...) has an operator inside and is not."""
    return isinstance(element, count) and all(_is_column(child) for child in element.clauses)


def _join_conditions(statement: Select[Any]) -> Iterator[Any]:
    for _, condition, _, _ in statement._setup_joins:
        if isinstance(condition, ColumnElement):
            yield condition
    for source in (*statement._from_obj, *statement._raw_columns):
        yield from _on_clauses(source)


def _orm_criteria(statement: Select[Any]) -> Iterator[Any]:
    """Yield conditions that the ORM adds while it compiles: of joins, loaders and with_loader_criteria."""
    for target, *_ in statement._setup_joins:
        yield from getattr(target, "_extra_criteria", ())
    for option in statement._with_options:
        for part in getattr(option, "context", ()):
            yield from getattr(part, "_extra_criteria", ())
        if isinstance(option, LoaderCriteriaOption):
            yield from (option._resolve_where_criteria(mapper) for mapper in option._all_mappers())


def _on_clauses(source: Any) -> Iterator[Any]:
    if isinstance(source, Join):
        if source.onclause is not None:
            yield source.onclause
        yield from _on_clauses(source.left)
        yield from _on_clauses(source.right)


def _check_distinct(statement: Select[Any]) -> None:
    _check(statement._distinct_on, "DISTINCT ON")
    for extension in (
        getattr(statement, "_post_select_clause", None),
        getattr(statement, "_pre_columns_clause", None),
    ):
        if extension is not None:
            _check(extension.get_children(), "DISTINCT ON")
    if not statement._distinct:
        return
    # Rows of a table differ by its primary key, whatever its ciphertexts are.
    whole = {hash(source) for source in statement._raw_columns if _has_primary_key(source)}
    others = (each for each in statement.selected_columns if hash(getattr(each, "table", None)) not in whole)
    _refuse_first(others, "DISTINCT")


def _has_primary_key(source: Any) -> bool:
    return isinstance(source, Table) and bool(source.primary_key.columns)


def _check_mixed(statement: CompoundSelect[Any]) -> None:
    """One column of a UNION holds one field: SQLAlchemy reads and compares all rows as the first SELECT's."""
    first, *others = (select.selected_columns for select in statement.selects)
    for other in others:
        for ours, theirs in zip(first, other, strict=False):
            fields = [
                getattr(side.type, "field", None) if is_encrypted(side) else None for side in (ours, theirs)
            ]
            if not _is_null(theirs) and are_strangers(ours, theirs):
                refuse_strangers(ours, theirs)
            if fields[0] != fields[1] and not _is_null(theirs):
                _refuse(ours if fields[0] else theirs, f"{statement.keyword.value} with something else")


def _is_null(element: Any) -> bool:
    while isinstance(element, Label):
        element = element.element
    return isinstance(element, Null)


def _check_sorting(statement: Select[Any] | CompoundSelect[Any]) -> None:
    for clauses, position in (
        (statement._order_by_clauses, "ORDER BY"),
        (statement._group_by_clauses, "GROUP BY"),
    ):
        _check(clauses, position)
        parts = (part for clause in clauses for part in visitors.iterate(clause))
        named = {part.element for part in parts if isinstance(part, _textual_label_reference)}
        if named:
            _refuse_first((c for c in _nameable(statement) if named & _names(c)), position)


def _nameable(statement: Select[Any] | CompoundSelect[Any]) -> Iterator[Any]:
    """Yield what a name in ORDER BY may mean: a selected column first, or one of a table."""
    yield from statement.selected_columns
    if isinstance(statement, Select):
        joined: Iterator[Any] = (target for target, *_ in statement._setup_joins)
        for source in (*statement.columns_clause_froms, *statement._from_obj, *joined):
            yield from source.c if isinstance(source, FromClause) else source.entity.selectable.c


def _names(column: Any) -> set[Any]:
    return {getattr(column, "key", None), getattr(column, "name", None)}


def _check_assignments(statement: Update | Insert, values: Any) -> None:
    for key, value in dict(values or {}).items():
        column = statement.table.c.get(key) if isinstance(key, str) else key
        value = value.__clause_element__() if hasattr(value, "__clause_element__") else value
        check_stored(column, value)
        if not isinstance(value, ClauseElement) or isinstance(value, Null):
            continue
        if isinstance(value, BindParameter):
            _check_bound(column, value)
            continue
        if is_encrypted(column) and not _is_same_field(column, value):
            _refuse(column, "an assignment computed by the database, which would store something else")
        if not is_encrypted(column):
            _check([value], "an assignment to another column")


def _check_bound(column: Any, value: BindParameter[Any]) -> None:
    """Refuse a value with a type of its own, such as ``literal("...")``: it would be stored unencrypted."""
    if not is_encrypted(column) or value.type._isnull or isinstance(value.type, Sealed):
        return
    if not is_encrypted(value) or value.type.field != column.type.field:  # type: ignore[attr-defined]
        _refuse(column, f"an assignment of a value with the type {value.type!r}, which would not encrypt it")


def _is_same_field(column: Any, value: Any) -> bool:
    return is_encrypted(value) and _is_column(value) and value.type.field == column.type.field


def _check_returning(statement: Update | Insert | Delete) -> None:
    _check((column for column in statement._returning if not _is_plain(column)), "RETURNING an expression")


def _check_upsert(statement: Insert) -> None:
    clause: Any = statement._post_values_clause
    if clause is None:
        return
    changes = getattr(clause, "update_values_to_set", None) or getattr(clause, "update", None) or ()
    _check_names(statement, dict(changes))
    _check_assignments(statement, changes)
    wheres = (getattr(clause, name, None) for name in ("update_whereclause", "inferred_target_whereclause"))
    _check((where for where in wheres if isinstance(where, ClauseElement)), "WHERE")


def _check_names(statement: Insert, changes: Iterable[Any]) -> None:
    """Refuse a name that is no column's key: SQLAlchemy warns, and writes the value as it is given."""
    columns = statement.table.c
    guarded = [each for each in columns if isinstance(each.type, _GUARDED)]
    unknown = next((key for key in changes if getattr(key, "key", key) not in columns), None)
    if guarded and unknown is not None:
        raise OperatorRefused(
            f"an upsert of {statement.table.name} sets {unknown!s}, which is the key of none of its columns, "
            f"so that the value would be stored unprotected; they are {', '.join(columns.keys())}"
        )


def _check_copied(statement: Insert) -> None:
    """INSERT ... FROM SELECT copies ciphertexts as they are: both sides must be the same field."""
    sources = statement.select.selected_columns  # type: ignore[union-attr]
    names = [str(name) for name in statement._select_names or ()]
    for name, source in zip(names, sources, strict=False):
        target: Any = statement.table.c.get(name)
        check_stored(target, source)
        fields = [
            getattr(side.type, "field", None) if is_encrypted(side) else None for side in (target, source)
        ]
        if fields[0] != fields[1]:
            _refuse(target if fields[0] else source, "INSERT ... FROM SELECT between different fields")


def _refuse_hidden(statement: Insert | Update | Delete, kw: dict[str, Any]) -> None:
    """Refuse to write inside WITH what has n-grams to be kept in step: nobody would learn of the rows."""
    if kw.get("visiting_cte") is not None:
        for side in sides_of(statement.table):
            _refuse(side.column, "a statement inside WITH, which its n-grams could not follow")


def _refuse_first(columns: Iterable[Any], position: str) -> None:
    for column in columns:
        if is_encrypted(column):
            _refuse(column, position)


def _refuse(element: Any, position: str) -> NoReturn:
    raise OperatorRefused(
        f"field {element.type.field} is encrypted and cannot stand in {position}: its ciphertext would "
        "give a wrong answer; compare it with ==, in_ or is_(None), or select it and compute in Python"
    )


@event.listens_for(Mapper, "mapper_configured")
def _check_mapping(mapper: Mapper[Any], _class: type) -> None:
    """Check what the ORM adds to statements later, after they were checked: it raises when it is mapped."""
    for attribute in mapper.column_attrs:
        _check((part for part in attribute.columns if not _is_plain(part)), "a column_property")
    for link in mapper.relationships:
        _check(link.order_by or (), "a relationship's order_by")
        conditions = (link.primaryjoin, link.secondaryjoin)
        _check((part for part in conditions if part is not None), "a relationship's join")
