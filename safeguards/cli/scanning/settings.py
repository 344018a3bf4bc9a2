"""The options of `safeguards scan` that say what to look for, as one value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from safeguards.detection import Detector, load_items
from safeguards.detection.detector import SAMPLE_ROWS
from safeguards.detection.options import PROFILES, THRESHOLD
from safeguards.errors import InputError

Command = TypeVar("Command", bound=Callable[..., Any])
LARGEST = 20 << 20
"""Bytes of a staged file or a text in a folder, from which it is not read unless --max-size says so."""

_OPTIONS = (
    click.option("--profile", type=click.Choice(list(PROFILES)), default="default", show_default=True,
                 help="recall finds more names, of which more are none."),
    click.option("--threshold", "thresholds", multiple=True, metavar="[ENTITY=]P",
                 help=f"The least score that counts [{THRESHOLD}]; ENTITY=P for one; may be repeated."),
    click.option("--entity", "entities", multiple=True, metavar="ENTITY",
                 help="Look for this entity or item only; may be repeated."),
    click.option("--items", "items_files", multiple=True, metavar="FILE.toml",
                 type=click.Path(path_type=Path), help="Items of your own; may be repeated."),
    click.option("--plugin", "plugins", multiple=True, metavar="NAME",
                 help="An installed plugin that brings items; may be repeated."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """How targets are read: rows drawn, text's encoding, whether texts count, the size that is too large."""

    detector: Detector
    sample: int = SAMPLE_ROWS
    encoding: str | None = None
    text: bool = False
    largest: int = LARGEST
    tables: tuple[str, ...] = ()


def detector_options(command: Command) -> Command:
    """Add the options that make a detector to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def detector(
    profile: str,
    thresholds: Sequence[str],
    entities: Sequence[str],
    items_files: Sequence[Path],
    plugins: Sequence[str],
) -> Detector:
    """Return the detector that the options describe.

    Raises:
        InputError: an option is wrong; the message names it.
    """
    general, special = THRESHOLD, {}
    for option in thresholds:
        name, equals, number = option.rpartition("=")
        if equals:
            special[name.strip()] = _number(number, option)
        else:
            general = _number(option, option)
    return Detector(
        general,
        entities or None,
        profile=profile,
        thresholds=special,
        custom=[item for path in items_files for item in load_items(path)],
        plugins=plugins,
    )


def _number(text: str, option: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--threshold {option!r} is P or ENTITY=P, with P in 0..1") from None
