"""The examples of README and of the page on Spark run as they stand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "safeguards_spark", reason="PySpark is absent: uv run --group spark pytest plugins/safeguards-spark"
)

from safeguards import use

PLUGIN = Path(__file__).parents[1]
PAGES = (PLUGIN / "README.md", PLUGIN.parents[1] / "docs" / "spark.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_example_runs(page: Path, spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = page.read_text("utf-8")
    # The JVM does not change folders with the test.
    for name in ("members.parquet", "released.parquet"):
        text = text.replace(f'"{name}"', f'"{tmp_path / name}"')
    text = text.replace("local:master.key", f"local:{tmp_path / 'master.key'}")
    monkeypatch.chdir(tmp_path)
    try:
        exec(compile("\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), page.name, "exec"), {})
    finally:
        use(None, "pseudonyms")
