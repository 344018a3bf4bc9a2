"""Lines without personal data stay without findings, but for a few in a thousand."""

from __future__ import annotations

from collections import Counter

import pytest

from safeguards.detection import Detector
from tests.detection.clean_lines import clean_lines

LINES = 6_000
SOFT = {"PERSON", "ADDRESS"}
QUASI = {
    "AGE", "JOB_TITLE", "NATIONALITY", "SEX", "HEIGHT", "WEIGHT", "EDUCATION", "MAJOR", "URL", "DATE_TIME",
    "POSTAL_CODE", "BIRTH_DATE",
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Counter[str]:
    lines = clean_lines(LINES)
    return Counter(span.entity for spans in Detector().detect_many(lines) for span in spans)


def test_the_lines_are_many_distinct_and_the_same_every_time() -> None:
    lines = clean_lines(LINES)
    assert len(set(lines)) == LINES
    assert lines == clean_lines(LINES)
    assert 0.7 < sum(any("가" <= sign <= "힣" for sign in line) for line in lines) / LINES < 0.9


def test_at_most_ten_names_or_addresses_are_found_in_a_thousand_clean_lines(found: Counter[str]) -> None:
    assert sum(found[entity] for entity in SOFT) * 1_000 <= 10 * LINES, found


def test_at_most_one_identifier_is_found_in_a_thousand_clean_lines(found: Counter[str]) -> None:
    identifiers = Counter({entity: n for entity, n in found.items() if entity not in SOFT | QUASI})
    assert identifiers.total() * 1_000 <= LINES, identifiers
