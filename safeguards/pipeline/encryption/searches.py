"""The searches of encrypted fields from plain data, as a TOML file holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from safeguards.errors import InputError, meant, misspelt, offer
from safeguards.fields import Bucket, Exact, LastDigits, Prefix, Search

_SEARCHES: dict[str, type[Search]] = {
    "exact": Exact,
    "prefix": Prefix,
    "last_digits": LastDigits,
    "bucket": Bucket,
}


def searches_from(given: Any) -> Any:
    """Return searches as a cipher takes them.

    Raises:
        InputError: there is no such search, or no such setting of it.
    """
    if isinstance(given, list | tuple):
        return tuple(map(_search, given))
    return given if given is None else _search(given)


def listed(searches: Any) -> tuple[Search, ...]:
    """Return the searches of a declaration, none or one too, as a tuple."""
    return searches if isinstance(searches, tuple) else (searches,) if searches is not None else ()


def _search(given: Any) -> Any:
    if isinstance(given, Search):
        return given
    options: dict[str, Any] = (
        {"search": given} if isinstance(given, str) else dict(given) if isinstance(given, Mapping) else {}
    )
    name = options.pop("search", None)
    if not isinstance(name, str) or name not in _SEARCHES:
        hint = meant(name, _SEARCHES) or misspelt("search", options)
        raise InputError(f'search= is one of {", ".join(_SEARCHES)}, such as search = "exact"{hint}')
    kind = _SEARCHES[name]
    known = [each.name for each in fields(kind)]
    if unknown := [option for option in options if option not in known]:
        raise InputError(f"search {name} has no setting {unknown[0]!r}; it has: {offer(unknown[0], known)}")
    try:
        return kind(**options)
    except TypeError:
        raise InputError(f"search {name} needs: {', '.join(known)}") from None
