"""The URI parser: what it reads, and what it refuses in one line."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from safeguards_pkcs11.uri import parse

from safeguards.errors import InputError, KeyringError

WHOLE = "pkcs11:token=a%20b;object=k;type=secret-key?module-path=/lib/m.so&pin-source=env:PIN"


def test_reads_every_part_of_a_uri() -> None:
    key = parse(WHOLE)
    assert (key.token, key.label, key.module, key.pin_source) == ("a b", "k", "/lib/m.so", "env:PIN")
    assert key.text == WHOLE


def test_reads_a_binary_id_and_a_serial() -> None:
    key = parse("pkcs11:serial=4d4f;id=%00%ff?module-path=/m&pin-source=/run/pin")
    assert (key.serial, key.id, key.pin_source) == (b"4d4f", b"\x00\xff", "file:/run/pin")


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("local:master.key", "malformed"),
        ("pkcs11:token=%zz;object=k?module-path=/m&pin-source=env:P", "malformed"),
        ("pkcs11:token=회원;object=k?module-path=/m&pin-source=env:P", "malformed"),
        ("pkcs11:object=k?module-path=/m&pin-source=env:P", "lacks token or serial"),
        ("pkcs11:token=t?module-path=/m&pin-source=env:P", "lacks object or id"),
        ("pkcs11:token=t;object=k?pin-source=env:P", "lacks module-path"),
        ("pkcs11:token=t;object=k?module-path=/m", "lacks pin-source"),
        ("pkcs11:token=t;token=u;object=k?module-path=/m&pin-source=env:P", "token is unknown or repeated"),
        ("pkcs11:token=t;colour=red;object=k?module-path=/m&pin-source=env:P", "colour is unknown"),
        ("pkcs11:token=t;object=k;type=private?module-path=/m&pin-source=env:P", "type must be"),
        ("pkcs11:token=%ff;object=k?module-path=/m&pin-source=env:P", "token is not UTF-8"),
        ("pkcs11:token=t;object=k?module-path=/m&pin-source=env:", "pin-source is"),
        ("pkcs11:token=t;object=k?module-path=/m&pin-source=%7Ccat%20pin", "pin-source is"),
    ],
)
def test_refuses_what_is_malformed_or_incomplete(uri: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        parse(uri)


def test_a_pin_inside_the_uri_is_refused_and_not_repeated() -> None:
    with pytest.raises(InputError, match="pin-value") as refusal:
        parse("pkcs11:token=t;object=k?module-path=/m&pin-value=1234")
    assert "1234" not in str(refusal.value)


def test_the_pin_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("12 34\r\nrest\n")
    assert parse(WHOLE.replace("env:PIN", quote(str(tmp_path / "pin")))).pin() == "12 34"


@pytest.mark.parametrize("place", ["env:SAFEGUARDS_NO_SUCH_VARIABLE", "/no/such/file"])
def test_a_missing_pin_names_the_place_where_it_was_looked_for(place: str) -> None:
    with pytest.raises(KeyringError, match=place):
        parse(WHOLE.replace("env:PIN", place)).pin()


@given(st.text())
def test_any_text_gives_a_key_or_one_clear_error(text: str) -> None:
    for candidate in (text, "pkcs11:" + text, WHOLE + text):
        try:
            outcome = parse(candidate).text
        except InputError as error:
            outcome = str(error)
        assert outcome == candidate or (outcome.startswith("pkcs11: ") and "\n" not in outcome)


@given(st.text(min_size=1), st.text(min_size=1), st.binary(min_size=1))
def test_every_label_and_id_survives_percent_encoding(token: str, label: str, key_id: bytes) -> None:
    try:
        encoded = quote(token, safe=""), quote(label, safe="")
    except UnicodeEncodeError:  # lone surrogates are no text
        return
    number = "".join(f"%{byte:02x}" for byte in key_id)
    key = parse(f"pkcs11:token={encoded[0]};object={encoded[1]};id={number}?module-path=/m&pin-source=env:P")
    assert (key.token, key.label, key.id) == (token, label, key_id)
