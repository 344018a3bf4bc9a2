from __future__ import annotations

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from safeguards.crypto.framing import frame
from safeguards.crypto.kdf import derive
from safeguards.crypto.tags import tag
from safeguards.values import Secret

ROOT = Secret(b"r" * 32)


def _hkdf(root: bytes, info: bytes) -> bytes:
    """RFC 5869 written out, for one block of output."""
    extracted = hmac.digest(bytes(32), root, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)


def test_a_derived_key_is_hkdf_over_the_framed_labels() -> None:
    info = b"".join(
        len(part).to_bytes(4, "big") + part for part in (b"safeguards/1", b"field", "회원.주민번호".encode())
    )
    assert derive(ROOT, "field", "회원.주민번호").reveal() == _hkdf(b"r" * 32, info)


@given(st.lists(st.binary(max_size=8), max_size=5), st.lists(st.binary(max_size=8), max_size=5))
def test_two_lists_share_a_frame_only_when_they_are_equal(left: list[bytes], right: list[bytes]) -> None:
    assert (frame(*left) == frame(*right)) == (left == right)


def test_labels_cannot_be_shifted_between_positions() -> None:
    keys = {
        derive(ROOT, *labels).reveal()
        for labels in [("tag", "a", "bc"), ("tag", "ab", "c"), ("taga", "b", "c")]
    }
    assert len(keys) == 3


def test_a_tag_is_the_first_half_of_hmac_sha_256() -> None:
    assert tag(b"key", b"value") == hmac.new(b"key", b"value", hashlib.sha256).digest()[:16]
