"""ledger verify, ledger export: the record of who did what."""

import argparse

from citybrain.interfaces.cli.context import Context
from citybrain.interfaces.cli.output import print_json, say
from citybrain.interfaces.cli.storage import note


def ledger(arguments: argparse.Namespace, context: Context) -> int:
    """Verify the ledger, or export it for a stranger to verify."""
    context.require_home()
    context.wiring.prepare(context.home_root)
    return _export(arguments, context) if arguments.verb == "export" else _verify(context)


def _verify(context: Context) -> int:
    from citybrain.engines.ledger import service

    found = service.verify()
    if context.as_json:
        print_json(found.as_dict())
    else:
        say(found.render())
    note(context, "note_record", found)
    return 1 if found.problems else 0


def _export(arguments: argparse.Namespace, context: Context) -> int:
    from citybrain.engines.ledger import service

    service.export_bundle(arguments.to)
    if not context.as_json:
        say(
            f"Wrote {arguments.to}. Whoever has Python can verify it with the file in it:\n"
            f"  unzip {arguments.to} verify_ledger.py && python3 verify_ledger.py {arguments.to}"
        )
    else:
        print_json({"bundle": str(arguments.to)})
    return 0
