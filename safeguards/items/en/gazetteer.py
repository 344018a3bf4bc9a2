"""Given names and surnames in Latin letters, frozen from Faker's locales (see `names.txt` and its script)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from safeguards.items.en.name_words import BRANDS, CITIES, FUNCTION, ORDINARY
from safeguards.items.en.places import COUNTRIES, DAY_NAMES, MONTH_NAMES


class Gazetteer(NamedTuple):
    """Words, case-folded; ``common`` names are known to several locales, ``rare`` ones to few."""

    given_common: frozenset[str]
    given_rare: frozenset[str]
    surname_common: frozenset[str]
    surname_rare: frozenset[str]
    ordinary: frozenset[str]

    def names(self, word: str) -> bool:
        """Say whether a word is a given name or a surname."""
        folded = word.casefold()
        given = folded in self.given_common or folded in self.given_rare
        return given or folded in self.surname_common or folded in self.surname_rare


@cache
def gazetteer() -> Gazetteer:
    """Return the names, read once."""
    text = files("safeguards.items.en").joinpath("names.txt").read_text("utf-8")
    sections = [section.partition("]\n")[2].split() for section in text.split("\n[")[1:]]
    countries = {word.lower() for country in COUNTRIES for word in country.split()}
    ordinary = frozenset(sections.pop()).union(
        BRANDS, CITIES, FUNCTION, ORDINARY, MONTH_NAMES, DAY_NAMES, countries
    )
    given_common, given_rare, surname_common, surname_rare = map(frozenset, sections)
    return Gazetteer(given_common, given_rare, surname_common, surname_rare, ordinary)
