"""What importing the column types costs beside what they stand on: CPU time of fresh processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

from setting import QUICK
from turns import Figures, Group

IMPORTS = {
    "its foundation": "import sqlalchemy.orm; from cryptography.hazmat.primitives.ciphers.aead import AESGCM",
    "safeguards": "import sqlalchemy.orm, safeguards.sqlalchemy",  # as a module of models does
    "sqlalchemy-utils": "from sqlalchemy_utils.types.encrypted.encrypted_type import StringEncryptedType",
}
ROUNDS = 9 if QUICK else 15


def measure() -> Figures:
    """Return the median CPU seconds of each import; the kinds take turns, so that load falls on all alike."""
    with tempfile.TemporaryDirectory() as bytecode:
        # Byte code is cached, as on any machine that starts a program twice.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = kept | {"PYTHONPYCACHEPREFIX": bytecode}
        rounds = [{kind: _cpu_seconds(kind, environment) for kind in IMPORTS} for _ in range(ROUNDS + 1)]
    return {kind: statistics.median(one[kind] for one in rounds[1:]) for kind in IMPORTS}


def _cpu_seconds(kind: str, environment: dict[str, str]) -> float:
    process = subprocess.Popen([sys.executable, "-c", IMPORTS[kind]], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


GROUPS = {"import": Group(measure)}
