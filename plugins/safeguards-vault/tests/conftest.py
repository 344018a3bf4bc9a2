"""A fresh Transit server for each test, its token in the environment, and no wait between attempts."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TOKEN = "hvs.CAESIJ-not-a-real-token-Zx81Qp"


def _server_module() -> Any:
    # Under importlib mode a test folder is no package; the server's module is loaded by its path.
    spec = importlib.util.spec_from_file_location(
        "safeguards_vault_transit_server", Path(__file__).with_name("transit_server.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


SERVER = _server_module()


@pytest.fixture
def server_module() -> Any:
    return SERVER


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the client asked for, none of which is waited."""
    asked: list[float] = []
    monkeypatch.setattr("safeguards_vault.client.time.sleep", asked.append)
    return asked


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A server with the key ``members``; the home folder is empty and VAULT_TOKEN holds the token."""
    for name in ("VAULT_ADDR", "VAULT_CACERT", "VAULT_CAPATH", "VAULT_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    with SERVER.serve(SERVER.Transit(TOKEN, keys={"members": SERVER.Key()})) as state:
        yield state


@pytest.fixture
def uri(vault: Any) -> str:
    return f"vault:transit/members?address={vault.address}&timeout=5"
