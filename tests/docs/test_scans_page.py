"""The page on scans: its commands run, and its hook is the one that the repository offers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.docs.test_alembic_page import run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scans.md").read_text("utf-8")


def block(kind: str) -> str:
    (code,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    return code


@pytest.mark.slow
def test_its_commands_end_as_it_says(tmp_path: Path) -> None:
    run(block("sh"), tmp_path)


def test_its_hook_is_that_of_the_repository() -> None:
    (shown,) = yaml.safe_load(block("yaml"))["repos"][0]["hooks"]
    (offered,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert {key: shown[key] for key in shown if key != "language"} == {
        key: offered[key] for key in shown if key != "language"
    }
