"""query and status: read the lake, see how it stands."""

import argparse
from datetime import datetime

from citybrain.base.clock import CITY_ZONE
from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.interfaces.cli.context import Context, require_purpose
from citybrain.interfaces.cli.output import exact, print_json, say, table, warn

_STATUS = (
    "table", "department", "lake_table", "rows", "quarantined", "last_run", "state",
)  # fmt: skip


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CityError(
            f"'{text}' is not a time",
            do="Write it like 2021-06-11T12:00 (city time) or with a zone, 2021-06-11T12:00+08:00",
            where="--as-of",
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=CITY_ZONE)


def query(arguments: argparse.Namespace, context: Context) -> int:
    """Run one SELECT as the local actor; masked unless revealed; recorded either way."""
    require_purpose(arguments)
    as_of = _moment(arguments.as_of)
    context.require_applied()
    context.wiring.prepare(context.home_root)
    from citybrain.engines.catalogue import service as catalogue
    from citybrain.engines.identity import service as identity

    result = catalogue.query(
        identity.local_actor(),
        arguments.sql,
        as_of=as_of,
        reveal=arguments.reveal,
        purpose=arguments.purpose,
        max_rows=arguments.limit,
    )
    rows = result.to_pylist()
    if not result.complete:
        warn(
            f"Only the first {counted(len(rows), 'row')} are told; there are more. "
            "Give --limit with a larger number, or ask for fewer."
        )
    if result.warning.en:
        warn(f"{result.warning.en} To ask the values: --reveal --purpose '…'; it is recorded.")
    if context.as_json:
        print_json(rows)
        return 0
    # Told from an empty text, which is a value.
    say(table(rows, result.columns, empty="No rows.", null="NULL", cell=exact))
    masked = [column for column in result.columns if column in result.masked_columns]
    if masked and rows and not arguments.reveal:
        warn(
            f"\nMasked by class: {', '.join(masked)}. "
            "To see them: --reveal --purpose '…'; it is recorded."
        )
    return 0


def status(arguments: argparse.Namespace, context: Context) -> int:
    """Every table: department, rows, quarantined, last run, late or not."""
    from citybrain import city
    from citybrain.lake.home import Home
    from citybrain.lake.status import status as read_status

    context.require_home()
    applied = city.applied_city(context.home_root)
    if applied is None and context.city_path is not None:
        applied = city.load(context.city_path).city
    if applied is None:
        applied = context.require_applied()
    found = read_status(Home(context.home_root), applied, now=context.clock.now())
    if context.as_json:
        print_json([row.as_dict() for row in found])
        return 0
    # The rows themselves, not their JSON: a table for people shows times to the minute.
    say(table([vars(row) for row in found], _STATUS, empty="The city has no tables."))
    failed = [row for row in found if row.state == "failed"]
    for row in failed:
        say(f"\n{row.table} failed: {row.last_error}")
    for row in found:
        if row.state == "damaged":
            say(f"\n{row.table} is damaged: {row.damage}")
    return 0
