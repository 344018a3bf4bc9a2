"""What `import safeguards.sqlalchemy` costs beside what it stands on, each in a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

IMPORTS = {
    "its foundation": "import sqlalchemy.orm; from cryptography.hazmat.primitives.ciphers.aead import AESGCM",
    "safeguards": "import safeguards.sqlalchemy",
    "sqlalchemy-utils": "from sqlalchemy_utils.types.encrypted.encrypted_type import StringEncryptedType",
}
ROUNDS = 15


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Byte code is cached, as on any machine that starts a program twice, and in a folder of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    folder: Path = tmp_path_factory.mktemp("bytecode")
    return kept | {"PYTHONPYCACHEPREFIX": str(folder)}


@pytest.mark.parametrize("kind", IMPORTS)
@pytest.mark.benchmark(group="import")
def bench_import(benchmark: Any, environment: dict[str, str], kind: str) -> None:
    command = [sys.executable, "-c", IMPORTS[kind]]
    options = {"check": True, "env": environment}
    benchmark.pedantic(subprocess.run, (command,), options, rounds=ROUNDS, warmup_rounds=2)
