from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import Any

import faker
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.audit import Event
from safeguards.errors import InputError
from safeguards.pseudonyms import Domain, Surrogate
from safeguards.pseudonyms.reversal.permit import Permit

pytestmark = pytest.mark.usefixtures("ring_of_module")

DOMAIN = Domain("d")
INSTALLED: str = faker.VERSION
texts = st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=8), max_size=12)


def fakes(values: list[str | None], domain: Domain = DOMAIN, **settings: Any) -> list[str | None]:
    transform = Surrogate(**{"faker": "company", "locale": "ko_KR", "version": INSTALLED, **settings})
    found: list[str | None] = transform.apply(pa.array(values, pa.string()), domain).to_pylist()
    return found


class Noted:
    """A sink that keeps nothing."""

    def record(self, event: Event) -> None:
        pass


@given(values=texts)
def test_the_same_value_has_the_same_fake_whatever_stands_beside_it(values: list[str | None]) -> None:
    result = fakes(values)
    assert [value is None for value in result] == [value is None for value in values]
    assert [fakes([value])[0] for value in values] == result
    assert all(
        value is None or bool(found) == bool(value.strip())
        for value, found in zip(values, result, strict=True)
    )


def test_domains_locales_methods_and_items_have_fakes_of_their_own() -> None:
    values: list[str | None] = [f"company {number}" for number in range(20)]
    found = [
        fakes(values),
        fakes(values, Domain("other")),
        fakes(values, locale="en_US"),
        fakes(values, faker="catch_phrase"),
        fakes(values, item="email"),
    ]
    assert len(set(map(tuple, found))) == len(found)


def test_spellings_of_an_item_have_one_fake() -> None:
    assert len(set(fakes(["Hong@x.kr", "hong@X.kr "], item="email", faker="email"))) == 1


def test_no_company_is_invented_for_a_placeholder() -> None:
    values = ["없음", "한빛상사", "N/A", None]
    found = fakes(values)
    assert [found[0], found[2], found[3]] == ["없음", "N/A", None]
    assert fakes(values, placeholders="null") == [None, found[1], None, None]
    exchanged = fakes(values, placeholders="exchange")
    assert exchanged[1] == found[1]
    assert exchanged[0] != "없음"


def test_a_fake_does_not_depend_on_what_others_drew() -> None:
    before = fakes(["a"])
    other = faker.Faker("ko_KR")
    other.seed_instance(5)
    other.company()
    faker.Faker.seed(7)
    assert fakes(["a"]) == before


def test_another_faker_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    transform = Surrogate(faker="company", locale="ko_KR", version=INSTALLED)
    sent = pickle.dumps(transform)
    monkeypatch.setattr(faker, "VERSION", "99.1.0")
    with pytest.raises(InputError, match=rf'pip install "faker=={INSTALLED}"'):
        pickle.loads(sent).apply(pa.array(["a"]), DOMAIN)
    with pytest.raises(InputError, match=r'version="99.1.0" and begin anew'):
        Surrogate(faker="company", locale="ko_KR", version=INSTALLED)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"version": 1}, f'version="{INSTALLED}" is installed'),
        ({"version": "1.0"}, "makes others"),
        ({"locale": None}, "are names"),
        ({"locale": "xx_XX"}, "no locale 'xx_XX'"),
        ({"faker": "nothing"}, "no method 'nothing'"),
        ({"faker": "_factory"}, "no method"),
        ({"faker": "date_of_birth"}, "depends on its seed alone"),
        ({"faker": "credit_card_expire"}, "depends on its seed alone"),
        ({"faker": "pesel", "locale": "pl_PL"}, "depends on its seed alone"),
        ({"faker": "random_element"}, "depends on its seed alone"),
        ({"faker": "seed_instance"}, "depends on its seed alone"),
        ({"faker": "latitude"}, "gives no text"),
        ({"form": "keep_domain"}, "form= and other="),
        ({"other": "token"}, "form= and other="),
        ({"placeholders": "other"}, "goes with other="),
        ({"item": "nobody"}, "unknown item"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        fakes([], **settings)


def test_fakes_are_neither_injective_nor_reversible_and_say_so(ring_of_module: Keyring) -> None:
    transform = Surrogate(faker="company", locale="ko_KR", version=INSTALLED)
    assert not transform.traits.injective
    assert not transform.traits.reversible
    assert transform.parameters() == {
        "faker": "company",
        "locale": "ko_KR",
        "version": INSTALLED,
        "placeholders": "keep",
    }
    with pytest.raises(InputError, match="one-way"):
        transform.reverse(DOMAIN, Permit(ring_of_module, "agent-7", "support", "case 12", Noted()))


@pytest.mark.slow
def test_processes_agree_whatever_their_hash_seed() -> None:
    script = (
        "import faker; from safeguards.pseudonyms.surrogates.fakes import Fakes; import pyarrow as pa;"
        "from safeguards.values import Secret;"
        "fakes, key = Fakes('address', 'ko_KR', faker.VERSION), Secret(bytes(32));"
        "print(fakes.apply(pa.array(['a', 'b']), key, None, 'keep'))"
    )
    results = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in "12"
    }
    assert len(results) == 1
