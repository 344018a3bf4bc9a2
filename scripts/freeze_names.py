"""Freeze the given names and surnames of Faker's locales that are written in Latin letters:

    uv run python scripts/freeze_names.py

writes safeguards/items/en/names.txt, the same bytes from the same Faker. Names are split into words and
case-folded. A word that several locales know, or an English-speaking one, is `common`; the others are
`rare`: they collide more often with words, places and firms. Faker's ordinary English words are frozen
beside them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from textwrap import wrap
from typing import Any

import faker
import faker.providers.person as locales
from faker.providers.lorem.en_US import Provider

TARGET = Path(__file__).parents[1] / "safeguards/items/en/names.txt"
ENGLISH = {"en", "en_US", "en_GB", "en_NZ", "en_IE"}
COMMON_FROM = 3
"""Locales that make a word common."""

FEWEST_LETTERS = 2
_WORD = re.compile(r"[a-zß-öø-ɏḀ-ỿ]+(?:['’\-][a-zß-öø-ɏḀ-ỿ]+)*")
_PARTICLES = frozenset(
    (
        "al",
        "bin",
        "da",
        "das",
        "de",
        "del",
        "den",
        "der",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "ten",
        "ter",
        "van",
    )
) | {"von", "zu", "af", "av", "of", "the", "og", "y", "e"}


def content() -> str:
    """Return what the file holds."""
    given, surnames = _known_to("first_name"), _known_to("last_name")
    sections = {
        "given common": _common(given),
        "given rare": set(given) - _common(given),
        "surname common": _common(surnames),
        "surname rare": set(surnames) - _common(surnames),
        "ordinary": set(map(str.casefold, Provider.word_list)),
    }
    head = f"# Names of Faker {faker.VERSION}, made by scripts/freeze_names.py; Faker is MIT-licensed."
    body = (
        f"[{title}]\n"
        + "\n".join(wrap(" ".join(sorted(words)), 110, break_long_words=False, break_on_hyphens=False))
        for title, words in sections.items()
    )
    return "\n".join([head, *body, ""])


def _known_to(kind: str) -> dict[str, set[str]]:
    """Return each word of a kind of name with the locales that have it."""
    known: dict[str, set[str]] = defaultdict(set)
    for locale in sorted(module.name for module in iter_modules(locales.__path__)):
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for word in _words(provider, kind):
            known[word].add(locale)
    return known


def _words(provider: Any, kind: str) -> Iterator[str]:
    for attribute in sorted(dir(provider)):
        names = getattr(provider, attribute)
        if attribute.startswith(kind) and isinstance(names, Iterable):
            for name in names:
                yield from (
                    word
                    for word in re.split(r"[\s,/()]+", str(name).casefold())
                    if _WORD.fullmatch(word) and len(word) >= FEWEST_LETTERS and word not in _PARTICLES
                )


def _common(known: dict[str, set[str]]) -> set[str]:
    return {word for word, where in known.items() if len(where) >= COMMON_FROM or where & ENGLISH}


if __name__ == "__main__":
    TARGET.write_text(content(), "utf-8")
