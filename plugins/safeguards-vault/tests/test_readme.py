"""The README's command, code and exit recipe, run against the Transit server."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from safeguards_vault import from_uri

from tests.contract.provider import KEY

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
PLACEHOLDER = "https://vault.example:8200"


def _block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_set_up_ends_with_a_keyring_that_opens_by_its_store_alone(vault: Any, tmp_path: Path) -> None:
    binaries = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    command = _block("sh")
    assert PLACEHOLDER in command
    code = _block("python") + "\nprint(safeguards.Keyring.open('sqlite:///keys.db').data_key_id)"
    for run in (
        ["bash", "-euc", command.replace(PLACEHOLDER, vault.address)],
        [sys.executable, "-c", code],
    ):
        environment = os.environ | {"PATH": binaries}
        done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
    assert vault.token.encode() not in (tmp_path / "keys.db").read_bytes()


def test_the_policy_names_every_path_that_is_asked_and_no_other(vault: Any, uri: str) -> None:
    provider = from_uri(uri)
    provider.unwrap(provider.wrap(KEY, {"purpose": "data"}), {"purpose": "data"})
    granted = set(re.findall(r'^path "(\S+)"', README, re.MULTILINE))
    assert granted == {path.removeprefix("/v1/") for path, _, _ in vault.seen}


def test_a_key_unwraps_without_this_package(vault: Any, uri: str) -> None:
    wrapped = from_uri(uri).wrap(KEY, {"purpose": "data", "key_id": "7"})
    parts = (b"safeguards-vault v1", b"key_id", b"7", b"purpose", b"data")
    bound = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    body = {"ciphertext": wrapped.decode(), "associated_data": base64.b64encode(bound).decode()}
    answer = vault.answer("POST", "/v1/transit/decrypt/members", {"x-vault-token": vault.token}, body)
    assert base64.b64decode(answer["plaintext"])[32:] == KEY
