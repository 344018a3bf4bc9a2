"""The table that a pipeline's result goes into: as it stands, or made after the table that it comes from."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from safeguards.errors import InputError
from safeguards.pipeline.database.checks import written
from safeguards.pipeline.database.constraints import is_unique
from safeguards.pipeline.database.outcomes import Outcome
from safeguards.tables import TableSource
from safeguards.tables.sql_columns import sql_type, text_type
from safeguards.tables.sql_types import MARIADB, arrow_type, kind_of, length_of, takes
from safeguards.tables.urls import refused_as_input


@dataclass(frozen=True)
class Made:
    """A table to be made: where, of which columns, and what is known of the table that these come from."""

    engine: Engine
    place: tuple[str | None, str]
    schema: pa.Schema
    results: Mapping[str, Outcome]
    origin: sa.Table | None
    same_dialect: bool
    parents: Mapping[str, sa.Table]

    def table(self) -> sa.Table:
        """Return the table, with the constraints of its origin whose columns are all still there.

        Raises:
            InputError: a column is of a type that no table has.
        """
        schema, name = self.place
        metadata = sa.MetaData()
        for parent in self.parents.values():
            parent.to_metadata(metadata)
        made = sa.Table(name, metadata, *map(self._column, self.schema), schema=schema)
        for constraint in self._constraints() if self.origin is not None else ():
            made.append_constraint(constraint)
        return made

    def _column(self, field: pa.Field[pa.DataType]) -> sa.Column[object]:
        origin = None if self.origin is None else self.origin.columns.get(field.name)
        try:
            declared = self._type(field, origin)
        except InputError as error:
            raise InputError(f"column {field.name!r} {error}") from None
        nullable = origin is None or bool(origin.nullable)
        return sa.Column(field.name, declared, nullable=nullable, autoincrement=False)

    def _type(
        self, field: pa.Field[pa.DataType], origin: sa.Column[object] | None
    ) -> sa.types.TypeEngine[object]:
        outcome = self.results.get(field.name)
        longest = outcome.longest if outcome is not None and outcome.known else None
        if outcome is None or not outcome.kept or origin is None:
            return sql_type(field.type, longest)
        declared, kind = origin.type, kind_of(field.type)
        rounded = pa.types.is_decimal(arrow_type(declared)) and pa.types.is_floating(field.type)
        if not takes(declared, field.type) or rounded:
            return sql_type(field.type)
        if kind == "text":
            # Compared as exactly as a pseudonym is, so that all columns which refer to each other are alike.
            return (
                text_type(length_of(declared)) if self._mariadb else sql_type(field.type, length_of(declared))
            )
        portable = type(declared).__module__.startswith("sqlalchemy.sql") and not isinstance(
            declared, sa.DateTime | sa.Float
        )
        return declared if self.same_dialect or portable else sql_type(field.type)

    @property
    def _mariadb(self) -> bool:
        return self.engine.dialect.name in MARIADB

    def _constraints(self) -> Iterator[sa.Constraint]:
        assert self.origin is not None
        seen: set[frozenset[str]] = set()
        found: list[Any] = [*self.origin.constraints, *self.origin.indexes]
        for constraint in found:
            if isinstance(constraint, sa.CheckConstraint):
                if self.same_dialect and self._here(written(constraint, self.origin.columns.keys())):
                    yield sa.CheckConstraint(constraint.sqltext, name=constraint.name)
            elif isinstance(constraint, sa.ForeignKeyConstraint):
                yield from self._foreign_key(constraint)
            elif is_unique(constraint) and not _partial(constraint):
                names = [column.name for column in constraint.columns]
                if names and self._here(names) and frozenset(names) not in seen:
                    seen.add(frozenset(names))
                    key = isinstance(constraint, sa.PrimaryKeyConstraint)
                    yield sa.PrimaryKeyConstraint(*names) if key else sa.UniqueConstraint(*names)

    def _foreign_key(self, constraint: sa.ForeignKeyConstraint) -> Iterator[sa.ForeignKeyConstraint]:
        assert self.origin is not None
        names = [element.parent.name for element in constraint.elements]
        parent = constraint.elements[0].target_fullname.rpartition(".")[0]
        columns = [element.target_fullname.rpartition(".")[2] for element in constraint.elements]
        if not self._here(names):
            return
        if parent == self.origin.key:
            if self._here(columns):
                own = ".".join(part for part in self.place if part)
                yield sa.ForeignKeyConstraint(names, [f"{own}.{column}" for column in columns])
        elif parent in self.parents and all(column in self.parents[parent].columns for column in columns):
            key = self.parents[parent].key
            yield sa.ForeignKeyConstraint(names, [f"{key}.{column}" for column in columns])

    def _here(self, names: object) -> bool:
        return set(names) <= set(self.schema.names)  # type: ignore[call-overload, no-any-return]


def left_out(origin: sa.Table, table: sa.Table) -> list[str]:
    """Return the foreign keys of ``origin`` that a table made after it has not, though it has the columns."""
    made = {frozenset(key.column_keys) for key in table.foreign_key_constraints}
    found = []
    for key in origin.foreign_key_constraints:
        names = [element.parent.name for element in key.elements]
        if frozenset(names) not in made and {*names} <= {*table.columns.keys()}:
            parent = key.elements[0].target_fullname.rpartition(".")[0]
            found.append(f"{', '.join(names)} to {parent}")
    return sorted(found)


def reflected(source: object) -> sa.Table | None:
    """Return the table that a source reads, with its constraints; None where it reads none."""
    if not isinstance(source, TableSource):
        return None
    return reflect(source.engine, *source.place)


def reflect(engine: Engine, schema: str | None, name: str) -> sa.Table:
    """Return a table as it stands in a database; other tables that it refers to are not looked at.

    Raises:
        InputError: it cannot be read.
    """
    with warnings.catch_warnings(), refused_as_input(f"cannot read {name}", engine.url):
        # Of types and of indexes on expressions that SQLAlchemy does not know: neither is carried.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        return sa.Table(name, sa.MetaData(), schema=schema, autoload_with=engine, resolve_fks=False)


def _partial(constraint: object) -> bool:
    """Say whether an index is of some rows or of expressions."""
    if not isinstance(constraint, sa.Index):
        return False
    where = any(
        name.endswith("where") and rule is not None for name, rule in constraint.dialect_kwargs.items()
    )
    return where or not all(isinstance(part, sa.Column) for part in constraint.expressions)
