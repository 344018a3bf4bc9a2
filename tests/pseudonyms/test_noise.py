"""Noise: exact distributions from integers alone, bounds that hold, and a budget that is told."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import Noise, transform_from
from safeguards.pseudonyms.column import Unfit
from safeguards.pseudonyms.noise.chance import Chance
from safeguards.pseudonyms.noise.grid import Grid

# Margins are ten standard errors wide, or a seeded source makes the draw the same each time.
ROWS = 20_000


def seeded(seed: int) -> Chance:
    return Chance(random.Random(seed).randbytes)


def expected_laplace(ratio: float, value: int) -> float:
    base = math.exp(-ratio)
    return (1 - base) / (1 + base) * base ** abs(value)


@pytest.mark.parametrize(("numerator", "denominator"), [(1, 1), (1, 3), (5, 2), (1, 10)])
def test_laplace_has_the_distribution_of_its_formula(numerator: int, denominator: int) -> None:
    drawn = seeded(1).laplace(numerator, denominator, ROWS)
    for value in range(-4, 5):
        share = expected_laplace(numerator / denominator, value)
        assert abs((drawn == value).mean() - share) < 10 * math.sqrt(share / ROWS) + 1e-3


@pytest.mark.parametrize("sigma", [1, 2, 7])
def test_gauss_has_the_distribution_of_its_formula(sigma: int) -> None:
    drawn = seeded(2).gaussian(sigma, ROWS)
    weights = {value: math.exp(-(value**2) / (2 * sigma**2)) for value in range(-12 * sigma, 12 * sigma + 1)}
    for value in range(-2 * sigma, 2 * sigma + 1):
        share = weights[value] / sum(weights.values())
        assert abs((drawn == value).mean() - share) < 10 * math.sqrt(share / ROWS) + 1e-3


@pytest.mark.parametrize("limit", [1, 2, 3, 1000, 2**62])
def test_integers_below_a_limit_are_equally_likely(limit: int) -> None:
    drawn = seeded(3).below(limit, ROWS)
    assert 0 <= drawn.min() <= drawn.max() < limit
    assert abs(drawn.mean() / limit - (limit - 1) / limit / 2) < 0.03


def test_wide_scales_keep_their_spread() -> None:
    chance = seeded(4)
    scale, sigma = 1 << 40, 1 << 26
    assert abs(np.abs(chance.laplace(1, scale, ROWS)).mean() / scale - 1) < 0.1
    assert abs(chance.gaussian(sigma, ROWS).std() / sigma - 1) < 0.1


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (1, 2**51), (1, 0)])
def test_scales_that_would_leave_64_bits_are_refused(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="scale"):
        Chance().laplace(numerator, denominator, 1)
    with pytest.raises(ValueError, match="sigma"):
        Chance().gaussian(denominator if denominator > 1 else 0, 1)


KINDS = [
    pa.int16(), pa.int64(), pa.float32(), pa.float64(), pa.decimal128(15, 3), pa.string(),
    pa.large_string(), pa.dictionary(pa.int32(), pa.int64()),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize(
    "settings", [{}, {"mechanism": "gaussian", "delta": 1e-6}], ids=["laplace", "gaussian"]
)
def test_noise_keeps_type_nulls_and_whole_numbers_and_has_the_spread_it_says(
    kind: pa.DataType, settings: dict[str, Any]
) -> None:
    whole = pa.array([50, None, 0] * 700, pa.int32())
    column = whole.cast(pa.int64()).dictionary_encode() if pa.types.is_dictionary(kind) else whole.cast(kind)
    before = column.to_pylist()
    transform = Noise(epsilon=10, lower=0, upper=100, **settings)
    result = transform.apply(column)
    assert result.type == transform.output(kind)
    assert result.is_null().to_pylist() == column.is_null().to_pylist()
    assert column.to_pylist() == before
    numbers = np.array([float(value) for value in result.to_pylist()[::3]])
    root = math.sqrt(math.log(1e6) + 10) - math.sqrt(math.log(1e6))
    distance = 100 / math.sqrt(math.pi) / root if settings else 10  # the mean one
    assert 0.7 * distance < np.abs(numbers - 50).mean() < 1.3 * distance
    assert len(set(numbers.tolist())) > 20
    assert all(float(value).is_integer() for value in numbers) == (pa.types.is_integer(result.type))


def test_values_beyond_the_bounds_count_as_the_bounds() -> None:
    """Otherwise one rich person's income would show in spite of the noise."""
    column = pa.array([10.0**12] * 2000)
    made = Noise(epsilon=100, lower=0, upper=1).apply(column).to_numpy()
    assert 0.9 < made.mean() < 1.1


