"""The recipes run as they stand, where the packages are installed, and no plain value is copied."""

from __future__ import annotations

import importlib.util
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "recipes.md"
PLAIN = ("김하늘", "이바다", "sky@example.com", "sea@example.com", "1990-03-01", "1988-12-24")
PACKAGES = {"DuckDB": "duckdb", "dlt": "dlt", "Dagster": "dagster", "Airflow": "airflow"}
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def sections() -> dict[str, list[tuple[str, str]]]:
    """Return the blocks of each section by its heading; those before the first one under no name."""
    parts = re.split(r"^## (.*)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return {name: _BLOCK.findall(text) for name, text in zip(["", *parts[1::2]], parts[::2], strict=True)}


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what the page's first blocks make."""
    for kind, code in sections()[""]:
        if kind == "toml":
            (tmp_path / code.partition("\n")[0].removeprefix("# ")).write_text(code, "utf-8")
        else:
            run(["bash", "-ec", code], tmp_path, environment(tmp_path))
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return os.environ | {
        "PATH": path,
        "HOME": str(folder),
        "SAFEGUARDS_KEYRING_PSEUDONYMS": "sqlite:///keys.db local:master.key",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DAGSTER_HOME": "",
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "false",
    }


def recipe(name: str, folder: Path) -> str:
    """Run a section's blocks as one script, and return all that it printed."""
    package = PACKAGES[name]
    if importlib.util.find_spec(package) is None:
        message = f"{package} is absent: uv run --group recipes pytest tests/recipes"
        pytest.fail(message) if os.environ.get("SAFEGUARDS_REQUIRE_RECIPES") == "1" else pytest.skip(message)
    script = folder / f"recipe_{package}.py"
    script.write_text("\n".join(code for kind, code in sections()[name] if kind == "python"), "utf-8")
    if name == "Airflow":
        run([sys.executable, "-m", "airflow", "db", "migrate"], folder, environment(folder))
    return run([sys.executable, script.name], folder, environment(folder))


def copies(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the files that hold a plain value, and which one, but for the source itself."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "members.csv":
            content = path.read_bytes()
            yield from ((path.name, value) for value in PLAIN if value.encode() in content)


def test_every_section_is_a_recipe() -> None:
    assert set(sections()) - {""} == set(PACKAGES)


@pytest.mark.parametrize("name", ["DuckDB", "dlt", "Dagster"])
def test_a_recipe_runs_and_leaves_no_copy_of_a_plain_value(name: str, folder: Path) -> None:
    printed = recipe(name, folder)
    assert list(copies(folder)) == []
    assert not [value for value in PLAIN if value in printed]


def test_airflow_keeps_paths_and_no_row(folder: Path) -> None:
    printed = recipe("Airflow", folder)
    assert (folder / "members.parquet").is_file()
    with sqlite3.connect(folder / "airflow" / "airflow.db") as database:
        stored = {value for (value,) in database.execute("SELECT value FROM xcom")}
    assert stored == {'"members.parquet"'}
    assert list(copies(folder)) == []
    assert not [value for value in PLAIN if value in printed]
