"""Days and instants parsed from text in whatever form a sender writes them: exactly, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

# An instant as it is stored: UTC, to the microsecond, so that the texts sort in the order of time.
INSTANT_FORMAT = "%Y-%m-%dT%H:%M:%S%.6fZ"
_STORED = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
_HOUR, _SIXTY = "(?:[01]?[0-9]|2[0-4])", "[0-5]?[0-9]"
_TIMED = (
    r"^(?<day>\S+?)(?:[T ] *(?<half>上午|下午|AM|PM)? *"
    rf"(?<hour>{_HOUR})[:时点](?:(?<minute>{_SIXTY})分?)?(?::?(?<second>{_SIXTY}|60)秒?(?:[.,](?<part>[0-9]+))?)?"
    r" *(?<later>AM|PM)? *(?<zone>Z|UTC|GMT|(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?)?(?:\[[A-Z_/]+\])?)?$"
)
_DIGITS = "〇零○一二三四五六七八九"
_NUMERALS = dict(zip(_DIGITS, "000123456789", strict=True))
_SERIAL = r"^[3-7][0-9]{4}(?:\.[0-9]+)?$"  # days since 1899-12-30, as a spreadsheet counts them
_EPOCH = r"^1[0-9]{9}(?:[0-9]{3})?$"  # seconds or milliseconds since 1970
_SECONDS = 86_400
_WEEKDAY = (
    r"^(?<day>.*[0-9日号])[ ,]*"
    r"(?:[(\[]? ?(?:周|星期|礼拜)[一二三四五六日天] ?[)\]]?|\((?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*\.?\)) ?"
)
_HALF_DAY = r"^(?<day>.*[0-9日号]) ?[(]?(?:上午|下午|中午|凌晨|早上|晚上|当日|当天|AM|PM)[)]?$"


def parse_date(text: pl.Expr, formats: Sequence[str], zone: str) -> pl.Expr:
    """The day in `zone` (IANA): by the first of `formats` that fits, of a day with a time, or of a serial number.

    A serial number is a spreadsheet's. A day of the week or a half of the day after the day is ignored. The text is
    half width and without outer blanks. A time without a zone is of `zone`. Null where nothing fits.
    """

    def parse(texts: pl.Series) -> pl.Series:
        frame = texts.to_frame("text")
        days = frame.select(_by_formats(pl.col("text"), formats)).to_series()
        is_left = texts.is_not_null() & days.is_null()
        if not is_left.any():
            return days
        parts = _parts(frame.filter(is_left), formats)
        utc = (pl.col("date").cast(pl.Datetime("us")) + pl.col("time") - pl.col("offset")).dt.replace_time_zone("UTC")
        shifted = utc.dt.convert_time_zone(zone).dt.date()
        serial = _serial(pl.col("text")).dt.date()
        day = pl.when(pl.col("zone").is_not_null()).then(shifted).otherwise(pl.coalesce("date", serial))
        found = parts.select(day).to_series()
        return days.scatter(is_left.arg_true(), found)

    return text.map_batches(parse, return_dtype=pl.Date(), is_elementwise=True)


def parse_instant(text: pl.Expr, formats: Sequence[str], zone: str) -> pl.Expr:
    """The instant (UTC) that the text names; a time without a zone is of `zone`.

    Also accepts, besides the forms of `parse_date`, seconds or milliseconds since 1970. A day without a time is its
    last microsecond: a day's report says what holds at the end of that day.
    """

    def parse(texts: pl.Series) -> pl.Series:
        parts = _parts(texts.to_frame("text"), formats)
        end_of_day = pl.duration(days=1, microseconds=-1)
        time = pl.when(pl.col("hour").is_not_null()).then("time").otherwise(end_of_day)
        named = pl.col("date").cast(pl.Datetime("us")) + time
        with_zone = (named - pl.col("offset")).dt.replace_time_zone("UTC")
        local = pl.coalesce(named, _serial(pl.col("text")))
        local = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
        number = pl.when(pl.col("text").str.contains(_EPOCH)).then("text").cast(pl.Int64(), strict=False)
        milliseconds = pl.when(number < 10**10).then(number * 1000).otherwise(number)
        epoch = pl.from_epoch(milliseconds, time_unit="ms").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        instant = pl.when(pl.col("zone").is_not_null()).then(with_zone).otherwise(pl.coalesce(local, epoch))
        return parts.select(instant.alias("instant")).to_series()

    return text.map_batches(parse, return_dtype=pl.Datetime("us", "UTC"), is_elementwise=True)


def format_instant(instant: pl.Expr) -> pl.Expr:
    """An instant (UTC) as the text in which it is stored."""
    return instant.dt.to_string(INSTANT_FORMAT)


def parse_stored_instant(text: pl.Expr, zone: str) -> pl.Expr:
    """The instant of a stored text.

    Older stores also hold stamps as their senders wrote them: these are parsed as of `zone`.
    """

    def parse(texts: pl.Series) -> pl.Series:
        stored = texts.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", strict=False).dt.replace_time_zone(
            "UTC"
        )
        is_raw = texts.is_not_null() & ~texts.str.contains(_STORED)
        if not is_raw.any():
            return stored
        raw = pl.col("raw").str.normalize("NFKC").str.strip_chars()
        found = texts.filter(is_raw).to_frame("raw").select(parse_instant(raw, DATE_FORMATS, zone)).to_series()
        return stored.scatter(is_raw.arg_true(), found)

    return text.map_batches(parse, return_dtype=pl.Datetime("us", "UTC"), is_elementwise=True)


def _parts(frame: pl.DataFrame, formats: Sequence[str]) -> pl.DataFrame:
    """A day with a time in its parts: text, date, hour, time and offset (durations), zone. frame: text.

    The parts are columns of their own, as finding them is expensive and each is used several times.
    """
    plain = pl.col("text").str.replace_all("[\u2010-\u2015\u2212]", "-").str.to_uppercase()
    plain = plain.str.replace_all(r"\s+", " ").str.replace(_WEEKDAY, "${day} ").str.replace(_HALF_DAY, "${day}")
    plain = plain.str.strip_chars()
    # Chinese numerals below a hundred as digits; the year is written digit by digit.
    tens = plain.str.replace_all(f"([{_DIGITS}])十([{_DIGITS}])", "${1}${2}")
    tens = tens.str.replace_all(f"([{_DIGITS}])十", "${1}0").str.replace_all(f"十([{_DIGITS}])", "1${1}")
    in_digits = tens.str.replace_all("十", "10").str.replace_many(_NUMERALS)
    plain = pl.when(plain.str.contains(f"^[{_DIGITS}]{{4}}年")).then(in_digits).otherwise(plain)
    plain = plain.str.replace_all(r" ?([年月日]) ?", "${1}").str.replace(r"月([0-9]{1,2})号", "月${1}日")
    plain = plain.str.replace(r"日(.)", "日 ${1}")
    plain = plain.str.replace(r"^([0-9]{8})[T ]?([0-9]{2})([0-9]{2})([0-9]{2})?(.*)$", "${1} ${2}:${3}:${4}${5}")
    plain = plain.str.replace(r"^([0-9]{8} [0-9]{2}:[0-9]{2}):([^0-9]|$)", "${1}${2}")
    timed = frame.with_columns(plain.str.extract_groups(_TIMED).alias("parts")).unnest("parts")
    return timed.with_columns(
        date=_by_formats(pl.col("day"), formats), time=_time_of_day(), offset=_offset(pl.col("zone"))
    )


def _by_formats(text: pl.Expr, formats: Sequence[str]) -> pl.Expr:
    """The day by the first format that fits."""
    days: list[pl.Expr] = []
    for form in formats:
        day = text.str.to_date(form, strict=False, exact=True)
        # Without separators the parser would read 2025031 as 1 March.
        days.append(pl.when(text.str.contains(r"^[0-9]{8}$")).then(day) if form == "%Y%m%d" else day)
    return pl.coalesce(days)


def _time_of_day() -> pl.Expr:
    """The time since midnight (duration), from the columns of the parts; null for a time that no day has."""
    half = pl.coalesce("half", "later")
    hour = _number("hour")
    is_late, is_early = half.is_in(["下午", "PM"]), half.is_in(["上午", "AM"])
    hour = pl.when(is_late & (hour < 12)).then(hour + 12).when(is_early & (hour == 12)).then(0).otherwise(hour)
    part = pl.col("part").str.head(6).str.pad_end(6, "0").cast(pl.Int64(), strict=False).fill_null(0)
    second = hour * 3600 + _number("minute") * 60 + _number("second")
    return pl.when(second <= _SECONDS).then(pl.duration(seconds=second, microseconds=part))


def _offset(zone: pl.Expr) -> pl.Expr:
    """How far the clock of the zone is ahead of UTC (duration)."""
    found = zone.str.replace("UTC|GMT|Z", "").str.extract_groups(
        r"^(?<sign>[+-])(?<hours>[0-9]{1,2}):?(?<minutes>[0-9]{2})?$"
    )
    hours, minutes = (
        found.struct.field(name).cast(pl.Int64(), strict=False).fill_null(0) for name in ("hours", "minutes")
    )
    ahead = hours * 60 + minutes
    return pl.duration(minutes=pl.when(found.struct.field("sign") == "-").then(-ahead).otherwise(ahead))


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64(), strict=False).fill_null(0)


def _serial(text: pl.Expr) -> pl.Expr:
    days = pl.when(text.str.contains(_SERIAL)).then(text).cast(pl.Float64(), strict=False)
    whole = days.floor()
    seconds = ((days - whole) * _SECONDS).round().cast(pl.Int64())
    is_day = ~text.str.contains(".", literal=True)
    time = pl.when(is_day).then(pl.duration(days=1, microseconds=-1)).otherwise(pl.duration(seconds=seconds))
    return (
        pl.lit("1899-12-30").str.to_datetime("%Y-%m-%d", time_unit="us")
        + pl.duration(days=whole.cast(pl.Int64()))
        + time
    )
