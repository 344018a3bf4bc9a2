"""A real export to assess: made by the real pipeline, then changed as each test needs."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeguards.further_use import Assessment, Evidence, Record
from safeguards.keys import Keyring, use
from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import Domain, Drop, Generalise, Mask, Token

ROWS = 200
KEYRING = "assessed"
REGIONS = {"서울특별시": "수도권", "경기도": "수도권", "부산광역시": "비수도권", "대구광역시": "비수도권"}

POLICY = """
version = "3"
effective_from = 2025-03-08

[controller]
name_ko = "주식회사 예시"
name_en = "Example Co., Ltd."
privacy_officer = "박보호"

[[items]]
id = "orders"
name_ko = "주문 기록"
name_en = "order record"
legal_class = "general"

[[items]]
id = "health"
name_ko = "건강 상태"
name_en = "health"
legal_class = "sensitive"

[[purposes]]
id = "member"
name_ko = "회원 가입 및 관리"
name_en = "membership"
items = ["email", "kr_phone", "birth_date", "kr_address", "orders", "kr_rrn", "kr_passport", "health"]
basis = "consent"
retention = { period = "P1Y", trigger = "collection", basis = "policy 1" }

[[purposes]]
id = "statistics"
name_ko = "회원 이용 통계"
name_en = "member statistics"
items = ["email", "kr_phone", "birth_date", "kr_address", "orders"]
basis = "consent"
further_use_of = ["member"]
retention = { period = "P1Y", trigger = "event", basis = "policy 9" }

[[recipients]]
id = "cloud"
name_ko = "구름 주식회사"
name_en = "Cloud Inc."
kind = "processor"
country = "US"
purposes = ["statistics"]
items = ["email", "kr_phone", "birth_date", "kr_address", "orders"]
period = "P1Y"
ground = "Act 28-8(1)3"
"""

ASSESSMENT = """
title = "회원 이용 통계 2026"
policy = "policy.toml"

[use]
purpose = "statistics"
date = 2026-03-02
continuing = false
recipient = "internal"
abroad = false
marketing = false
model_training = false
joined_controllers = []
requester = { name = "김하나", role = "데이터분석팀" }

[collection]
purpose = "member"
date = 2025-05-01

[input]
name = "members"

[input.columns]
"이메일" = "email"
"전화" = "kr_phone"
"주민등록번호" = "kr_rrn"
"생년월일" = "birth_date"
"지역" = "kr_address"
"주문수" = "orders"

[output]
file = "export.parquet"
manifest = "export.json"

[risk]
quasi_identifiers = ["생년월일", "지역"]
minimum_k = 5
"""

STATEMENTS = """
[[statements]]
factor = "relation"
claim_ko = "서비스 이용 현황의 집계는 회원 관리의 일부이다."
claim_en = "Counting usage is part of managing membership."
status = "supports"
name = "이두리"
role = "운영팀장"
date = 2026-02-27

[[statements]]
factor = "predictability"
claim_ko = "가입 안내에 통계 이용을 설명하였다."
claim_en = "The sign-up page explains statistics."
status = "supports"
name = "이두리"
role = "운영팀장"
date = 2026-02-27

[[statements]]
factor = "infringement"
claim_ko = "개인별 조치로 이어지지 않는다."
claim_en = "Nothing follows for any one person."
status = "supports"
name = "이두리"
role = "운영팀장"
date = 2026-02-27

