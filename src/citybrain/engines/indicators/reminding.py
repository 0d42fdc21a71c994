"""Reminding a department of what is late: an act, recorded, kept and shown."""

from datetime import timedelta

from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.indicators.models import Reminder
from citybrain.engines.indicators.stand import NEEDS, stand

AGAIN = timedelta(minutes=30)


class NotLate(CityError):  # noqa: N818  # says how things stand, not a fault of the program
    """There is nothing to remind of, or it was done just now."""

    status = 409


def remind(actor: Actor, table: str) -> None:
    """Record that the table's department was reminded of the delivery that is missing.

    Refuses a table that is neither late nor failed, and a second reminder within half an hour.
    """
    now = catalogue.clock().now()
    with guard.act(actor, "indicators.remind", f"table:{table}", clock=catalogue.clock()) as done:
        found = stand()
        status = found.statuses.get(table)
        if status is None or found.states[table] not in NEEDS:
            raise NotLate(
                both("这张表没有迟到，不用催办", "This table is not late, so nobody is reminded"),
                why=both(
                    "它已按时到达，或者还没有到合同约定的时间",
                    "it arrived in time, or the time its contract promises has not come",
                ),
                do=both("请回到驾驶舱看最新状态", "See how it stands now in the cockpit"),
                where=table,
            )
        last = Reminder.objects.filter(table=table, at__gt=now - AGAIN).first()
        if last is not None:
            raise NotLate(
                both("刚刚已经催办过了", "The department was reminded just now"),
                why=both(
                    f"{catalogue.local(last.at):%H:%M} 已催办，半小时内只催一次",
                    f"it was at {catalogue.local(last.at):%H:%M}; once in half an hour is enough",
                ),
                do=both("请等数源部门答复", "Wait for the department's answer"),
                where=table,
            )
        Reminder.objects.create(
            table=table,
            department=status.department,
            account=actor.id,
            at=now,
            due_at=status.due_at,
        )
        done.count = 1
