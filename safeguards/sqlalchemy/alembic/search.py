"""Building and dropping search indexes inside a migration."""

from __future__ import annotations

from typing import Any

from alembic.operations import Operations
from sqlalchemy import DDL, MetaData, Table, column, func, literal_column
from sqlalchemy.sql.elements import conv

from safeguards.sqlalchemy.alembic.catalogue import Found, search_indexes
from safeguards.sqlalchemy.alembic.operations import CreateSearchIndexOp, DropSearchIndexOp
from safeguards.sqlalchemy.ddl import SearchSlice, database_name
from safeguards.sqlalchemy.tag import MARIADB


@Operations.implementation_for(CreateSearchIndexOp)
def _create(operations: Operations, op: CreateSearchIndexOp) -> None:
    if op.maybe and _is_there(operations, op):
        return
    context = operations.migration_context
    maybe = True if op.maybe and context.as_sql else None
    part: Any = func.substr(column(op.slice.column), *map(_number, (op.slice.offset, op.slice.width)))
    if context.dialect.name in MARIADB:
        declared = op.slice.declaration(context.dialect.identifier_preparer)
        _alter(operations, op, f"ADD COLUMN IF NOT EXISTS {declared}")
        part = column(op.slice.generated)
    operations.create_index(
        conv(op.index_name), op.table_name, [part], schema=op.schema, unique=op.unique, if_not_exists=maybe
    )


@Operations.implementation_for(DropSearchIndexOp)
def _drop(operations: Operations, op: DropSearchIndexOp) -> None:
    context = operations.migration_context
    if op.maybe and not context.as_sql and not _is_there(operations, op):
        return
    maybe = True if op.maybe and context.as_sql else None
    operations.drop_index(conv(op.index_name), op.table_name, schema=op.schema, if_exists=maybe)
    if context.dialect.name in MARIADB:
        name = context.dialect.identifier_preparer.quote(op.slice.generated)
        _alter(operations, op, f"DROP COLUMN {'IF EXISTS ' if maybe else ''}{name}")


def _number(value: int) -> Any:
    return literal_column(str(value))


def _alter(operations: Operations, op: CreateSearchIndexOp | DropSearchIndexOp, change: str) -> None:
    preparer = operations.migration_context.dialect.identifier_preparer
    table = preparer.format_table(Table(op.table_name, MetaData(), schema=op.schema))
    sql = f"ALTER TABLE {table} {change}"
    if not preparer._double_percents:
        sql = sql.replace("%", "%%")
    operations.execute(DDL(sql))  # type: ignore[no-untyped-call]


def _is_there(operations: Operations, op: CreateSearchIndexOp | DropSearchIndexOp) -> bool:
    if operations.migration_context.as_sql:
        return False
    connection = operations.get_bind()
    name = database_name(connection.dialect, conv(op.index_name))
    found = search_indexes(connection, op.table_name, op.schema)
    return any(same(each, name, op.slice, op.unique, connection.dialect.name) for each in found)


def same(found: Found, name: str, part: SearchSlice, unique: bool, dialect: str) -> bool:
    """Say whether an index that was found is the wanted one."""
    if (found.name, found.unique) != (name, unique):
        return False
    if dialect in MARIADB:
        return found.slice == part
    mine = found.slice
    return (mine.column, mine.offset, mine.width) == (part.column, part.offset, part.width)
