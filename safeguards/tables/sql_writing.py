"""Rows into a table of a database: all of them, or none, and never half a table under its name.

SQLite and PostgreSQL make the table and fill it in one transaction. MariaDB commits whenever a table is made,
so there it is filled under another name, and renamed, which is one act, when all is in it.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, DropTable

from safeguards.errors import InputError
from safeguards.tables.source import resize
from safeguards.tables.sql_columns import refuse_unfit
from safeguards.tables.sql_refusals import row_refused
from safeguards.tables.sql_types import MARIADB
from safeguards.tables.sql_values import CALLED, bindable
from safeguards.tables.urls import open_engine, refused_as_input, shown

ROWS_AT_ONCE = 10_000
PATIENCE_SECONDS, _LOOK_AGAIN_SECONDS = 5.0, 0.1
"""How long to wait for another run: a server takes a while to see that a client was killed."""

Batches = Iterable[pa.RecordBatch]
# A session's own mode: without it MariaDB cuts what is too long, and takes 0000-00-00 for what is no date.
_STRICT = "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE')"


def open_target(target: str | Engine) -> Engine:
    """Return an engine to write with; a file of SQLite is made where there is none.

    Raises:
        InputError: no such server, no such folder, or a database that cannot be written to.
        MissingExtra: the driver is not installed.
    """
    engine = target if isinstance(target, Engine) else open_engine(target, create=True)
    if engine.dialect.name not in {"sqlite", "postgresql", *MARIADB}:
        raise InputError(f"{engine.dialect.name} is no database that can be written to")
    if engine.dialect.is_async:
        raise InputError("the engine is asynchronous: pass a URL, or the engine of a driver that is not")
    return engine


def file_of(engine: Engine) -> str | None:
    """Return the file that a database of SQLite is; None for others, those in memory, and SQLite's URIs."""
    name = engine.url.database if engine.dialect.name == "sqlite" else None
    return None if not name or name == ":memory:" or name.startswith("file:") else name


def is_new_file(engine: Engine) -> bool:
    """Say whether the target is a file of SQLite that is not there: to look into it would make it."""
    name = file_of(engine)
    return name is not None and not Path(name).exists()


def find_table(engine: Engine, name: str) -> sa.Table | None:
    """Return a table as it stands in the database, None where there is none.

    ``schema.table`` names one outside the default schema of PostgreSQL.
    """
    with refused_as_input(f"cannot look for {name} in {shown(engine.url)}", engine.url):
        inspector = sa.inspect(engine)
        schema, table = place_of(engine, name)
        if not inspector.has_table(table, schema):
            return None
        return sa.Table(table, sa.MetaData(), schema=schema, autoload_with=engine)


def place_of(engine: Engine, name: str) -> tuple[str | None, str]:
    """Return the schema, None for the default one, and the name of a table within it."""
    schema, dot, table = name.partition(".")
    if dot and engine.dialect.name == "postgresql" and schema in sa.inspect(engine).get_schema_names():
        return schema, table
    return None, name


def refuse_rows(engine: Engine, table: sa.Table) -> None:
    """Raise InputError where a table holds a row."""
    with refused_as_input(f"cannot read {table.name}", engine.url), engine.connect() as connection:
        _refuse_rows(connection, table)


def _refuse_rows(connection: Connection, table: sa.Table) -> None:
    query = sa.select(sa.literal(1)).select_from(table).limit(1)
    if connection.execute(query).first() is not None:
        raise InputError(
            f"{table.fullname} in {shown(connection.engine.url)} has rows: name another table, or say "
            'if_exists="append" (--if-exists append)'
        )


def create_table(engine: Engine, table: sa.Table, batches: Batches) -> None:
    """Make ``table`` with all rows of ``batches``, or leave nothing of it.

    Foreign keys are added when the rows are in, so that rows may refer to later ones.

    Raises:
        InputError: the table is there, a name is too long, or a row breaks one of the constraints.
    """
    _refuse_names(engine, table)
    with row_refused(engine, table), _without_remains(engine):
        if engine.dialect.name in MARIADB:
            _stage(engine, table, batches)
        else:
            with _transaction(engine) as connection:
                _keep_others_out(connection, table)
                _fill_new(connection, table, batches)
                _check_foreign_keys(connection, table)


def _refuse_names(engine: Engine, table: sa.Table) -> None:
    """PostgreSQL would cut a name that is too long, and others say little about one that cannot be."""
    dialect, names = engine.dialect.name, table.columns.keys()
    limits = {"postgresql": (63, "bytes"), **dict.fromkeys(MARIADB, (64, "characters"))}
    most, unit = limits.get(dialect, (math.inf, ""))
    for name in (table.name, *names):
        if len(name.encode() if unit == "bytes" else name) > most:
            raise InputError(f"the name {name!r} is longer than the {most} {unit} of {dialect}: shorten it")
        if "\0" in name:
            raise InputError(
                f"the name {name!r} holds a NUL character, which {dialect} does not take: rename it"
            )
    seen: dict[str, str] = {}
    for name in names if dialect != "postgresql" else ():
        if (other := seen.setdefault(name.casefold(), name)) != name:
            raise InputError(f"{dialect} takes the columns {other!r} and {name!r} for one: rename one")


def append_rows(engine: Engine, table: sa.Table, schema: pa.Schema, batches: Batches, *, empty: bool) -> None:
    """Add all rows of ``batches``, of ``schema``, to a table that is there, or none.

    Args:
        engine: where.
        table: which.
        schema: what the columns are in Arrow.
        batches: the rows.
        empty: whether the table must have no rows: of two runs at once, one is refused.

    Raises:
        InputError: the table does not take such columns, has rows or no transactions, or a row breaks a
            constraint.
    """
    refuse_unfit(table, schema)
    for column in table.columns:
        if isinstance(column.type, sa.Uuid):
            column.type = sa.Uuid(as_uuid=False)
    _require_transactions(engine, table)
    with row_refused(engine, table), _transaction(engine) as connection:
        if empty:
            _keep_others_out(connection, table)
            _refuse_rows(connection, table)
        _insert(connection, table, batches)
        _check_foreign_keys(connection, table)


