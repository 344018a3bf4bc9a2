"""The words that the templates themselves speak."""

from __future__ import annotations

from safeguards.report.text import Text

STATUSES = {
    "unknown": Text("미확인", "unknown"),
    "conflict": Text("상충", "conflict"),
    "against": Text("불리", "against"),
    "supports": Text("뒷받침", "supports"),
}
"""Statuses in the order in which they are shown."""

# A mark beside each word, so that no status is told by colour alone.
MARKS = {"unknown": "?", "conflict": "≠", "against": "−", "supports": "+"}

GRADES = {
    "none": Text("증거 없음", "no evidence"),
    "declared": Text("진술", "declared"),
    "observed": Text("관찰", "observed"),
    "tested": Text("시험", "tested"),
}

WORDS = {
    "grade": Text("증거 등급", "grade"),
    "source": Text("출처", "source"),
    "time": Text("시각", "time"),
    "sample": Text("표본(행)", "sample (rows)"),
    "examined": Text("검사한 행", "rows examined"),
    "adverse": Text("불리·상충", "against or in conflict"),
    "version": Text("버전", "version"),
    "contents": Text("차례", "contents"),
    "none": Text("없음", "none"),
    "no_data": Text("그릴 자료가 없습니다.", "There is nothing to draw."),
}
