"""The README's set-up commands and code, run as they stand against a fresh SoftHSM."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def _blocks(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert found
    return "\n".join(found)


def test_the_set_up_ends_with_a_keyring_that_opens_by_its_store_alone(softhsm: Any, tmp_path: Path) -> None:
    binaries = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = os.environ | {"PATH": binaries, "HSM_PIN": "123456", "HSM_SO_PIN": "654321"}
    commands = _blocks("sh").replace("/usr/lib/softhsm/libsofthsm2.so", str(softhsm.module))
    code = _blocks("python") + "\nprint(safeguards.Keyring.open('sqlite:///keys.db').data_key_id)"
    for command in (["bash", "-euc", commands], [sys.executable, "-c", code]):
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
    assert "123456" not in (tmp_path / "keys.db").read_bytes().decode("latin-1")
