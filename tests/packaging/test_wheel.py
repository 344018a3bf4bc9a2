"""The wheel: complete, and enough alone with its core dependencies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
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
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "safeguards"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert set(tracked.split()) <= held
    assert {name.partition("/")[0] for name in held} == {"safeguards"}
    assert "safeguards/py.typed" in held


def test_the_wheel_asks_for_two_packages_and_offers_the_rest_as_extras(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    metadata = archive.read(next(n for n in archive.namelist() if n.endswith("METADATA"))).decode()
    required = [
        line for line in metadata.splitlines() if line.startswith("Requires-Dist") and "extra" not in line
    ]
    assert sorted(line.split()[1].partition("<")[0].partition(">")[0] for line in required) == [
        "cryptography",
        "sqlalchemy",
    ]


@pytest.mark.slow
def test_installed_alone_every_core_module_imports_and_the_rest_says_what_it_needs(
    wheel: Path, tmp_path: Path
) -> None:
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not on PATH")
    quiet = {"cwd": tmp_path, "check": True, "capture_output": True, "text": True}
    subprocess.run([uv, "venv", "--python", sys.executable, "alone"], **quiet)  # type: ignore[call-overload]
    binaries = tmp_path / "alone" / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([uv, "pip", "install", "--python", str(binaries / "python"), str(wheel)], **quiet)  # type: ignore[call-overload]
    subprocess.run([str(binaries / "python"), "-c", IMPORT_ALL], **quiet)  # type: ignore[call-overload]
    assert _complaint([str(binaries / "safeguards")], tmp_path).endswith('pip install "pii-safeguards[cli]"')
    for room, extra in (("detection", "detection"), ("pipeline", "pipeline"), ("report", "report")):
        told = _complaint([str(binaries / "python"), "-c", f"import safeguards.{room}"], tmp_path)
        assert f'pip install "pii-safeguards[{extra}]"' in told


def _complaint(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode != 0
    return done.stderr.splitlines()[-1]
