"""Looking at a binary column: whether it is encrypted already, and as what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import LargeBinary, inspect
from sqlalchemy.dialects.mysql import LONGBLOB

from safeguards.crypto.envelope import is_envelope, parse, prefix
from safeguards.errors import InputError
from safeguards.sqlalchemy.backfill.backend import Backend
from safeguards.sqlalchemy.backfill.column_plan import ColumnPlan
from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.backfill.journal import declaration_of
from safeguards.sqlalchemy.backfill.rows import ColumnRows
from safeguards.sqlalchemy.backfill.target import Target
from safeguards.sqlalchemy.lifecycle import DualRead
from safeguards.sqlalchemy.types import Encrypted

# One for each type tag that a ciphertext may carry; the type itself cannot be seen from outside.
_KINDS = ("String", "BigInteger", "Boolean", "Float", "Numeric", "Date", "DateTime", "Uuid")
_SAMPLES = 50


def found_encrypted(backend: Backend, target: Target, facts: Facts) -> ColumnPlan:
    """Return the plan for a binary column that no journal knows.

    It is either encrypted, or a writer that does not encrypt has added plain values since: then the job is
    taken up again.

    Raises:
        InputError: the column holds other bytes, or ciphertexts of another declaration.
    """
    kinds = _possible(target)
    rows = {name: ColumnRows(backend, facts, kind.cipher) for name, kind in kinds.items()}
    first = rows[_KINDS[0]]
    declaration_of(first.cipher)  # proves that the keyring opens
    if not first.count()[1]:
        return ColumnPlan(target, facts, kinds[_KINDS[0]], "encrypted")
    sample = next(iter(first.sealed(1)), None)
    name = next((name for name, each in rows.items() if sample is not None and each.is_ours(sample)), None)
    if sample is None and isinstance(kinds[_KINDS[0]].state, DualRead):  # only the type was changed so far
        return ColumnPlan(target, replace(facts, stored=_KINDS[0]), kinds[_KINDS[0]], "unfinished")
    if sample is None or name is None:
        raise InputError(_refusal(facts, first, sample))
    check_search(facts, kinds[name], sample)
    plain = rows[name].count_plain()
    if plain and kinds[name].python_type is bytes:
        raise InputError(_refusal(facts, first, None))
    return ColumnPlan(
        target, replace(facts, stored=name), kinds[name], "unfinished" if plain else "encrypted"
    )


def recognised(backend: Backend, target: Target, facts: Facts) -> Encrypted:
    """Return the declaration under which a binary column's values open; some of them may be broken.

    Raises:
        InputError: none of the first values opens under the target.
    """
    if target.declared is not None:
        return target.declared
    kinds = list(_possible(target).values())
    samples = ColumnRows(backend, facts, kinds[0].cipher).sealed(_SAMPLES)
    for kind in kinds:
        if not samples or any(ColumnRows(backend, facts, kind.cipher).is_ours(each) for each in samples):
            return kind
    raise InputError(_refusal(facts, ColumnRows(backend, facts, kinds[0].cipher), samples[0]))


def holders_of_field(backend: Backend, plan: ColumnPlan) -> Iterator[str]:
    """Yield the other columns of a plan's table whose ciphertexts open under the plan's field.

    A field belongs to one column: under a shared one, a ciphertext could be moved from column to column.
    """
    facts = plan.facts
    for column in inspect(backend.session.connection).get_columns(facts.table, facts.schema):
        name = str(column["name"])
        if name == facts.column or not isinstance(column["type"], (LargeBinary, LONGBLOB)):
            continue
        other = backend.facts(facts.schema, facts.table, name)
        rows = [ColumnRows(backend, other, kind.cipher) for kind in _possible(plan.target).values()]
        sample = next(iter(rows[0].sealed(1)), None)
        if sample is not None and any(each.is_ours(sample) for each in rows):
            yield name


def check_search(facts: Facts, kind: Encrypted, sample: bytes) -> None:
    """Refuse a declaration whose search is not that of a ciphertext which opens under it.

    Raises:
        InputError: it is another one.
    """
    tagged = parse(sample).tag
    if bool(tagged) != bool(kind.cipher.slices):
        has, wants = ("with", "without") if tagged else ("without", "with")
        raise InputError(f"{facts.label} is already encrypted, {has} search; declare it {has}, not {wants}")
    cipher = kind.cipher
    if len(prefix(tagged)) != cipher.prefix_length:
        raise InputError(
            f"{facts.label} is already encrypted, under other searches: run `safeguards reencrypt` to write "
            "the tags of these"
        )
    if kind.cipher.slices and not sample.startswith(cipher.tag(cipher.decrypt(sample))):
        raise InputError(
            f"{facts.label} is already encrypted as field {kind.field}, but its search tags were made under "
            "another item or group: name the same"
        )


def _possible(target: Target) -> dict[str, Encrypted]:
    """Return the declarations that a target can mean: one for each type that its searches are for."""
    if target.declared is not None:
        return {_KINDS[0]: target.declared}
    possible, refusal = {}, None
    for name in _KINDS:
        try:
            possible[name] = target.encrypted(name)
        except InputError as error:
            refusal = error
    if not possible:
        raise refusal or InputError(f"{target.label}: no type can be read")
    return possible


def _refusal(facts: Facts, rows: ColumnRows, sample: bytes | None) -> str:
    if sample is not None and is_envelope(sample):
        return (
            f"{facts.label} is already encrypted, but not as field {rows.cipher.field} under this keyring; "
            "nothing was changed"
        )
    return (
        f"{facts.label} is a binary column ({facts.sql_type}): plaintext and ciphertext could not be told "
        "apart in it; change it to a text type first (base64, for instance)"
    )
