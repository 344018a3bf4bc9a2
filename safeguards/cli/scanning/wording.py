"""What the HTML report of a scan says, in Korean and in English."""

from __future__ import annotations

from safeguards.items.item import LegalClass
from safeguards.report import Text

CLASSES = {
    LegalClass.AUTHENTICATION: Text("인증정보", "credentials"),
    LegalClass.UNIQUE_IDENTIFIER: Text("고유식별정보", "unique ids"),
    LegalClass.SENSITIVE: Text("민감정보", "sensitive"),
    LegalClass.FINANCIAL: Text("금융정보", "financial"),
    LegalClass.GENERAL: Text("개인정보", "general"),
}

WORDS = {
    "kind": Text("개인정보 탐지 보고서", "Personal data scan"),
    "note": Text(
        "값은 어디에도 적지 않습니다. 표본에서 센 비율과 자리만 적습니다. 판단은 사람이 합니다.",
        "No value is written anywhere: only shares counted in samples, and places. A person decides.",
    ),
    "tables": Text("살펴본 표", "tables looked at"),
    "texts": Text("살펴본 글 파일", "texts looked at"),
    "columns": Text("개인정보가 있는 열", "columns with personal data"),
    "must": Text("암호화 의무", "must be encrypted"),
    "failing": Text("이번 실행에서 걸린 것", "What fails this run"),
    "no_failing": Text("이번 실행에서 걸린 것이 없습니다.", "Nothing fails this run."),
    "known": Text("기준선에 이미 있는 것", "known to the baseline"),
    "unread": Text("읽지 못한 것", "Not read"),
    "passed_over": Text("살펴보지 않은 다른 종류의 파일", "files of other kinds, not looked at"),
    "target": Text("대상", "target"),
    "time": Text("시각", "time"),
    "version": Text("버전", "version"),
    "overview": Text("한눈에 보기", "Overview"),
    "by_class": Text("법적 분류별 열의 수", "Columns by legal class"),
    "class": Text("분류", "class"),
    "count": Text("열", "columns"),
    "plain": Text("암호화 의무 없음", "no duty to encrypt"),
    "mark": Text("암호화 의무 있음, 평문", "must be encrypted, in plain text"),
    "shares": Text(
        "값이 있는 칸 가운데 개인정보가 든 비율", "Share of the cells with a value that hold personal data"
    ),
    "interval": Text("비율과 95% 구간", "share, with its 95% interval"),
    "column": Text("열", "column"),
    "holds": Text("담긴 것", "holds"),
    "share": Text("비율", "share"),
    "certainty": Text("확신도", "certainty"),
    "law": Text("분류", "class"),
    "state": Text("보관 상태", "at rest"),
    "proposal": Text("제안", "Proposed"),
    "file": Text("파일", "file"),
    "entity": Text("항목", "entity"),
    "found": Text("건수", "found"),
    "counted": Text("줄과 칸은 1부터 셉니다", "Lines and columns count from 1"),
    "places": Text("자리 (줄:칸)", "places (line:column)"),
    "text_section": Text("글 파일", "Texts"),
    "clean": Text("아무것도 찾지 못한 표", "Tables in which nothing was found"),
    "method": Text("읽는 법", "How to read this"),
    "wilson": Text(
        "비율의 구간은 윌슨 95% 구간입니다. 표본이 클수록 좁아집니다. "
        "확신도는 구간의 아래 끝에 값 하나의 확실함을 곱한 것입니다.",
        "The interval of a share is Wilson's at 95%; it narrows as the sample grows. Certainty is its lower "
        "end times that of a single value.",
    ),
    "chance": Text(
        "검증번호가 우연만큼만 맞으면(열에 하나) 그 항목이 아니라는 증거로 봅니다.",
        "Check digits that hold as often as by chance (one in ten) are evidence against an item.",
    ),
    "footer": Text(
        "이 보고서는 스크립트가 없고 아무것도 내려받지 않습니다. safeguards scan이 만들었습니다.",
        "This report has no script and loads nothing. Made by safeguards scan.",
    ),
    "encrypted": Text("암호문", "encrypted"),
    "declared": Text("선언", "declared"),
    "must_be": Text("평문, 암호화 의무", "plain; must be encrypted"),
    "in_plain": Text("평문", "plain"),
    "by_name": Text("이름으로만 판단", "by its name only"),
}  # fmt: skip


def rows_looked_at(sampled: int, rows: int | None) -> Text:
    """Say how many rows of how many were looked at."""
    if rows is None or rows == sampled:
        return Text(f"{sampled:,}행을 살펴봄", f"{sampled:,} rows looked at")
    return Text(
        f"{rows:,}행 가운데 {sampled:,}행을 고르게 뽑아 살펴봄",
        f"{sampled:,} of {rows:,} rows, drawn at random",
    )
