"""The accounts of a rehearsal: shown at the sign-in page, worth nothing outside."""

from dataclasses import dataclass, replace

from django.contrib.auth.hashers import make_password

from citybrain.base.clock import Clock, SystemClock
from citybrain.base.errors import CityError
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.models import Post, User

CLOCK: Clock = SystemClock()
PASSWORD = "rehearsal-2021"  # noqa: S105  # shown to everybody at the sign-in page


@dataclass(frozen=True, kw_only=True)
class RehearsalAccount:
    """One account as the sign-in page shows it; names are masked like everybody's."""

    username: str
    password: str
    name: str
    name_en: str
    department: str
    duty: str
    title: str
    title_en: str
    contractor: bool = False
    department_title: str = ""  # from the applied city; empty before there is one
    department_title_en: str = ""


def _account(
    username: str, name: str, name_en: str, department: str, duty: str, title: str, title_en: str
) -> RehearsalAccount:
    return RehearsalAccount(
        username=username, password=PASSWORD, name=name, name_en=name_en, department=department,
        duty=duty, title=title, title_en=title_en, contractor=duty == "contractor",
    )  # fmt: skip


ACCOUNTS = (
    _account("engineer", "王**", "Wang **", "data_resources", "steward",
             "数据工程师", "data engineer"),
    _account("civil", "陈**", "Chen **", "civil_affairs", "officer",
             "部门数据员", "data officer of a department"),
    _account("police", "周**", "Zhou **", "public_security", "officer",
             "部门数据员", "data officer of a department"),
    _account("operator", "赵**", "Zhao **", "data_resources", "contractor",
             "运维人员，不接触数据内容", "contractor, sees no payload"),
    _account("leader", "李**", "Li **", "government_office", "leader",
             "领导，看驾驶舱", "leader, sees the cockpit"),
    _account("auditor", "孙**", "Sun **", "audit", "auditor",
             "安全审计员，查看留痕", "auditor, reads the ledger"),
)  # fmt: skip


def rehearsal_accounts() -> list[RehearsalAccount]:
    """What to show at the sign-in page; nothing outside rehearsal."""
    return [_titled(account) for account in ACCOUNTS] if guard.in_rehearsal() else []


def _titled(account: RehearsalAccount) -> RehearsalAccount:
    city = guard.applied()
    found = city.departments.get(account.department) if city else None
    if found is None:
        return account
    return replace(account, department_title=found.title, department_title_en=found.title_en)


def ensure_rehearsal_accounts(*, clock: Clock = CLOCK) -> None:
    """Create the accounts that are missing; refused outside rehearsal."""
    if not guard.in_rehearsal():
        raise CityError(
            "Rehearsal accounts are not made here",
            why="this installation is not a rehearsal",
            do="Create accounts for real people instead",
        )
    known = set(User.objects.filter(rehearsal=True).values_list("username", flat=True))
    missing = [account for account in ACCOUNTS if account.username not in known]
    if not missing:
        return
    now = clock.now()
    password = make_password(PASSWORD)
    with guard.unrecorded("set-up of a rehearsal, before anybody can act"):
        for account in missing:
            user = User.objects.create(
                username=account.username,
                password=password,
                name=account.name,
                name_en=account.name_en,
                department=account.department,
                contractor=account.contractor,
                rehearsal=True,
                created_at=now,
            )
            # A rehearsal may replay any day, so its posts began long ago.
            Post.objects.create(user=user, duty=account.duty, since=now.date().replace(year=2000))
