"""What the README must say: the two commands that are enough alone, every subcommand, every extra."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from safeguards.cli.app import COMMANDS
from safeguards.items import ENTITIES
from safeguards.pseudonyms.build import TRANSFORMS
from safeguards.pseudonyms.transform import Transform

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]


@pytest.mark.parametrize("command", ["safeguards demo", "pytest"])
def test_a_bare_machine_needs_one_command(command: str) -> None:
    assert f"pip install uv && uv run {command}" in [line.strip() for line in README.splitlines()]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_subcommand_is_shown_at_work(command: str) -> None:
    assert f"\nsafeguards {command} " in README


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_extra_is_named_with_what_it_brings(extra: str) -> None:
    assert f"`{extra}`" in README or f"[{extra}]" in README


@pytest.mark.parametrize("name", [*ENTITIES, *TRANSFORMS])
def test_every_item_and_transform_is_listed(name: str) -> None:
    assert f"`{name}`" in README or f'`"{name}"`' in README


@pytest.mark.parametrize("kind", TRANSFORMS.values(), ids=TRANSFORMS)
def test_every_setting_of_a_transform_is_listed(kind: type[Transform]) -> None:
    named = re.compile(rf'\| [^|]*`"?{kind.name}"?`[^|]*\|')
    (line,) = [line for line in README.splitlines() if named.match(line)]
    settings = {field.name for field in fields(kind)} - {"item"}
    assert not [setting for setting in settings if f"`{setting}`" not in line]
