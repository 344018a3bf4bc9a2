"""Which style replaces the spans of which entity: what was asked for, within what may be passed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from safeguards.errors import InputError, offer
from safeguards.items.item import Item, LegalClass
from safeguards.pseudonyms.redaction.stand_ins import STYLES, TAG

_RRN = "kr_rrn"


def styles_of(items: Sequence[Item], style: object, replace: object) -> dict[str, str]:
    """Return the style of each entity of ``items``: its own of ``replace``, else ``style``.

    Resident registration numbers and what authenticates become tags.

    Raises:
        InputError: a style or an entity is unknown, or what may not be passed on is to be more than a tag.
    """
    if style not in STYLES:
        raise InputError(f"style={style!r} is none of {', '.join(STYLES)}")
    if not isinstance(replace, Mapping | None):
        raise InputError('replace= maps entities to styles: {"PERSON": "surrogate"}')
    given = _given(items, replace or {})
    usual = str(style)
    return {item.entity: given.get(item.entity, TAG if _withheld(item) else usual) for item in items}


def item_named(items: Sequence[Item], name: object, option: str) -> Item:
    """Return an item by its entity or its id, also in capitals.

    Raises:
        InputError: none is called so.
    """
    for item in items:
        if isinstance(name, str) and (name == item.entity or name.lower() == item.id):
            return item
    known = dict.fromkeys(item.entity for item in items)
    raise InputError(f"{option}= names {name!r}, which is not looked for; known: {offer(name, known)}")


def _given(items: Sequence[Item], replace: Mapping[object, object]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, style in replace.items():
        item = item_named(items, name, "replace")
        if style not in STYLES:
            raise InputError(f"replace= has {style!r} for {name}, which is none of {', '.join(STYLES)}")
        if _withheld(item) and style != TAG:
            raise InputError(f"replace= may make nothing but a tag of {name}: it may not be passed on")
        if found.setdefault(item.entity, str(style)) != style:
            raise InputError(f"replace= has two styles for {item.entity}")
    return found


def _withheld(item: Item) -> bool:
    """Say whether not even a pseudonym of an item may be passed on."""
    return item.id == _RRN or item.legal_class is LegalClass.AUTHENTICATION
