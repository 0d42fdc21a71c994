"""account add, list, close: who may sign in."""

import argparse
from dataclasses import asdict

from citybrain.interfaces.cli.context import Context
from citybrain.interfaces.cli.output import print_json, say, table

_COLUMNS = ("username", "name", "department", "duties", "active")


def account(arguments: argparse.Namespace, context: Context) -> int:
    """Make, list or close accounts, as the local actor; recorded."""
    if arguments.verb != "add":
        context.require_home()
    context.wiring.prepare(context.home_root)
    from citybrain.engines.identity import service as identity

    actor = identity.local_actor()
    if arguments.verb == "add":
        return _add(arguments, context)
    if arguments.verb == "close":
        identity.close_account(actor, username=arguments.username, clock=context.clock)
        if context.as_json:
            print_json({"username": arguments.username, "active": False})
        else:
            say(f"{arguments.username} can act no more.")
        return 0
    rows = [asdict(row) for row in identity.accounts(actor, clock=context.clock)]
    if context.as_json:
        print_json(rows)
    else:
        shown = [row | {"duties": ", ".join(row["duties"])} for row in rows]
        say(table(shown, _COLUMNS, empty="There are no accounts. Make one: citybrain account add."))
    return 0


def _add(arguments: argparse.Namespace, context: Context) -> int:
    from citybrain.engines.identity import service as identity

    password = identity.create_account(
        identity.local_actor(),
        username=arguments.username,
        name=arguments.name,
        department=arguments.department,
        duty=arguments.duty,
        clock=context.clock,
    )
    if context.as_json:
        print_json({"username": arguments.username, "password": password})
    else:
        say(
            f"{arguments.username} may sign in with the password {password}\nIt is shown this once."
        )
    return 0
