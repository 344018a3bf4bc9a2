"""Whether people can be singled out by quasi-identifiers: k and uniqueness of the output."""

from __future__ import annotations

from safeguards.further_use.case import Case, Writer
from safeguards.further_use.declaration import DEFAULT_MINIMUM_K
from safeguards.further_use.evidence import Evidence, Status
from safeguards.further_use.wording import heads, listed
from safeguards.items.item import Role
from safeguards.report import Text
from safeguards.risk import Risk


def gather(case: Case, write: Writer) -> list[Evidence]:
    """Report k and uniqueness, and quasi-identifiers that nobody counted."""
    risk = case.reading.risk
    if risk is None:
        claim = Text(
            "준식별자가 지정되지 않아, 결과에서 사람을 골라낼 위험을 재지 않았다.",
            "No quasi-identifiers are named; the risk of singling people out of the output was not measured.",
        )
        return [write.unknown("k", claim, Text.same("[risk] quasi_identifiers"))]
    if not risk.rows:
        claim = Text(
            "결과에 행이 없어 잴 것이 없다.", "The output has no rows, so there is nothing to measure."
        )
        return [write.unknown("k", claim, Text.same(case.declaration.output_file))]
    return [_smallest(case, write, risk), _unique(case, write, risk), *_uncounted(case, write, risk)]


def _smallest(case: Case, write: Writer, risk: Risk) -> Evidence:
    asked = case.declaration.minimum_k
    least = asked or DEFAULT_MINIMUM_K
    origin = (
        Text("선언 파일의 기준", "the file's threshold")
        if asked
        else Text("도구의 기본값", "the toolkit's default")
    )
    names, size, how = listed(risk.quasi_identifiers), heads(risk.k, risk.person), _how(risk)
    claim = Text(
        f"{names} 값이 모두 같은 묶음 가운데 가장 작은 것은 {size.ko}이다(k={risk.k}; {how.ko}). "
        f"최소 기준은 {least:,}이다({origin.ko}).",
        f"The smallest group alike in {names} has {size.en} (k={risk.k}; {how.en}). "
        f"The least asked for is {least:,} ({origin.en}).",
    )
    status = Status.SUPPORTS if risk.k >= least else Status.AGAINST
    return write.tested("k", status, claim, case.reading.rows)


def _how(risk: Risk) -> Text:
    if risk.person is None:
        return Text("행마다 다른 사람으로 셈", "every row counted as somebody else")
    return Text(f"{risk.person} 열로 사람을 구별", f"people told apart by column {risk.person}")


def _unique(case: Case, write: Writer, risk: Risk) -> Evidence:
    alone = dict(risk.histogram).get(1, 0)
    count = heads(alone, risk.person)
    claim = Text(
        f"준식별자 조합이 하나뿐인 것은 {count.ko}으로, 전체의 {risk.uniqueness:.2%}이다.",
        f"With a combination of quasi-identifiers of their own: {count.en}, {risk.uniqueness:.2%} of all.",
    )
    status = Status.AGAINST if alone else Status.SUPPORTS
    return write.tested("uniqueness", status, claim, case.reading.rows)


def _uncounted(case: Case, write: Writer, risk: Risk) -> list[Evidence]:
    """Name output columns that point to people by their item but were left out of the measurement."""
    left_out = [
        column.name
        for column in case.columns
        if column.name not in risk.quasi_identifiers and column.role is Role.QUASI_IDENTIFIER
    ]
    if not left_out:
        return []
    claim = Text(
        f"항목의 성격상 준식별자인데 위험을 잴 때 빠진 열이 있다: {listed(left_out)}.",
        f"By their items these columns are quasi-identifiers, yet they were left out of the measurement: "
        f"{listed(left_out)}.",
    )
    return [write.tested("quasi_identifiers", Status.CONFLICT, claim, case.reading.rows)]