def _fill_new(connection: Connection, table: sa.Table, batches: Batches) -> None:
    keys = sorted(table.foreign_key_constraints, key=lambda key: list(key.column_keys))
    now, later = (keys, []) if connection.dialect.name == "sqlite" else ([], keys)
    connection.execute(CreateTable(table, include_foreign_key_constraints=now))
    _insert(connection, table, batches)
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        connection.execute(CreateIndex(index))
    for key in later:
        connection.execute(AddConstraint(key, isolate_from_table=False))


def _insert(connection: Connection, table: sa.Table, batches: Batches) -> None:
    insert, before = table.insert(), 0
    for batch in resize(batches, ROWS_AT_ONCE):
        connection.execute(insert, bindable(batch, table, connection.dialect.name, before))
        before += batch.num_rows


def _stage(engine: Engine, table: sa.Table, batches: Batches) -> None:
    """Fill a table of another name, and rename it; what a killed run left of that name is dropped first."""
    staged = _renamed(table, _own_name(table))
    with engine.connect() as connection:
        _be_strict(connection)
        _keep_others_out(connection, table)
        connection.execute(DropTable(staged, if_exists=True))
        try:
            _fill_new(connection, staged, _committed(connection, batches))
            connection.commit()
            names = [connection.dialect.identifier_preparer.format_table(one) for one in (staged, table)]
            connection.exec_driver_sql("RENAME TABLE {} TO {}".format(*names))
        except BaseException:
            connection.rollback()
            connection.execute(DropTable(staged, if_exists=True))
            raise


def _own_name(table: sa.Table) -> str:
    return f"_safeguards_{hashlib.sha256(table.name.encode()).hexdigest()[:16]}"


def _keep_others_out(connection: Connection, table: sa.Table) -> None:
    """Be the only run that fills a table; SQLite lets one write at a time anyway.

    Held as long as the transaction, or MariaDB's connection, so that a killed run holds nothing for long.
    """
    if connection.dialect.name in MARIADB:
        place: str | int = f"{connection.engine.url.database}.{_own_name(table)}"[-64:]
        lock = sa.text("SELECT GET_LOCK(:place, 0)")
    elif connection.dialect.name == "postgresql":
        spelt = f"{table.schema or connection.dialect.default_schema_name}.{_own_name(table)}"
        place = int.from_bytes(hashlib.sha256(spelt.encode()).digest()[:8], signed=True)
        lock = sa.text("SELECT pg_try_advisory_xact_lock(:place)")
    else:
        return
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not connection.execute(lock, {"place": place}).scalar():
        if time.monotonic() >= deadline:
            raise InputError(f"another run is writing {table.name}: wait until it ends")
        time.sleep(_LOOK_AGAIN_SECONDS)


def _committed(connection: Connection, batches: Batches) -> Iterator[pa.RecordBatch]:
    """Commit what came before each batch: an undo log of all rows would be as large as they are."""
    for batch in batches:
        connection.commit()
        yield batch


def _renamed(table: sa.Table, name: str) -> sa.Table:
    metadata = sa.MetaData()
    for other in table.metadata.tables.values():
        if other is not table:
            other.to_metadata(metadata)
    renamed = table.to_metadata(metadata, name=name)
    renamed.info[CALLED] = table.name
    return renamed


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Python's sqlite3 begins no transaction by itself before a table is made.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if is_new_file(engine):  # what is written into a file without a name is lost
                raise InputError("another run removed the file, into which nothing had come; run it again")
        elif engine.dialect.name in MARIADB:
            _be_strict(connection)
        yield connection
        connection.commit()


def _be_strict(connection: Connection) -> None:
    connection.detach()  # nobody else gets a session of other settings from the pool
    connection.exec_driver_sql(_STRICT)


def _check_foreign_keys(connection: Connection, table: sa.Table) -> None:
    """Look for rows that refer to none, which SQLite does not mind by default."""
    if connection.dialect.name != "sqlite":
        return
    name = connection.dialect.identifier_preparer.format_table(table)
    broken = connection.exec_driver_sql(f"PRAGMA foreign_key_check({name})").first()
    if broken is not None:
        raise InputError(
            f"{table.name}: rows refer to {broken[2]}, which has no such rows; nothing was written"
        )


def _require_transactions(engine: Engine, table: sa.Table) -> None:
    if engine.dialect.name not in MARIADB:
        return
    query = sa.text(
        "SELECT engine FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = :name"
    )
    with engine.connect() as connection:
        found = connection.execute(query, {"name": table.name}).scalar()
    if str(found).casefold() != "innodb":
        raise InputError(f"{table.name} is of the engine {found}, which has no transactions: use InnoDB")


@contextmanager
def _without_remains(engine: Engine) -> Iterator[None]:
    """Remove a file of SQLite that was not there before, when nothing came into it."""
    fresh = file_of(engine) if is_new_file(engine) else None
    try:
        yield
    except BaseException:
        if fresh is not None:
            _remove_empty(engine, Path(fresh))
        raise


def _remove_empty(engine: Engine, path: Path) -> None:
    """Remove a file of SQLite that holds nothing, by whomever; one that another run is writing to stays."""
    # Under the lock: who waits for it looks, once it is theirs, whether the file is still there.
    with suppress(sa.exc.OperationalError, OSError), engine.connect() as connection:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        if connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first() is None:
            path.unlink(missing_ok=True)
    engine.dispose()
