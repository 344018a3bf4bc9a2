"""Text made to be slow: cost grows with its length and no faster, in a text and in a column."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from safeguards.detection import Detector

DETECTOR = Detector()
UNITS = {
    "long runs of digits": "0123456789" * 3,
    "one digit": "1",
    "digits and hyphens": "1-",
    "nested brackets": "([{<",
    "repeated local parts": "aaaa.",
    "at signs": "a@",
    "repeated labels": "성명: ",
    "repeated surnames": "김이박최",
    "repeated regions": "서울특별시 강남구 ",
    "digits read aloud": "공일",
    "spaced digits": "0 1 ",
    "broken digits": "01\n",
    "hosts": "a.b-c.",
    "hexadecimal": "deadbeef:",
    "base58": "1A1zP1eP",
    "assignments": "key=",
    "capitals": "Ab ",
    "invisible": "\u200b1",
    "blank": " \n",
}


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_megabytes_of_hostile_text_end_soon(unit: str) -> None:
    """As one text and as rows of a column; the whole hundred with SAFEGUARDS_HOSTILE_MB=5, else a tenth."""
    size = int(float(os.environ.get("SAFEGUARDS_HOSTILE_MB", "0.5")) * 1e6) // len(unit.encode())
    started = time.process_time()
    DETECTOR.detect(unit * (size // 2))
    DETECTOR.detect_column(pa.array([unit * 200] * (size // 400)))
    assert time.process_time() - started < 120 * max(1, size * len(unit.encode()) / 1e6)


def test_two_threads_find_what_one_finds() -> None:
    texts = ["담당 김민수 과장 010-1234-5678", "공일공 일이삼사 오육칠팔", "주민 900101-1234567", "없음"] * 50
    detector = Detector()
    expected = [detector.detect(text) for text in texts]
    column = pa.array(texts)
    table = detector.detect_column(column)
    with ThreadPoolExecutor(4) as pool:
        alone = [pool.submit(lambda: [detector.detect(text) for text in texts]) for _ in range(4)]
        columns = [pool.submit(lambda: detector.detect_column(column)) for _ in range(4)]
        assert all(one.result() == expected for one in alone)
        assert all(one.result().equals(table) for one in columns)


def test_a_fresh_detector_may_be_used_by_threads_at_once() -> None:
    for detector in (Detector(), Detector(), Detector()):
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(detector.detect, ["연락처 010-1234-5678"] * 32))
        assert [len(spans) for spans in found] == [1] * 32