def test_results_stay_within_the_type_and_where_asked_within_the_bounds() -> None:
    small = pa.array([0, 100] * 500, pa.uint8())
    made = Noise(epsilon=0.01, lower=0, upper=100, clamp=True).apply(small).to_pylist()
    assert (min(made), max(made)) == (0, 100)
    far = Noise(epsilon=0.01, lower=100, upper=2**40).apply(pa.array([200] * 100, pa.int64()))
    assert len(set(far.to_pylist())) > 50
    clamped = Noise(epsilon=0.01, lower=0, upper=99.5, step=0.25, clamp=True)
    found = clamped.apply(pa.array([50.0] * 1000)).to_pylist()
    assert (min(found), max(found)) == (0, 99.5)


def test_results_lie_on_the_grid() -> None:
    made = Noise(epsilon=1, lower=0, upper=10, step=0.5).apply(pa.array([3.3] * 200)).to_pylist()
    assert all((value * 2).is_integer() for value in made)
    text = Noise(epsilon=1, lower=0, upper=1, step=1).apply(pa.array(["0.5"] * 50)).to_pylist()
    assert all(Fraction(value).denominator == 1 for value in text)


@pytest.mark.parametrize("values", [["0.3"] * ROWS, [0.3] * ROWS], ids=["text", "floats"])
def test_shares_in_text_have_the_mean_of_shares_in_floats(values: list[Any]) -> None:
    made = Noise(epsilon=10, lower=0, upper=1).apply(pa.array(values)).to_pylist()
    assert abs(np.mean([float(value) for value in made]) - 0.3) < 0.02


def test_text_takes_the_grid_of_floats_whatever_it_holds() -> None:
    """Otherwise the grid would tell whether a value among others has decimals."""
    transform = Noise(epsilon=1, lower=0, upper=100)
    assert transform._grid_of(pa.string()) == transform._grid_of(pa.float64())
    made = transform.apply(pa.array(["1"] * 50)).to_pylist()
    assert any("." in value for value in made)


