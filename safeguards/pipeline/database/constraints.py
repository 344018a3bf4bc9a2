"""Whether a pipeline's result will fit a database's tables or an ORM mapping, told before a row is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.schema import ColumnCollectionConstraint

from safeguards.errors import InputError, offer
from safeguards.pipeline.database.checks import mentioned
from safeguards.pipeline.database.outcomes import Arriving, Outcome, outcomes
from safeguards.tables.sql_types import arrow_type, kind_of, length_of, takes

if TYPE_CHECKING:
    from safeguards.pipeline.pipeline import Pipeline

Outcomes = Mapping[str, Outcome]
_INJECTIVE = "use an injective transform, such as Token() or FormatPreserving()"
# What a constraint is called in a message; those of a dialect, such as EXCLUDE, by their class.
_CALLED = {"PrimaryKeyConstraint": "PRIMARY KEY", "UniqueConstraint": "UNIQUE", "Index": "UNIQUE"}


class ConstraintsBroken(InputError):
    """What a pipeline would break of a schema; ``problems`` names each ``table.column`` and the remedy."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def check_constraints(pipelines: Pipeline | Mapping[str, Pipeline], schema: Any) -> None:
    """Refuse pipelines whose results would break a constraint of the tables that they fill.

    No row is read. Judged are primary keys, UNIQUE, foreign keys on both sides, NOT NULL, CHECK, types,
    lengths, enumerations and generated columns. The tables are taken to hold, before, what they hold after:
    the same columns with values that fit.

    Args:
        pipelines: table name to its pipeline; or one pipeline, for one table.
        schema: ``sqlalchemy.MetaData`` or a declarative base; for one pipeline a ``Table`` or mapped class.

    Raises:
        ConstraintsBroken: one line with all problems.
        InputError: a table is not in the schema.
    """
    tables = _tables(pipelines, schema)
    found = {table.key: (table, outcomes(pipeline, arriving(table))) for table, pipeline in tables}
    refuse(
        problem
        for table, results in found.values()
        for problem in problems(table, results, {key: results for key, (_, results) in found.items()})
    )


def refuse(found: Iterator[str]) -> None:
    """Raise ConstraintsBroken for problems, if there are some."""
    if problems := list(dict.fromkeys(found)):
        raise ConstraintsBroken(problems)


def arriving(table: sa.Table) -> dict[str, Arriving]:
    """Return the columns of a table as they arrive from it."""
    return {
        column.name: Arriving(arrow_type(column.type), length_of(column.type)) for column in table.columns
    }


def problems(table: sa.Table, results: Outcomes, tables: Mapping[str, Outcomes]) -> Iterator[str]:
    """Yield what would break in ``table``; ``tables`` holds what becomes of each table, by key."""
    for name, outcome in results.items():
        if outcome.problem:
            yield f"{table.name}.{name}: {outcome.problem}"
        elif not outcome.dropped and name not in table.columns:
            yield f"{table.name}.{name}: the table has no such column: use Drop()"
    for column in table.columns:
        yield from (f"{table.name}.{column.name}: {problem}" for problem in _of_column(column, results))
    for constraint in _ordered(table):
        yield from _of_constraint(table, constraint, results)
    for key in table.foreign_key_constraints:
        yield from _of_foreign_key(table, key, results, tables)


def is_unique(constraint: object) -> bool:
    """Say whether a constraint or an index admits no two equal rows."""
    kinds = sa.PrimaryKeyConstraint | sa.UniqueConstraint
    return isinstance(constraint, kinds) or (isinstance(constraint, sa.Index) and bool(constraint.unique))


def _tables(pipelines: Pipeline | Mapping[str, Pipeline], schema: Any) -> list[tuple[sa.Table, Pipeline]]:
    if not isinstance(pipelines, Mapping):
        table = schema if isinstance(schema, sa.Table) else getattr(schema, "__table__", None)
        if not isinstance(table, sa.Table):
            raise InputError("one pipeline goes with one table: pass a Table or a mapped class")
        return [(table, pipelines)]
    metadata = schema if isinstance(schema, sa.MetaData) else getattr(schema, "metadata", None)
    if not isinstance(metadata, sa.MetaData):
        raise InputError("pass sqlalchemy.MetaData, or the base class of your mapping")
    if unknown := [name for name in pipelines if name not in metadata.tables]:
        raise InputError(
            f"no table {unknown[0]!r} in the schema; it has: {offer(unknown[0], sorted(metadata.tables))}"
        )
    return [(metadata.tables[name], pipeline) for name, pipeline in pipelines.items()]


def _ordered(table: sa.Table) -> list[Any]:
    found: list[Any] = [*table.constraints, *(index for index in table.indexes if index.unique)]
    return sorted(found, key=lambda one: (type(one).__name__, str(one.name), [c.name for c in _columns(one)]))


