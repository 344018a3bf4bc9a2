"""Tables of one database that refer to each other, each by its pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from safeguards.errors import InputError
from safeguards.pipeline.database.constraints import problems, refuse
from safeguards.pipeline.database.definition import Made, reflect
from safeguards.pipeline.database.into_table import arriving_from, refuse_itself
from safeguards.pipeline.database.outcomes import Outcome, outcomes
from safeguards.tables import open_database
from safeguards.tables.sql_writing import find_table, is_new_file, open_target, place_of

if TYPE_CHECKING:
    from safeguards.pipeline.database.into_table import IfExists
    from safeguards.pipeline.manifest import Manifest
    from safeguards.pipeline.pipeline import Pipeline


def run_tables(
    pipelines: Mapping[str, Pipeline],
    source: str,
    target: str | Engine,
    *,
    if_exists: IfExists = "refuse",
    manifests: str | Path | None = None,
) -> dict[str, Manifest]:
    """Transform tables of one database into tables of the same names in another, keys and references kept.

    What refers to a table comes after it. All constraints are checked together before the first row is read,
    and each table appears whole or never; those before one that fails stay. Foreign keys in a circle of
    several tables are not carried.

    Args:
        pipelines: table name to its pipeline; columns that refer to each other need equal transforms.
        source: the URL of the database to read.
        target: the URL, or an engine, of the one to write; a file of SQLite may be new.
        if_exists: as in :meth:`Pipeline.run_table`.
        manifests: a folder for the manifests, ``TABLE.json`` each.

    Raises:
        ConstraintsBroken: the results would break constraints; one line names all of all tables.
        InputError: there is no such table, or as :meth:`Pipeline.run_table` says.
    """
    engine = open_target(target)
    if manifests is not None and not Path(manifests).is_dir():
        raise InputError(f"{manifests}: no such folder")
    with open_database(source) as database:
        sources = {name: database.source(name) for name in pipelines}
        for name, one in sources.items():
            refuse_itself(one, engine, name)
        origins = {name: reflect(database.engine, *one.place) for name, one in sources.items()}
        order = _in_order(origins)
        _check(
            {name: outcomes(pipelines[name], arriving_from(sources[name], origins[name])) for name in order},
            origins,
            engine,
            same_dialect=database.engine.dialect.name == engine.dialect.name,
        )
        return {
            name: pipelines[name].run_table(
                sources[name],
                engine,
                name,
                if_exists=if_exists,
                beside=pipelines,
                manifest=None if manifests is None else Path(manifests) / f"{name}.json",
            )
            for name in order
        }


def _check(
    results: Mapping[str, Mapping[str, Outcome]],
    origins: Mapping[str, sa.Table],
    engine: Engine,
    *,
    same_dialect: bool,
) -> None:
    """Check all tables as they will stand, in the order of ``results``, each beside those before it."""
    planned: dict[str, sa.Table] = {}
    found: list[str] = []
    for name in results:
        kinds = {column: one.kind for column, one in results[name].items() if one.kind is not None}
        existing = None if is_new_file(engine) else find_table(engine, name)
        planned[name] = table = (
            existing
            if existing is not None
            else Made(
                engine=engine,
                place=(None, name) if is_new_file(engine) else place_of(engine, name),
                schema=pa.schema(list(kinds.items())),
                results=results[name],
                origin=origins[name],
                same_dialect=same_dialect,
                parents=planned,
            ).table()
        )
        found += problems(table, results[name], results)
    refuse(iter(found))


def _in_order(tables: Mapping[str, sa.Table]) -> list[str]:
    """Return the names, parents before those that refer to them; in a circle one has to begin."""
    waiting = {
        name: {key.target_fullname.rpartition(".")[0] for key in table.foreign_keys} & tables.keys() - {name}
        for name, table in tables.items()
    }
    order: list[str] = []
    while waiting:
        ready = [name for name, parents in waiting.items() if parents <= set(order)] or [next(iter(waiting))]
        order += ready
        for name in ready:
            del waiting[name]
    return order
