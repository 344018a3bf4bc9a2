"""What rows state of themselves: the manifest that a table's schema or a Parquet file carries.

Format-preserving pseudonyms hold no proof of their domain or epoch, so a false one would give false values
without an error. Where a manifest is carried, it is compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from safeguards.errors import InputError
from safeguards.pseudonyms.domain import SAFEGUARD, Domain
from safeguards.tables import Source, told_by

METADATA_KEY = "safeguards.manifest"
"""The key of the manifest in the metadata of a schema, or of a Parquet file."""
_PASSED = "keep"


def check_stated(source: Source, columns: Iterable[str], domain: Domain) -> None:
    """Raise InputError where a carried manifest says that one of the columns is of another domain or epoch.

    Columns that it does not tell of are anybody's guess, and pass.
    """
    told = _carried(source)
    if told is None:
        return
    scope = told.get("domain") or {}
    regime = told.get("regime", SAFEGUARD)
    if regime != domain.regime:
        raise InputError(
            f"the manifest at hand is of {regime}, the domain of {domain.regime}: they never mix"
        )
    for name in columns:
        for record in _records(told, name):
            epoch = scope.get("epoch") if record.get("epoch") is None else record["epoch"]
            if (record.get("domain"), epoch) != (domain.name, domain.epoch):
                raise InputError(
                    f"column {name!r} is of domain {record.get('domain')!r}, epoch {epoch}, as the manifest "
                    f"at hand says, and not of {domain.name!r}, epoch {domain.epoch}"
                )


def check_plain(source: Source, column: str) -> None:
    """Raise InputError where a carried manifest says that a column holds no original values."""
    told = _carried(source)
    if told is not None and _records(told, column):
        raise InputError(f"column {column!r} was transformed, as the manifest at hand says: it is not plain")


def _records(told: Mapping[str, Any], column: str) -> list[dict[str, Any]]:
    return [
        record
        for record in told.get("columns", ())
        if record.get("column") == column and record.get("transform") != _PASSED
    ]


def _carried(source: Source) -> dict[str, Any] | None:
    text = told_by(source).get(METADATA_KEY)
    if text is None:
        return None
    try:
        told = json.loads(text)
        if isinstance(told, dict) and all(isinstance(one, dict) for one in told.get("columns", ())):
            return told
    except (ValueError, RecursionError, TypeError):
        pass
    raise InputError("the manifest at hand is damaged: it cannot be told how the columns were made")
