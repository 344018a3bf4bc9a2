"""The README's commands, policy, code and exit recipe, run against moto's server."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from safeguards_aws_kms import from_uri
from safeguards_aws_kms.client import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS, _make
from safeguards_aws_kms.uri import parse

from safeguards import Keyring

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
EXAMPLE_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
EXAMPLE_ARN = f"arn:aws:kms:ap-northeast-2:111122223333:key/{EXAMPLE_ID}"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def _run(*command: str, folder: Path, **environment: str) -> str:
    binaries = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    variables = os.environ | {"PATH": binaries} | environment
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def made(moto: Any) -> Iterator[str]:
    """The ARN of the key that the console block makes; each command is called as the CLI would."""
    arn = ""
    (block,) = _blocks("console")
    for line in block.splitlines():
        aws, service, command, *flags = shlex.split(line)
        assert (aws, service) == ("aws", "kms")
        names = ["".join(part.title() for part in flag[2:].split("-")) for flag in flags[::2]]
        values = [value.replace(EXAMPLE_ID, arn.rpartition("/")[2]) for value in flags[1::2]]
        answer = getattr(moto, command.replace("-", "_"))(**dict(zip(names, values, strict=True)))
        arn = answer.get("KeyMetadata", {}).get("Arn", arn)
    yield arn
    moto.delete_alias(AliasName="alias/members")


def test_the_set_up_ends_with_a_keyring_that_opens_by_its_store_alone_and_without_this_package(
    moto: Any, made: str, moto_address: str, tmp_path: Path, secrets: list[str]
) -> None:
    assert moto.get_key_rotation_status(KeyId=made)["KeyRotationEnabled"]
    (command,) = _blocks("sh")
    assert EXAMPLE_ARN in command
    there = command.replace(EXAMPLE_ARN, f"'{made}?endpoint={moto_address}'")
    _run("bash", "-euc", there, folder=tmp_path)
    opens, exits = _blocks("python")
    shown = "\nring = safeguards.Keyring.open('sqlite:///keys.db')"
    shown += "\nprint({i: secret.reveal().hex() for i, (_, secret) in ring._memory.current().keys.items()})"
    with_it = _run(sys.executable, "-c", opens + shown, folder=tmp_path)
    told = "\nassert 'safeguards' not in __import__('sys').modules"
    told += "\nprint({i: key.hex() for i, key in keys.items()})"
    without = _run(sys.executable, "-c", exits + told, folder=tmp_path, AWS_ENDPOINT_URL_KMS=moto_address)
    assert sorted(eval(with_it).items()) == sorted(eval(without).items())
    assert len(eval(with_it)) == 3
    assert not [secret for secret in secrets if secret.encode() in (tmp_path / "keys.db").read_bytes()]


def test_the_policy_allows_every_action_that_is_asked_and_no_other(kms: Any, uri: str) -> None:
    provider = from_uri(uri)
    provider.unwrap(provider.wrap(bytes(32), {"purpose": "data"}), {"purpose": "data"})
    (statement,) = json.loads(_blocks("json")[0])["Statement"]
    assert statement["Resource"] == EXAMPLE_ARN
    assert set(statement["Action"]) == {f"kms:{operation}" for operation, _, _ in kms.seen}


def test_the_keys_move_to_another_key_as_told(
    moto: Any, moto_uri: str, moto_address: str, tmp_path: Path
) -> None:
    (command,) = re.findall(r"^    (safeguards keys rewrap .*)$", README, re.MULTILINE)
    other = f"aws-kms:{moto.create_key()['KeyMetadata']['Arn']}?endpoint={moto_address}"
    move = command.replace("aws-kms:ARN-OF-THE-OLD-KEY", f"'{moto_uri}'")
    move = move.replace("aws-kms:ARN-OF-THE-NEW-KEY", f"'{other}'")
    store = f"sqlite:///{tmp_path / 'keys.db'}"
    ring = Keyring.create(store, moto_uri)
    _run("bash", "-euc", move, folder=tmp_path)
    moved = Keyring.open(store)
    assert (moved.provider.uri, moved.data_key_id) == (other, ring.data_key_id)


def test_the_limits_told_are_the_limits_kept() -> None:
    config = _make(parse(f"aws-kms:{EXAMPLE_ARN}")).meta.config
    assert (config.connect_timeout, config.read_timeout) == (CONNECT_SECONDS, READ_SECONDS)
    assert config.retries == {"mode": "standard", "total_max_attempts": ATTEMPTS}
    assert f"up to {CONNECT_SECONDS:g} s to connect and {READ_SECONDS:g} s for each read" in README
    pauses = sum(2**attempt + 5 for attempt in range(ATTEMPTS - 1))
    assert f"about {ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS) + pauses:g} s at worst" in README
