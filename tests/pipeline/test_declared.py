"""Pipelines as TOML files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.fields import Exact
from safeguards.pipeline import Decrypt, Detect, Encrypt, EncryptedField, Pipeline, Pseudonymise
from safeguards.pseudonyms import Domain, Keep, RedactText, Token

WHOLE = """
purpose = "통계"
domain = "ads-2026"

[columns]
rrn = "drop"
phone = {transform = "mask", item = "kr_phone"}
"이메일" = {transform = "token", item = "email"}

[columns.age]
transform = "generalise"
band = 10
"""


def test_a_file_says_what_the_call_says(
    ring: Keyring, tmp_path: Path, members: pa.Table, pipeline: Pipeline
) -> None:
    (tmp_path / "p.toml").write_text(WHOLE, "utf-8")
    declared = Pipeline.from_toml(tmp_path / "p.toml")
    assert declared.steps == pipeline.steps
    assert declared.purpose == pipeline.purpose
    assert declared.run(members).equals(pipeline.run(members))


def test_a_domain_can_name_its_keyring_and_epoch(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        'domain = {name = "a", keyring = "k", epoch = 2}\n[columns]\nx = "token"\n'
    )
    assert Pipeline.from_toml(tmp_path / "p.toml").domain == Domain("a", "k", 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('colums = 1\n[columns]\na = "drop"', "no setting 'colums'"),
        ('domain = "d"', r"needs a table \[columns\]"),
        ("columns = []", r"needs a table \[columns\]"),
        ("[columns", "not TOML.*need quotes"),
        ('[columns]\na = "drop"\na = "keep"', "not TOML.*; a name stands there a second time"),
        ('[columns]\na = {item = "email"}', 'names no transform: write transform = "...", one of token'),
        ('[columns]\na = "token"', "p.toml: column 'a': token is keyed"),
        pytest.param("columns = " + "[" * 50_000, "nested too deeply", id="deep"),
        ('domain = {name = "d", keyring = ""}\n[columns]\na = "token"', "keyring is the name"),
        ('[columns]\n이메일 = "drop"', "need quotes"),
        ('[columns]\na = "md5"', "column 'a': names no transform"),
        ('[columns]\na = {transform = "token", itm = "email"}', "column 'a': token has no setting 'itm'"),
        ('[columns]\na = {transform = "token", item = "mail"}', "column 'a': unknown item 'mail'"),
        ('[columns]\na = "token"', "column 'a': token is keyed"),
        ('domain = 5\n[columns]\na = "drop"', "domain is a name"),
        ('domain = {epoch = 1}\n[columns]\na = "drop"', "domain is a name"),
        ('purpose = 5\n[columns]\na = "drop"', "purpose is text"),
        ('[columns]\nrrn = "keep"', "column 'rrn' is a resident registration number"),
        ('unlisted = "all"\n[columns]\na = "drop"', "p.toml: unlisted='all'"),
        ('unlisted = "dropp"\n[columns]\na = "drop"', r"did you mean 'drop'\?"),
        ('domian = "d"\n[columns]\na = "drop"', r"no setting 'domian'; known: .*did you mean 'domain'\?"),
        (
            'domain = {name = "d", epok = 1}\n[columns]\na = "drop"',
            r"a domain has no setting 'epok'; it has: name, .*did you mean 'epoch'\?",
        ),
        ('[columns]\na = "dorp"', r"column 'a': names no transform .*did you mean 'drop'\?"),
        (
            '[columns]\na = {transfrom = "drop"}',
            r"column 'a': names no transform: .*'transfrom' stands there; did you mean 'transform'\?",
        ),
        ('[columns]\na = {transform = "generalise", bnad = 5}', r"no setting 'bnad'.*mean 'band'\?"),
        ('[columns]\na = {transform = "mask", item = "emial"}', r"unknown item 'emial'.*mean 'email'\?"),
        ('[columns]\na = "drop"\n[[gates]]\ngte = "risk"', r"'gte' stands there; did you mean 'gate'\?"),
    ],
)
def test_a_file_that_says_something_else_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "p.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        Pipeline.from_toml(tmp_path / "p.toml")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Pipeline.from_toml(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"purpose = '\xe9'")
    with pytest.raises(InputError, match="not UTF-8"):
        Pipeline.from_toml(tmp_path / "latin.toml")


STEPS = """
purpose = "통계"
domain = "ads-2026"

[[steps]]
step = "detect"
columns = ["memo"]
profile = "recall"

