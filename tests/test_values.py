from __future__ import annotations

import copy
import pickle

import pytest

from safeguards.errors import InputError
from safeguards.values import FieldId, Secret


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