def _columns(constraint: Any) -> list[sa.Column[Any]]:
    return list(getattr(constraint, "columns", ()))


def _of_column(column: sa.Column[Any], results: Outcomes) -> Iterator[str]:
    outcome = results.get(column.name)
    generated = column.computed is not None or (column.identity is not None and column.identity.always)
    if outcome is not None and outcome.problem:
        return
    if outcome is None or outcome.dropped:
        filled = column.server_default is not None or generated or column.default is not None
        if not column.nullable and not filled:
            yield "is NOT NULL, but the result has no such column: give it a transform, or a default"
        return
    if generated:
        yield "is generated by the database, which takes no value for it: use Drop()"
    elif outcome.known:
        yield from _of_value(column, outcome)
    if outcome.makes_null and not column.nullable:
        yield f"is NOT NULL, but {outcome.told} may make NULLs: use another transform, or let it be NULL"


def _of_value(column: sa.Column[Any], outcome: Outcome) -> Iterator[str]:
    declared = column.type
    if isinstance(declared, sa.Enum) and not outcome.kept:
        yield f"is an enumeration, which {outcome.told} leaves: use Keep() or Drop(), or make it text"
        return
    wanted, found = kind_of(declared), kind_of(outcome.kind)
    fits = outcome.kind is not None and takes(declared, outcome.kind)
    if not fits and not (outcome.kept and wanted == "other"):
        called = str(declared) if wanted == "other" else f"{declared}, a {wanted}"
        yield f"is {called}, but {outcome.told} makes {found}: change its type, or the transform"
        return
    limit = length_of(declared)
    if limit is None or not outcome.changes:
        return
    if outcome.longest is None:
        if not outcome.length_preserving:
            yield (
                f"is {declared}, and how long {outcome.told} makes values is not known: make it TEXT, or use "
                "another transform"
            )
    elif outcome.longest > limit:
        yield f"is {declared}, but {outcome.told} makes {outcome.longest} characters: widen the column"


def _of_constraint(table: sa.Table, constraint: Any, results: Outcomes) -> Iterator[str]:
    if isinstance(constraint, sa.CheckConstraint):
        names = sorted(mentioned(constraint, table.columns.keys()))
        what = "CHECK"
    elif is_unique(constraint):
        yield from _of_unique(table, constraint, results)
        return
    elif isinstance(constraint, ColumnCollectionConstraint) and not isinstance(
        constraint, sa.ForeignKeyConstraint
    ):
        names, what = [column.name for column in constraint.columns], type(constraint).__name__
    else:
        return
    for name in names:
        outcome = results.get(name)
        if outcome is not None and not outcome.problem and not outcome.dropped and not outcome.kept:
            label = f" {constraint.name}" if isinstance(constraint.name, str) else ""
            yield (
                f"{table.name}.{name}: the {what}{label} reads its values, which {outcome.told} changes: "
                "use Keep() or Drop(), or leave the constraint out (--constraints leave)"
            )


def _of_unique(table: sa.Table, constraint: Any, results: Outcomes) -> Iterator[str]:
    what = _CALLED[type(constraint).__name__]
    plain = all(
        isinstance(part, sa.Column) for part in getattr(constraint, "expressions", constraint.columns)
    )
    for column in constraint.columns:
        outcome = results.get(column.name)
        if outcome is None or outcome.kind is None:
            continue  # which NOT NULL judges, as every primary key is
        if not outcome.injective or not (plain or outcome.kept):
            reason = "may make different values one" if plain else "changes what its expression is made of"
            yield (
                f"{table.name}.{column.name}: is {what}, but {outcome.told} {reason}: {_INJECTIVE}, drop the "
                "column, or leave the constraint out (--constraints leave)"
            )


def _of_foreign_key(
    table: sa.Table, key: sa.ForeignKeyConstraint, results: Outcomes, tables: Mapping[str, Outcomes]
) -> Iterator[str]:
    for element in key.elements:
        child, (parent, column) = results.get(element.parent.name), _referred(element)
        if child is None or child.kind is None:
            continue
        where = f"{table.name}.{element.parent.name}: refers to {parent}.{column}"
        if parent not in tables:
            if not child.kept:
                yield f"{where}, whose pipeline is not known: give the pipelines of both tables"
            continue
        other = tables[parent].get(column)
        if other is None or other.kind is None:
            yield f"{where}, which the result has not: keep both columns or drop both"
        elif not child.agrees(other):
            both = f"{child.told} and {other.told}{child.apart(other)}"
            yield (
                f"{where}, but {both} do not give equal values equal results: use one "
                "transform, with the same settings and domain, for both"
            )


def _referred(element: sa.ForeignKey) -> tuple[str, str]:
    table, _, column = element.target_fullname.rpartition(".")
    return table, column
