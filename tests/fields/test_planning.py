"""Plans: every formula against real HMAC tags, and the attack really run on them."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.crypto.tags import Tagger
from safeguards.errors import InputError
from safeguards.fields import Bucket, Exact, LastDigits, Prefix, Slice
from safeguards.fields.planning import Gauge, Population, fitting, parse_search, plan_searches
from safeguards.fields.planning.anonymity import values_per_tag
from safeguards.fields.planning.collisions import false_positives, false_positives_at, worst_case
from safeguards.fields.planning.frequency import guessed_at_most, guessed_by_rank, guessed_untagged
from safeguards.fields.planning.interval import margin, wilson
from safeguards.fields.planning.proposal import AFFORDABLE_ROWS, TOLERABLE_GUESS, affordable_bits, propose
from safeguards.values import Secret

# Of 1,000 Koreans (census of 2015), the commonest surnames; the others share the rest, ever more rarely.
COMMON = (215, 147, 84, 47, 43, 24, 21, 21, 20, 16, 15, 15, 14, 14, 13, 13, 12)
SURNAMES = [f"성{place}" for place in range(120)]
SHARES = [*COMMON, *(266 / 17 * 0.94**place for place in range(len(SURNAMES) - len(COMMON)))]
SYLLABLES = [f"이름{place}" for place in range(900)]


def surnames(rows: int, seed: int = 1) -> list[str]:
    return Random(seed).choices(SURNAMES, SHARES, k=rows)


def names(rows: int, seed: int = 2) -> list[str]:
    given_names = Random(seed).choices(SYLLABLES, [1 / (place + 5) for place in range(900)], k=rows)
    return [first + last for first, last in zip(surnames(rows), given_names, strict=True)]


def numbers(rows: int) -> list[str]:
    return [f"010{number:08d}" for number in Random(3).sample(range(10**8), rows)]


def tagged(counts: Counter[str], bits: int, keys: int) -> Iterator[dict[str, bytes]]:
    """Yield the real tag of each value under each of so many random keys."""
    where = Slice(Exact(bits=bits), 0, 2, ())
    for key in range(keys):
        tagger = Tagger(Secret(key.to_bytes(32, "big")))
        yield {value: where.tag_of(tagger, value.encode()) for value in counts}


def weights(counts: Counter[str], tags: dict[str, bytes]) -> Counter[bytes]:
    found: Counter[bytes] = Counter()
    for value, tag in tags.items():
        found[tag] += counts[value]
    return found


def extra_rows(counts: Counter[str], tags: dict[str, bytes]) -> list[tuple[int, int]]:
    """Return the false positives of each value, and how many rows ask for it."""
    behind = weights(counts, tags)
    return [(behind[tags[value]] - count, count) for value, count in counts.items()]


def attacked(counts: Counter[str], tags: dict[str, bytes], draw: Random) -> int:
    """Sort tags and values by frequency, take the first for the first, and count the rows named right."""
    behind = weights(counts, tags)
    ranked = sorted(behind, key=lambda tag: (-behind[tag], draw.random()))
    known = sorted(counts, key=lambda value: (-counts[value], draw.random()))
    return sum(counts[value] for tag, value in zip(ranked, known, strict=False) if tags[value] == tag)


POPULATIONS = pytest.mark.parametrize("rows", [surnames(8000), names(8000), numbers(4000)])


@POPULATIONS
@pytest.mark.parametrize("bits", [4, 6, 8])
def test_false_positives_are_those_of_real_tags(rows: list[str], bits: int) -> None:
    counts, keys = Counter(rows), 2000 if len(set(rows)) < 1000 else 12
    measured = sum(
        sum(extra * asked for extra, asked in extra_rows(counts, tags)) / len(rows)
        for tags in tagged(counts, bits, keys)
    )
    expected = false_positives(Population.of(rows, len(rows)), bits)
    # Few heavy values fall together rarely and then weigh much: that takes thousands of keys to show.
    assert measured / keys == pytest.approx(expected, rel=0.12)


@given(counts=st.lists(st.integers(1, 60), min_size=20, max_size=40), bits=st.integers(1, 128))
def test_the_mean_of_false_positives_is_the_sum_over_values(counts: list[int], bits: int) -> None:
    rows = sum(counts)
    by_hand = sum(count / rows * (rows - count) for count in counts) / 2**bits
    found = false_positives(Population(tuple(sorted(counts, reverse=True)), rows), bits)
    assert found == pytest.approx(by_hand)


@POPULATIONS
@pytest.mark.parametrize("bits", [4, 8])
def test_ninety_five_of_a_hundred_searches_return_no_more_than_said(rows: list[str], bits: int) -> None:
    counts, keys = Counter(rows), 60 if len(set(rows)) < 1000 else 12
    bound = false_positives_at(Population.of(rows, len(rows)), bits)
    found = [each for tags in tagged(counts, bits, keys) for each in extra_rows(counts, tags)]
    within = sum(asked for extra, asked in found if extra <= bound) / sum(asked for _, asked in found)
    assert 0.92 <= within <= 0.98


def test_a_value_is_no_false_positive_of_itself() -> None:
    population = Population((900, *[1] * 100), 1000)
    assert false_positives_at(population, 3) <= 100  # of the hundred others; a rare one seldom meets the 900
    assert false_positives_at(population, 3, share=1.0) >= 900


def test_the_worst_case_is_a_value_beside_the_commonest() -> None:
    rows, bits = surnames(8000), 8
    counts, keys = Counter(rows), 200
    top = counts.most_common(1)[0][0]
    said, chance = worst_case(Population.of(rows, len(rows)), bits)
    beside = [
        max(extra for extra, _ in extra_rows(counts, tags))
        for tags in tagged(counts, bits, keys)
        if sum(tag == tags[top] for tag in tags.values()) > 1
    ]
    assert len(beside) / keys == pytest.approx(chance, abs=0.1)
    assert sum(beside) / len(beside) == pytest.approx(said, rel=0.1)


@POPULATIONS
@pytest.mark.parametrize("bits", [3, 6, 10, 128])
def test_frequency_analysis_names_as_many_rows_as_the_attack_does(rows: list[str], bits: int) -> None:
    counts, keys, draw = Counter(rows), 60 if len(set(rows)) < 1000 else 6, Random(9)
    population = Population.of(rows, len(rows))
    hits = sum(attacked(counts, tags, draw) for tags in tagged(counts, bits, keys))
    assert hits / keys / len(rows) == pytest.approx(guessed_by_rank(population, bits), abs=0.05)


@POPULATIONS
@pytest.mark.parametrize("bits", [3, 6, 10, 128])
def test_no_guess_of_one_value_a_tag_names_more_than_said(rows: list[str], bits: int) -> None:
    counts, keys, best = Counter(rows), 20, 0
    for tags in tagged(counts, bits, keys):
        commonest: dict[bytes, int] = {}
        for value, tag in tags.items():
            commonest[tag] = max(commonest.get(tag, 0), counts[value])
        best += sum(commonest.values())
    said = guessed_at_most(Population.of(rows, len(rows)), bits)
    assert best / keys / len(rows) == pytest.approx(said, abs=0.03)


def test_full_tags_of_surnames_fall_to_frequency_analysis_and_unique_ones_do_not() -> None:
    assert guessed_by_rank(Population.of(surnames(8000), 8000), 128) > 0.85
    assert guessed_by_rank(Population.of(numbers(4000), 4000), 128) == 1 / 4000


@pytest.mark.parametrize("bits", range(2, 33, 3))
def test_where_all_values_are_as_common_frequencies_name_hardly_more_than_one(bits: int) -> None:
    assert guessed_by_rank(Population.of(numbers(4000), 4000), bits) <= 8 / 4000


@pytest.mark.parametrize(("distinct", "bits"), [(4000, 4), (4000, 9), (4000, 14), (4000, 128), (90_000, 7)])
def test_as_many_values_stand_behind_a_tag_as_said(distinct: int, bits: int) -> None:
    counts, least, middle = Counter(map(str, range(distinct))), [], []
    for tags in tagged(counts, bits, 5):
        sizes = sorted(Counter(tags.values()).values())
        least.append(sizes[0])
        middle.append(sizes[len(sizes) // 2])
    fewest, median = values_per_tag(distinct, bits)
    assert sorted(least)[2] == pytest.approx(fewest, rel=0.1, abs=1)
    assert sorted(middle)[2] == pytest.approx(median, rel=0.02, abs=1)


def test_a_sample_tells_the_false_positives_of_the_whole_table() -> None:
    table = names(60_000)
    whole = Population.of(table, len(table))
    sample = Population.of(Random(4).sample(table, 6000), len(table))
    for bits in (6, 10, 16):
        assert false_positives(sample, bits) == pytest.approx(false_positives(whole, bits), rel=0.01)
    for bits in (6, 10):
        assert false_positives_at(sample, bits) == pytest.approx(false_positives_at(whole, bits), rel=0.2)
    assert sample.matches == pytest.approx(whole.matches, rel=0.25)
    assert sample.effective == pytest.approx(whole.effective, rel=0.25)


def test_a_sample_tells_how_many_distinct_values_the_table_has_at_least() -> None:
    table = names(60_000)
    sample = Population.of(Random(4).sample(table, 6000), len(table))
    assert sample.distinct < sample.distinct_estimate <= 1.1 * len(set(table))
    assert sample.distinct_estimate > 0.5 * len(set(table))
    unique = Population.of(range(50_000), 500_000)
    assert unique.distinct_estimate == pytest.approx(500_000, rel=0.001)
    assert unique.effective == pytest.approx(500_000)
    assert Population.of("ab" * 100, 200).distinct_estimate == 2


def test_coverage_is_the_share_of_rows_whose_value_was_seen() -> None:
    table = names(60_000)
    seen = Random(4).sample(table, 6000)
    known = set(seen)
    measured = sum(value in known for value in table) / len(table)
    assert Population.of(seen, len(table)).coverage == pytest.approx(measured, abs=0.02)
    assert Population.of(table, len(table)).coverage == 1.0


def test_intervals_hold_about_as_often_as_they_say() -> None:
    table = surnames(20_000)
    top, _ = Counter(table).most_common(1)[0]
    share, held = table.count(top) / len(table), 0
    for seed in range(200):
        low, high = wilson(Random(seed).sample(table, 2000).count(top), 2000, len(table))
        held += low <= share <= high
    assert 180 <= held <= 199
    assert wilson(5, 20, 20) == (0.25, 0.25)
    assert margin(20, 20) == 0
    assert margin(9604, 10**9) == pytest.approx(0.01, rel=0.01)


COUNTS = st.lists(st.integers(1, 60), min_size=1, max_size=40).filter(lambda counts: sum(counts) >= 20)


def population_of(counts: Sequence[int], more: int) -> Population:
    return Population(tuple(sorted(counts, reverse=True)), sum(counts) + more)


@given(counts=COUNTS, more=st.integers(0, 10**7), bits=st.integers(1, 127))
def test_more_bits_mean_fewer_false_positives_and_more_leakage(
    counts: list[int], more: int, bits: int
) -> None:
    population = population_of(counts, more)
    assert false_positives(population, bits + 1) <= false_positives(population, bits)
    assert guessed_at_most(population, bits + 1) >= guessed_at_most(population, bits)
    assert values_per_tag(len(counts), bits + 1)[1] <= values_per_tag(len(counts), bits)[1]


@given(counts=COUNTS, more=st.integers(0, 10**7), bits=st.integers(1, 128))
def test_figures_stay_within_what_they_can_be(counts: list[int], more: int, bits: int) -> None:
    population = population_of(counts, more)
    at_most = guessed_at_most(population, bits)
    assert guessed_by_rank(population, bits) <= at_most <= 1 + 1e-9
    assert guessed_untagged(population) <= at_most + 1e-9
    assert population.min_entropy <= population.entropy + 1e-9
    assert population.distinct <= population.distinct_estimate <= population.distinct + more
    assert 1 - 1e-9 <= population.effective <= population.rows * (1 + 1e-9)
    assert 0 <= population.coverage <= 1
    width = Gauge(population).at(bits)
    assert width.false_positives_95 <= width.worst
    assert 1 <= width.fewest_values <= width.median_values <= population.distinct_estimate
    assert all(math.isfinite(figure) for figure in width.document().values())


@given(counts=COUNTS, more=st.integers(0, 10**7))
def test_a_proposal_keeps_to_its_own_rule(counts: list[int], more: int) -> None:
    gauge = Gauge(population_of(counts, more))
    found = propose(Exact(), gauge)
    if found.search is not None and found.search.bits < 128:
        width = gauge.at(found.search.bits)
        assert width.false_positives <= min(AFFORDABLE_ROWS, math.sqrt(gauge.population.rows))
        assert width.guessed_at_most <= TOLERABLE_GUESS
        assert found.bits == affordable_bits(gauge.population)


def test_surnames_are_left_out_with_a_warning_that_shorter_tags_do_not_hide_them() -> None:
    (plan,) = plan_searches(surnames(8000), [Exact()], rows=1_000_000)
    assert plan.proposal.search is None
    assert plan.at(plan.proposal.bits).guessed_at_most > 0.9
    assert any("shorter tags do not hide it" in line for line in plan.warnings)


def test_a_column_of_two_values_is_left_out_and_says_so() -> None:
    (plan,) = plan_searches(Random(1).choices("남여", k=500), [Exact()], rows=500)
    assert plan.proposal.search is None
    assert plan.proposal.reason.startswith("about 2 distinct values")
    assert plan.document()["fewer_than"] == 20


def test_numbers_that_identify_get_all_bits() -> None:
    (plan,) = plan_searches(numbers(4000), [Exact()], rows=1_000_000, item="kr_phone")
    assert repr(plan.proposal.search) == "Exact()"
    assert plan.unique == "not refuted"
    assert not plan.warnings


def test_a_sample_too_small_to_tell_whether_values_repeat_proposes_nothing() -> None:
    (plan,) = plan_searches(names(60_000)[:40], [Exact()], rows=1_000_000)
    assert (plan.proposal.verdict, plan.proposal.search) == ("cannot tell", None)
    assert "Draw a larger --sample" in plan.proposal.reason
    (plan,) = plan_searches(numbers(40), [Exact()], rows=40)
    assert plan.proposal.verdict == "declare"


def test_the_bound_of_repeats_holds_at_least_as_often_as_it_says() -> None:
    table, held = names(60_000), 0
    whole = Population.of(table, len(table)).matches
    for seed in range(100):
        sample = Population.of(Random(seed).sample(table, 300), len(table))
        held += whole <= sample.matches_at_most
    assert held >= 90


def test_last_digits_are_spread_evenly_enough_for_all_bits() -> None:
    (plan,) = plan_searches(numbers(40_000), [LastDigits(2)], rows=1_000_000)
    assert plan.proposal.search is None  # a hundred endings, each with a count of its own
    (plan,) = plan_searches(numbers(40_000), [LastDigits(4)], rows=1_000_000)
    assert repr(plan.proposal.search) == "LastDigits()"
    assert "evenly spread" in plan.proposal.reason


def test_full_names_of_a_large_table_get_the_fewest_bits_that_a_search_can_afford() -> None:
    (plan,) = plan_searches(names(40_000), [Exact()], rows=1_000_000)
    assert repr(plan.proposal.search) == "Exact(bits=10)"
    assert false_positives(plan.population, 9) > 1000 >= plan.at(10).false_positives
    assert plan.at(10).guessed_by_rank < plan.at(128).guessed_by_rank


def test_unique_is_possible_only_where_nothing_repeats() -> None:
    everything, repeated = numbers(100), [*numbers(99), numbers(99)[0]]
    assert plan_searches(everything, [Exact()], rows=100)[0].unique == "yes"
    assert plan_searches(everything, [Exact()], rows=101)[0].unique == "not refuted"
    assert plan_searches(repeated, [Exact()], rows=100)[0].unique == "no"
    assert plan_searches(everything, [LastDigits(11)], rows=100)[0].unique == "no"


def test_a_search_sees_what_its_normal_form_or_item_leaves() -> None:
    spelt = [text for number in numbers(50) for text in (number, f"{number[:3]}-{number[3:7]}-{number[7:]}")]
    searches = [Exact(), Exact(normalise="digits"), Prefix(3), LastDigits(4)]
    plans = plan_searches(spelt, searches, rows=100)
    assert [plan.population.distinct for plan in plans] == [100, 50, 1, 50]
    (with_item,) = plan_searches(spelt, [Exact()], rows=100, item="kr_phone")
    assert with_item.population.distinct == 50


def test_dates_have_buckets() -> None:
    days = [date(1980, 1, 1) + timedelta(days=place) for place in range(730)]
    searches = fitting(days, date)
    assert searches == (Exact(), Bucket("year"), Bucket("month"))
    plans = plan_searches(days, searches, rows=730, kind=date)
    assert [plan.population.distinct for plan in plans] == [730, 2, 24]


def test_the_searches_that_fit_follow_type_and_item() -> None:
    assert fitting(["김철수"], str) == (
        Exact(), Exact(normalise="caseless"), Exact(normalise="words"), Exact(normalise="compact"),
        Prefix(1), Prefix(2), Prefix(3),
    )  # fmt: skip
    assert fitting(numbers(10), str, "kr_phone") == (Exact(), LastDigits(4))
    assert fitting([1], int) == (Exact(),)


def test_searches_with_the_same_counts_are_measured_once() -> None:
    plans = plan_searches(surnames(500), [Exact(), Exact(normalise="nfc")], rows=500)
    assert plans[0].widths[0] is plans[1].widths[0]


@pytest.mark.parametrize(
    ("written", "search"),
    [
        ("exact", Exact()),
        ("exact:compact", Exact(normalise="compact")),
        ("prefix:2", Prefix(2)),
        ("prefix:2:words", Prefix(2, "words")),
        ("last-digits:4", LastDigits(4)),
        ("last-digits", LastDigits(4)),
        ("bucket:year", Bucket("year")),
    ],
)
def test_a_search_is_written_as_on_the_command_line(written: str, search: Exact) -> None:
    assert parse_search(written) == search


@pytest.mark.parametrize(
    "written",
    ["", "exakt", "exact:upper", "exact:nfc:x", "prefix", "prefix:two", "prefix:0", "bucket", "bucket:week"],
)
def test_what_is_no_search_is_refused_with_its_name(written: str) -> None:
    with pytest.raises(InputError, match="--search"):
        parse_search(written)


def test_too_few_values_are_refused() -> None:
    with pytest.raises(InputError, match="19 values are too few to measure"):
        plan_searches(numbers(19), [Exact()], rows=100)
    with pytest.raises(InputError, match="at least as many rows"):
        Population.of(range(30), 29)


def test_no_value_is_in_a_plan_or_its_errors() -> None:
    values = [f"비밀{place % 7}" for place in range(100)]
    plans = plan_searches(values, fitting(values, str), rows=100)
    shown = json.dumps([plan.document() for plan in plans], ensure_ascii=False) + repr(plans)
    assert "비밀" not in shown
    with pytest.raises(InputError) as refused:
        plan_searches(values, [Exact()], rows=100, kind=int)
    assert "비밀" not in str(refused.value)
    assert "column" in str(refused.value)