[[steps]]
step = "pseudonymise"
unlisted = "drop"
[steps.columns]
memo = "keep"
note = {transform = "redact_text", style = "token", replace = {PERSON = "tag"}, numbered = true}
"이메일" = {transform = "token", item = "email"}

[[steps]]
step = "encrypt"
keyring = "data"
[steps.columns]
memo = "member.memo"
"이메일" = {field = "member.mail", item = "email", search = {search = "exact", group = "mail"}}

[[steps]]
step = "decrypt"
erased = "null"
columns = {memo = {field = "member.memo", subject = "member:id"}}
"""


def test_steps_in_a_file_are_those_of_the_call(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(STEPS, "utf-8")
    pipeline = Pipeline.from_toml(tmp_path / "p.toml")
    redact = RedactText(style="token", replace={"PERSON": "tag"}, numbered=True)
    mail = EncryptedField("member.mail", item="email", search=Exact(group="mail"))
    assert pipeline.purpose == "통계"
    assert pipeline.steps == (
        Detect(["memo"], profile="recall"),
        Pseudonymise(
            {"memo": Keep(), "note": redact, "이메일": Token(item="email")}, Domain("ads-2026"), "drop"
        ),
        Encrypt({"memo": "member.memo", "이메일": mail}, "data"),
        Decrypt({"memo": EncryptedField("member.memo", subject="member:id")}, erased="null"),
    )
    assert pipeline.keyrings == {"default", "data"}


def test_a_step_may_have_a_domain_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        'domain = "a"\n[[steps]]\nstep = "pseudonymise"\ndomain = {name = "b", epoch = 1}\n'
        'columns = {x = "token"}\n[[steps]]\nstep = "pseudonymise"\ncolumns = {x = "keep"}\n'
    )
    first, second = Pipeline.from_toml(tmp_path / "p.toml").steps
    assert (first, second) == (
        Pseudonymise({"x": Token()}, Domain("b", epoch=1)),
        Pseudonymise({"x": Keep()}, Domain("a")),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("steps = []", "steps is a list of tables"),
        ("steps = {}", "steps is a list of tables"),
        ("steps = [1]", "steps is a list of tables"),
        ('[columns]\na = "drop"\n[[steps]]\nstep = "detect"', r"columns goes into one of the \[\[steps\]\]"),
        ("[[steps]]\nfoo = 1", "step 1: step is one of detect, pseudonymise, encrypt, decrypt"),
        ('[[steps]]\nstep = "os.system"', "step 1: step is one of"),
        (
            '[[steps]]\nstep = "detect"\n[[steps]]\nstep = "detect"\nentity = []',
            "step 2: detect has no setting",
        ),
        ('[[steps]]\nstep = "encrypt"', "step 1: encrypt needs: columns, keyring"),
        ('[[steps]]\nstep = "encrypt"\ncolumns = {a = 5}', "step 1: column 'a': is no field"),
        ('[[steps]]\nstep = "pseudonymise"', r"step 1: needs a table \[columns\]"),
        ('[[steps]]\nstep = "pseudonymise"\ncolumns = {a = "token"}', "step 1: column 'a': token is keyed"),
        ('[[steps]]\nstep = "pseudonymise"\ncolumns = {a = "md5"}', "step 1, column 'a': names no transform"),
        ('[[steps]]\nstep = "detect"\non_find = 1', "step 1: on_find=1"),
        (
            '[[steps]]\nstep = "encrypt"\ncolumns = {a = {feild = "m.a"}}',
            r"step 1: column 'a': a field has no setting 'feild'; it has: field, .*did you mean 'field'\?",
        ),
        (
            '[[steps]]\nstep = "encrypt"\ncolumns = {a = {field = "m.a", search = "exakt"}}',
            r"column 'a': search= is .*did you mean 'exact'\?",
        ),
        (
            '[[steps]]\nstep = "encrypt"\ncolumns = {a = {field = "m.a", search = {serch = "exact"}}}',
            r"column 'a': search= is .*'serch' stands there; did you mean 'search'\?",
        ),
        (
            '[[steps]]\nstep = "encrypt"\ncolumns = {a = {field = "m.a", search = {search = ["exact"]}}}',
            "column 'a': search= is one of",
        ),
        ('[[steps]]\nstep = "pseudonymize"', r"step 1: step is .*; did you mean 'pseudonymise'\?"),
        ('[[steps]]\nstap = "detect"', r"'stap' stands there; did you mean 'step'\?"),
    ],
)
def test_steps_that_cannot_be_are_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "p.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        Pipeline.from_toml(tmp_path / "p.toml")
    assert "\n" not in str(caught.value)
