"""Free text with the personal data that is found in it replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

import pyarrow as pa

from safeguards.detection import Detector
from safeguards.detection.options import THRESHOLD, is_score
from safeguards.errors import InputError
from safeguards.items.item import Role
from safeguards.pseudonyms.column import is_text
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.mask import PROFILES
from safeguards.pseudonyms.redaction.reading import Reader
from safeguards.pseudonyms.redaction.replacing import Replacing
from safeguards.pseudonyms.redaction.stand_ins import (
    KEYED,
    MASK,
    SURROGATE,
    TAG,
    TOKEN,
    DocumentTokens,
    Numbered,
    Shared,
)
from safeguards.pseudonyms.redaction.styles import item_named, styles_of
from safeguards.pseudonyms.transform import Bound, Traits, Transform, require_domain

Style = Literal["tag", "mask", "token", "surrogate"]
Scope = Literal["document", "domain"]
DOMAIN, DOCUMENT = "domain", "document"
_SCOPES = (DOMAIN, DOCUMENT)
_ALWAYS = "KR_RRN"
_RRN = {_ALWAYS, "kr_rrn"}


@dataclass(frozen=True)
class RedactText(Transform):
    """Replace the personal data that detection finds in texts, each span by its style.

    ``tag`` puts ``[PERSON]`` in its place, ``mask`` what the item's mask shows, ``token`` the item's token
    and ``surrogate`` a realistic value, where the item has such, and its token where it has none. Spellings
    of one value are one: 홍길동 and 홍 길동, +82 10-1234-5678 and 010-1234-5678.

    Resident registration numbers and what authenticates become tags whatever the style.

    Args:
        style: what replaces spans.
        replace: entities or item ids with a style of their own: ``{"PERSON": "surrogate"}``.
        numbered: count the different values of each entity in a text: ``[PERSON_1]``, ``[PERSON_2]``.
        scope: ``domain`` makes the tokens and surrogates that whole columns get, so that joins hold;
            ``document`` makes tokens that are one within a text, and say nothing beyond it.
        repeats: replace identifiers that were found once also where rules missed their exact letters, or a
            name's other spacing, in the same text.
        entities: entities or item ids to look for; all of them by default. Resident registration numbers are
            always looked for, by the usual threshold at most: they may not be passed on.
        threshold: the least score, in 0..1, from which a span is replaced.
        thresholds: entities or item ids with a threshold of their own.
        profile: ``recall`` finds more names, of which more are none; ``default`` is surer of each.
        items: the item of an entity where several share it, such as ``{"PERSON": "person_name"}``: the tokens
            of John Smith are then those of a column of that item.
        masks: the profile of masks, ``finance`` or ``netact``.

    Raises:
        InputError: a setting is none of these.
    """

    name: ClassVar[str] = "redact_text"

    style: Style = "tag"
    replace: Mapping[str, Style] | None = None
    numbered: bool = False
    scope: Scope = "domain"
    repeats: bool = True
    entities: Sequence[str] | None = None
    threshold: float = THRESHOLD
    thresholds: Mapping[str, float] | None = None
    profile: str = "recall"
    items: Mapping[str, str] | None = None
    masks: str = "finance"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.item is not None:
            raise InputError("a text is of no item: redact_text finds them; name some with entities=")
        for name in ("numbered", "repeats"):
            if not isinstance(getattr(self, name), bool):
                raise InputError(f"{name}= is true or false")
        if self.scope not in _SCOPES:
            raise InputError(f"scope={self.scope!r} is none of {', '.join(_SCOPES)}")
        if self.masks not in PROFILES:
            raise InputError(f"masks={self.masks!r} is none of {', '.join(PROFILES)}")
        self._check_thresholds()
        styles = self.styles()
        used = set(styles.values())
        if self.scope == DOCUMENT and SURROGATE in used:
            raise InputError('surrogates are those of a domain: scope="document" goes with tags and tokens')
        asked = {style for entity, style in styles.items() if entity not in _always(self.entities)}
        if self.numbered and TAG not in {self.style, *asked}:
            raise InputError("numbered= goes with tags")
        self._reader()

    @property
    def keyed(self) -> bool:  # type: ignore[override]  # tokens and surrogates are, tags and masks are not
        """Whether a style needs the domain's keys."""
        return bool(KEYED & set(self.styles().values()))

    @property
    def traits(self) -> Traits:
        """What was found is gone from the text."""
        return Traits(lossy=True, type_preserving=True)

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return text."""
        if not is_text(kind) and not pa.types.is_null(kind):
            raise InputError(f"is {kind}: redact_text reads text; cast it first, or use another transform")
        return pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        """Compile the detector, and take the keys of the items that become tokens."""
        scope = require_domain(domain, "RedactText") if self.keyed else None
        reader, styles = self._reader(), self.styles()
        own: dict[str, Numbered | DocumentTokens] = {}
        if self.numbered:
            own |= dict.fromkeys(_of_style(styles, TAG), Numbered(reader))
        tokens = None
        if scope is not None and self.scope == DOCUMENT:
            tokens = DocumentTokens(reader, _of_style(styles, TOKEN), scope)
            own |= dict.fromkeys(_of_style(styles, TOKEN), tokens)
        others = {entity: style for entity, style in styles.items() if entity not in own}
        shared = Shared(reader, others, scope, self.masks)
        replacing = Replacing(self.detector, shared, own, self._repeating())
        key_id = shared.key_id if tokens is None else tokens.key_id
        return Bound(lambda values: replacing.apply(values)[0], key_id, replacing.apply)

    @property
    def detector(self) -> Detector:
        """What finds the spans."""
        entities = None if self.entities is None else (*self.entities, *_always(self.entities))
        own = dict(self.thresholds or {})
        if isinstance(self.threshold, int | float) and self.threshold > THRESHOLD and not own.keys() & _RRN:
            own |= {_ALWAYS: THRESHOLD}
        return _detector(self.threshold, entities, self.profile, tuple(sorted(own.items())) or None)

    def styles(self) -> dict[str, str]:
        """Return the style of each entity that is looked for."""
        return styles_of(self.detector.items, self.style, self.replace)

    def masked_items(self) -> list[str]:
        """Return the ids of the items whose masks may stand in the result."""
        styles = self.styles()
        return [item.id for item in self.detector.items if styles[item.entity] == MASK]

    def _check_thresholds(self) -> None:
        if not isinstance(self.thresholds, Mapping | None):
            raise InputError("thresholds= maps entities to scores: {'PERSON': 0.7}")
        own = self.thresholds or {}
        if any(is_score(own[name]) and own[name] > THRESHOLD for name in _RRN & own.keys()):
            raise InputError(f"thresholds= has resident registration numbers found at {THRESHOLD} or less")

    def _repeating(self) -> frozenset[str]:
        """Return the entities that tell a person by themselves: a title or an age is said of others too."""
        items = self.detector.items if self.repeats else ()
        return frozenset(item.entity for item in items if item.role is Role.IDENTIFIER)

    def _reader(self) -> Reader:
        if self.items is not None and not isinstance(self.items, Mapping):
            raise InputError('items= maps entities to items: {"PERSON": "person_name"}')
        for entity, wanted in (self.items or {}).items():
            if item_named(self.detector.items, wanted, "items").entity != entity:
                raise InputError(f"items= has {wanted!r} for {entity!r}, of which it is none")
        return Reader(self.detector.items, self.items or {})


def _always(entities: Sequence[str] | None) -> list[str]:
    """Return what is looked for besides ``entities``."""
    return [] if entities is None or _RRN & {*entities} else [_ALWAYS]


def _of_style(styles: Mapping[str, str], style: str) -> list[str]:
    return [entity for entity, of_entity in styles.items() if of_entity == style]


@lru_cache(8)
def _detector(
    threshold: float,
    entities: tuple[str, ...] | None,
    profile: str,
    thresholds: tuple[tuple[str, float], ...] | None,
) -> Detector:
    return Detector(threshold, entities, profile=profile, thresholds=dict(thresholds) if thresholds else None)
