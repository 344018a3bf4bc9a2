"""The page on a column's life runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from safeguards import use
from safeguards.sqlalchemy import PlaintextRead, lifecycle

PAGE = Path(__file__).parents[2] / "docs" / "lifecycle-of-a-column.md"


def test_its_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    lifecycle._reads.clear()  # it warns once a process, and other tests have a person.name too
    with pytest.warns(PlaintextRead, match=r"person\.name"):
        exec(compile(code, str(PAGE), "exec"), {})
    use(None)