@pytest.mark.parametrize(
    ("kind", "epsilon"),
    [
        (pa.uint8(), 100), (pa.int8(), 1), (pa.int16(), 0.1), (pa.decimal128(4, 1), 0.1),
        (pa.float16(), 0.01), (pa.float64(), 1e-6),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("settings", [{}, {"mechanism": "gaussian", "delta": 1e-6}], ids=str)
def test_a_type_that_would_cut_the_noise_is_refused_with_the_remedy(
    kind: pa.DataType, epsilon: float, settings: dict[str, Any]
) -> None:
    """Cut noise moves the mean, which nobody would see."""
    if settings and epsilon < 0.1:
        settings = {}
    scale = 1 if kind != pa.float64() else 10**10
    bounds: dict[str, Any] = {"lower": 0, "upper": 100 * scale, "step": 10 * scale}
    with pytest.raises(InputError, match="say clamp=True, or give a greater epsilon="):
        Noise(epsilon=epsilon, **bounds, **settings).output(kind)
    assert Noise(epsilon=epsilon, **bounds, **settings, clamp=True).output(kind) == kind


def test_a_type_that_does_not_hold_the_bounds_is_refused_with_the_remedy() -> None:
    with pytest.raises(InputError, match="does not hold the bounds: cast it to a wider type"):
        Noise(epsilon=1, lower=0, upper=1).output(pa.decimal128(1, 1))


@given(
    low=st.integers(-1000, 1000),
    width=st.integers(1, 1000),
    value=st.decimals(-2000, 2000, places=2, allow_nan=False),
)
def test_without_noise_a_value_is_the_nearest_place_of_its_grid(low: int, width: int, value: Decimal) -> None:
    grid = Noise(epsilon=1, lower=low, upper=low + width)._grid(whole=False, scale=2)
    places = grid.places(np.array([float(value)]))
    found = grid.values(places, np.zeros(1, np.int64), pa.decimal128(9, 2), clamp=False)[0].as_py()
    assert abs(found - min(max(value, Decimal(low)), Decimal(low + width))) <= Decimal(grid.step) / 100


def test_two_runs_differ_and_no_setting_makes_them_alike() -> None:
    column = pa.array(list(range(100)))
    transform = Noise(epsilon=1, lower=0, upper=100)
    assert transform.apply(column).to_pylist() != transform.apply(column).to_pylist()
    with pytest.raises(InputError, match="no setting 'seed'"):
        transform_from({"transform": "noise", "epsilon": 1, "lower": 0, "upper": 9, "seed": 1})


def test_the_scale_is_epsilon_over_the_sensitivity() -> None:
    grid = Noise(epsilon=0.5, lower=0, upper=100)._grid(whole=True)
    assert (grid.step, grid.count, grid.sensitivity) == (1, 100, 100)
    assert Noise(epsilon=0.5, lower=0, upper=100)._scale(grid) == Fraction(1, 200)
    near = Noise(epsilon=0.5, lower=0, upper=100, sensitivity=10)
    assert near._grid(whole=True).sensitivity == 11  # both values may be rounded away from each other
    gaussian = Noise(mechanism="gaussian", epsilon=1, delta=1e-5, lower=0, upper=1)
    sigma = gaussian._scale(gaussian._grid(whole=True))
    rho = 1 / (2 * float(sigma) ** 2)
    assert rho + 2 * math.sqrt(rho * math.log(1e5)) <= 1


def test_the_manifest_tells_the_budget_of_a_row(ring: Keyring) -> None:
    pipeline = Pipeline(
        {
            "a": Noise(epsilon=0.5, lower=0, upper=10),
            "b": Noise(mechanism="gaussian", epsilon=1, delta=1e-6, lower=0, upper=10),
        }
    )
    step = pipeline.steps[0].describe()
    assert step["budget_a_row"] == {"epsilon": 1.5, "delta": 1e-6}
    assert Noise(epsilon=0.5, lower=0, upper=10).parameters()["epsilon"] == 0.5


@pytest.mark.parametrize("bad", ["kim", "", float("nan"), 1e300])
def test_what_is_no_number_is_refused_by_its_row(bad: Any) -> None:
    with pytest.raises(Unfit) as caught:
        Noise(epsilon=1, lower=0, upper=1).apply(pa.array([type(bad)("1"), bad]))
    assert caught.value.row == 2
    assert "kim" not in str(caught.value)


@pytest.mark.parametrize(
    "changed",
    [{"epsilon": 0}, {"epsilon": -1}, {"epsilon": 101}, {"epsilon": 1e-7}, {"epsilon": True},
     {"epsilon": "1"}, {"lower": None}, {"upper": None}, {"lower": 10}, {"upper": float("inf")},
     {"upper": 2.0**60}, {"mechanism": "uniform"}, {"mechanism": "gaussian"}, {"delta": 0.1}, {"step": 0},
     {"step": 11}, {"step": 1e-9}, {"sensitivity": 0}, {"sensitivity": 11}, {"clamp": "no"},
     {"item": "nothing"}, {"mechanism": "gaussian", "delta": 1}, {"mechanism": "gaussian", "delta": 0}],
)  # fmt: skip
def test_settings_that_hide_nothing_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Noise(**({"epsilon": 1, "lower": 0, "upper": 10} | changed))


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (pa.int8(), {"lower": 0, "upper": 1000}),
        (pa.uint8(), {"lower": -1, "upper": 10}),
        (pa.int64(), {"lower": 0, "upper": 0.5}),
        (pa.int64(), {"lower": 0, "upper": 10, "step": 0.5}),
        (pa.decimal128(5, 1), {"lower": 0, "upper": 1.25}),
        (pa.decimal128(3, 1), {"lower": 0, "upper": 100}),
        (pa.date32(), {"lower": 0, "upper": 1}),
        (pa.bool_(), {"lower": 0, "upper": 1}),
        (pa.float64(), {"lower": 0, "upper": 1, "mechanism": "gaussian", "delta": 1e-9, "epsilon": 0.001}),
    ],
)
def test_columns_that_cannot_hold_it_are_refused(kind: pa.DataType, settings: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Noise(**({"epsilon": 1} | settings)).output(kind)


def test_a_step_that_floats_cannot_count_is_refused_where_neighbours_are_to_be_hidden() -> None:
    bounds = {"lower": 9 * 10**15 - 1, "upper": 9 * 10**15, "step": 0.0001}
    with pytest.raises(InputError, match="step= is too small"):
        Noise(epsilon=1, sensitivity=0.0001, **bounds)
    Noise(epsilon=1, **bounds)  # hides all from each other


def test_values_within_the_sensitivity_are_no_more_steps_apart_than_is_accounted() -> None:
    lower, step = 10**11, Decimal("0.0001")
    grid = Grid.between(lower, lower + 1, 0.0001, 0.0001, least=None)
    exact = [float(lower + place * step) for place in range(10_001)]
    assert np.abs(np.diff(grid.places(np.array(exact)))).max() <= grid.sensitivity
