from __future__ import annotations

import copy
import pickle
import uuid

import pytest

from safeguards.errors import InputError
from safeguards.values import FieldId, Secret, SubjectId


def test_a_secret_shows_nothing_of_itself() -> None:
    secret = Secret(b"correct horse")
    assert "horse" not in f"{secret!r}{secret}"
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="keyring's name"):
            leak(secret)  # type: ignore[operator]


@pytest.mark.parametrize("text", ["member.rrn", "rrn", "회원.주민등록번호", "a.b.c", "Member-2.rrn_no"])
def test_field_ids_of_any_script_are_taken(text: str) -> None:
    assert FieldId(text) == text


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", "a b", "a\n", "a\x00b", "x" * 201, None, 7])
def test_other_texts_are_no_field_ids(text: object) -> None:
    with pytest.raises(InputError, match="field id"):
        FieldId(text)  # type: ignore[arg-type]


def test_a_subject_is_a_kind_and_an_id_that_its_repr_keeps_to_itself() -> None:
    subject = SubjectId.parse("member:kim:42")
    assert (subject.kind, subject.id) == ("member", "kim:42")
    assert "42" not in repr(subject)
    assert SubjectId.of("member", 42) == SubjectId.of("member", "42") == SubjectId.parse("member:42")
    assert SubjectId.of("회원", uuid.UUID(int=7)).id == str(uuid.UUID(int=7))


@pytest.mark.parametrize("text", ["", "member", "member:", ":42", "mem ber:42", "member\n:42"])
def test_a_subject_without_kind_or_id_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="kind:id"):
        SubjectId.parse(text)


@pytest.mark.parametrize("person", [None, True, 4.2, b"42"])
def test_only_primary_keys_name_a_person(person: object) -> None:
    with pytest.raises(InputError, match="int, str or UUID"):
        SubjectId.of("member", person)  # type: ignore[arg-type]
