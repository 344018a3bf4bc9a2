"""Which records of a manifest tell of what leaves: the last that changed a column, or a part of one."""

from __future__ import annotations

from collections.abc import Mapping

from safeguards.pipeline.manifest import ColumnRecord, Manifest
from safeguards.pipeline.nested.paths import Path, resolve
from safeguards.pseudonyms import Keep

Standing = Mapping[Path, ColumnRecord]


def standing(record: Manifest) -> Standing:
    """Return each column's, and each part's, last record; what only passed a step keeps an earlier one."""
    names = [name for schema in (record.output_schema, record.input_schema) for name, _ in schema["columns"]]
    found: dict[Path, ColumnRecord] = {}
    for one in record.columns:
        path = resolve(one.column, names) or Path(one.column)
        if one.transform == Keep.name and path in found:
            continue
        if one.transform != Keep.name and not path.steps:
            # A whole column that is changed later, such as encrypted, hides what became of its parts.
            found = {other: told for other, told in found.items() if other.column != path.column}
        found[path] = one
    return found
