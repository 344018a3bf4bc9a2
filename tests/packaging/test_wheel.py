"""The wheel: complete, and enough alone with its core dependencies."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ("errors", "values", "plugins", "items", "crypto", "keys", "fields", "sqlalchemy")
IMPORT_ALL = "import safeguards, " + ", ".join(f"safeguards.{room}" for room in CORE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as hatchling builds it, without an index: the build backend is in the environment."""
    folder = tmp_path_factory.mktemp("dist")
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(folder)]
    _run(command, ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def archive(wheel: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(wheel) as opened:
        yield opened


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(archive: zipfile.ZipFile) -> None:
    files = (file for file in (ROOT / "safeguards").rglob("*") if file.is_file())
    wanted = {file.relative_to(ROOT).as_posix() for file in files if "__pycache__" not in file.parts}
    held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == wanted
    assert "safeguards/py.typed" in held


def test_the_wheel_asks_for_two_packages_and_offers_the_rest_as_extras(archive: zipfile.ZipFile) -> None:
    metadata = archive.read(next(name for name in archive.namelist() if name.endswith("METADATA"))).decode()
    lines = (
        line.removeprefix("Requires-Dist: ") for line in metadata.splitlines() if "Requires-Dist" in line
    )
    required = {re.split("[<>=]", line)[0] for line in lines if "extra ==" not in line}
    assert required == {"cryptography", "sqlalchemy"}


@pytest.mark.slow
def test_installed_alone_every_core_module_imports_and_the_rest_says_what_it_needs(
    wheel: Path, tmp_path: Path
) -> None:
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not on PATH")
    _run([uv, "venv", "--python", sys.executable, "alone"], tmp_path)
    binaries = tmp_path / "alone" / ("Scripts" if os.name == "nt" else "bin")
    python = str(binaries / "python")
    _run([uv, "pip", "install", "--python", python, str(wheel)], tmp_path)
    _run([python, "-c", IMPORT_ALL], tmp_path)
    assert _complaint([str(binaries / "safeguards")], tmp_path).endswith('pip install "pii-safeguards[cli]"')
    for room in ("detection", "pipeline", "report", "sqlalchemy.alembic"):
        told = _complaint([python, "-c", f"import safeguards.{room}"], tmp_path)
        assert f'pip install "pii-safeguards[{room.rpartition(".")[2]}]"' in told


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _complaint(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode != 0
    return done.stderr.splitlines()[-1]
