"""The packaged word lists, one text file each in ``words/``; their first lines say what they hold."""

from __future__ import annotations

from pathlib import Path

from safeguards.items.kr.names.titles import LABELS, TITLES

_HOME = Path(__file__).with_name("words")


def _read(name: str) -> frozenset[str]:
    lines = (_HOME / f"{name}.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


WORDS = _read("words")
"""Common words, with and without particles, that begin like names or stand where names stand."""

LOANS = _read("loans")
"""Loanwords, countries, cities, firms and clubs in Hangul."""

GIVEN = _read("given")
"""Korean given names."""

FOREIGN = _read("foreign")
"""Given and family names of other countries in Hangul."""

KNOWN = WORDS | LOANS | LABELS | TITLES
"""Every word that is no name by itself."""
