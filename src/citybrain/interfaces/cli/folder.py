"""check, schema, plan, apply: the city's folder."""

import argparse
from typing import TYPE_CHECKING

from citybrain import city
from citybrain.base.wording import counted
from citybrain.interfaces.cli.context import Context
from citybrain.interfaces.cli.output import print_json, say

if TYPE_CHECKING:
    from citybrain.lake.models.build import ModelPlan


def check(arguments: argparse.Namespace, context: Context) -> int:
    """Print every finding; 1 when there is any."""
    path = context.require_city(arguments.path)
    findings = city.check(path, kinds=context.wiring.kinds())
    if context.as_json:
        print_json([finding.as_dict() for finding in findings])
        return 1 if findings else 0
    for finding in findings:
        say(str(finding))
    if findings:
        say(f"\n{path}: {counted(len(findings), 'finding')}.")
        return 1
    loaded = city.load(path).city
    say(
        f"{path}: no findings. {counted(len(loaded.departments), 'department')}, "
        f"{counted(len(loaded.systems), 'system')}, {counted(len(loaded.contracts), 'contract')}, "
        f"{counted(len(loaded.codelists), 'codelist')}."
    )
    return 0


def schema(arguments: argparse.Namespace, context: Context) -> int:
    """Write one JSON Schema per kind of file."""
    files = city.write_schemas(arguments.to, kinds=context.wiring.kinds())
    if context.as_json:
        print_json([str(file) for file in files])
    else:
        say(f"Wrote {counted(len(files), 'schema')} to {arguments.to}.")
    return 0


def plan(arguments: argparse.Namespace, context: Context) -> int:
    """Show what ``apply`` would change."""
    path = context.require_city(arguments.path)
    found = city.plan(path, context.home_root, kinds=context.wiring.kinds())
    models = None if found.findings else _models(found.city, context)
    if context.as_json:
        print_json(found.as_dict() | {"models": models.as_dict() if models else None})
    else:
        say(found.render())
        if models:
            say(models.render())
    return 1 if found.findings else 0


def _models(of: city.City, context: Context) -> "ModelPlan | None":
    """What the folder's models would change; None while the home holds no lake."""
    if not (context.home_root / "lake").exists():
        return None
    from citybrain.lake.home import Home
    from citybrain.lake.models.build import plan
    from citybrain.lake.store import open_store

    return plan(open_store(Home(context.home_root), clock=context.clock), of)


def apply(arguments: argparse.Namespace, context: Context) -> int:
    """Apply the folder, and record who did."""
    path = context.require_city(arguments.path)
    city.require_folder(path)  # before a home is made for it
    context.wiring.prepare(context.home_root)
    from citybrain.engines.catalogue import service as catalogue
    from citybrain.engines.identity import service as identity

    applied = catalogue.apply_city(identity.local_actor(), path)
    if context.as_json:
        print_json(applied.as_dict())
    else:
        say(applied.render())
    return 0
