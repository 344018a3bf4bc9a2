"""A keyring for property tests, which share one over all examples."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from safeguards import Keyring, use


@pytest.fixture(scope="module")
def ring_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyring]:
    """The default keyring for the tests of one module."""
    folder = tmp_path_factory.mktemp("keys")
    ring = Keyring.create(f"sqlite:///{folder / 'keys.db'}", f"local:{folder / 'master.key'}")
    use(ring)
    yield ring
    use(None)
