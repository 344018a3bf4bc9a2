"""What every key provider must do. A provider's tests subclass this and supply one fixture, ``provider``."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safeguards.errors import KeyringError

KEY = bytes(range(32))
CONTEXT = {"key_id": "7", "purpose": "data", "소유자": "회원"}
_CONTEXTS = st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=4)


def _unwrap_into(queue: Any, provider: Any, wrapped: bytes) -> None:
    queue.put(provider.unwrap(wrapped, CONTEXT) == KEY)


class ProviderContract:
    """The contract of ``safeguards.keys`` providers, as tests."""

    def test_unwraps_what_it_wrapped(self, provider: Any) -> None:
        assert provider.unwrap(provider.wrap(KEY, CONTEXT), CONTEXT) == KEY

    def test_the_order_of_the_context_does_not_matter(self, provider: Any) -> None:
        turned = dict(reversed(CONTEXT.items()))
        assert provider.unwrap(provider.wrap(KEY, CONTEXT), turned) == KEY

    def test_wrapping_twice_gives_two_texts_and_neither_holds_the_key(self, provider: Any) -> None:
        first, second = provider.wrap(KEY, CONTEXT), provider.wrap(KEY, CONTEXT)
        assert first != second
        assert KEY not in first

    @pytest.mark.parametrize(
        "other",
        [
            {},
            CONTEXT | {"key_id": "8"},
            CONTEXT | {"more": ""},
            {"key_id": "7", "purpose": "data"},
            {"key_id": "7p", "urpose": "data", "소유자": "회원"},
            {"7": "key_id", "purpose": "data", "소유자": "회원"},
        ],
        ids=["empty", "changed", "added", "missing", "moved boundary", "swapped"],
    )
    def test_another_context_is_refused(self, provider: Any, other: dict[str, str]) -> None:
        wrapped = provider.wrap(KEY, CONTEXT)
        with pytest.raises(KeyringError):
            provider.unwrap(wrapped, other)

    def test_every_changed_byte_is_refused_without_telling_the_key(self, provider: Any) -> None:
        wrapped = provider.wrap(KEY, CONTEXT)
        for place in range(len(wrapped)):
            changed = bytearray(wrapped)
            changed[place] ^= 1 << (place % 8)
            with pytest.raises(KeyringError) as refusal:
                provider.unwrap(bytes(changed), CONTEXT)
            assert KEY.hex() not in str(refusal.value)

    def test_every_shortened_text_is_refused(self, provider: Any) -> None:
        wrapped = provider.wrap(KEY, CONTEXT)
        for length in range(len(wrapped)):
            with pytest.raises(KeyringError):
                provider.unwrap(wrapped[:length], CONTEXT)

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(key=st.binary(min_size=16, max_size=64), context=_CONTEXTS)
    def test_keys_and_contexts_of_any_kind_return_whole(
        self, provider: Any, key: bytes, context: dict[str, str]
    ) -> None:
        before = dict(context)
        assert provider.unwrap(provider.wrap(key, context), context) == key
        assert context == before

    def test_threads_may_share_it(self, provider: Any) -> None:
        def once(_: int) -> bool:
            return bool(provider.unwrap(provider.wrap(KEY, CONTEXT), CONTEXT) == KEY)

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(once, range(40)))

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
    @pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
    def test_a_forked_child_may_use_it_and_so_may_the_parent_afterwards(self, provider: Any) -> None:
        wrapped = provider.wrap(KEY, CONTEXT)
        fork = multiprocessing.get_context("fork")
        answers = fork.SimpleQueue()
        child = fork.Process(target=_unwrap_into, args=(answers, provider, wrapped))
        child.start()
        child.join(20)
        assert child.exitcode == 0
        assert answers.get()
        assert provider.unwrap(wrapped, CONTEXT) == KEY

    def test_its_repr_and_uri_hold_no_secret(self, provider: Any, secrets: list[str]) -> None:
        shown = f"{provider!r} {provider.uri} {vars(provider) if hasattr(provider, '__dict__') else ''}"
        assert not [secret for secret in secrets if secret in shown]
