"""Fair random rows of a database table, without reading a large table whole where there is a way.

* A small table is read whole and drawn from.
* SQLite by row id and MariaDB by an integer primary key: random numbers in the key's range, of which those
  that exist are kept. Every row has the same chance, also where the range has gaps; in a range that is
  nearly all gaps the table is read whole.
* PostgreSQL: ``TABLESAMPLE BERNOULLI``, and above five million rows ``SYSTEM``, which draws pages: eight
  times the rows wanted are taken and drawn from, so that a page does not weigh much.
* Anything else: every row is kept with a small chance while the server scans (``RAND() < p``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from safeguards.tables.source import Draw
from safeguards.tables.urls import refused_as_input

if TYPE_CHECKING:
    from safeguards.tables.sql_source import TableSource

Rows = list[Sequence[Any]]
SMALL = 20_000
PAGES_ABOVE = 5_000_000
_PROBES = 500
_RELATION = sa.text("""
    SELECT c.relkind::text, c.reltuples::float8 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = :name AND n.nspname = coalesce(:schema, current_schema())""")
_LEAST_HITS = 0.02
_SURPLUS_ROWS = 1.5
_SURPLUS_PAGES = 8.0


def draw(source: TableSource, rows: int, seed: int) -> Rows:
    """Return ``rows`` random rows of ``source``, all of them where there are fewer."""
    if rows <= 0:
        return []
    with refused_as_input(f"cannot sample {source.name}", source.engine.url):
        if source.engine.dialect.name == "postgresql":
            return _from_postgresql(source, rows, seed)
        key = _integer_key(source)
        if key is not None:
            return _by_key(source, key, rows, seed)
        return _by_filter(source, rows, seed)


def _whole(source: TableSource, rows: int, seed: int) -> Rows:
    return _reservoir(source.stream(sa.select(*source.wanted)), rows, seed)


def _reservoir(parts: Iterable[Sequence[Sequence[Any]]], rows: int, seed: int) -> Rows:
    drawing = Draw(rows, seed)
    kept: Rows = []
    for part in parts:
        kept += [part[position] for position in drawing.offer(len(part))]
        kept = [kept[position] for position in drawing.settle()]
    return kept


def _scalar(source: TableSource, query: sa.Executable, **values: Any) -> Any:
    with source.engine.connect() as connection:
        return connection.execute(query, values).one_or_none()


def _integer_key(source: TableSource) -> sa.ColumnElement[Any] | None:
    """Return what addresses rows by a dense whole number, or None."""
    schema, table = source.place
    inspector = sa.inspect(source.engine)
    if source.engine.dialect.name == "sqlite":
        options = (
            inspector.get_table_options(table, schema) if table in inspector.get_table_names(schema) else None
        )
        return None if options is None or options.get("sqlite_with_rowid") is False else _row_id(source)
    primary = inspector.get_pk_constraint(table, schema)["constrained_columns"]
    if len(primary) == 1 and "INT" in source.sql_types.get(primary[0], ""):
        return source.selectable.c[primary[0]]
    return None


def _row_id(source: TableSource) -> sa.ColumnElement[Any] | None:
    """Return SQLite's row id under a name that no column takes away."""
    taken = {column.name.lower() for column in source.selectable.c}
    names = [name for name in ("rowid", "_rowid_", "oid") if name not in taken]
    return sa.literal_column(names[0], sa.Integer) if names else None


def _by_key(source: TableSource, key: sa.ColumnElement[Any], rows: int, seed: int) -> Rows:
    ends = _scalar(source, sa.select(sa.func.min(key), sa.func.max(key)).select_from(source.selectable))
    if ends is None or ends[0] is None or int(ends[1]) - int(ends[0]) < max(SMALL, 2 * rows):
        return _whole(source, rows, seed)
    found = _probe(source, key, range(int(ends[0]), int(ends[1]) + 1), rows, seed)
    return _whole(source, rows, seed) if found is None else found


def _probe(source: TableSource, key: sa.ColumnElement[Any], span: range, rows: int, seed: int) -> Rows | None:
    """Try random keys until enough of them exist; None where hardly any does."""
    random = np.random.default_rng(seed)
    found: Rows = []
    tried: set[int] = set()
    query = sa.select(*source.wanted).where(key.in_(sa.bindparam("keys", expanding=True)))
    with source.engine.connect() as connection:
        while len(found) < rows:
            if len(tried) >= len(span) // 2 or (
                len(tried) > 10 * _PROBES and len(found) < len(tried) * _LEAST_HITS
            ):
                return None
            drawn = {span[int(place)] for place in random.integers(0, len(span), _PROBES)} - tried
            tried |= drawn
            found += connection.execute(query, {"keys": sorted(drawn)}).all()
    order = random.permutation(len(found))[:rows]
    return [found[place] for place in order]


def _from_postgresql(source: TableSource, rows: int, seed: int) -> Rows:
    kind = _scalar(source, _relation(source))
    # A view has no pages to draw from; a table never analysed has no estimate.
    if kind is None or kind[0] not in {"r", "p", "m"}:
        return _by_filter(source, rows, seed)
    total = int(kind[1]) if kind[1] > 0 else source.rows() or 0
    pages = total > PAGES_ABOVE
    wanted = rows * (_SURPLUS_PAGES if pages else _SURPLUS_ROWS) + _PROBES
    while total > max(SMALL, wanted):
        method = sa.func.system if pages else sa.func.bernoulli
        sampled = sa.tablesample(source.selectable, method(100 * wanted / total), seed=sa.literal(seed))
        found = _reservoir(
            source.stream(sa.select(*(sampled.c[name] for name in source.columns))), rows, seed
        )
        if len(found) == rows:
            return found
        wanted *= 4
    return _whole(source, rows, seed)


def _relation(source: TableSource) -> sa.Executable:
    schema, table = source.place
    return _RELATION.bindparams(schema=schema, name=table)


def _by_filter(source: TableSource, rows: int, seed: int) -> Rows:
    total = source.rows() or 0
    wanted = rows * _SURPLUS_ROWS + _PROBES
    if source.engine.dialect.name == "sqlite" or total <= max(SMALL, wanted):
        return _whole(source, rows, seed)
    chance = sa.func.random() if source.engine.dialect.name == "postgresql" else sa.func.rand(seed)
    found = _reservoir(source.stream(sa.select(*source.wanted).where(chance < wanted / total)), rows, seed)
    return found if len(found) == rows else _whole(source, rows, seed)
