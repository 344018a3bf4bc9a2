"""The URI parser: what it reads, and what it refuses in one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from safeguards_aws_kms.uri import parse

from safeguards.errors import InputError

ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
HEAD = "arn:aws:kms:ap-northeast-2:111122223333"
ARN = f"{HEAD}:key/{ID}"
WHOLE = f"aws-kms:{ARN}?endpoint=https%3A%2F%2Fvpce-0a1b.kms.ap-northeast-2.vpce.amazonaws.com/"


def test_reads_every_part_of_a_uri() -> None:
    place = parse(WHOLE)
    assert (place.key, place.region) == (ARN, "ap-northeast-2")
    assert place.endpoint == "https://vpce-0a1b.kms.ap-northeast-2.vpce.amazonaws.com"
    assert place.text == WHOLE


@pytest.mark.parametrize(
    ("uri", "key", "region"),
    [
        (f"aws-kms:{ARN}", ARN, "ap-northeast-2"),
        (f"aws-kms:{HEAD}:key/mrk-{'0a' * 16}", f"{HEAD}:key/mrk-{'0a' * 16}", "ap-northeast-2"),
        (f"aws-kms:{HEAD}:alias/kr/members", f"{HEAD}:alias/kr/members", "ap-northeast-2"),
        ("aws-kms:alias/members?region=ap-northeast-2", "alias/members", "ap-northeast-2"),
        ("aws-kms:alias/aws-members?region=us-gov-west-1", "alias/aws-members", "us-gov-west-1"),
        (
            f"aws-kms:arn:aws-us-gov:kms:us-gov-east-1:111122223333:key/{ID}",
            f"arn:aws-us-gov:kms:us-gov-east-1:111122223333:key/{ID}",
            "us-gov-east-1",
        ),
        (
            f"aws-kms:arn:aws-cn:kms:cn-north-1:111122223333:key/{ID}",
            f"arn:aws-cn:kms:cn-north-1:111122223333:key/{ID}",
            "cn-north-1",
        ),
    ],
)
def test_a_key_is_named_by_its_arn_or_an_alias_with_its_region(uri: str, key: str, region: str) -> None:
    place = parse(uri)
    assert (place.key, place.region, place.endpoint) == (key, region, None)


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("local:master.key", "malformed"),
        ("aws-kms:alias/회원?region=ap-northeast-2", "malformed"),
        (f"aws-kms:{ARN}?endpoint=%zz", "malformed"),
        ("aws-kms:", "names a key by its ARN"),
        (f"aws-kms:{ID}", "names a key by its ARN"),
        (f"aws-kms:key/{ID}?region=ap-northeast-2", "names a key by its ARN"),
        ("aws-kms:members?region=ap-northeast-2", "names a key by its ARN"),
        ("aws-kms:alias/?region=ap-northeast-2", "names a key by its ARN"),
        ("aws-kms:alias/aws/s3?region=ap-northeast-2", "names a key by its ARN"),
        (f"aws-kms:alias/{'a' * 251}?region=ap-northeast-2", "names a key by its ARN"),
        (f"aws-kms:{ARN}x", "names a key by its ARN"),
        (f"aws-kms:{ARN.upper()}", "names a key by its ARN"),
        (f"aws-kms:{ARN.replace('kms', 's3')}", "names a key by its ARN"),
        (f"aws-kms:{HEAD}:key/mrk-1", "names a key by its ARN"),
        (f"aws-kms:arn:aws:kms:seoul:111122223333:key/{ID}", "names a key by its ARN"),
        (f"aws-kms:{ARN}?region=ap-northeast-2", "leave region= out"),
        ("aws-kms:alias/members", "needs its region"),
        ("aws-kms:alias/members?region=seoul", "needs its region"),
        ("aws-kms:alias/members?region=x.example/%23-1", "needs its region"),
        (f"aws-kms:{ARN}?colour=red", "unknown or repeated"),
        (f"aws-kms:{ARN}?endpoint", "unknown or repeated"),
        (f"aws-kms:{ARN}?endpoint=https://a.example&endpoint=https://b.example", "unknown or repeated"),
        (f"aws-kms:{ARN}?endpoint=", "endpoint is no URL"),
        (f"aws-kms:{ARN}?endpoint=kms.example:443", "endpoint is no URL"),
        (f"aws-kms:{ARN}?endpoint=https://kms.example:port", "endpoint is no URL"),
        (f"aws-kms:{ARN}?endpoint=https://[::1", "endpoint is no URL"),
        (f"aws-kms:{ARN}?endpoint=https://kms.example/path", "endpoint is no URL"),
        (f"aws-kms:{ARN}?endpoint=https://kms.example%3Fx", "endpoint is no URL"),
        (f"aws-kms:{ARN}?endpoint=ftp://kms.example", "endpoint is no URL"),
        (f"aws-kms:{ARN}?endpoint=http://kms.example", "must be https"),
        (f"aws-kms:{ARN}?endpoint=http://127.0.0.1.example", "must be https"),
    ],
)
def test_refuses_what_is_malformed_or_in_the_clear(uri: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        parse(uri)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_plain_http_is_for_this_host_only(host: str) -> None:
    assert parse(f"aws-kms:{ARN}?endpoint=http://{host}:4566").endpoint == f"http://{host}:4566"


@pytest.mark.parametrize(
    "options",
    [
        "aws_access_key_id=hidden",
        "secret=hidden",
        "Session_Token=hidden",
        "password=hidden",
        "endpoint=https://user:hidden@kms.example",
    ],
)
def test_a_credential_inside_the_uri_is_refused_and_not_repeated(options: str) -> None:
    with pytest.raises(InputError, match="credential|user name or password") as refusal:
        parse(f"aws-kms:{ARN}?{options}")
    assert "hidden" not in str(refusal.value)


OTHER_ACCOUNT = ARN.replace("111122223333", "999999999999")
OTHER_REGION = ARN.replace("ap-northeast-2", "us-east-1")


@pytest.mark.parametrize(
    ("uri", "taken"),
    [
        (f"aws-kms:{ARN}", [True, False, False]),
        (f"aws-kms:{HEAD}:alias/members", [True, False, False]),
        ("aws-kms:alias/members?region=ap-northeast-2", [True, True, False]),
    ],
)
def test_an_answer_is_taken_from_a_key_that_the_uri_may_name(uri: str, taken: list[bool]) -> None:
    assert [parse(uri).may_be(arn) for arn in (ARN, OTHER_ACCOUNT, OTHER_REGION)] == taken
    for arn in (None, 7, "", ID, f"{HEAD}:alias/members", ARN + "\n"):
        assert not parse(uri).may_be(arn)


@given(st.text())
def test_any_text_gives_a_place_or_one_clear_error(text: str) -> None:
    for candidate in (text, "aws-kms:" + text, f"aws-kms:{ARN}?endpoint=" + text, WHOLE + text):
        try:
            outcome = parse(candidate).text
        except InputError as error:
            outcome = str(error)
        assert outcome == candidate or (outcome.startswith("aws-kms: ") and "\n" not in outcome)
