"""Safety measures such as pseudonymisation (Decree 14-2(1)4), as the output itself shows them."""

from __future__ import annotations

from safeguards.further_use.case import Case, Writer
from safeguards.further_use.criteria import agreement
from safeguards.further_use.evidence import Evidence, Factor, Status
from safeguards.further_use.manifest import DROP, Manifest
from safeguards.further_use.readback import ReadBack
from safeguards.further_use.reading import Found
from safeguards.further_use.wording import listed
from safeguards.items import get
from safeguards.items.item import Role
from safeguards.report import Text

MASK = "mask"


def gather(case: Case) -> list[Evidence]:
    """Compare output and manifest, read transforms back, and run detection on the output again."""
    write = Writer(case, Factor.SAFETY)
    manifest = case.manifest
    if manifest is None:
        claim = Text(
            "처리 기록이 없어 어떤 변환이 이루어졌는지 알 수 없다.",
            "There is no manifest; which transforms were made is not known.",
        )
        stated = [write.unknown("manifest", claim, Text.same("[output] manifest"))]
    else:
        stated = [
            *agreement.gather(case, manifest, write),
            *_transforms(case, manifest, write),
            *_dropped(case, manifest, write),
            *_keys(manifest, write),
        ]
    return [*stated, *_kept(case, write), *_detected(case, write), _proportionality(write)]


def _transforms(case: Case, manifest: Manifest, write: Writer) -> list[Evidence]:
    read_back, evidence = case.reading.read_back, []
    for column in case.columns:
        made = manifest.column(column.name)
        if column.name in read_back:
            evidence.append(_read_back(read_back[column.name], write))
        elif made is not None and made.transform not in {"keep", DROP}:
            claim = Text(
                f"{column.name} 열의 변환 {made.transform}은 결과에서 되읽어 확인할 수 없다.",
                f"The transform {made.transform} of column {column.name} cannot be read back from the "
                "output.",
            )
            evidence.append(write.unknown(f"transform:{column.name}", claim, Text.same(manifest.file)))
    return evidence


_KINDS = {
    "token": Text("토큰", "tokens"),
    "reversible_token": Text("되돌릴 수 있는 토큰", "reversible tokens"),
    "hash": Text("키가 있는 해시", "keyed hashes"),
    "suppress": Text("가린 값", "suppressed values"),
    MASK: Text("일부가 별표로 가려진 값", "values partly hidden by asterisks"),
    "generalise": Text("구간이나 묶음의 이름", "labels of bands or groups"),
}


def _read_back(read: ReadBack, write: Writer) -> Evidence:
    name, kind = f"transform:{read.column}", _KINDS[read.transform]
    if not read.values:
        claim = Text(
            f"{read.column} 열에 값이 없어 변환({read.transform})을 되읽어 확인할 수 없다.",
            f"Column {read.column} holds no value from which its transform ({read.transform}) could be read "
            "back.",
        )
        return write.tested(name, Status.UNKNOWN, claim, 0)
    if read.misses:
        claim = Text(
            f"처리 기록은 {read.column} 열이 {kind.ko}이라 하나, {read.values:,}개 값 가운데 "
            f"{read.misses:,}개는 그렇지 않다.",
            f"The manifest says that column {read.column} holds {kind.en}, but {read.misses:,} of "
            f"{read.values:,} "
            "values are not.",
        )
        return write.tested(name, Status.CONFLICT, claim, read.values)
    claim = Text(
        f"{read.column} 열의 값 {read.values:,}개가 모두 {kind.ko}이다.",
        f"All {read.values:,} values of column {read.column} are {kind.en}.",
    )
    return write.tested(name, Status.SUPPORTS, claim, read.values)


def _dropped(case: Case, manifest: Manifest, write: Writer) -> list[Evidence]:
    dropped = [name for name, made in manifest.made.items() if made.transform == DROP]
    still = [name for name in dropped if name in case.reading.columns]
    if still:
        claim = Text(
            f"처리 기록이 삭제하였다고 한 열이 결과에 남아 있다: {listed(still)}.",
            f"Columns that the manifest says were dropped are in the output: {listed(still)}.",
        )
        return [write.tested("dropped", Status.CONFLICT, claim, case.reading.rows)]
    if not dropped:
        return []
    claim = Text(
        f"처리 기록이 삭제하였다고 한 열이 결과에 없다: {listed(dropped)}.",
        f"The columns that the manifest says were dropped are absent from the output: {listed(dropped)}.",
    )
    return [write.tested("dropped", Status.SUPPORTS, claim, case.reading.rows)]


