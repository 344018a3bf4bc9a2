"""What the README must say: the two commands that are enough alone, every subcommand, every extra."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from safeguards.cli.app import COMMANDS

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
