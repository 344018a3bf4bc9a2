"""Padded and compressed values of a field: what their envelopes look like, and that they open."""

from __future__ import annotations

import os
import pickle
import random
import zlib
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safeguards import DecryptionFailed, InputError, Keyring
from safeguards.crypto.envelope import COMPRESSED, FLAG_SETS, FLAGS, PADDED, parse
from safeguards.errors import AlreadyProtected
from safeguards.fields import Cipher, Exact, Json, codec_for
from safeguards.fields import shape as shaping
from safeguards.fields.padding import Pad

RRN = "900101-1234567"
OPTIONS: list[dict[str, Any]] = [
    {"pad": "padme"},
    {"pad": 64},
    {"pad": (32, 64, 256)},
    {"compress": 1},
    {"compress": 40, "pad": 64},
    {"compress": 1, "pad": "padme"},
]
pytestmark = pytest.mark.usefixtures("ring")


def cipher_of(kind: Any = str, **options: Any) -> Cipher:
    return Cipher("member.note", codec_for(kind), **options)


def sealed(data: bytes, flags: int) -> bytes:
    """An envelope that only a holder of the key can make: bytes of any shape under any flags."""
    cipher = cipher_of(bytes)
    keys = cipher.current()
    header = b"\xfe\x00" + keys.addresses[flags]
    return header + keys.writer.seal(data, cipher.associated + header)


def deflated(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


@given(st.text() | st.text(max_size=3).map(lambda text: text * 200), st.sampled_from(OPTIONS))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_text_survives_and_reads_without_a_declaration(text: str, options: dict[str, Any]) -> None:
    shaped, plain = cipher_of(**options), cipher_of()
    data = shaped.encrypt(text)
    assert [each.decrypt(data) for each in (shaped, plain, shaped)] == [text] * 3
    assert shaped.decrypt(plain.encrypt(text)) == text
    assert bool(parse(data).flags & PADDED) == ("pad" in options)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_hangul_syllable_survives(options: dict[str, Any]) -> None:
    cipher = cipher_of(**options)
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4)]
    assert [cipher.decrypt(cipher.encrypt(each)) for each in syllables] == syllables
    whole = "".join(syllables)
    assert cipher.decrypt(cipher.encrypt(whole)) == whole


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "kind_and_value", [(bytes, b""), (date, date(1990, 1, 1)), (Json, {"가": [None] * 99})]
)
def test_values_of_every_kind_survive(kind_and_value: tuple[Any, Any], options: dict[str, Any]) -> None:
    kind, value = kind_and_value
    cipher = cipher_of(kind, **options)
    assert cipher.decrypt(cipher.encrypt(value)) == value


@pytest.mark.parametrize(
    ("pad", "names"),
    [
        (64, ["", "김", "남궁민수", "x" * 63]),
        ((32, 64), ["", "가" * 10, "x" * 31]),
        ((32, 64), ["x" * 32, "가" * 21]),
        ("padme", ["x" * 128, "x" * 135]),
    ],
)
def test_envelopes_within_a_bucket_have_one_length(pad: Pad, names: list[str]) -> None:
    cipher = cipher_of(pad=pad)
    (length,) = {len(cipher.encrypt(name)) for name in names}
    assert len(cipher.encrypt(max(names, key=lambda name: len(name.encode())) + "xx" * 8)) > length


def test_values_without_flags_are_in_the_format_they_always_had() -> None:
    cipher = cipher_of(compress=100)
    for data in (cipher_of().encrypt("메모"), cipher.encrypt("메모")):
        assert (data[:3], parse(data).flags) == (b"\xfe\x00\x01", 0)
        assert len(data) == 2 + 5 + 24 + len("메모".encode()) + 16


def test_compression_begins_at_its_size_and_only_where_it_makes_values_smaller() -> None:
    cipher = cipher_of(bytes, compress=100)
    assert [parse(cipher.encrypt(bytes(size))).flags for size in (99, 100)] == [0, COMPRESSED]
    assert len(cipher.encrypt(bytes(10_000))) < 100
    noise = os.urandom(1000)
    assert parse(cipher.encrypt(noise)).flags == 0
    assert cipher.decrypt(cipher.encrypt(noise)) == noise


def test_compressed_values_are_padded_afterwards() -> None:
    cipher = cipher_of(pad=64, compress=10)
    data = cipher.encrypt("가" * 1000)
    assert (parse(data).flags, len(data)) == (FLAGS, len(cipher_of(pad=64).encrypt("")))


def test_search_tags_are_those_of_the_plain_value() -> None:
    plain, shaped = (
        Cipher("member.rrn", codec_for(str), item="kr_rrn", search=Exact(), **options)
        for options in ({}, {"pad": 64, "compress": 1})
    )
    assert (
        shaped.encrypt(RRN)[:18] == plain.encrypt("9001011234567")[:18] == shaped.tag(RRN) == plain.tag(RRN)
    )
    assert plain.decrypt(shaped.encrypt(RRN)) == RRN


