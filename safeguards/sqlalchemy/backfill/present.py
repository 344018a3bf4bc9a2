"""Looking at a binary column: whether it is encrypted already, and as what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import LargeBinary, inspect
from sqlalchemy.dialects.mysql import LONGBLOB

from safeguards.crypto.envelope import is_envelope, parse
from safeguards.errors import InputError
from safeguards.sqlalchemy.backfill.backend import Backend
from safeguards.sqlalchemy.backfill.column_plan import ColumnPlan
from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.backfill.journal import declaration_of
from safeguards.sqlalchemy.backfill.rows import ColumnRows
from safeguards.sqlalchemy.backfill.target import Target
from safeguards.sqlalchemy.types import Encrypted

# One for each type tag that a ciphertext may carry; the type itself cannot be seen from outside.
_KINDS = ("String", "BigInteger", "Boolean", "Float", "Numeric", "Date", "DateTime", "Uuid")


def found_encrypted(backend: Backend, target: Target, facts: Facts) -> ColumnPlan:
    """Return the plan for a binary column that no journal knows.

    It is either encrypted, or a writer that does not encrypt has added plain values since: then the job is
    taken up again.

    Raises:
        InputError: the column holds other bytes, or ciphertexts of another declaration.
    """
    kinds = {name: target.encrypted(name) for name in (_KINDS[:1] if target.declared else _KINDS)}
    rows = {name: ColumnRows(backend, facts, kind.cipher) for name, kind in kinds.items()}
    first = rows[_KINDS[0]]
    declaration_of(first.cipher)  # proves that the keyring opens
    if not first.count()[1]:
        return ColumnPlan(target, facts, kinds[_KINDS[0]], "encrypted")
    sample = first.first_sealed()
    name = next((name for name, each in rows.items() if sample is not None and each.is_ours(sample)), None)
    if sample is None or name is None:
        raise InputError(_refusal(facts, first, sample))
    _check_search(facts, kinds[name], sample)
    plain = rows[name].count_plain()
    if plain and kinds[name].python_type is bytes:
        raise InputError(_refusal(facts, first, None))
    return ColumnPlan(
        target, replace(facts, stored=name), kinds[name], "unfinished" if plain else "encrypted"
    )


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
        ciphers = [plan.target.encrypted(kind).cipher for kind in _KINDS]
        rows = [ColumnRows(backend, other, cipher) for cipher in ciphers]
        sample = rows[0].first_sealed()
        if sample is not None and any(each.is_ours(sample) for each in rows):
            yield name


def _check_search(facts: Facts, kind: Encrypted, sample: bytes) -> None:
    tagged = parse(sample).tag
    if bool(tagged) != (kind.search is not None):
        has, wants = ("with", "without") if tagged else ("without", "with")
        raise InputError(f"{facts.label} is already encrypted, {has} search; declare it {has}, not {wants}")
    cipher = kind.cipher
    if kind.search is not None and not sample.startswith(cipher.tag(cipher.decrypt(sample))):
        raise InputError(
            f"{facts.label} is already encrypted as field {kind.field}, but its search tags were made under "
            "another item or group: name the same"
        )


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
