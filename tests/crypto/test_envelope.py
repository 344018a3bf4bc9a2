from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.crypto.envelope import (
    FLAG_SETS,
    KEY_ID_LIMIT,
    MAGIC,
    MalformedEnvelope,
    Suite,
    address,
    is_envelope,
    parse,
    parse_address,
    prefix,
)

NONCES = {Suite.XAES_256_GCM: 24, Suite.AES_256_SIV: 0, Suite.SUBJECT_XAES_256_GCM: 24}


@given(
    suite=st.sampled_from(Suite),
    tag=st.binary(max_size=255),
    key_id=st.integers(1, KEY_ID_LIMIT - 1),
    subject=st.binary(min_size=16, max_size=16),
    sealed=st.binary(min_size=16, max_size=100),
    flags=st.sampled_from(FLAG_SETS),
    data=st.data(),
)
def test_what_is_emitted_parses_to_the_same_parts(
    suite: Suite, tag: bytes, key_id: int, subject: bytes, sealed: bytes, flags: int, data: st.DataObject
) -> None:
    owner = subject if suite is Suite.SUBJECT_XAES_256_GCM else None
    nonce = data.draw(st.binary(min_size=NONCES[suite], max_size=NONCES[suite]))
    header = prefix(tag) + address(suite, key_id, owner, flags=flags)
    found = parse(header + nonce + sealed)
    assert (found.header, found.tag, found.suite, found.key_id) == (header, tag, suite, key_id)
    assert (found.subject, found.nonce, found.sealed, found.flags) == (owner, nonce, sealed, flags)
    assert parse_address(address(suite, key_id, owner, flags=flags)[:5]) == key_id


def test_flags_stand_in_the_high_bits_of_the_suite_and_nothing_else_changes() -> None:
    plain, *flagged = (address(Suite.XAES_256_GCM, 7, flags=flags) for flags in FLAG_SETS)
    assert plain == b"\x01\x00\x00\x00\x07"
    assert [each[0] for each in flagged] == [0x81, 0x41, 0xC1]
    assert {each[1:] for each in flagged} == {plain[1:]}
    with pytest.raises(ValueError, match="two flags"):
        address(Suite.XAES_256_GCM, 7, flags=0x20)


@pytest.mark.parametrize("suite", [0x21, 0x11, 0xA1, 0xE1, 0x80, 0xC0, 0xFF])
def test_an_unknown_flag_is_malformed_and_names_no_key(suite: int) -> None:
    rest = b"\x00\x00\x00\x01"
    with pytest.raises(MalformedEnvelope, match="suite"):
        parse(prefix() + bytes((suite,)) + rest + bytes(60))
    assert parse_address(bytes((suite,)) + rest) is None


@given(st.binary(max_size=120) | st.binary(max_size=120).map(lambda rest: bytes((MAGIC,)) + rest))
def test_any_bytes_parse_or_are_called_malformed(data: bytes) -> None:
    try:
        found = parse(data)
    except MalformedEnvelope:
        assert not is_envelope(data)
    else:
        assert found.header + found.nonce + found.sealed == data


@given(st.text())
def test_no_text_is_taken_for_an_envelope(text: str) -> None:
    assert not is_envelope(text.encode())
    assert not is_envelope(text)


def test_every_cut_of_an_envelope_is_malformed() -> None:
    whole = prefix(b"t" * 16) + address(Suite.XAES_256_GCM, 7) + b"n" * 24 + b"s" * 16
    assert is_envelope(whole)
    for length in range(len(whole)):
        with pytest.raises(MalformedEnvelope):
            parse(whole[:length])


@pytest.mark.parametrize("key_id", [0, -1, KEY_ID_LIMIT])
def test_a_key_id_that_does_not_fit_is_refused(key_id: int) -> None:
    with pytest.raises(ValueError, match="key id"):
        address(Suite.XAES_256_GCM, key_id)


def test_only_suite_3_carries_a_subject() -> None:
    with pytest.raises(ValueError, match="suite 3"):
        address(Suite.XAES_256_GCM, 1, b"s" * 16)
    with pytest.raises(ValueError, match="suite 3"):
        address(Suite.SUBJECT_XAES_256_GCM, 1)


def test_an_envelope_of_a_later_suite_is_malformed_and_not_guessed() -> None:
    data = prefix() + b"\x09" + b"\x00\x00\x00\x01" + bytes(60)
    with pytest.raises(MalformedEnvelope, match="suite"):
        parse(data)
