"""Pages whose examples run as they stand."""

from __future__ import annotations

import re
from pathlib import Path
from weakref import WeakSet

import pytest

from safeguards import use
from safeguards.sqlalchemy.subjects import overwrite

DOCS = Path(__file__).parents[2] / "docs"


OWN_TESTS = {
    "alembic.md",
    "decrypt-without-safeguards.md",
    "lifecycle-of-a-column.md",
    "presidio.md",
    "recipes.md",
    "scans.md",
    "spark.md",
}


@pytest.mark.parametrize("page", sorted({path.name for path in DOCS.glob("*.md")} - OWN_TESTS))
def test_its_example_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for known in ("_tables", "_engines"):  # of this page alone, not of other tests
        monkeypatch.setattr(overwrite, known, WeakSet())
    code = "\n".join(re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL))
    assert code
    try:
        exec(compile(code, page, "exec", dont_inherit=True), {"__name__": "__main__"})
    finally:
        use(None)
