"""The page on Presidio: its Python blocks run in order, in one folder, and Presidio reads its YAML."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

PAGE = (Path(__file__).parents[2] / "docs" / "presidio.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_its_python_blocks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    assert len(blocks("python")) == 3
    for place, code in enumerate(blocks("python")):
        exec(compile(code, f"presidio.md[{place}]", "exec", dont_inherit=True), names)


def test_presidio_reads_its_yaml(tmp_path: Path) -> None:
    (code,) = blocks("yaml")
    (tmp_path / "recognizers.yaml").write_text(code, "utf-8")
    registry = RecognizerRegistryProvider(tmp_path / "recognizers.yaml").create_recognizer_registry()
    assert [one.supported_language for one in registry.recognizers] == ["ko", "en"]
    assert registry.get_supported_entities(["ko"]) is not None
