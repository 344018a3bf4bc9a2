"""What PostgreSQL's catalogue says of one column, and of whatever stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from safeguards.errors import InputError
from safeguards.sqlalchemy.backfill.facts import Facts, PlainIndex, choose
from safeguards.sqlalchemy.backfill.session import Session

KINDS = {
    "text": "Text",
    "varchar": "String",
    "bpchar": "String",
    "citext": "String",
    "name": "String",
    "int2": "Integer",
    "int4": "Integer",
    "int8": "BigInteger",
    "bool": "Boolean",
    "float4": "Float",
    "float8": "Float",
    "numeric": "Numeric",
    "date": "Date",
    "timestamp": "DateTime",
    "timestamptz": "DateTime",
    "uuid": "Uuid",
}

_COLUMN = """
    SELECT a.attnum AS number, a.attnotnull AS required, a.attgenerated AS generated,
           a.attidentity AS identity, format_type(a.atttypid, a.atttypmod) AS sql_type,
           CASE t.typtype WHEN 'e' THEN 'text' WHEN 'd' THEN b.typname ELSE t.typname END AS base,
           COALESCE(pg_get_expr(d.adbin, d.adrelid), t.typdefault) AS value_by_default,
           t.typtype = 'd' AND t.typnotnull AS domain_required,
           col_description(a.attrelid, a.attnum) AS comment
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = :table AND a.attname = :column AND NOT a.attisdropped
"""
_INDEXES = r"""
    SELECT c.relname AS name, i.indisunique AS unique, i.indisprimary AS primary, i.indnatts AS width,
           i.indkey::int2[] AS on, i.indexprs IS NOT NULL AS computed, i.indpred IS NOT NULL AS partial,
           m.amname AS method, k.oid IS NOT NULL AS constraint,
           COALESCE(k.condeferrable, false) AS deferrable,
           i.indisreplident AS identity, i.indexrelid::bigint AS id,
           pg_get_expr(i.indexprs, i.indrelid) ~ '^substr\(.*, [0-9]+, [0-9]+\)$' AS search,
           COALESCE((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS one_null
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('u', 'p', 'x')
    WHERE i.indrelid = :table ORDER BY c.relname
"""
_DEPENDENTS = """
    SELECT d.objid::bigint AS id, pg_describe_object(d.classid, d.objid, d.objsubid) AS name,
           a.attname AS computed
    FROM pg_depend d LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
    LEFT JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = :table AND d.refobjsubid = :number
    AND NOT (d.classid = 'pg_class'::regclass AND d.objid = :table)
    AND NOT COALESCE(f.adrelid = :table AND f.adnum = :number, false) ORDER BY 2
"""
_CONSTRAINTS = """
    SELECT oid::bigint AS id, conname AS name, contype AS kind, conindid::bigint AS index
    FROM pg_constraint WHERE conrelid = :table AND :number = ANY(conkey)
    UNION ALL
    SELECT oid::bigint, conname || ' of ' || conrelid::regclass, 'r', 0
    FROM pg_constraint WHERE confrelid = :table AND :number = ANY(confkey)
"""
_KEY = """
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS sql_type FROM pg_index i
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, position)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE i.indrelid = :table AND i.indisprimary AND k.position <= i.indnkeyatts ORDER BY k.position
"""
_TRIGGERS = """
    SELECT t.tgname AS name, p.prosrc AS source, (t.tgtype & 16) > 0 AS on_update,
           cardinality(t.tgattr::int2[]) = 0 OR :number = ANY(t.tgattr::int2[]) AS fires,
           pg_get_triggerdef(t.oid) AS definition
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = :table AND NOT t.tgisinternal AND t.tgenabled <> 'D' ORDER BY t.tgname
"""


def read_facts(session: Session, schema: str | None, table: str, column: str) -> Facts:
    """Read the catalogue's word on a table and on everything that depends on one of its columns.

    Raises:
        InputError: there is no such table or column.
    """
    relation = _relation(session, schema, table)
    names = session.rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = :t AND attnum > 0 AND NOT attisdropped",
        {"t": relation.id},
    )
    choose("column", column, (row.attname for row in names), f"table {table}")
    own = session.rows(_COLUMN, {"table": relation.id, "column": column})[0]
    where = {"table": relation.id, "number": own.number}
    indexes = session.rows(_INDEXES, where)
    key = session.rows(_KEY, where)
    plain = tuple(_plain_indexes(indexes, own.number))
    obstacles = [*_relation_obstacles(relation), *_column_obstacles(own)]
    obstacles += [*_constraint_obstacles(session, where), *_index_obstacles(indexes, own.number, plain)]
    obstacles += [
        *_dependents(session, where, indexes, plain, binary=own.base == "bytea"),
        *_triggers(session, where, column),
        *_rules(session, relation.id),
    ]
    return Facts(
        schema=None if relation.by_default else schema,
        table=table,
        column=column,
        sql_type=own.sql_type,
        stored=KINDS.get(own.base),
        binary=own.base == "bytea",
        nullable=not own.required,
        key=tuple(row.name for row in key),
        key_types=tuple(row.sql_type for row in key),
        comment=own.comment or "",
        indexes=plain,
        other_indexes=_index_names(session, relation.schema),
        obstacles=tuple(dict.fromkeys(obstacles)),
        notes=(*_notes(session, relation.id), *_collation_notes(own, plain)),
    )


def _relation(session: Session, schema: str | None, table: str) -> Any:
    found = session.rows(
        """
        SELECT c.oid::bigint AS id, c.relname AS name, c.relkind AS kind, c.relispartition AS part,
               n.nspname AS schema, n.nspname = current_schema() AS by_default,
               pg_has_role(c.relowner, 'USAGE') AS owned, c.relforcerowsecurity AS forced,
               has_schema_privilege(current_schema(), 'CREATE') AS may_create, pg_is_in_recovery() AS standby,
               EXISTS (SELECT FROM pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)) AS inherits
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = COALESCE(CAST(:s AS text), current_schema())
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        """,
        {"s": schema},
    )
    choose("table", table, (row.name for row in found), f"schema {schema}" if schema else "the database")
    return next(row for row in found if row.name == table)


def _relation_obstacles(relation: Any) -> Iterator[str]:
    kinds = {"v": "a view", "m": "a materialised view", "f": "a foreign table", "p": "partitioned"}
    if relation.kind in kinds:
        yield f"its table is {kinds[relation.kind]}"
    elif relation.part or relation.inherits:
        yield "its table is a partition, or inherits"
    if not relation.owned:
        yield "only the table's owner may change it: connect as its owner"
    if relation.forced:
        yield "row security is forced on the table's owner and may hide rows: switch it off for the job"
    if relation.standby:
        yield "the server is a standby: connect to the primary"
    if not relation.may_create:
        yield "the role may not create the job's journal table in the default schema: grant CREATE on it"


def _column_obstacles(own: Any) -> Iterator[str]:
    if own.generated:
        yield "it is a generated column"
    elif own.identity:
        yield "it is an identity column"
    elif own.value_by_default is not None and not own.value_by_default.upper().startswith("NULL"):
        yield "it has a DEFAULT, which the database would store as plaintext"
    if own.domain_required:
        yield (
            f"its domain {own.sql_type} is NOT NULL, which bytea would lose: set the column NOT NULL itself, "
            "and change it to the domain's base type first"
        )


def _constraint_obstacles(session: Session, where: dict[str, Any]) -> Iterator[str]:
    words = {
        "p": "it belongs to primary key {}",
        "f": "it is a foreign key ({})",
        "r": "foreign key {} refers to it",
        "c": "CHECK constraint {} mentions it",
        "x": "EXCLUDE constraint {} includes it",
    }
    for row in session.rows(_CONSTRAINTS, where):
        if row.kind in words:
            yield words[row.kind].format(row.name)


def _is_plain(row: Any, number: int) -> bool:
    alone = list(row.on) == [number] and row.width == 1 and row.method in {"btree", "hash"}
    bound = row.primary or row.partial or row.computed or row.deferrable or row.identity or row.one_null
    return bool(alone and not bound)


def _plain_indexes(indexes: list[Any], number: int) -> Iterator[PlainIndex]:
    for row in indexes:
        if _is_plain(row, number):
            yield PlainIndex(row.name, row.unique, row.constraint)


def _index_obstacles(indexes: list[Any], number: int, plain: tuple[PlainIndex, ...]) -> Iterator[str]:
    names = {index.name for index in plain}
    for row in indexes:
        if number in row.on and row.name not in names and not row.primary:
            kind = "UNIQUE constraint" if row.constraint else f"{row.method} index"
            yield f"{kind} {row.name} cannot become a search index ({_why_not(row)}): drop it first"


def _why_not(row: Any) -> str:
    reasons = {
        "it is on several columns": row.width > 1,
        "it is on a part of the rows": row.partial,
        "it is deferrable": row.deferrable,
        "it is the replica identity": row.identity,
        "it admits one NULL": row.one_null,
    }
    return next((reason for reason, holds in reasons.items() if holds), f"its method is {row.method}")


def _dependents(
    session: Session, where: dict[str, Any], indexes: list[Any], plain: Any, *, binary: bool
) -> Iterator[str]:
    """Name whatever else the database itself would refuse to change, or silently break, in its own words."""
    named = {index.name for index in plain}
    known = {
        row.id for row in indexes if row.name in named or where["number"] in row.on or (binary and row.search)
    }
    constraints = {row.id for row in session.rows(_CONSTRAINTS, where)}
    for row in session.rows(_DEPENDENTS, where):
        if row.id in known or row.id in constraints:
            continue
        if row.computed is not None:
            yield f"generated column {row.computed} is computed from it"
        else:
            yield f"{row.name} depends on it: drop it first"


def _triggers(session: Session, where: dict[str, Any], column: str) -> Iterator[str]:
    for row in session.rows(_TRIGGERS, where):
        if column in row.definition or column in (row.source or ""):
            yield f"trigger {row.name} mentions it: drop or disable it first"
        elif row.on_update and row.fires:
            yield f"trigger {row.name} would fire for every row: disable it for the job"


def _rules(session: Session, table: int) -> Iterator[str]:
    rows = session.rows(
        "SELECT rulename FROM pg_rewrite WHERE ev_class = :t AND ev_type = '2' AND ev_enabled <> 'D' "
        "ORDER BY rulename",
        {"t": table},
    )
    for row in rows:
        yield f"rule {row.rulename} would act in place of every UPDATE or beside it: drop or disable it first"


def _index_names(session: Session, schema: str) -> tuple[str, ...]:
    rows = session.rows(
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :s",
        {"s": schema},
    )
    return tuple(row.relname for row in rows)


def _collation_notes(own: Any, indexes: tuple[PlainIndex, ...]) -> Iterator[str]:
    if indexes and own.base == "citext":
        yield "citext ignored case; search compares the item's canonical form exactly"


def _notes(session: Session, table: int) -> Iterator[str]:
    rows = session.rows(
        "SELECT p.pubname FROM pg_publication p WHERE p.puballtables OR EXISTS "
        "(SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = :t)",
        {"t": table},
    )
    for row in rows:
        yield f"publication {row.pubname} sends the table on: make the column bytea on its subscribers too"


def check_schema(session: Session) -> None:
    """Refuse a connection without a default schema, where the journal could not be kept.

    Raises:
        InputError: there is none.
    """
    if session.scalar("SELECT current_schema()") is None:
        raise InputError("the connection has no default schema: set search_path in the URL")
