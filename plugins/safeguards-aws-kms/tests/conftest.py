"""For each test: credentials in a clean environment, a KMS of our own, and a key in moto's server."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

ACCESS_KEY = "AKIDNOTAREALKEY00001"
SECRET_KEY = "secret-not-a-real-key-Zx81Qp"
SESSION_TOKEN = "token-not-a-real-one-Rw55Lm"


def _server_module() -> Any:
    # Under importlib mode a test folder is no package; the server's module is loaded by its path.
    spec = importlib.util.spec_from_file_location(
        "safeguards_aws_kms_server", Path(__file__).with_name("kms_server.py")
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
def secrets() -> list[str]:
    return [ACCESS_KEY, SECRET_KEY, SESSION_TOKEN]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Credentials in the environment and nowhere else; no file, no metadata service, no proxy."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy") or name == "REQUESTS_CA_BUNDLE":
            monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION_TOKEN)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that botocore asked for, none of which is waited."""
    asked: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", asked.append)
    return asked


@pytest.fixture
def kms() -> Iterator[Any]:
    """A server of our own with one key, which the alias ``members`` names."""
    state = SERVER.Kms(ACCESS_KEY)
    state.aliases["alias/members"] = state.add(SERVER.Key()).id
    with SERVER.serve(state):
        yield state


@pytest.fixture
def key(kms: Any) -> Any:
    (only,) = kms.keys.values()
    return only


@pytest.fixture
def uri(kms: Any, key: Any) -> str:
    return f"aws-kms:{key.arn}?endpoint={kms.address}"


@pytest.fixture
def alias_uri(kms: Any) -> str:
    return f"aws-kms:alias/members?region=ap-northeast-2&endpoint={kms.address}"


@pytest.fixture(scope="session")
def moto_address() -> Iterator[str]:
    """The address of moto's server, which every test of this run shares.

    A process of its own: inside this one, moto would answer other plugins' requests too.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
        server.kill()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None, "moto's server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("moto's server does not answer")


@pytest.fixture
def moto(moto_address: str, credentials: None) -> Iterator[Any]:
    """A client of boto3's own for moto's server, with which a test acts as the operator."""
    client = boto3.session.Session().client("kms", region_name="ap-northeast-2", endpoint_url=moto_address)
    yield client
    client.close()


@pytest.fixture
def moto_arn(moto: Any) -> str:
    return str(moto.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def moto_uri(moto_arn: str, moto_address: str) -> str:
    return f"aws-kms:{moto_arn}?endpoint={moto_address}"
