"""Stops on declared uses: marketing, joining controllers' data, training models on identifiable data."""

from __future__ import annotations

from safeguards.further_use.case import Case, Writer
from safeguards.further_use.evidence import Evidence, Status
from safeguards.further_use.manifest import TOKEN
from safeguards.further_use.wording import listed
from safeguards.items.item import Role
from safeguards.report import Text

_USES = {
    "marketing": (
        Text("마케팅에 쓴다", "It is used for marketing"),
        Text("마케팅에 쓰지 않는다", "It is not used for marketing"),
    ),
    "joined_controllers": (
        Text("다른 개인정보처리자의 자료와 결합한다", "It is joined with another controller's data"),
        Text(
            "다른 개인정보처리자의 자료와 결합하지 않는다", "It is not joined with another controller's data"
        ),
    ),
}


def gather(case: Case, write: Writer) -> list[Evidence]:
    """Quote what the requester says of each use; silence is unknown."""
    use = case.declaration.use
    joined = None if use.joined_controllers is None else bool(use.joined_controllers)
    said = {"marketing": use.marketing, "joined_controllers": joined}
    return [*(_declared(write, name, value) for name, value in said.items()), _training(case, write)]


def _declared(write: Writer, name: str, value: bool | None) -> Evidence:
    yes, no = _USES[name]
    if value is None:
        claim = Text(f"밝혀지지 않았다: {yes.ko}?", f"Not said: {yes.en}?")
        return write.unknown(name, claim, Text.same(f"[use] {name}"))
    claim = Text(f"{(yes if value else no).ko}.", f"{(yes if value else no).en}.")
    return write.declared(name, Status.AGAINST if value else Status.SUPPORTS, claim, stop=value)


def _training(case: Case, write: Writer) -> Evidence:
    training = case.declaration.use.model_training
    if training is None:
        claim = Text("모델 학습에 쓰는지 밝혀지지 않았다.", "Whether models are trained on it is not said.")
        return write.unknown("model_training", claim, Text.same("[use] model_training"))
    if not training:
        claim = Text("모델 학습에 쓰지 않는다.", "No model is trained on it.")
        return write.declared("model_training", Status.SUPPORTS, claim)
    signs = _identifiable(case)
    if not signs:
        claim = Text(
            "모델 학습에 쓴다. 결과에서 식별자나 가명, 홀로 있는 행은 발견되지 않았다.",
            "Models are trained on it. No identifier, pseudonym or unique row was found in the output.",
        )
        return write.declared("model_training", Status.SUPPORTS, claim)
    reasons = Text.joined(signs, "; ")
    claim = Text(
        f"식별될 수 있는 자료를 모델 학습에 쓴다: {reasons.ko}.",
        f"Models are trained on identifiable data: {reasons.en}.",
    )
    return write.declared("model_training", Status.AGAINST, claim, stop=True)


def _identifiable(case: Case) -> list[Text]:
    """Return why the output is, or may be, identifiable; not knowing counts as a reason."""
    pseudonyms = [column.name for column in case.columns if column.transform == TOKEN]
    kept = [c.name for c in case.columns if c.role is Role.IDENTIFIER and c.transform != TOKEN]
    risk, signs = case.reading.risk, []
    if pseudonyms:
        signs.append(Text(f"가명 열 {listed(pseudonyms)}", f"pseudonyms in {listed(pseudonyms)}"))
    if kept:
        signs.append(Text(f"식별자 열 {listed(kept)}", f"identifiers in {listed(kept)}"))
    if case.reading.found:
        columns = listed(dict.fromkeys(found.column for found in case.reading.found))
        signs.append(Text(f"개인정보가 발견된 열 {columns}", f"personal data found in {columns}"))
    if risk is None or not risk.rows:
        signs.append(Text("재식별 위험을 재지 않음", "risk of re-identification not measured"))
    elif risk.uniqueness:
        signs.append(Text("홀로 있는 행이 있음", "rows that stand alone"))
    return signs
