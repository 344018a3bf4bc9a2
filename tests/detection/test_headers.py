"""What column names say."""

from __future__ import annotations

import pytest

from safeguards.detection.headers import named
from safeguards.items import all_items


@pytest.mark.parametrize(
    ("header", "items"),
    [
        ("rrn", {"kr_rrn"}),
        ("member_rrn", {"kr_rrn"}),
        ("residentNumber", {"kr_rrn"}),
        ("주민등록번호", {"kr_rrn"}),
        ("주민번호_원문", {"kr_rrn"}),
        ("외국인등록번호", {"kr_frn"}),
        ("passportNo", {"kr_passport"}),
        ("운전면허번호", {"kr_driver_license"}),
        ("biz_no", {"kr_brn"}),
        ("휴대폰번호", {"kr_phone"}),
        ("Mobile", {"kr_phone"}),
        ("tel2", {"kr_phone"}),
        ("E-Mail", {"email"}),
        ("이메일주소", {"email"}),
        ("card_no", {"credit_card"}),
        ("접속IP", {"ip_address"}),
        ("생년월일", {"birth_date"}),
        ("dateOfBirth", {"birth_date"}),
        ("customer_name", {"person_name"}),
        ("도로명주소", {"kr_address"}),
        ("addr1", {"kr_address"}),
        ("ＰＨＯＮＥ", {"kr_phone"}),
        ("pickup_lat", {"gps"}),
        ("lat_wgs84", {"gps"}),
        ("lat_ms", set()),
        ("latP99", set()),
        ("geo_mean", set()),
        ("gps_accuracy", set()),
        ("longitude_diff", set()),
        ("company_name", set()),
        ("fileName", set()),
        ("product_name2", set()),
        ("hotel", set()),
        ("public_lic", set()),
        ("전화요금", set()),
        ("카드사명", set()),
        ("ship", set()),
        ("native-country", set()),
        ("marital-status", set()),
        ("span", set()),
        ("", set()),
    ],
)
def test_a_header_names_its_items_and_no_others(header: str, items: set[str]) -> None:
    assert named(header, all_items()) == items
