"""Password hashes agree with the standards and other implementations, and hostile strings are refused."""

from __future__ import annotations

import hashlib
import pickle
import unicodedata
from contextlib import suppress
from typing import Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from safeguards import InputError, OperatorRefused
from safeguards.crypto import passwords
from safeguards.crypto.passwords import HashedPassword, add_profile, profile
from safeguards.crypto.phc import Argon2idParameters, Pbkdf2Parameters, Phc, looks_hashed, parse
from safeguards.errors import AlreadyProtected

CHEAP = "tests-argon2id-2026"
CHEAP_PBKDF2 = "tests-pbkdf2-2026"
add_profile(CHEAP, Argon2idParameters(memory_kib=32, passes=1, lanes=1))
add_profile(CHEAP_PBKDF2, Pbkdf2Parameters(iterations=2))

# The example in argon2-cffi's own documentation, made by the reference implementation in C.
OF_ARGON2_CFFI = (
    "$argon2id$v=19$m=65536,t=3,p=4$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"
)
SALT, TAG = "c2FsdHNhbHRzYWx0c2FsdA", "dGFndGFndGFndGFndGFndA"


def test_the_primitive_gives_the_vector_of_rfc_9106() -> None:
    primitive = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        secret=b"\x03" * 8,
        ad=b"\x04" * 12,
    )
    assert primitive.derive(b"\x01" * 32).hex() == (
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    )


def test_a_hash_of_argon2_cffi_verifies_here_and_needs_no_rehash() -> None:
    stored = HashedPassword(OF_ARGON2_CFFI)
    assert stored.verify("correct horse battery staple")
    assert not stored.verify("Tr0ub4dor&3")
    assert not stored.needs_rehash


def test_pbkdf2_gives_the_published_vector_for_4096_iterations() -> None:
    phc = Phc(Pbkdf2Parameters(4096), b"saltSALTsaltSALTsaltSALTsaltSALTsalt", bytes(40))
    assert passwords._derive(b"passwordPASSWORDpassword", phc).hex() == (
        "348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1c635518c7dac47e9"
    )


def test_a_pbkdf2_hash_is_what_the_standard_library_computes() -> None:
    stored = HashedPassword.of("비밀번호", CHEAP_PBKDF2)
    phc = parse(stored.phc)
    assert phc.tag == hashlib.pbkdf2_hmac("sha256", "비밀번호".encode(), phc.salt, 2, 32)
    assert stored.phc.startswith("$pbkdf2-sha256$i=2,l=32$")


def test_an_argon2id_hash_verifies_in_the_other_reader_of_phc_strings() -> None:
    stored = HashedPassword.of("비밀번호", CHEAP)
    Argon2id.verify_phc_encoded("비밀번호".encode(), stored.phc)


