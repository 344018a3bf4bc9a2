"""A real SoftHSM 2 with one token; without SoftHSM the tests skip, and in CI they fail."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
PIN = "4821-회원-pin"


@dataclass(frozen=True)
class Token:
    """One token of the module, and the URIs of keys on it."""

    module: Path
    label: str
    pin: str

    def uri(self, key: str, *, pin_source: str = "env:SAFEGUARDS_TEST_PIN", module: str | None = None) -> str:
        place = f"module-path={quote(module or str(self.module))}&pin-source={quote(pin_source)}"
        return f"pkcs11:token={quote(self.label)};object={quote(key)}?{place}"


def _absent() -> None:
    message = "SoftHSM 2 is not installed: apt-get install softhsm2"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    """A fresh SoftHSM with one token whose label and PIN are Korean, and its PIN in the environment."""
    module = next((Path(path) for path in MODULES if Path(path).is_file()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        _absent()
    assert module is not None
    home = tmp_path_factory.mktemp("softhsm")
    (home / "tokens").mkdir()
    (home / "softhsm2.conf").write_text(f"directories.tokendir = {home / 'tokens'}\nlog.level = ERROR\n")
    token = Token(module, "회원 서비스", PIN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(home / "softhsm2.conf"))
        patch.setenv("SAFEGUARDS_TEST_PIN", PIN)
        command = ["softhsm2-util", "--init-token", "--free", "--label", token.label, "--pin", PIN]
        subprocess.run([*command, "--so-pin", "98765432"], check=True, capture_output=True)
        yield token
