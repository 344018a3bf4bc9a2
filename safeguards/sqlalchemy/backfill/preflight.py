"""Everything that is looked at before the first row is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from safeguards.errors import InputError
from safeguards.sqlalchemy.backfill.backend import Backend
from safeguards.sqlalchemy.backfill.column_plan import ColumnPlan, Progress
from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.backfill.journal import Journal, check_same, declaration_of
from safeguards.sqlalchemy.backfill.present import found_encrypted, holders_of_field
from safeguards.sqlalchemy.backfill.rows import ColumnRows
from safeguards.sqlalchemy.backfill.survey import survey
from safeguards.sqlalchemy.backfill.target import Target, column_for, index_name


def prepare(backend: Backend, targets: Sequence[Target], progress: Progress) -> list[ColumnPlan]:
    """Check every target and return the plans, in the order given.

    Raises:
        InputError: something stands in the way of one of them; each obstacle is named.
        KeyringError: the keyring cannot be opened.
    """
    plans = [_plan(backend, target) for target in targets]
    _refuse(_repeated(plans))
    _refuse(obstacle for plan in plans for obstacle in _obstacles(backend, plan))
    surveyed = [_surveyed(backend, plan, progress) for plan in plans]
    _refuse(obstacle for plan in surveyed for obstacle in _value_obstacles(backend, plan))
    return surveyed


def _plan(backend: Backend, target: Target) -> ColumnPlan:
    facts = backend.facts(target.schema, target.table, target.column)
    entry = Journal(backend.session).find(facts)
    changed = facts.binary or backend.is_halfway(facts)
    if entry is not None and entry.original.sql_type != facts.sql_type and changed:
        kind = target.encrypted(str(entry.original.stored))
        check_same(entry, declaration_of(kind.cipher))
        return ColumnPlan(target, entry.original, kind, "unfinished")
    if facts.binary:
        return found_encrypted(backend, target, facts)
    if facts.stored is None:
        raise InputError(
            f"{facts.label} is of type {facts.sql_type}, whose values cannot be encrypted in place: "
            "change it to text first"
        )
    kind = target.encrypted(facts.stored)
    declaration_of(kind.cipher)  # proves that the keyring opens
    return ColumnPlan(target, facts, kind, "new")


def _repeated(plans: Sequence[ColumnPlan]) -> Iterator[str]:
    for what, names in (
        ("column", [plan.facts.label for plan in plans]),
        ("field", [str(plan.kind.field) for plan in plans]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{what} {name} is named more than once"


def _obstacles(backend: Backend, plan: ColumnPlan) -> Iterator[str]:
    if plan.state == "encrypted":
        return
    now = backend.facts(plan.facts.schema, plan.facts.table, plan.facts.column)
    for obstacle in now.obstacles:
        yield f"{now.label}: {obstacle}"
    if plan.state == "new":
        for other in holders_of_field(backend, plan):
            yield (
                f"{now.label}: column {other} holds values of field {plan.kind.field} already: "
                "give each column a field of its own (--field)"
            )
    if not now.key:
        yield f"{now.label}: its table has no primary key, by which rows could be found again"
    if plan.unique or not now.unique:
        yield from _name_obstacles(backend, plan, now)
    else:
        yield f"{now.label} is UNIQUE, which ciphertexts cannot keep without search: add --search exact"


def _name_obstacles(backend: Backend, plan: ColumnPlan, now: Facts) -> Iterator[str]:
    if not plan.kind.cipher.slices or plan.state == "unfinished":
        return
    dialect = backend.session.connection.dialect
    name = index_name(dialect, column_for(plan.target, plan.kind, dialect, unique=plan.unique))
    replaced = {index.name for index in now.indexes}
    if name in set(now.other_indexes) - replaced:
        yield f"{now.label}: the search index needs the name {name}, which another index has: rename that one"


def _surveyed(backend: Backend, plan: ColumnPlan, progress: Progress) -> ColumnPlan:
    if plan.state != "new":
        return plan
    rows = ColumnRows(backend, plan.facts, plan.kind.cipher, plan.target.persons())
    with progress(f"checking {plan.facts.label}") as advance:
        return replace(plan, survey=survey(rows, advance, unique=plan.unique))


def _value_obstacles(backend: Backend, plan: ColumnPlan) -> Iterator[str]:
    found, label = plan.survey, plan.facts.label
    if found is None:
        return
    if found.unreadable:
        kind = plan.kind.python_type.__name__
        yield f"{label}: {found.unreadable} of {found.values} values cannot be read as {kind} without loss"
    if found.twins:
        yield (
            f"{label}: {found.twins} of {found.values} values equal another one in the form that search "
            "compares, so UNIQUE could not be kept: correct them first"
        )
    if found.longest > backend.value_limit():
        yield f"{label}: a value may take {found.longest} bytes, too many for one statement of this server"


def _refuse(obstacles: Iterable[str]) -> None:
    found = list(obstacles)
    if found:
        raise InputError(f"nothing was changed: {'; '.join(found)}")
