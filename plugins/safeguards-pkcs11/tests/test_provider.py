"""The provider against a real SoftHSM 2: the shared contract, and every way a token fails."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, ObjectClass
from safeguards_pkcs11 import Pkcs11Provider, create_key, from_uri
from safeguards_pkcs11.token import session
from safeguards_pkcs11.uri import parse

from safeguards.errors import InputError, KeyringError
from safeguards.plugins import load
from tests.contract.provider import CONTEXT, KEY, ProviderContract


@pytest.fixture(scope="module")
def uri(softhsm: Any) -> str:
    uri = softhsm.uri("wrapping key")
    create_key(uri)
    return uri


class TestContract(ProviderContract):
    @pytest.fixture
    def provider(self, uri: str) -> Pkcs11Provider:
        return from_uri(uri)

    @pytest.fixture
    def secrets(self, softhsm: Any) -> list[str]:
        return [softhsm.pin]


def test_is_found_by_its_scheme() -> None:
    assert load("keys", "pkcs11") is from_uri


def test_another_process_unwraps_by_the_same_uri(uri: str) -> None:
    wrapped = from_uri(uri).wrap(KEY, {"purpose": "data"})
    code = (
        "import sys; from safeguards_pkcs11 import from_uri;"
        "print(from_uri(sys.argv[1]).unwrap(bytes.fromhex(sys.argv[2]), {'purpose': 'data'}).hex())"
    )
    done = subprocess.run([sys.executable, "-c", code, uri, wrapped.hex()], capture_output=True, text=True)
    assert done.stdout.strip() == KEY.hex(), done.stderr


def test_the_wrapping_key_cannot_be_read_out_of_its_token(uri: str) -> None:
    with session(parse(uri)) as opened:
        key = next(iter(opened.get_objects({Attribute.LABEL: "wrapping key"})))
        assert key[Attribute.NEVER_EXTRACTABLE]
        with pytest.raises(pkcs11.PKCS11Error):
            key[Attribute.VALUE]


def test_a_key_that_could_leave_its_token_is_refused(softhsm: Any) -> None:
    uri = softhsm.uri("loose")
    with session(parse(uri), writable=True) as opened:
        loose = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: True}
        opened.generate_key(KeyType.AES, 256, label="loose", store=True, template=loose)
    with pytest.raises(KeyringError, match="loose must be AES-256, sensitive and not extractable"):
        from_uri(uri).wrap(KEY, CONTEXT)


def test_another_key_of_the_token_does_not_unwrap(softhsm: Any, uri: str) -> None:
    create_key(softhsm.uri("second"))
    wrapped = from_uri(uri).wrap(KEY, CONTEXT)
    with pytest.raises(KeyringError, match="did not unwrap the key"):
        from_uri(softhsm.uri("second")).unwrap(wrapped, CONTEXT)


def test_two_keys_of_one_name_are_refused(softhsm: Any) -> None:
    uri = softhsm.uri("twin")
    with session(parse(uri), writable=True) as opened:
        for _ in range(2):
            opened.generate_key(KeyType.AES, 256, label="twin", store=True)
    with pytest.raises(KeyringError, match="more than one AES key is called twin"):
        from_uri(uri).wrap(KEY, CONTEXT)


def test_creating_a_key_twice_changes_nothing(softhsm: Any, uri: str) -> None:
    with pytest.raises(InputError, match="already has a key of that name"):
        create_key(uri)
    with session(parse(uri)) as opened:
        assert (
            len(
                list(
                    opened.get_objects(
                        {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: "wrapping key"}
                    )
                )
            )
            == 1
        )


@pytest.fixture
def wrong_pin(tmp_path: Path) -> str:
    (tmp_path / "pin").write_text("not-the-pin")
    return f"file:{tmp_path / 'pin'}"


def test_a_wrong_pin_is_one_line_without_the_pin(softhsm: Any, uri: str, wrong_pin: str) -> None:
    with pytest.raises(KeyringError, match="refused the PIN") as refusal:
        from_uri(softhsm.uri("wrapping key", pin_source=wrong_pin)).wrap(KEY, CONTEXT)
    assert "not-the-pin" not in str(refusal.value)
    assert from_uri(uri).wrap(KEY, CONTEXT), "a refused login must not keep the next one out"


def test_an_absent_token_key_and_module_are_named(softhsm: Any, uri: str) -> None:
    with pytest.raises(KeyringError, match="there is no token nowhere"):
        from_uri(replace(softhsm, label="nowhere").uri("k")).wrap(KEY, CONTEXT)
    with pytest.raises(KeyringError, match="there is no AES key nothing on the token"):
        from_uri(softhsm.uri("nothing")).wrap(KEY, CONTEXT)
    with pytest.raises(KeyringError, match=r"module-path names no file: /no/module\.so"):
        from_uri(softhsm.uri("k", module="/no/module.so")).wrap(KEY, CONTEXT)


def test_a_file_that_is_no_module_is_named(softhsm: Any, tmp_path: Path) -> None:
    (tmp_path / "text.so").write_text("no library")
    with pytest.raises(KeyringError, match=r"text\.so cannot be loaded"):
        from_uri(softhsm.uri("k", module=str(tmp_path / "text.so"))).wrap(KEY, CONTEXT)


def test_the_command_creates_a_key_once_and_says_so(softhsm: Any) -> None:
    command = [sys.executable, "-m", "safeguards_pkcs11", softhsm.uri("by command")]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, env=os.environ) for _ in range(2)
    )
    assert (first.returncode, second.returncode) == (0, 64)
    assert len(second.stderr.splitlines()) == 1
    assert len(from_uri(softhsm.uri("by command")).wrap(KEY, CONTEXT)) == 61
