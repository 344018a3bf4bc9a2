"""The frozen names: made by their script, and told from words of the language."""

from __future__ import annotations

import importlib.util
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

from safeguards.items import get
from safeguards.items.en.gazetteer import gazetteer

SCRIPT = Path(__file__).parents[2] / "scripts/freeze_names.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("freeze_names", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_is_what_the_script_makes_of_the_faker_it_names(script: ModuleType) -> None:
    frozen = script.TARGET.read_text("utf-8")
    if f"Faker {version('faker')}," not in frozen.partition("\n")[0]:
        pytest.skip("another Faker is installed than the one that was frozen")
    assert script.content() == frozen


def test_sections_are_read_apart() -> None:
    names = gazetteer()
    assert {"kevin", "maria"} <= names.given_common
    assert {"smith", "garcia"} <= names.surname_common
    assert not names.given_common & names.given_rare
    assert not names.surname_common & names.surname_rare
    assert {"may", "will", "grace", "monday", "georgia"} <= names.ordinary
    assert all(word == word.casefold() for section in names for word in section)


def test_a_column_of_names_is_told_from_one_of_cities() -> None:
    names = [
        f"{given} {family}"
        for given in ("Kevin", "Sara", "Laura", "Felix")
        for family in ("Smith", "Moreau", "Berg")
    ]
    cities = [
        "New York",
        "Los Angeles",
        "San Diego",
        "Buenos Aires",
        "Hong Kong",
        "Cape Town",
        "Tel Aviv",
        "El Paso",
    ] * 2
    judge = get("person_name_en").judge_column
    assert judge is not None
    assert judge(names)
    assert judge(cities) is None
    assert judge(names[:3]) is None
