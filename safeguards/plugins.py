"""Separately installed packages, found by explicit name through entry points and never by scanning."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from safeguards.errors import InputError, MissingExtra


def load(group: str, name: str, own: Iterable[str] = ()) -> Any:
    """Return the object that an installed package registered as ``name`` under ``safeguards.<group>``.

    ``own`` are the names that this package brings itself, for the message.

    Raises:
        InputError: no installed package, or more than one, registers that name.
    """
    points = entry_points(group=f"safeguards.{group}")
    found = tuple(points.select(name=name))
    if len(found) != 1:
        known = ", ".join(sorted({*own, *points.names}))
        problem = "is registered by more than one package" if found else "is not installed"
        raise InputError(f"{group} plugin {name!r} {problem}; installed: {known or 'none'}")
    return found[0].load()


def require(module: str, extra: str) -> ModuleType:
    """Import an optional dependency, or say which extra brings it.

    Raises:
        MissingExtra: the module is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f'this needs {module.partition(".")[0]}: pip install "pii-safeguards[{extra}]"'
        ) from error
