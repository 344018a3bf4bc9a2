"""The dossier's own words, in both languages."""

from __future__ import annotations

from safeguards.further_use.evidence import Factor
from safeguards.further_use.people import Choice
from safeguards.report import Text

NOTE = Text(
    "이 문서는 추가 이용에 관하여 확인된 사실과 확인되지 않은 사실을 출처와 함께 모은 것이다. 점수나 법적 "
    "판단은 담지 않으며, "
    "네 가지 요소를 비교·형량하고 결정하는 것은 사람이다(개인정보 보호법 제15조 제3항, 제17조 제4항, 시행령 "
    "제14조의2).",
    "This document gathers what is known and what is not known about a further use, each with its source. "
    "It holds no "
    "score and no legal verdict: weighing the four factors and deciding is for people (Personal Information "
    "Protection "
    "Act 15(3), 17(4); Decree 14-2).",
)

FACTORS = {
    Factor.RELATION: Text("당초 수집 목적과의 관련성", "Relation to the original purpose"),
    Factor.PREDICTABILITY: Text("추가 이용에 대한 예측 가능성", "Predictability of the further use"),
    Factor.INFRINGEMENT: Text("정보주체 이익의 부당한 침해 여부", "No unfair infringement of interests"),
    Factor.SAFETY: Text("안전성 확보 조치", "Safety measures"),
}

CHOICES = {
    Choice.PROCEED: Text("진행", "proceed"),
    Choice.CONDITIONS: Text("조건부 진행", "conditions"),
    Choice.SEEK_CONSENT: Text("동의를 받음", "seek consent"),
    Choice.DECLINE: Text("진행하지 않음", "decline"),
    Choice.ESCALATE: Text("상위 검토", "escalate"),
}

DECISION = {
    "reasons": Text("이유", "reasons"),
    "conditions": Text("조건", "conditions"),
    "name": Text("결정자 이름과 직책", "name and role"),
    "date": Text("결정일", "date"),
    "expires": Text("기한", "expires"),
    "officer": Text("개인정보 보호책임자 서명(계속적 이용)", "privacy officer's signature (continuing use)"),
}

TRANSFORMS = {
    "token": Text("토큰", "token"),
    "reversible_token": Text("되돌릴 수 있는 토큰", "reversible token"),
    "hash": Text("키가 있는 해시", "keyed hash"),
    "format_preserving": Text("형식 보존 암호화", "format-preserving encryption"),
    "prefix_preserving": Text("앞자리 보존 암호화", "prefix-preserving encryption"),
    "date_shift": Text("날짜 이동", "date shift"),
    "mask": Text("가림", "mask"),
    "generalise": Text("일반화", "generalise"),
    "redact_text": Text("본문 속 개인정보 대체", "redact text"),
    "encrypt": Text("암호화", "encrypt"),
    "decrypt": Text("복호화", "decrypt"),
    "round": Text("반올림", "rounding"),
    "noise": Text("잡음 추가", "noise"),
    "suppress": Text("값 제거", "suppression"),
    "keep": Text("그대로", "keep"),
    "drop": Text("삭제", "drop"),
}

TITLES = {
    "kind": Text("추가 이용 안전성 검토 기록", "Safety check of a further use"),
    "unknown": Text("확인되지 않은 것", "What is not known"),
    "unknown_intro": Text(
        "증거가 없는 항목이다. 사람이 사실을 밝히거나 증거가 갖추어질 때까지 미확인으로 남는다.",
        "There is no evidence for these. They stay unknown until a person states the facts or evidence is "
        "there.",
    ),
    "no_unknown": Text("확인되지 않은 항목이 없다.", "Nothing is left unknown."),
    "stops": Text("중단 사유", "Stops"),
    "stops_intro": Text(
        "판단이 아니라, 더 나아가기 전에 사람이 살펴야 하는 사유이다.",
        "These are no verdicts: a person must look at them before anything goes on.",
    ),
    "no_stops": Text("발견된 중단 사유가 없다.", "No stop was met."),
    "against": Text("불리하거나 상충하는 것", "Against or in conflict"),
    "against_intro": Text(
        "이용에 불리하거나 서로 어긋나는 증거이다. 미확인 항목이 남아 있어도 줄어들지 않는다.",
        "Evidence that speaks against the use or contradicts itself. What is still unknown takes nothing "
        "from it.",
    ),
    "no_against": Text(
        "불리하거나 상충하는 증거가 없다.", "Nothing speaks against the use or is in conflict."
    ),
    "overview": Text("요소별 증거", "Evidence by factor"),
    "overview_intro": Text(
        "진술은 누군가 밝힌 것, 관찰은 문서로 확인한 것, 시험은 결과 자료를 직접 읽어 확인한 것이다. 개수는 "
        "합산할 점수가 아니다.",
        "Declared: somebody said so. Observed: a document shows it. Tested: the output itself was read. "
        "Counts are no scores to add up.",
    ),
    "grades": Text("요소별 증거의 등급과 개수", "Grades of evidence by factor"),
    "grades_unit": Text("증거의 개수", "number of claims"),
    "no_evidence": Text("그 밖의 증거가 없다.", "There is no other evidence."),
    "risk": Text("재식별 위험", "Risk of re-identification"),
    "no_risk": Text("재식별 위험을 재지 않았다.", "The risk of re-identification was not measured."),
    "quasi": Text("준식별자", "quasi-identifiers"),
    "person": Text("사람을 구별하는 열", "people told apart by column"),
    "no_person": Text("없음; 행마다 다른 사람으로 셈", "none; every row counted as somebody else"),
    "classes": Text("같은 값을 가진 묶음", "groups alike"),
    "k": Text("가장 작은 묶음(k)", "smallest group (k)"),
    "uniqueness": Text("홀로 있는 비율", "share alone"),
    "histogram": Text("크기별 묶음의 수", "Groups by size"),
    "histogram_across": Text("묶음의 크기(준식별자가 모두 같은 수)", "size of group (how many are alike)"),
    "histogram_up": Text("묶음의 수", "number of groups"),
    "columns": Text("결과의 열", "Columns of the output"),
    "columns_caption": Text(
        "결과 파일의 각 열의 항목과, 처리 기록에 적힌 변환",
        "Each column of the output with its item and the transform that the manifest states",
    ),
    "column": Text("열", "column"),
    "item": Text("항목", "item"),
    "transform": Text("변환", "transform"),
    "not_known": Text("미확인", "not known"),
    "decision": Text("결정", "Decision"),
    "decision_intro": Text(
        "결정은 요청자가 아닌 사람이 하며, 정책·스키마·목적·수령자·키·위험 기준이 바뀌면 효력을 잃는다.",
        "Somebody other than the requester decides. A change of policy, schema, purpose, recipient, keys or "
        "risk criteria voids the decision.",
    ),
    "no_decision": Text("아직 없음", "none yet that counts"),
    "decided": Text("있음", "taken"),
    "void_decision": Text("있으나 효력 없음", "taken, but it does not count"),
    "fingerprint": Text("지문(sha256)", "fingerprint (sha256)"),
    "status": Text("상태", "status"),
    "question": Text("식별자", "id"),
    "claim": Text("내용", "claim"),
    "choice": Text("선택", "choice"),
    "summary": Text("요약", "Summary"),
    "what": Text("구분", "what"),
    "value": Text("내용", "value"),
}