@pytest.mark.parametrize("flags", FLAG_SETS)
def test_a_flipped_flag_fails_with_the_one_error(flags: int) -> None:
    content = {0: b"x", PADDED: b"x\x80", COMPRESSED: deflated(b"x"), FLAGS: deflated(b"x") + b"\x80"}[flags]
    cipher, data = cipher_of(bytes), sealed(content, flags)
    assert cipher.decrypt(data) == b"x"
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DecryptionFailed):
            cipher.decrypt(bytes(changed))
    for other in FLAG_SETS:
        if other != flags:
            with pytest.raises(DecryptionFailed, match=r"member\.note.*was altered"):
                cipher.decrypt(data[:2] + bytes((1 | other,)) + data[3:])


HOSTILE = [
    (b"", PADDED),
    (bytes(64), PADDED),
    (b"text without an end", PADDED),
    (b"", COMPRESSED),
    (b"text", COMPRESSED),
    (zlib.compress(b"x"), COMPRESSED),
    (deflated(b"text" * 99)[:-1], COMPRESSED),
    (deflated(b"text") + b"more", COMPRESSED),
    (deflated(b"text"), FLAGS),
    (b"\x80", FLAGS),
    (b"text\x80\x00", FLAGS),
]


@pytest.mark.parametrize(("content", "flags"), HOSTILE)
def test_bytes_that_are_not_what_their_flags_say_fail_with_the_one_error(content: bytes, flags: int) -> None:
    data = sealed(content, flags)
    for _ in range(2):  # the second time by the opener that was kept
        with pytest.raises(DecryptionFailed, match=r"member\.note.*was altered") as caught:
            cipher_of(bytes).decrypt(data)
        assert caught.value.__context__ is None


def test_a_kept_opener_fails_with_the_one_error_too() -> None:
    cipher = cipher_of(bytes)
    for content, flags in HOSTILE * 2:
        with pytest.raises(DecryptionFailed):
            cipher.decrypt(sealed(content, flags))


@given(st.binary(max_size=200), st.sampled_from(FLAG_SETS))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_under_any_flags_open_or_fail_with_the_one_error(content: bytes, flags: int) -> None:
    try:
        assert isinstance(cipher_of(bytes).decrypt(sealed(content, flags)), bytes)
    except DecryptionFailed:
        assert flags


def test_a_stored_bomb_is_stopped_at_the_limit() -> None:
    cipher, limit = cipher_of(bytes), shaping.EXPANDED_LIMIT
    assert len(cipher.decrypt(sealed(deflated(bytes(limit)), COMPRESSED))) == limit
    with pytest.raises(DecryptionFailed):
        cipher.decrypt(sealed(deflated(bytes(limit + 1)), COMPRESSED))


def test_what_is_longer_than_the_limit_is_written_uncompressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shaping, "EXPANDED_LIMIT", 1000)
    cipher = cipher_of(bytes, compress=10)
    for size, flags in ((1000, COMPRESSED), (1001, 0)):
        data = cipher.encrypt(bytes(size))
        assert (parse(data).flags, cipher.decrypt(data)) == (flags, bytes(size))


@pytest.mark.parametrize("mutations", [5_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_mutated_envelopes_with_flags_give_the_one_error(mutations: int) -> None:
    cipher, chance = cipher_of(pad=32, compress=1), random.Random(7)
    data = cipher.encrypt("메모" * 20)
    for _ in range(mutations):
        changed = bytearray(data)
        changed[chance.randrange(len(changed))] ^= chance.randrange(1, 256)
        with pytest.raises(DecryptionFailed):
            cipher.decrypt(bytes(changed[: chance.choice((None, chance.randrange(len(changed))))]))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_flagged_values_stay_readable_after_rotation(ring: Keyring, options: dict[str, Any]) -> None:
    cipher = cipher_of(**options)
    old = cipher.encrypt("메모" * 50)
    added = ring.rotate()
    new = cipher.encrypt("메모" * 50)
    assert (parse(old).key_id != added, parse(new).key_id) == (True, added)
    assert cipher.decrypt(old) == cipher.decrypt(new) == "메모" * 50


def test_a_value_that_is_an_envelope_with_flags_is_not_encrypted_again() -> None:
    cipher = cipher_of(bytes, pad=64)
    with pytest.raises(AlreadyProtected):
        cipher.encrypt(cipher.encrypt(b"x"))


@pytest.mark.parametrize("options", [{}, *OPTIONS, {"pad": [32, 64]}], ids=str)
def test_a_cipher_travels_with_its_shape(options: dict[str, Any]) -> None:
    cipher = cipher_of(**options)
    again = pickle.loads(pickle.dumps(cipher))
    assert again.shape == cipher.shape
    assert parse(again.encrypt("가" * 99)).flags == parse(cipher.encrypt("가" * 99)).flags


@pytest.mark.parametrize("pad", [0, 1, True, "pkcs7", (), (64, 32), [], [32, "64"]])
def test_buckets_that_make_no_sense_are_refused_when_declared(pad: Any) -> None:
    with pytest.raises(InputError, match=r"field member\.note: pad= takes 'padme'"):
        cipher_of(pad=pad)


@pytest.mark.parametrize("compress", [0, -1, True, 1.5, "1024"])
def test_a_size_that_makes_no_sense_is_refused_when_declared(compress: Any) -> None:
    with pytest.raises(InputError, match=r"field member\.note: compress= takes the least size"):
        cipher_of(compress=compress)
