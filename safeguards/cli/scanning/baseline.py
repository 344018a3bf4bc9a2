"""Findings that are known already, so that CI fails on new ones: table, column, entity, never a value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeguards.cli.scanning.result import Seen
from safeguards.errors import InputError
from safeguards.tables.writing import whole_file

VERSION = 1
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Baseline:
    """Known findings with, for texts, how many places there were."""

    known: Mapping[Key, int]

    def knows(self, seen: Seen) -> bool:
        """Say whether a finding is known, and a text holds no more of it than it did."""
        return seen.key in self.known and seen.places <= self.known[seen.key]

    def gone(self, found: Iterable[Seen]) -> list[Key]:
        """Return what is known and was not found any more."""
        return sorted(set(self.known) - {seen.key for seen in found})


def load(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        InputError: there is no such file, or it is no baseline.
    """
    try:
        document = json.loads(path.read_text("utf-8-sig"))
        if document["version"] != VERSION or not isinstance(document["findings"], list):
            raise ValueError
        return Baseline({_key(entry): _places(entry) for entry in document["findings"]})
    except FileNotFoundError:
        raise InputError(f"--baseline {path}: no such file; write one with --update-baseline") from None
    except OSError as error:
        raise InputError(f"--baseline {path}: cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(
            f"--baseline {path}: not a baseline of version {VERSION}; write one with --update-baseline"
        ) from None


def save(path: Path, found: Iterable[Seen]) -> int:
    """Write what was found as a baseline, sorted so that its diffs can be read; return the entries."""
    entries = [_entry(seen) for seen in sorted(found, key=lambda seen: seen.key)]
    text = json.dumps({"version": VERSION, "findings": entries}, ensure_ascii=False, indent=1)
    with whole_file(path) as file:
        file.write(f"{text}\n".encode(errors="backslashreplace"))
    return len(entries)


def _entry(seen: Seen) -> dict[str, Any]:
    entry: dict[str, Any] = dict(zip(("table", "column", "entity"), seen.key, strict=True))
    return entry | ({"places": seen.places} if seen.places else {})


def _key(entry: Mapping[str, Any]) -> Key:
    table, column, entity = (entry[name] for name in ("table", "column", "entity"))
    if not all(isinstance(part, str) for part in (table, column, entity)):
        raise TypeError
    return table, column, entity


def _places(entry: Mapping[str, Any]) -> int:
    places = entry.get("places", 0)
    if not isinstance(places, int):
        raise TypeError
    return places
