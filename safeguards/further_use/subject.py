"""The facts that a record is about, as declared and as read."""

from __future__ import annotations

from safeguards.further_use.case import Case
from safeguards.policy import INTERNAL, Purpose
from safeguards.report import Text

_UNSAID = Text("밝혀지지 않음", "not said")
_YES, _NO = Text("예", "yes"), Text("아니요", "no")

Fact = tuple[Text, Text]


def subject(case: Case) -> tuple[Fact, ...]:
    """Return named facts: the use, the collection, the policy, input and output."""
    return (*_use(case), *_collection(case), *_data(case))


def _use(case: Case) -> list[Fact]:
    use = case.declaration.use
    name = use.name or _name(case.use, use.purpose)
    return [
        (Text("이용 목적", "purpose of the use"), name),
        (Text("이용일", "day of the use"), Text.same(use.day)),
        (Text("요청자", "requester"), Text.same(use.requester)),
        (Text("계속적 이용", "continuing use"), _said(use.continuing)),
        (Text("받는 곳", "recipient"), _recipient(case)),
        (Text("국외 이전", "transfer abroad"), _said(use.abroad)),
    ]


def _collection(case: Case) -> list[Fact]:
    collection = case.declaration.collection
    then = case.policy_then or case.policy
    return [
        (Text("당초 수집 목적", "original purpose"), _name(case.original, collection.purpose)),
        (Text("수집일", "day of collection"), Text.same(collection.span) if collection.day else _UNSAID),
        (Text("수집 당시 정책", "policy at collection"), Text.same(case.policy_version(then))),
        (Text("현재 정책", "policy now"), Text.same(case.policy_version(case.policy))),
    ]


def _data(case: Case) -> list[Fact]:
    declaration, reading = case.declaration, case.reading
    columns, rows = len(declaration.columns), len(reading.columns)
    return [
        (
            Text("입력", "input"),
            Text(f"{declaration.input_name}, 열 {columns}개", f"{declaration.input_name}, {columns} columns"),
        ),
        (
            Text("결과", "output"),
            Text(
                f"{declaration.output_file}, 열 {rows}개, 행 {reading.rows:,}개",
                f"{declaration.output_file}, {rows} columns, {reading.rows:,} rows",
            ),
        ),
        (Text("처리 기록", "manifest"), Text.same(case.manifest.file) if case.manifest else _UNSAID),
    ]


def _name(purpose: Purpose | None, purpose_id: str) -> Text:
    if purpose is None:
        return Text.same(purpose_id)
    return Text(f"{purpose.name_ko} ({purpose_id})", f"{purpose.name_en} ({purpose_id})")


def _recipient(case: Case) -> Text:
    name, registered = case.declaration.use.recipient, case.recipient
    if name == INTERNAL:
        return Text("개인정보처리자 내부", "inside the controller")
    if registered:
        return Text(
            f"{registered.name_ko} ({registered.country})", f"{registered.name_en} ({registered.country})"
        )
    return Text.same(name) if name else _UNSAID


def _said(value: bool | None) -> Text:
    return _UNSAID if value is None else _YES if value else _NO