def _keys(manifest: Manifest, write: Writer) -> list[Evidence]:
    keys = sorted({key for made in manifest.made.values() for key in made.key_ids})
    if not keys or manifest.domain is None:
        return []
    name, apart = str(manifest.domain.get("name")), manifest.domain.get("kept_apart") is True
    used = Text(
        f"가명은 영역 {name}의 키({listed(keys)})로 만들었다.",
        f"Pseudonyms were made in the domain {name} with key {listed(keys)}.",
    )
    kept = (
        Text(
            "그 키는 자료를 암호화하는 키와 따로 보관된다.",
            "Its keyring is kept apart from the one that encrypts data.",
        )
        if apart
        else Text(
            "그 키가 자료를 암호화하는 키와 따로 보관되지 않는다.",
            "Its keyring is not kept apart from the one that encrypts data.",
        )
    )
    claim = Text.joined([used, kept])
    return [write.manifest("keys", Status.SUPPORTS if apart else Status.AGAINST, claim)]


def _kept(case: Case, write: Writer) -> list[Evidence]:
    """Name identifiers that stand in the output as they were collected, or as far as anyone can tell."""
    kept = [c.name for c in case.columns if c.role is Role.IDENTIFIER and c.transform in {None, "keep", DROP}]
    if not kept:
        return []
    claim = Text(
        f"식별자가 변환되지 않은 채 결과에 있다: {listed(kept)}.",
        f"Identifiers are in the output without any transform: {listed(kept)}.",
    )
    return [write.tested("identifiers", Status.AGAINST, claim, case.reading.rows)]


def _detected(case: Case, write: Writer) -> list[Evidence]:
    reading = case.reading
    if not reading.sample:
        claim = Text("결과에 행이 없어 다시 검사할 것이 없다.", "The output has no rows to run detection on.")
        return [write.unknown("detection", claim, Text.same(case.declaration.output_file))]
    found = [one for one in reading.found if not _explained(case, one)]
    if not found:
        part = reading.sample < reading.rows
        ko = f"결과에서 뽑은 {reading.sample:,}행을" if part else f"결과의 {reading.sample:,}행을 모두"
        en = f"{reading.sample:,} sampled rows" if part else f"all {reading.sample:,} rows"
        claim = Text(
            f"{ko} 다시 검사하니 개인정보가 드러난 값이 없다.",
            f"Detection on {en} of the output finds no personal data in the clear.",
        )
        return [write.tested("detection", Status.SUPPORTS, claim, reading.sample)]
    return [_finding(one, write) for one in found]


def _finding(one: Found, write: Writer) -> Evidence:
    item = get(one.item)
    claim = Text(
        f"다시 검사하니 {one.column} 열의 값 가운데 {one.share:.2%}에서 {item.name_ko} 항목이 발견된다.",
        f"Detection finds values like {item.name_en} in {one.share:.2%} of the cells of column {one.column}.",
    )
    return write.tested(f"detection:{one.column}:{one.item}", Status.AGAINST, claim, one.cells)


def _explained(case: Case, found: Found) -> bool:
    """Say whether a finding is the column's own item, masked, with every value read back."""
    column = next(column for column in case.columns if column.name == found.column)
    read = case.reading.read_back.get(found.column)
    own = column.item is not None and column.item.id == found.item
    return own and column.transform == MASK and read is not None and not read.misses


def _proportionality(write: Writer) -> Evidence:
    claim = Text(
        "조치가 이 이용의 위험에 견주어 충분한지는 사람이 밝힌다. 아직 진술이 없다.",
        "Whether the measures suffice for the risks of this use is for a person to say. Nobody has said it "
        "yet.",
    )
    return write.unknown("proportionality", claim)
