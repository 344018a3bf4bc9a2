"""Pipelines as TOML files.

purpose = "analytics"
domain = "ads-2026"                       # or {name = "ads-2026", keyring = "other", regime = "research"}
unlisted = "refuse"                       # or "drop", "keep"

[columns]
rrn = "drop"
email = {transform = "token", item = "email"}
age = {transform = "generalise", band = 10, top = 80}

[[gates]]                                 # the result leaves when all of them let it
gate = "risk"
quasi_identifiers = ["age", "region"]
k = 5
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safeguards.errors import InputError
from safeguards.pipeline.gates import gates_from
from safeguards.pseudonyms import Domain, Transform, transform_from

_SETTINGS = ("purpose", "domain", "unlisted", "columns", "gates")
_DOMAIN = ("name", "keyring", "epoch", "regime")


def read_document(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        InputError: it is missing or no TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8") from None
    except RecursionError:
        raise InputError(f"{path}: nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{path}: not TOML: {error}; names with other letters than a-z need quotes"
        ) from None


def from_document(document: Mapping[str, Any], name: str) -> tuple[dict[str, Transform], dict[str, Any]]:
    """Return the columns' transforms and the other settings of a pipeline.

    Raises:
        InputError: something in ``document`` is unknown or of the wrong kind; the message names it.
    """
    for key in document:
        if key not in _SETTINGS:
            raise InputError(f"{name}: no setting {key!r}; known: {', '.join(_SETTINGS)}")
    columns = document.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        raise InputError(f"{name}: needs a table [columns] of column = transform")
    settings = {key: document[key] for key in ("purpose", "unlisted") if key in document}
    for key, value in settings.items():
        if not isinstance(value, str):
            raise InputError(f"{name}: {key} is text")
    return {column: _transform(name, column, entry) for column, entry in columns.items()}, {
        **settings,
        "domain": _domain(name, document.get("domain")),
        "gates": gates_from(document.get("gates", []), name),
    }


def _transform(name: str, column: str, entry: object) -> Transform:
    try:
        return transform_from(entry)
    except InputError as error:
        raise InputError(f"{name}, column {column!r}: {error}") from None


def _domain(name: str, entry: object) -> Domain | None:
    settings = {"name": entry} if isinstance(entry, str) else entry
    if settings is None:
        return None
    if not isinstance(settings, Mapping) or "name" not in settings or not settings.keys() <= set(_DOMAIN):
        raise InputError(f"{name}: domain is a name, or a table of {', '.join(_DOMAIN)}")
    return Domain(**settings)
