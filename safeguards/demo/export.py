"""What leaves the service: purchases under pseudonyms, in bands and regions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import select

from safeguards.demo.act import Act, Progress
from safeguards.demo.folder import Folder
from safeguards.demo.models import Member, Order
from safeguards.demo.people import TODAY
from safeguards.demo.use import session
from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import Generalise, Keep, Token
from safeguards.tables import open_frame

_BATCH = 1000
_REGIONS = {
    "수도권": ["서울특별시", "인천광역시", "경기도"],
    "영남": ["부산광역시", "대구광역시", "울산광역시", "경상남도"],
    "충청·강원·호남·제주": [
        "대전광역시",
        "세종특별자치시",
        "충청북도",
        "강원특별자치도",
        "광주광역시",
        "전북특별자치도",
        "제주특별자치도",
    ],
}
PIPELINE = Pipeline(
    {
        "email": Token(item="email"),
        "birth": Generalise(item="birth_date", ages=15, on=TODAY, bottom=15, top=60),
        "region": Generalise(groups=_REGIONS),
        "grade": Generalise(groups={"일반": ["일반", "실버"], "우대": ["골드", "VIP"]}),
        "category": Keep(),
        "amount": Generalise(band=50_000),
        "ordered": Generalise(years=1),
    },
    domain="analytics-2026",
    purpose="purchase_analysis",
)


def export(folder: Folder, progress: Progress) -> Act:
    """Read what the analysis needs and nothing more, pseudonymise it and write it with its manifest."""
    with progress("reading purchases") as advance:
        rows = []
        for row in _purchases(folder):
            rows.append(row)
            advance(len(rows))
    source = open_frame(pa.Table.from_pylist(rows))
    done = PIPELINE.run_file(source, folder.export, manifest=folder.manifest)
    said = (
        f"{done.rows_out:,} purchases: e-mail as tokens of the domain analytics-2026, the rest in bands "
        "and groups; names and numbers were not even read"
    )
    return Act("exported", said, folder.export)


def _purchases(folder: Folder) -> Iterator[dict[str, Any]]:
    query = (
        select(
            Member.email,
            Member.birth,
            Member.address,
            Member.grade,
            Order.category,
            Order.amount,
            Order.ordered_at,
        )
        .join(Order, Order.member_id == Member.id)
        .execution_options(yield_per=_BATCH)
    )
    with session(folder) as database:
        for email, birth, address, grade, category, amount, moment in database.execute(query):
            yield {
                "email": email,
                "birth": birth,
                "region": address.split()[0],
                "grade": grade,
                "category": category,
                "amount": amount,
                "ordered": datetime.fromtimestamp(moment, UTC).date(),
            }
