"""Columns that models declare: those that hold personal data unprotected, by name or by content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace

from sqlalchemy import Boolean, Column, Date, DateTime, Double, Float, MetaData, Table, Time

from safeguards.cli.columns import imported
from safeguards.cli.output import Advance
from safeguards.cli.scanning.result import Result
from safeguards.cli.scanning.settings import Settings
from safeguards.cli.scanning.targets import part
from safeguards.detection.headers import named
from safeguards.detection.proposal import encrypted_column, pseudonymised_column
from safeguards.detection.scan import Finding, TableScan, scan
from safeguards.detection.verdict import ColumnVerdict
from safeguards.errors import InputError
from safeguards.items.intl.password import ITEM as PASSWORD
from safeguards.items.item import Item
from safeguards.sqlalchemy import DualRead, Encrypted, PasswordHash, Pseudonymised
from safeguards.sqlalchemy.lifecycle import PLAINTEXT
from safeguards.tables import open_database

NAMED = 0.6
"""The certainty of what a column's name says while nobody has looked into it."""

_ABOUT = re.compile(
    r"(?i)(?:^|[^a-z])(?:count|cnt|verified|confirmed|enabled|allowed|required|consent|opt_?in|flag|yn|type|kind|"
    r"status|state|id|seq|len|length|size|at|time|order|template|label|format|hash|digest|masked|enc|encrypted|tag)$"
    r"|(?:여부|유형|종류|상태|동의|건수|횟수|일시|순서|길이)$"
)
"""Names that end so tell something about a value, and do not hold it."""

_HASHED = re.compile(r"(?i)hash|digest|crypt")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BORN = "BIRTH_DATE"
_PUBLIC = "public"  # PostgreSQL's default schema, which goes without saying
_NO_VALUE = (Boolean, Float, Double, Time)


def scan_models(name: str, url: str | None, settings: Settings, advance: Advance) -> Result:
    """Scan the tables of ``MODULE:NAME``, with a database also what stands in them.

    Raises:
        InputError: there are no such models, or the database cannot be read.
    """
    tables = tables_of(imported(name))
    if settings.tables:
        tables = [table for table in tables if table.fullname in settings.tables]
    result = Result(name, False, models=True)
    if url is None:
        result.tables = [_declared(table, settings) for table in tables]
    else:
        _with_content(url, tables, settings, result, advance)
    return result


def tables_of(models: object) -> list[Table]:
    """Return the tables of a declarative base, a MetaData, a mapped class or a table, in the order of names.

    Raises:
        InputError: the object is none of these, or has no table.
    """
    if isinstance(models, Table):
        return [models]
    own = getattr(models, "__table__", None)
    metadata = models if isinstance(models, MetaData) else getattr(models, "metadata", None)
    if isinstance(own, Table):
        return [own]
    if not isinstance(metadata, MetaData) or not metadata.tables:
        raise InputError(
            "--models names a declarative base, a MetaData, a mapped class or a table that has columns"
        )
    return sorted(metadata.tables.values(), key=lambda table: table.fullname)


def protection(column: Column[object]) -> str | None:
    """Return what protects a column's values by declaration, or None."""
    kind = column.type
    if isinstance(kind, Encrypted):
        if kind.state == PLAINTEXT:
            return None
        return "Encrypted, plaintext still read" if isinstance(kind.state, DualRead) else "Encrypted"
    for own in (Pseudonymised, PasswordHash):
        if isinstance(kind, own):
            return own.__name__
    other = type(kind).__name__
    return f"{other} (another library)" if "encrypted" in other.lower() else None


def _with_content(
    url: str, tables: Iterable[Table], settings: Settings, result: Result, advance: Advance
) -> None:
    wanted = list(tables)
    with closing(open_database(url)) as database:
        known = set(database.tables())
        for done, table in enumerate(wanted):
            name = table.name if table.schema == _PUBLIC else table.fullname
            if name not in known:
                result.tables.append(_declared(table, settings))
                result.unread[table.fullname] = "not in the database; its columns were judged by name only"
                continue
            source = database.source(name)
            within = part(advance, done, len(wanted))
            found = scan(source, settings.detector, settings.sample, advance=within)
            result.tables.append(_joined(table, found, settings))


def _joined(table: Table, found: TableScan, settings: Settings) -> TableScan:
    """Return what was found, with what is declared; a name counts where no value speaks against it."""
    columns = {column.name: column for column in table.columns}
    findings = []
    for finding in found.findings:
        column = columns.get(finding.verdict.table_column)
        if column is None:
            findings.append(finding)
        elif finding.verdict.rows or finding.found:
            findings.append(replace(finding, protection=protection(column)))
        else:
            findings.append(_by_name(table, column, settings))
    return replace(found, findings=tuple(findings), declared=True)


def _declared(table: Table, settings: Settings) -> TableScan:
    findings = tuple(_by_name(table, column, settings) for column in table.columns)
    return TableScan(table.fullname, None, 0, findings, declared=True, of_database=True)


def _by_name(table: Table, column: Column[object], settings: Settings) -> Finding:
    sql_type = str(column.type) if not isinstance(column.type, Encrypted | PasswordHash) else ""
    protected = protection(column)
    items = () if protected else _named(column, settings.detector.column_items)
    verdict = _verdict(column, items, protected)
    if not items:
        return Finding(table.fullname, verdict, (), sql_type, 0.0, None, protection=protected)
    proposal = encrypted_column(table.fullname, verdict, items, sql_type)
    alternative = pseudonymised_column(table.fullname, verdict, items)
    return Finding(table.fullname, verdict, items, sql_type, 0.0, proposal, alternative)


def _named(column: Column[object], items: Iterable[Item]) -> tuple[Item, ...]:
    """Return the item that a column's name names, where its type could hold one."""
    known, kind = tuple(items), column.type
    names = named(column.name, known)
    found = [item for item in known if item.id in names]
    if isinstance(kind, _NO_VALUE) or column.foreign_keys or not found:
        return ()
    if PASSWORD in found:
        return () if _HASHED.search(column.name) or isinstance(kind, Date | DateTime) else (PASSWORD,)
    if _ABOUT.search(_CAMEL.sub("_", column.name)):
        return ()
    if isinstance(kind, Date | DateTime):
        found = [item for item in found if item.entity == _BORN]
    return tuple(found[:1])


def _verdict(column: Column[object], items: tuple[Item, ...], protected: str | None) -> ColumnVerdict:
    if not items:
        reason = f"declared {protected}" if protected else ""
        return ColumnVerdict(column.name, None, 0.0, 0.0, reason, 0, 0)
    item = items[0]
    entities: Mapping[str, float] = {item.entity: 0.0}
    reason = f"named like {item.name_en}; its content was not looked at"
    return ColumnVerdict(column.name, item.entity, NAMED, 0.0, reason, 0, 0, item.id, entities)
