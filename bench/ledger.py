"""How many durable events a second the ledger takes, and how long verifying them takes.

    python bench/ledger.py [--events 1000000] [--group 200] [--url postgresql://…]

Measured through ``ledger.service`` in a fresh home with the shipped settings (SQLite: WAL,
synchronous FULL). "Durable" is the return of ``append_many``: the transaction has committed.
Three figures of writing: one event in each transaction, groups, and groups with a purpose;
then numbering (tree, hot copy, checkpoint), verification, and proofs.
"""

import argparse
import os
import tempfile
from pathlib import Path

from citybrain.base.clock import Stopwatch, SystemClock


def prepare(url: str) -> Path:
    """A fresh home with its database made."""
    home = Path(tempfile.mkdtemp(prefix="ledger-bench-"))
    os.environ |= {
        "CITYBRAIN_HOME": str(home),
        "CITYBRAIN_WITNESS": str(home / "witness"),
        "CITYBRAIN_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "citybrain.config.settings",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return home


def write(events: int, *, group: int, purpose: str = "") -> float:
    """Events a second, in transactions of ``group``."""
    from citybrain.engines.ledger import service

    at = SystemClock().now()
    watch = Stopwatch()
    for start in range(0, events, group):
        service.append_many(
            [
                service.Draft(
                    actor=f"{n % 97:032x}", action="lake.read", thing=f"table:civil.t{n % 40}",
                    at=at, department="civil_affairs", masked=True, count=n, purpose=purpose,
                )
                for n in range(start, min(start + group, events))
            ]
        )  # fmt: skip
    return events / watch.seconds()


def main() -> None:
    """Run and print every figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--group", type=int, default=200)
    parser.add_argument("--url", default="")
    arguments = parser.parse_args()
    home = prepare(arguments.url)
    from citybrain.engines.ledger import service

    single = write(2_000, group=1)
    print(f"one event in each transaction: {single:10,.0f} /s")
    worded = write(20_000, group=arguments.group, purpose="核对数据质量")
    print(f"groups of {arguments.group}, purpose:      {worded:10,.0f} /s")
    grouped = write(arguments.events - 22_000, group=arguments.group)
    print(f"groups of {arguments.group}:               {grouped:10,.0f} /s")
    watch = Stopwatch()
    numbered = service.sequence()
    service.checkpoint()
    print(f"numbering {numbered:,}:        {numbered / watch.seconds():10,.0f} /s")
    found = service.verify()
    problems = len(found.problems)
    print(f"verifying {found.entries:,}:        {found.seconds:10.1f} s, {problems} problems")
    watch = Stopwatch()
    for number in range(1, found.entries, max(found.entries // 200, 1)):
        service.proof(number)
    print(f"a proof:                       {watch.seconds() / 200 * 1000:10.1f} ms")
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    print(f"on disk, with the hot copy:    {size / found.entries:10.0f} bytes an event")


if __name__ == "__main__":
    main()
