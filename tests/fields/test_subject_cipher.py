"""Each value under its own person's key: nobody else's row reads it, and no change goes unnoticed."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.crypto.envelope import Suite, parse
from safeguards.errors import DecryptionFailed, InputError, SubjectErased
from safeguards.fields import Cipher, Exact, codec_for
from safeguards.fields.subject_cipher import SubjectCipher
from safeguards.sqlalchemy.subjects.bound import ById

KIM, LEE = ById(42), ById(43)


@pytest.fixture(scope="module")
def ring(ring_of_module: Keyring) -> Keyring:
    return ring_of_module


@pytest.fixture
def note(ring: Keyring) -> SubjectCipher:
    return SubjectCipher("member", "member.note", codec_for(str))


@given(st.text(max_size=50))
def test_every_text_comes_back_to_its_own_person_only(ring: Keyring, text: str) -> None:
    note = SubjectCipher("member", "member.note", codec_for(str))
    sealed = note.encrypt_for(KIM, text)
    assert note.decrypt_of("42", sealed) == text
    for stranger in ("43", "", "042", "42 "):
        with pytest.raises(DecryptionFailed):
            note.decrypt_of(stranger, sealed)


def test_a_value_says_suite_3_and_the_persons_key(note: SubjectCipher, ring: Keyring) -> None:
    envelope = parse(note.encrypt_for(KIM, "단골"))
    assert envelope.suite is Suite.SUBJECT_XAES_256_GCM
    assert envelope.key_id == ring.data_key_id
    assert envelope.subject == parse(note.encrypt_for(KIM, "다른")).subject
    assert envelope.subject != parse(note.encrypt_for(LEE, "단골")).subject


def test_every_single_bit_matters(note: SubjectCipher) -> None:
    sealed = note.encrypt_for(KIM, "단골")
    for position in range(8 * len(sealed)):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(DecryptionFailed):
            note.decrypt_of("42", bytes(changed))


@given(st.binary(max_size=120))
def test_any_bytes_give_the_one_decryption_error(ring: Keyring, data: bytes) -> None:
    note = SubjectCipher("member", "member.note", codec_for(str))
    with pytest.raises(DecryptionFailed):
        note.decrypt_of("42", data)


def test_another_field_kind_or_unbound_value_is_refused(note: SubjectCipher, ring: Keyring) -> None:
    sealed = note.encrypt_for(KIM, "단골")
    for other in (
        SubjectCipher("member", "member.memo", codec_for(str)),
        SubjectCipher("clerk", "member.note", codec_for(str)),
        SubjectCipher("member", "member.note", codec_for(bytes)),
    ):
        with pytest.raises(DecryptionFailed):
            other.decrypt_of("42", sealed)
    unbound = Cipher("member.note", codec_for(str)).encrypt("예전")
    with pytest.raises(DecryptionFailed):
        note.decrypt_of("42", unbound)
    assert note.decrypt_of("42", unbound, unbound=True) == "예전"
    with pytest.raises(DecryptionFailed):
        Cipher("member.note", codec_for(str)).decrypt(sealed)


def test_a_value_without_an_owner_is_not_written(note: SubjectCipher) -> None:
    with pytest.raises(InputError, match=r"belongs to a member.*for_subject\(id, value\)"):
        note.encrypt("단골")


def test_a_tombstone_has_the_form_of_a_value_and_reads_as_erased(ring: Keyring) -> None:
    phone = SubjectCipher("member", "member.phone", codec_for(str), search=Exact())
    gone = ById(99)
    sealed = phone.encrypt_for(gone, "010-1234-5678")
    ring.shred("member:99", engines=[])
    tombstone = phone.tombstone(parse(sealed).subject or b"")
    assert parse(tombstone).tag != parse(sealed).tag
    for erased in (sealed, tombstone, phone.tombstone()):
        with pytest.raises(SubjectErased, match="field member.phone"):
            phone.decrypt_of("99", erased)


def test_a_cipher_travels_as_its_declaration(note: SubjectCipher) -> None:
    sealed = note.encrypt_for(KIM, "단골")
    assert pickle.loads(pickle.dumps(note)).decrypt_of("42", sealed) == "단골"


def test_a_pickle_or_repr_holds_no_key(note: SubjectCipher, ring: Keyring, tmp_path: Path) -> None:
    note.encrypt_for(KIM, "단골")
    held = next(iter(ring.subjects._by_id.values()))
    material = held.key.key.reveal()
    assert material not in pickle.dumps(note)
    assert material.hex() not in repr(held) + repr(note) + repr(vars(note))


def test_an_erased_persons_key_in_anothers_value_does_not_read_as_erased(ring: Keyring) -> None:
    note = SubjectCipher("member", "member.note", codec_for(str))
    gone, alive = note.encrypt_for(ById(77), "안녕"), note.encrypt_for(ById(78), "잘 가")
    ring.shred("member:77", engines=[])
    forged = alive[:7] + gone[7:23] + alive[23:]
    for _ in range(2):
        with pytest.raises(DecryptionFailed):
            note.decrypt_of("78", forged)
        with pytest.raises(SubjectErased):
            note.decrypt_of("77", forged)
