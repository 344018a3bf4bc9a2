"""The README's Python runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


def test_the_example_finds_the_name(capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.S)
    exec(block, {})
    assert capsys.readouterr().out.startswith("PERSON 3 6 ")
