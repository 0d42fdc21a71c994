"""Reminding a department of what is late: an act, recorded, kept and shown."""

from datetime import timedelta

from citybrain.base.errors import CityError
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
                "这张表没有迟到，不用催办",
                why="它已按时到达，或者还没有到合同约定的时间",
                do="请回到驾驶舱看最新状态",
                where=table,
            )
        last = Reminder.objects.filter(table=table, at__gt=now - AGAIN).first()
        if last is not None:
            raise NotLate(
                "刚刚已经催办过了",
                why=f"{catalogue.local(last.at):%H:%M} 已催办，半小时内只催一次",
                do="请等数源部门答复",
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
