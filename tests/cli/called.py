"""The command as a person calls it: in a process of its own, with a keyring named by the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

KEYS = "sqlite:///keys.db local:master.key"
STORE = ("--keys", "sqlite:///keys.db", "--provider", "local:master.key")


def in_a_process(folder: Path, *arguments: str, keys: str | None = KEYS) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", "from safeguards.cli import main; main()", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "SAFEGUARDS_KEYRING"}
    environment |= {} if keys is None else {"SAFEGUARDS_KEYRING": keys}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)
