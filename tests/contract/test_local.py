"""The local provider keeps the contract of all providers."""

from __future__ import annotations

from pathlib import Path

import pytest

from safeguards.keys.local import LocalProvider
from tests.contract.provider import ProviderContract


class TestLocalProvider(ProviderContract):
    @pytest.fixture
    def provider(self, tmp_path: Path) -> LocalProvider:
        return LocalProvider(tmp_path / "master.key", create=True)

    @pytest.fixture
    def secrets(self, provider: LocalProvider) -> list[str]:
        written = provider.path.read_text("ascii").partition(":")[2].strip()
        assert len(written) == 44
        return [written]