[[statements]]
factor = "safety"
claim_ko = "결과는 내부망에서만 열람한다."
claim_en = "The output is read on the internal network only."
status = "supports"
name = "이두리"
role = "운영팀장"
date = 2026-02-27
"""

DECISION = """
[decision]
choice = "proceed"
reasons = "가명 처리한 통계로 충분하다."
name = "최결정"
role = "개인정보 보호책임자"
date = 2026-03-01
expires = 2026-09-01
fingerprint = "{fingerprint}"
"""


def members(rows: int = ROWS) -> pa.Table:
    """Return made-up members, everybody grown up."""
    draw = random.Random(11)
    born = [date(draw.randint(1960, 2004), draw.randint(1, 12), draw.randint(1, 28)) for _ in range(rows)]
    return pa.table(
        {
            "이메일": [f"user{place}@example.com" for place in range(rows)],
            "전화": [f"010-{draw.randint(2000, 9999)}-{draw.randint(1000, 9999)}" for _ in range(rows)],
            "주민등록번호": [f"{day:%y%m%d}-{1 + 2 * (day.year >= 2000)}234567" for day in born],
            "생년월일": [day.isoformat() for day in born],
            "지역": [draw.choice(list(REGIONS)) for _ in range(rows)],
            "주문수": [draw.randint(0, 40) for _ in range(rows)],
        }
    )


def export(table: pa.Table, folder: Path, name: str = "export.parquet") -> None:
    """Pseudonymise a table of members into a file with its manifest."""
    pipeline = Pipeline(
        {
            "이메일": Token(item="email"),
            "전화": Mask(item="kr_phone"),
            "주민등록번호": Drop(),
            "생년월일": Generalise(item="birth_date", years=10),
            "지역": Generalise(groups=REGIONS),
            "주문수": Generalise(band=10),
        },
        domain=Domain("stat-2026", KEYRING),
        purpose="statistics",
    )
    source = folder / "members.parquet"
    pq.write_table(table, source)
    pipeline.run_file(source, folder / name, manifest=folder / "export.json")


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyring]:
    folder = tmp_path_factory.mktemp("keys")
    ring = Keyring.create(f"sqlite:///{folder / 'keys.db'}", provider=f"local:{folder / 'master.key'}")
    use(ring, name=KEYRING)
    yield ring
    use(None, name=KEYRING)
    ring.close()


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory, keyring: Keyring) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    export(members(), folder)
    return folder


@dataclass
class Desk:
    """A folder with policy, assessment, output and manifest, each of which a test may change."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "assessment.toml"

    @property
    def output(self) -> Path:
        return self.folder / "export.parquet"

    def edit(self, old: str, new: str, name: str = "assessment.toml") -> Desk:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return self

    def add(self, text: str, name: str = "assessment.toml") -> Desk:
        path = self.folder / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        return self

    def rewrite(self, change: Callable[[pa.Table], pa.Table]) -> Desk:
        """Change the output behind the manifest's back."""
        pq.write_table(change(pq.read_table(self.output)), self.output)
        return self

    def column(self, name: str, values: Callable[[list[Any]], list[Any]]) -> Desk:
        def change(table: pa.Table) -> pa.Table:
            place = table.schema.get_field_index(name)
            return table.set_column(place, name, pa.array(values(table[name].to_pylist())))

        return self.rewrite(change)

    def manifest(self, change: Callable[[dict[str, Any]], object]) -> Desk:
        path = self.folder / "export.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        change(document)
        path.write_text(json.dumps(document), encoding="utf-8")
        return self

    def remake(self, change: Callable[[pa.Table], pa.Table]) -> Desk:
        """Run the pipeline anew over changed members."""
        export(change(members()), self.folder)
        return self

    def run(self) -> Record:
        return Assessment.load(self.file).run()

    def found(self) -> dict[str, Evidence]:
        """Run, and return the evidence by its id."""
        evidence = self.run().evidence
        found = {one.id: one for one in evidence}
        assert len(found) == len(evidence)
        return found

    def status(self, name: str) -> str:
        return self.found()[name].status.value

    def answer(self) -> Desk:
        """Let people answer every open question."""
        return self.add(STATEMENTS)

    def complete(self) -> Desk:
        """Let people answer every open question and decide."""
        self.answer()
        return self.add(DECISION.format(fingerprint=self.run().fingerprint))


@pytest.fixture
def desk(tmp_path: Path, exported: Path, keyring: Keyring) -> Desk:
    for name in ("export.parquet", "export.json"):
        shutil.copy(exported / name, tmp_path)
    (tmp_path / "policy.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "assessment.toml").write_text(ASSESSMENT, encoding="utf-8")
    return Desk(tmp_path)
