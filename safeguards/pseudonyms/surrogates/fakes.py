"""Values invented by Faker, each seeded by a keyed digest of the true one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.items.placeholders import is_placeholder
from safeguards.items.text import words
from safeguards.plugins import require
from safeguards.pseudonyms.surrogates.exchange import EXCHANGE, KEEP
from safeguards.pseudonyms.tokens.digests import keyed
from safeguards.pseudonyms.tokens.tokeniser import canonical_of
from safeguards.values import Secret

_PROVIDERS = frozenset(
    words("address, automotive, bank, color, company, geo, internet, isbn, job, lorem, person, phone_number")
)
"""The others reckon from the present day, so that a seed gives another value tomorrow, or give no text."""

_OF_TODAY = frozenset({"pesel", "businesses_inn", "businesses_ogrn"})
_LOCK = Lock()
"""Faker keeps its random numbers in one place: between seeding and drawing, nobody else may draw."""


@dataclass(frozen=True)
class Fakes:
    """One method of Faker in one locale, of one version of Faker."""

    method: object
    locale: object
    version: object

    def check(self) -> None:
        """Raise InputError unless the installed Faker is of that version, and has method and locale."""
        installed = require("faker", "pipeline").VERSION
        if not isinstance(self.version, str):
            raise InputError(
                "faker= needs the version of Faker, whose lists change from one to the next: "
                f'version="{installed}" is installed'
            )
        if self.version != installed:
            raise InputError(
                f"surrogates of Faker {self.version} are asked for, and {installed} makes others: "
                f'pip install "faker=={self.version}", or say version="{installed}" and begin anew'
            )
        if not isinstance(self.locale, str) or not isinstance(self.method, str):
            raise InputError('faker= and locale= are names, such as faker="company", locale="ko_KR"')
        _draw(self.method, self.locale)

    @property
    def purpose(self) -> str:
        """What the key is for: values of another method, locale or version of Faker are unlinkable."""
        return f"faker/{self.version}/{self.locale}/{self.method}"

    def apply(self, text: Any, key: Secret, item: str | None, placeholders: str) -> Any:
        """Return the fakes of a string array without NULL; blank values become empty."""
        generator, draw = _draw(str(self.method), str(self.locale))
        canonical = canonical_of(item)
        values = [canonical(value) for value in text.to_pylist()]
        digests = keyed(key, (value.encode() for value in values))
        fakes: list[str | None] = []
        with _LOCK:
            for value, digest in zip(values, digests, strict=True):
                if placeholders != EXCHANGE and is_placeholder(value):
                    fakes.append(value if placeholders == KEEP else None)
                    continue
                generator.seed_instance(int.from_bytes(digest, "big"))
                fakes.append(draw() if value.strip() else "")
        return pa.array(fakes, pa.string())


@lru_cache(16)
def _draw(method: str, locale: str) -> tuple[Any, Callable[[], str]]:
    """Return Faker's generator for a locale, and the method.

    Raises:
        InputError: there is no such locale or method, or its result is no text or depends on the day.
    """
    faker = require("faker", "pipeline")
    try:
        generator = faker.Factory.create(locale)
    except AttributeError:
        raise InputError(f"Faker has no locale {locale!r}") from None
    draw = getattr(generator, method, None) if method.isidentifier() and not method.startswith("_") else None
    home = type(getattr(draw, "__self__", None)).__module__.split(".")
    if (
        draw is None
        or home[:2] != ["faker", "providers"]
        or _PROVIDERS.isdisjoint(home[2:3])
        or method in _OF_TODAY
    ):
        raise InputError(
            f"Faker has no method {method!r} whose text depends on its seed alone; choose one of the "
            f"providers {', '.join(sorted(_PROVIDERS))}"
        )
    with _LOCK:
        generator.seed_instance(0)
        text = isinstance(_called(draw), str)
    if not text:
        raise InputError(f"Faker's {method} gives no text")
    return generator, draw


def _called(draw: Callable[[], object]) -> object:
    try:
        return draw()
    except Exception:  # whatever it is: such a method needs arguments, or is none
        return None