@pytest.mark.parametrize("name", [CHEAP, CHEAP_PBKDF2])
@given(password=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_a_password_verifies_itself_and_no_longer_one(name: str, password: str) -> None:
    stored = HashedPassword.of(password, name)
    assert stored.verify(password)
    assert not stored.verify(password + "x")
    assert not stored.needs_rehash


def test_korean_decomposed_by_macos_is_the_same_password() -> None:
    stored = HashedPassword.of(unicodedata.normalize("NFD", "비밀번호"), CHEAP)
    assert stored.verify("비밀번호")
    assert HashedPassword.of("비밀번호", CHEAP).verify(unicodedata.normalize("NFD", "비밀번호"))


def test_full_width_digits_stay_another_password() -> None:
    assert not HashedPassword.of("\uff11\uff12\uff13\uff14", CHEAP).verify("1234")


def test_two_hashes_of_one_password_differ() -> None:
    assert HashedPassword.of("same", CHEAP) != HashedPassword.of("same", CHEAP)


def test_a_hash_equals_itself_wherever_it_was_read() -> None:
    stored = HashedPassword.of("same", CHEAP)
    again = HashedPassword(stored.phc)
    assert stored == again
    assert len({stored, again}) == 1
    assert stored != 5


@pytest.mark.parametrize("other", ["same", b"same"])
def test_comparing_a_hash_with_a_string_is_refused(other: Any) -> None:
    with pytest.raises(OperatorRefused, match="verify"):
        HashedPassword.of("same", CHEAP) == other  # noqa: B015


def test_other_parameters_need_a_rehash() -> None:
    assert HashedPassword(HashedPassword.of("p", CHEAP).phc).needs_rehash
    assert HashedPassword(HashedPassword.of("p", CHEAP_PBKDF2).phc, CHEAP).needs_rehash


def test_a_short_salt_needs_a_rehash() -> None:
    phc = parse(HashedPassword.of("p", CHEAP).phc)
    assert HashedPassword(str(Phc(phc.parameters, b"s" * 8, phc.tag)), CHEAP).needs_rehash


@pytest.mark.parametrize("password", ["", "x" * 1025, "\ud800", 5, b"bytes"])
def test_what_is_no_password_is_refused_and_verifies_never(password: Any) -> None:
    with pytest.raises(InputError):
        HashedPassword.of(password, CHEAP)
    assert not HashedPassword.of("p", CHEAP).verify(password)


def test_1024_characters_are_a_password() -> None:
    assert HashedPassword.of("가" * 1024, CHEAP).verify("가" * 1024)


@pytest.mark.parametrize(
    "text", [OF_ARGON2_CFFI, "$2b$12$abc", "$argon2i$v=19$x", "$pbkdf2-sha256$29000$a$b", "$6$a$b"]
)
def test_a_hash_is_not_hashed_again(text: str) -> None:
    with pytest.raises(AlreadyProtected) as caught:
        HashedPassword.of(text, CHEAP)
    assert text not in str(caught.value)


def test_a_password_with_dollars_is_a_password() -> None:
    assert not looks_hashed("$money$")


HOSTILE = {
    "4_TiB_of_memory": f"$argon2id$v=19$m=4294967295,t=1,p=1${SALT}${TAG}",
    "memory_above_the_bound": f"$argon2id$v=19$m=262145,t=1,p=1${SALT}${TAG}",
    "too_little_memory_for_the_lanes": f"$argon2id$v=19$m=31,t=1,p=4${SALT}${TAG}",
    "many_passes": f"$argon2id$v=19$m=64,t=17,p=1${SALT}${TAG}",
    "no_passes": f"$argon2id$v=19$m=64,t=0,p=1${SALT}${TAG}",
    "many_lanes": f"$argon2id$v=19$m=65536,t=1,p=17${SALT}${TAG}",
    "no_lanes": f"$argon2id$v=19$m=64,t=1,p=0${SALT}${TAG}",
    "a_leading_zero": f"$argon2id$v=19$m=064,t=1,p=1${SALT}${TAG}",
    "digits_of_another_script": f"$argon2id$v=19$m=٦٤,t=1,p=1${SALT}${TAG}",
    "argon2_version_16": f"$argon2id$v=16$m=64,t=1,p=1${SALT}${TAG}",
    "no_version": f"$argon2id$m=64,t=1,p=1${SALT}${TAG}",
    "argon2i": f"$argon2i$v=19$m=64,t=1,p=1${SALT}${TAG}",
    "a_salt_of_four_bytes": f"$argon2id$v=19$m=64,t=1,p=1$c2FsdA${TAG}",
    "a_tag_of_one_byte": f"$argon2id$v=19$m=64,t=1,p=1${SALT}$dA",
    "spare_bits_in_the_tag": f"$argon2id$v=19$m=64,t=1,p=1${SALT}${TAG[:-1]}B",
    "an_impossible_length_of_base64": f"$argon2id$v=19$m=64,t=1,p=1${SALT}${TAG}AAA",
    "padding": f"$argon2id$v=19$m=64,t=1,p=1${SALT}==${TAG}==",
    "a_trailing_newline": f"$argon2id$v=19$m=64,t=1,p=1${SALT}${TAG}\n",
    "no_tag": f"$argon2id$v=19$m=64,t=1,p=1${SALT}",
    "pbkdf2_of_a_billion": f"$pbkdf2-sha256$i=1000000000${SALT}${TAG}",
    "pbkdf2_of_none": f"$pbkdf2-sha256$i=0${SALT}${TAG}",
    "pbkdf2_of_another_length": f"$pbkdf2-sha256$i=2,l=32${SALT}${TAG}",
    "pbkdf2_of_sha_512": f"$pbkdf2-sha512$i=2${SALT}${TAG}",
    "a_plain_password": "hunter2",
    "nothing": "",
    "a_megabyte": "$argon2id$" + "A" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_string_is_refused_in_one_line_that_does_not_repeat_it(name: str) -> None:
    with pytest.raises(InputError) as caught:
        HashedPassword(HOSTILE[name])
    message = str(caught.value)
    assert "\n" not in message
    assert TAG not in message
    assert "hunter2" not in message


PHC_STRINGS = st.builds(
    Phc,
    st.one_of(
        st.builds(Argon2idParameters, st.integers(128, 262144), st.integers(1, 16), st.integers(1, 16)),
        st.builds(Pbkdf2Parameters, st.integers(1, 5_000_000)),
    ),
    st.binary(min_size=8, max_size=64),
    st.binary(min_size=16, max_size=64),
)


@given(PHC_STRINGS)
def test_every_hash_survives_its_string(phc: Phc) -> None:
    assert parse(str(phc)) == phc
    assert len(str(phc)) <= 255


@given(PHC_STRINGS, st.integers(0, 254), st.characters())
def test_a_mutated_string_is_refused_or_read_as_exactly_what_it_says(phc: Phc, at: int, new: str) -> None:
    text = str(phc)
    mutated = text[:at] + new + text[at + 1 :]
    try:
        read = parse(mutated)
    except InputError:
        return
    assert str(read) == mutated


@given(st.one_of(st.text(), st.from_regex(r"\A\$(argon2id|pbkdf2-sha256)\$[a-z0-9=,$+/]*\Z")))
def test_any_text_is_refused_or_read(text: str) -> None:
    with suppress(InputError):
        parse(text)


def test_the_dated_profiles_cost_what_their_sources_say() -> None:
    assert profile("argon2id-2026") == Argon2idParameters(65536, 3, 4)
    assert profile("argon2id-owasp-2026") == Argon2idParameters(19456, 2, 1)
    assert profile("pbkdf2-sha256-2026") == Pbkdf2Parameters(600_000)


def test_a_profile_never_changes_its_meaning() -> None:
    with pytest.raises(InputError, match="choose a new, dated name"):
        add_profile("argon2id-2026", Argon2idParameters(64, 1, 1))
    add_profile(CHEAP, Argon2idParameters(32, 1, 1))


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="argon2id-2026"):
        HashedPassword(OF_ARGON2_CFFI, "argon3")


def test_an_openssl_without_argon2id_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(**_: object) -> None:
        raise UnsupportedAlgorithm("no Argon2id")

    monkeypatch.setattr(passwords, "Argon2id", unsupported)
    with pytest.raises(InputError, match='profile="pbkdf2-sha256-2026"'):
        HashedPassword.of("p", CHEAP)


def test_no_repr_shows_a_hash_and_a_pickle_keeps_it() -> None:
    stored = HashedPassword.of("p", CHEAP)
    assert repr(stored) == str(stored) == f"HashedPassword(***, profile={CHEAP!r})"
    assert "***" in repr(parse(stored.phc))
    assert pickle.loads(pickle.dumps(stored)).verify("p")
