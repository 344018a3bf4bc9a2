"""Gates from plain data, as a TOML file holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from safeguards.errors import InputError, misspelt, offer
from safeguards.pipeline.step import Gate
from safeguards.risk import RiskGate

GATES: Mapping[str, Callable[..., Gate]] = {"risk": RiskGate}


def gates_from(described: object, name: str) -> list[Gate]:
    """Make the gates of the tables ``[[gates]]`` of the file ``name``.

    Raises:
        InputError: no such gate, or no such setting of it.
    """
    if not isinstance(described, list):
        raise InputError(f"{name}: gates are tables, each under its own [[gates]]")
    return [_gate(entry, f"{name}, gate {place}") for place, entry in enumerate(described, 1)]


def _gate(entry: object, where: str) -> Gate:
    options: dict[str, Any] = dict(entry) if isinstance(entry, Mapping) else {}
    kind = options.pop("gate", None)
    if not isinstance(kind, str) or kind not in GATES:
        raise InputError(
            f"{where} names no gate ({kind!r}); known: {offer(kind, GATES)}{misspelt('gate', options)}"
        )
    known = [one.name for one in fields(GATES[kind]) if one.init]  # type: ignore[arg-type]
    if unknown := [option for option in options if option not in known]:
        raise InputError(f"{where}: {kind} has no setting {unknown[0]!r}; it has: {offer(unknown[0], known)}")
    if "quasi_identifiers" not in options:
        raise InputError(f"{where} needs quasi_identifiers, a list of names of columns")
    try:
        return GATES[kind](**options)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
