"""Working days agree with an independent package; limits keep their promises on any input."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest
import yaml
from chinese_calendar.constants import holidays as known_holidays
from chinese_calendar.constants import workdays as known_workdays
from hypothesis import given
from hypothesis import strategies as st

from citybrain.base.clock import CITY_ZONE
from citybrain.base.errors import CityError
from citybrain.base.workdays import NEVER, Calendar, Limit, Pause, due

FOLDER = Path(__file__).parents[2] / "cities" / "xuancheng" / "calendar"
KNOWN_YEARS = range(2004, max(d.year for d in known_holidays) + 1)


def city_calendar() -> Calendar:
    files = sorted(FOLDER.glob("*.yml"))
    return Calendar.from_years(yaml.safe_load(f.read_text(encoding="utf-8")) for f in files)


def full_calendar() -> Calendar:
    return Calendar(
        holidays=frozenset(known_holidays), makeup=frozenset(known_workdays), years=KNOWN_YEARS
    )


CITY = city_calendar()
FULL = full_calendar()


def every_day(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", range(2019, 2027))
def test_the_folder_agrees_with_chinese_calendar_on_every_day(year: int) -> None:
    wrong = [d for d in every_day(year) if CITY.is_workday(d) != chinese_calendar.is_workday(d)]
    assert wrong == []
    assert year not in CITY.provisional_years


@pytest.mark.parametrize("year", KNOWN_YEARS)
def test_the_rule_agrees_with_chinese_calendar_in_all_years_it_knows(year: int) -> None:
    wrong = [d for d in every_day(year) if FULL.is_workday(d) != chinese_calendar.is_workday(d)]
    assert wrong == []


def test_the_folder_covers_its_years_and_says_which_are_provisional() -> None:
    assert range(2019, 2027) == range(CITY.years.start, min(CITY.years.stop, 2027))
    assert not CITY.is_provisional(date(2021, 6, 1))
    assert CITY.is_provisional(date(2018, 12, 31))
    assert CITY.is_provisional(date(CITY.years.stop, 1, 1))
    for year in CITY.provisional_years:
        assert CITY.is_provisional(date(year, 1, 1))
        assert not CITY.is_workday(date(year, 10, 1))


def test_the_holidays_written_are_not_just_weekends_and_makeup_days_are() -> None:
    assert all(d.weekday() >= 5 for d in CITY.makeup)
    for year in range(2019, 2027):
        assert any(d.weekday() < 5 and d.year == year for d in CITY.holidays)


moments = st.integers(0, 7800 * 24 * 60).map(
    lambda minutes: datetime(2004, 2, 1, tzinfo=CITY_ZONE) + timedelta(minutes=minutes)
)
limits = st.builds(
    lambda amount, unit: Limit(amount=amount, unit=unit),
    st.integers(1, 40),
    st.sampled_from("dhD"),
)


@st.composite
def pauses(draw: st.DrawFn) -> Pause:
    begin = draw(moments)
    length = draw(st.one_of(st.none(), st.integers(-100, 3000)))
    return begin, None if length is None else begin + timedelta(hours=length)


pause_lists = st.lists(pauses(), max_size=4)


def by_counting(start: datetime, days: int) -> date:
    """The day by the other package: count forward, one day at a time."""
    day = start.date()
    while days:
        day += timedelta(days=1)
        days -= chinese_calendar.is_workday(day)
    return day


@given(moments, st.integers(1, 120))
def test_working_days_equal_a_count_by_chinese_calendar(start: datetime, days: int) -> None:
    answer = due(start, Limit(amount=days, unit="d"), calendar=FULL)
    assert answer.date() == by_counting(start, days)
    assert FULL.workdays(start.date() + timedelta(days=1), answer.date()) == days


@given(moments, limits)
def test_due_is_later_than_the_start_and_ends_working_days_on_one(
    start: datetime, limit: Limit
) -> None:
    answer = due(start, limit, calendar=FULL)
    assert answer > start
    assert answer.tzinfo is CITY_ZONE
    if limit.unit == "d":
        assert FULL.is_workday(answer.date())
    if limit.unit == "D":
        assert (answer.date() - start.date()).days == limit.amount
    if limit.unit == "h":
        assert answer - start.astimezone(UTC) == timedelta(hours=limit.amount)


@given(moments, moments, limits, pause_lists)
def test_an_earlier_start_is_never_due_later(
    one: datetime, other: datetime, limit: Limit, stops: list[Pause]
) -> None:
    early, late = sorted((one, other))
    first = due(early, limit, calendar=FULL, pauses=stops)
    assert first <= due(late, limit, calendar=FULL, pauses=stops)


@given(moments, limits, st.integers(0, 30), pause_lists)
def test_a_longer_limit_is_never_due_earlier(
    start: datetime, limit: Limit, more: int, stops: list[Pause]
) -> None:
    longer = Limit(amount=limit.amount + more, unit=limit.unit)
    first = due(start, limit, calendar=FULL, pauses=stops)
    assert first <= due(start, longer, calendar=FULL, pauses=stops)


@given(moments, st.integers(1, 40), st.integers(1, 40), st.sampled_from("dhD"))
def test_limits_add_up(start: datetime, one: int, other: int, unit: str) -> None:
    both = due(start, Limit(amount=one + other, unit=unit), calendar=FULL)
    half = due(start, Limit(amount=one, unit=unit), calendar=FULL)
    assert due(half, Limit(amount=other, unit=unit), calendar=FULL) == both


@given(moments, limits, pause_lists, pauses())
def test_a_further_pause_is_never_due_earlier(
    start: datetime, limit: Limit, stops: list[Pause], further: Pause
) -> None:
    before = due(start, limit, calendar=FULL, pauses=stops)
    assert before <= due(start, limit, calendar=FULL, pauses=[*stops, further])


@given(moments, limits, pause_lists)
def test_pauses_count_once_in_any_order_cut_in_pieces_or_repeated(
    start: datetime, limit: Limit, stops: list[Pause]
) -> None:
    whole = due(start, limit, calendar=FULL, pauses=stops)
    pieces: list[Pause] = []
    for begin, end in stops:
        middle = begin + (end - begin) / 2 if end and end > begin else end
        pieces += [(begin, middle), (middle, end)] if middle else [(begin, end)]
    assert due(start, limit, calendar=FULL, pauses=[*reversed(pieces), *stops]) == whole


@given(moments, st.integers(1, 500), st.integers(0, 500), st.integers(1, 500))
def test_one_pause_delays_hours_by_exactly_its_length(
    start: datetime, amount: int, after: int, length: int
) -> None:
    begin = start + timedelta(hours=after)
    stop = (begin, begin + timedelta(hours=length))
    answer = due(start, Limit(amount=amount, unit="h"), calendar=FULL, pauses=[stop])
    assert answer - start == timedelta(hours=amount + (length if after < amount else 0))


@given(moments, limits)
def test_an_open_pause_before_the_end_means_never(start: datetime, limit: Limit) -> None:
    end = due(start, limit, calendar=FULL)
    assert due(start, limit, calendar=FULL, pauses=[(start, None)]) == NEVER
    assert due(start, limit, calendar=FULL, pauses=[(end + timedelta(seconds=1), None)]) == end


def test_a_pause_within_one_day_gains_nothing_and_a_night_gains_one_day() -> None:
    start = datetime(2021, 6, 7, 9, tzinfo=CITY_ZONE)
    noon = datetime(2021, 6, 8, 12, tzinfo=CITY_ZONE)
    limit = Limit.parse("3d")
    plain = due(start, limit, calendar=CITY)
    assert plain.date() == date(2021, 6, 10)
    hour = (noon, noon + timedelta(hours=1))
    assert due(start, limit, calendar=CITY, pauses=[hour]) == plain
    night = (noon, noon + timedelta(days=1))
    assert due(start, limit, calendar=CITY, pauses=[night]).date() == date(2021, 6, 11)


def test_a_day_counts_when_the_clock_runs_in_its_last_second() -> None:
    start = datetime(2021, 6, 7, 9, tzinfo=CITY_ZONE)
    last = datetime(2021, 6, 8, 23, 59, 59, tzinfo=CITY_ZONE)
    limit = Limit.parse("1d")
    stops_then = (last, last + timedelta(minutes=1))
    runs_again = (last - timedelta(minutes=1), last)
    assert due(start, limit, calendar=CITY, pauses=[stops_then]).date() == date(2021, 6, 9)
    assert due(start, limit, calendar=CITY, pauses=[runs_again]).date() == date(2021, 6, 8)


def test_a_year_is_as_announced_unless_it_says_otherwise() -> None:
    assert not Calendar.from_mapping({"year": 2021}).is_provisional(date(2021, 6, 1))
    assert Calendar.from_mapping({"year": 2021, "provisional": True}).provisional_years == {2021}
    assert Calendar.from_years([]).is_provisional(date(2021, 6, 1))
    assert Calendar().is_workday(date(2021, 10, 1))


def test_a_limit_crosses_a_long_holiday_and_its_makeup_day() -> None:
    start = datetime(2021, 9, 30, 17, tzinfo=CITY_ZONE)
    assert due(start, Limit.parse("2d"), calendar=CITY).date() == date(2021, 10, 9)
    assert due(start, Limit.parse("7D"), calendar=CITY).date() == date(2021, 10, 7)
    assert due(start, Limit.parse("24h"), calendar=CITY).isoformat() == "2021-10-01T17:00:00+08:00"


def test_hours_are_real_hours_when_city_time_jumped() -> None:
    before = datetime(1990, 4, 14, 12, tzinfo=CITY_ZONE)
    answer = due(before, Limit.parse("24h"), calendar=Calendar())
    assert answer.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=24)
    assert answer.hour == 13


@given(st.integers(1, 9999), st.sampled_from("dhD"))
def test_a_limit_is_read_as_it_is_written(amount: int, unit: str) -> None:
    assert str(Limit.parse(f"{amount}{unit}")) == f"{amount}{unit}"


@pytest.mark.parametrize("text", ["", "3", "d", "0d", "03d", "-1d", "3 d", "3w", "12345d", "３d"])
def test_what_is_not_a_limit_is_refused(text: str) -> None:
    with pytest.raises(CityError, match="is not a limit"):
        Limit.parse(text)


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        due(datetime(2021, 6, 11), Limit.parse("3d"), calendar=CITY)  # noqa: DTZ001 (the case)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"holidays": []}, "no year"),
        ({"year": 2021, "holidays": ["2020-01-01"]}, "2020-01-01 cannot stand there"),
        ({"year": 2021, "holidays": ["2021-05-01"], "makeup": ["2021-05-01"]}, "cannot stand"),
        ({"year": 2021, "holidays": "2021-05-01"}, "not a list"),
        ({"year": 2021, "makeup": ["2021-02-30"]}, "what is not a date"),
    ],
)
def test_a_wrong_year_is_refused_with_its_file(content: dict[str, object], sentence: str) -> None:
    with pytest.raises(CityError, match=sentence) as refused:
        Calendar.from_mapping(content)
    assert refused.value.where.startswith("calendar/")


@pytest.mark.parametrize("years", [(2019, 2021), (2020, 2020)])
def test_years_leave_no_gap_and_come_once(years: tuple[int, ...]) -> None:
    with pytest.raises(CityError, match="do not follow each other"):
        Calendar.from_years({"year": year} for year in years)
