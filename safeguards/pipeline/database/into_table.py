"""A pipeline's result as a table of a database: checked against the constraints there, then written whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from safeguards.errors import InputError
from safeguards.items.text import has_half
from safeguards.pipeline.database.constraints import arriving, problems, refuse
from safeguards.pipeline.database.definition import Made, left_out, reflect, reflected
from safeguards.pipeline.database.outcomes import Arriving, Outcome, outcomes
from safeguards.tables import Source, TableSource
from safeguards.tables.sql_types import length_of
from safeguards.tables.sql_writing import (
    append_rows,
    create_table,
    file_of,
    find_table,
    is_new_file,
    open_target,
    place_of,
    refuse_rows,
)
from safeguards.tables.urls import shown

if TYPE_CHECKING:
    from safeguards.pipeline.pipeline import Pipeline

IfExists = Literal["refuse", "append"]
Constraints = Literal["carry", "leave"]
_IF_EXISTS = ("refuse", "append")
_CONSTRAINTS = ("carry", "leave")


@dataclass(frozen=True)
class TableTarget:
    """Where a result goes.

    Args:
        database: a URL, or an engine of SQLAlchemy.
        table: its name; ``schema.table`` outside the default schema of PostgreSQL.
        if_exists: what to do with a table that has rows: ``refuse``, or ``append`` to them.
        constraints: whether a table that is made has those of the table that the rows come from (``carry``),
            or none (``leave``).
        beside: name of another table to its pipeline, for foreign keys between both.

    Raises:
        InputError: an option is none of these, or the database cannot be written to.
    """

    database: str | Engine
    table: str
    if_exists: IfExists = "refuse"
    constraints: Constraints = "carry"
    beside: Mapping[str, Pipeline] | None = None

    def __post_init__(self) -> None:
        if self.if_exists not in _IF_EXISTS:
            raise InputError(f"if_exists={self.if_exists!r} is none of {', '.join(_IF_EXISTS)}")
        if self.constraints not in _CONSTRAINTS:
            raise InputError(f"constraints={self.constraints!r} is none of {', '.join(_CONSTRAINTS)}")
        if not isinstance(self.table, str) or not self.table.strip():
            raise InputError("a table has a name")
        if "\0" in self.table or has_half(self.table):
            raise InputError("a table's name holds no NUL character and no half of a surrogate pair")
        object.__setattr__(self, "database", open_target(self.database))

    @property
    def engine(self) -> Engine:
        """The engine to write with."""
        assert isinstance(self.database, Engine)
        return self.database

    @property
    def told(self) -> dict[str, str]:
        """What the manifest tells of the place, without a password."""
        return {"database": shown(self.engine.url), "table": self.table}

    def plan(self, pipeline: Pipeline, source: Source, schema: pa.Schema) -> Plan:
        """Decide over the table for results of ``schema``, and check its constraints; no row is read.

        Raises:
            ConstraintsBroken: the result would break constraints; one line with all of them.
            InputError: the table is there and has rows, or the database cannot be read and written at once.
        """
        if isinstance(source, TableSource):
            refuse_itself(source, self.engine, self.table)
        origin = reflected(source)
        results = outcomes(pipeline, arriving_from(source, origin))
        existing = None if is_new_file(self.engine) else find_table(self.engine, self.table)
        if existing is not None and self.if_exists == "refuse":
            refuse_rows(self.engine, existing)
        table = existing if existing is not None else self._made(source, origin, results, schema)
        beside = self._beside(source) if isinstance(source, TableSource) else {}
        refuse(problems(table, results, {**beside, table.key: results}))
        carried = origin if existing is None and self.constraints == "carry" else None
        left = () if carried is None else left_out(carried, table)
        return Plan(
            self.engine, table, schema, new=existing is None, empty=self.if_exists == "refuse", left=left
        )

    def _made(
        self, source: Source, origin: sa.Table | None, results: Mapping[str, Outcome], schema: pa.Schema
    ) -> sa.Table:
        carried = origin if self.constraints == "carry" else None
        if carried is None:
            results = {name: one for name, one in results.items() if not one.problem}
        parents = {name: self._parent(name) for name in self.beside or {} if carried is not None}
        return Made(
            engine=self.engine,
            place=place_of(self.engine, self.table) if not is_new_file(self.engine) else (None, self.table),
            schema=schema,
            results=results,
            origin=carried,
            same_dialect=_dialect(source) == self.engine.dialect.name,
            parents={name: parent for name, parent in parents.items() if parent is not None},
        ).table()

    def _parent(self, name: str) -> sa.Table | None:
        return None if is_new_file(self.engine) or name == self.table else find_table(self.engine, name)

    def _beside(self, source: TableSource) -> dict[str, Mapping[str, Outcome]]:
        """Return what becomes of the other tables, by the names of those that they come from."""
        found: dict[str, Mapping[str, Outcome]] = {}
        for name, pipeline in (self.beside or {}).items():
            if name != source.name:
                found[name] = outcomes(
                    pipeline, arriving(reflect(source.engine, *place_of(source.engine, name)))
                )
        return found


@dataclass(frozen=True)
class Plan:
    """A table, checked, and the rows that it takes; ``new`` is to be made, ``empty`` to have no rows.

    ``left`` are the foreign keys of the source's table that a new one has not.
    """

    engine: Engine
    table: sa.Table
    schema: pa.Schema
    new: bool
    empty: bool
    left: Sequence[str] = ()

    @property
    def told(self) -> dict[str, str]:
        """What the manifest tells of the table beside its place."""
        return {"foreign_keys_left": "; ".join(self.left)} if self.left else {}

    def fill(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Write all batches or none.

        Raises:
            InputError: a row breaks a constraint; nothing is written.
        """
        if self.new:
            create_table(self.engine, self.table, batches)
        else:
            append_rows(self.engine, self.table, self.schema, batches, empty=self.empty)


def arriving_from(source: Source, origin: sa.Table | None) -> dict[str, Arriving]:
    """Return the columns of a source as they arrive: its own types, and lengths that its table declares."""
    columns = {} if origin is None else dict(origin.columns.items())
    return {
        field.name: Arriving(
            field.type, length_of(columns[field.name].type) if field.name in columns else None
        )
        for field in source.schema
    }


def _dialect(source: Source) -> str | None:
    return source.engine.dialect.name if isinstance(source, TableSource) else None


def refuse_itself(source: TableSource, target: Engine, table: str) -> None:
    """Raise InputError where rows would go back into the table that they come from, or its file of SQLite."""
    read, write = file_of(source.engine), file_of(target)
    if read is not None and write is not None and Path(read).resolve() == Path(write).resolve():
        raise InputError(f"{write}: SQLite cannot be read and written at once in one file; name another file")
    if write is None and _full(source.engine, *source.place) == _full(target, *place_of(target, table)):
        raise InputError(
            f"{table} is the table that the rows come from; name another table, or another database"
        )


def _full(engine: Engine, schema: str | None, table: str) -> tuple[object, ...]:
    """Return where a table stands, whatever way is taken to its server."""
    url, postgres = engine.url, engine.dialect.name == "postgresql"
    host = "localhost" if url.host in {None, "", "127.0.0.1", "::1"} else url.host
    schema = schema or (sa.inspect(engine).default_schema_name if postgres else None)
    return postgres, host, url.port or (5432 if postgres else 3306), url.database, schema, table
