"""The command itself: what it says when it is told nothing."""

from __future__ import annotations

import sys

import pytest

from safeguards.cli.app import run


@pytest.mark.parametrize("arguments", [[], ["keys"]])
def test_no_command_shows_the_help_and_exits_64(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["safeguards", *arguments])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 64
    said = capsys.readouterr().err
    assert said.startswith("Usage: ")
    assert "Commands:" in said
