from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.crypto.envelope import (
    KEY_ID_LIMIT,
    MAGIC,
    MalformedEnvelope,
    Suite,
    address,
    is_envelope,
    parse,
    prefix,
)

NONCES = {Suite.XAES_256_GCM: 24, Suite.AES_256_SIV: 0, Suite.SUBJECT_XAES_256_GCM: 24}


@given(
    suite=st.sampled_from(Suite),
    tag=st.binary(max_size=255),
    key_id=st.integers(1, KEY_ID_LIMIT - 1),
    subject=st.binary(min_size=16, max_size=16),
    sealed=st.binary(min_size=16, max_size=100),
    data=st.data(),
)
def test_what_is_emitted_parses_to_the_same_parts(
    suite: Suite, tag: bytes, key_id: int, subject: bytes, sealed: bytes, data: st.DataObject
) -> None:
    owner = subject if suite is Suite.SUBJECT_XAES_256_GCM else None
    nonce = data.draw(st.binary(min_size=NONCES[suite], max_size=NONCES[suite]))
    header = prefix(tag) + address(suite, key_id, owner)
    found = parse(header + nonce + sealed)
    assert (found.header, found.tag, found.suite, found.key_id) == (header, tag, suite, key_id)
    assert (found.subject, found.nonce, found.sealed) == (owner, nonce, sealed)


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
