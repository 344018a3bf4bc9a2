"""Runs of `safeguards scan` in a folder of their own, and invented people."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from safeguards.cli.app import app
from tests.cli.scanning.invented import VALUES

Run = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run() -> Run:
    """Run `safeguards scan`; an error is kept in the result, and no value may ever be shown."""

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(app, ["scan", *arguments])
        assert not [value for value in VALUES if value in result.output]
        return result

    return run


@pytest.fixture
def report(run: Run) -> Callable[..., dict[str, Any]]:
    """Run with ``--format json`` and return the document."""

    def report(*arguments: str) -> dict[str, Any]:
        result = run("--format", "json", *arguments)
        assert result.exit_code in (0, 1, 2), result.exception
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    return report
