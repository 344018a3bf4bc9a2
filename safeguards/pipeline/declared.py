"""Pipelines as TOML files: one step in short, or steps in their order.

purpose = "analytics"
domain = "ads-2026"                       # or {name = "ads-2026", keyring = "other", regime = "research"}
unlisted = "refuse"                       # or "drop", "keep"

[columns]
rrn = "drop"
email = {transform = "token", item = "email"}
age = {transform = "generalise", band = 10, top = 80}

The same with more steps; each `pseudonymise` takes the file's domain unless it names its own:

[[steps]]
step = "pseudonymise"
columns = {rrn = "drop", email = {transform = "token", item = "email"}, memo = "keep"}

[[steps]]
step = "encrypt"
columns = {memo = "member.memo"}

Either may end in gates:

[[gates]]                                 # the result leaves when all of them let it
gate = "risk"
quasi_identifiers = ["age", "region"]
k = 5
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from safeguards.errors import InputError, misspelt, offer
from safeguards.pipeline.detect import Detect
from safeguards.pipeline.encryption.decrypt import Decrypt
from safeguards.pipeline.encryption.encrypt import Encrypt
from safeguards.pipeline.gates import gates_from
from safeguards.pipeline.pseudonymise import Pseudonymise
from safeguards.pipeline.step import Gate, Step
from safeguards.pseudonyms import Domain, Transform, transform_from

STEPS: dict[str, type[Any]] = {
    "detect": Detect,
    "pseudonymise": Pseudonymise,
    "encrypt": Encrypt,
    "decrypt": Decrypt,
}
"""Steps by the names that files give them. A step of your own is Python: a file names no code."""

_SETTINGS = ("purpose", "domain", "unlisted", "columns", "steps", "gates")
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
        raise InputError(f"{path}: not TOML: {error}{_toml_hint(str(error))}") from None


def from_document(document: Mapping[str, Any], name: str) -> tuple[list[Step | Gate], str | None]:
    """Return the steps of a pipeline, its gates last, and its purpose.

    Raises:
        InputError: something in ``document`` is unknown or of the wrong kind; the message names it.
    """
    for key in document:
        if key not in _SETTINGS:
            raise InputError(f"{name}: no setting {key!r}; known: {offer(key, _SETTINGS)}")
    purpose = document.get("purpose")
    if not isinstance(purpose, str | None):
        raise InputError(f"{name}: purpose is text")
    try:
        domain = _domain(name, document.get("domain"))
        gates = gates_from(document.get("gates", []), name)
        return [*_steps(document, name, domain), *gates], purpose
    except InputError as error:
        raise error if str(error).startswith(name) else InputError(f"{name}: {error}") from None


def _toml_hint(problem: str) -> str:
    if "overwrite" in problem or "twice" in problem:
        return "; a name stands there a second time"
    return "; names with other letters than a-z need quotes"


def _steps(document: Mapping[str, Any], name: str, domain: Domain | None) -> list[Step | Gate]:
    if "steps" not in document:
        return [_pseudonymise(name, document, domain)]
    if extra := [key for key in ("columns", "unlisted") if key in document]:
        raise InputError(f"{name}: {extra[0]} goes into one of the [[steps]]")
    entries = document["steps"]
    if (
        not isinstance(entries, Sequence)
        or not entries
        or not all(isinstance(one, Mapping) for one in entries)
    ):
        raise InputError(f"{name}: steps is a list of tables, each [[steps]]")
    return [_step(f"{name}, step {at}", entry, domain) for at, entry in enumerate(entries, 1)]


def _step(name: str, entry: Mapping[str, Any], domain: Domain | None) -> Step | Gate:
    settings = dict(entry)
    kind = settings.pop("step", None)
    if not isinstance(kind, str) or kind not in STEPS:
        raise InputError(f"{name}: step is one of {offer(kind, STEPS)}{misspelt('step', settings)}")
    known = [field.name for field in fields(STEPS[kind])]
    if unknown := [key for key in settings if key not in known]:
        raise InputError(f"{name}: {kind} has no setting {unknown[0]!r}; it has: {offer(unknown[0], known)}")
    try:
        if STEPS[kind] is Pseudonymise:
            own = _domain(name, settings.get("domain")) or domain
            return _pseudonymise(name, settings, own)
        made: Step | Gate = STEPS[kind](**settings)
    except TypeError:
        raise InputError(f"{name}: {kind} needs: {', '.join(known)}") from None
    except InputError as error:
        raise error if str(error).startswith(name) else InputError(f"{name}: {error}") from None
    return made


def _pseudonymise(name: str, settings: Mapping[str, Any], domain: Domain | None) -> Pseudonymise:
    columns = settings.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        raise InputError(f"{name}: needs a table [columns] of column = transform")
    unlisted = settings.get("unlisted", "refuse")
    if not isinstance(unlisted, str):
        raise InputError(f"{name}: unlisted is text")
    transforms = {column: _transform(name, column, entry) for column, entry in columns.items()}
    return Pseudonymise(transforms, domain, unlisted)  # type: ignore[arg-type]  # it judges the text


def _transform(name: str, column: str, entry: object) -> Transform:
    try:
        return transform_from(entry)
    except InputError as error:
        raise InputError(f"{name}, column {column!r}: {error}") from None


def _domain(name: str, entry: object) -> Domain | None:
    settings = {"name": entry} if isinstance(entry, str) else entry
    if settings is None:
        return None
    if isinstance(settings, Mapping) and (unknown := [key for key in settings if key not in _DOMAIN]):
        raise InputError(
            f"{name}: a domain has no setting {unknown[0]!r}; it has: {offer(unknown[0], _DOMAIN)}"
        )
    if not isinstance(settings, Mapping) or "name" not in settings:
        raise InputError(f"{name}: domain is a name, or a table of {', '.join(_DOMAIN)}")
    return Domain(**settings)
