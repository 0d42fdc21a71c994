"""Writing the folder's files: canonical YAML that loads as exactly what was written.

Used by whatever describes a city for its people (discovering a database, publishing an
officer's edit). Writing a file replaces it, durably.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from citybrain.base.files import write_durably
from citybrain.city.contracts import Contract, Field, Rule
from citybrain.city.model import Department
from citybrain.city.odcs import DEFAULT_TYPES, PREFIX
from citybrain.city.systems import Fetch, Schedule, System

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_LOGICAL = {
    "int": "integer",
    "long": "integer",
    "ulong": "integer",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "timestamptz": "timestamp",
    "binary": "string",
    "json": "object",
}
_OPTIONS = {
    ("pattern", "pattern"): "pattern",
    ("length", "min"): "minLength",
    ("length", "max"): "maxLength",
    ("range", "min"): "minimum",
    ("range", "max"): "maximum",
}


def write_contract(root: Path | str, contract: Contract) -> Path:
    """Write ``sources/<system>/<table>.yaml``; the file's path."""
    return _write(root, f"sources/{contract.system}/{contract.table}.yaml", _contract(contract))


def write_system(root: Path | str, system: System) -> Path:
    """Write ``systems/<name>.yml``; the file's path."""
    return _write(root, f"systems/{system.name}.yml", _system(system))


def write_department(root: Path | str, department: Department) -> Path:
    """Write ``departments/<name>.yml``; the file's path."""
    keys = ("name", "title", "title_en", "description", "uscc", "parent", "division", "level")
    content = {key: getattr(department, key) for key in keys}
    for key in ("since", "until"):
        day = getattr(department, key)
        content[key] = day.isoformat() if day else ""
    return _write(root, f"departments/{department.name}.yml", _filled(content))


def dump_contract(contract: Contract) -> str:
    """The contract as canonical ODCS v3.1 YAML; the same contract gives the same text."""
    return _dump(_contract(contract))


def _write(root: Path | str, file: str, content: Mapping[str, Any]) -> Path:
    target = Path(root) / file
    target.parent.mkdir(parents=True, exist_ok=True)
    write_durably(target, _dump(content))
    return target


def _dump(content: Mapping[str, Any]) -> str:
    text: str = yaml.dump(content, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=100)
    return text


def _filled(content: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty, which says nothing."""
    return {key: value for key, value in content.items() if value not in ("", None, [], {}, ())}


def _contract(contract: Contract) -> dict[str, Any]:
    body = {
        "name": contract.table,
        "logicalType": "object",
        "businessName": contract.title,
        "description": contract.description,
        "properties": [_field(field) for field in contract.fields],
    }
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": contract.id,
        "name": contract.id,
        "version": contract.version,
        "status": contract.status,
        "customProperties": _custom(
            titleEn=contract.title_en,
            descriptionEn=contract.description_en,
            sharing=_filled({"type": contract.sharing.type, "law": contract.sharing.law}),
            retention=_filled({"period": contract.retention, "law": contract.retention_law}),
            contact=contract.contact,
            contactEn=contract.contact_en,
        ),
        "schema": [_filled(body)],
    }


def _custom(**values: Any) -> list[dict[str, Any]]:
    return [{"property": PREFIX + name, "value": value} for name, value in _filled(values).items()]


def _field(field: Field) -> dict[str, Any]:
    base = field.type.split("(")[0]
    logical = _LOGICAL.get(base, base)
    derived = field.type == "timestamptz" or DEFAULT_TYPES.get(logical) == field.type
    content = {
        "name": field.name,
        "physicalName": field.source,
        "businessName": field.title,
        "description": field.description,
        "logicalType": logical,
        "logicalTypeOptions": _options(field),
        "required": field.required or None,
        "unique": field.unique or None,
        "primaryKey": bool(field.key) or None,
        "primaryKeyPosition": field.key or None,
        "customProperties": _custom(
            titleEn=field.title_en,
            descriptionEn=field.description_en,
            level=field.level,
            masking=field.masking,
            type="" if derived else field.type,
            codelist=field.codelist,
            element=field.element,
            formats=list(field.formats),
            renamedFrom=field.renamed_from,
        ),
        "quality": [_quality(rule) for rule in field.rules if not _standard(rule)],
    }
    return _filled(content)


def _standard(rule: Rule) -> bool:
    """Whether the standard, or ``citybrain.codelist``, has a place for the rule."""
    return rule.name in ("pattern", "length", "range", "codelist")


def _options(field: Field) -> dict[str, Any]:
    given = {
        _OPTIONS[rule.name, argument]: value
        for rule in field.rules
        for argument, value in rule.arguments.items()
        if (rule.name, argument) in _OPTIONS
    }
    options: dict[str, Any] = {"timezone": True} if field.type == "timestamptz" else {}
    return options | {name: given[name] for name in _OPTIONS.values() if name in given}


def _quality(rule: Rule) -> dict[str, Any]:
    implementation = {"rule": rule.name, **rule.arguments}
    return {"type": "custom", "engine": "citybrain", "implementation": implementation}


def _system(system: System) -> dict[str, Any]:
    owners = [
        {"department": owner.department, "since": owner.since.isoformat()}
        for owner in system.owners
    ]
    return _filled(
        {
            "name": system.name,
            "title": system.title,
            "title_en": system.title_en,
            "description": system.description,
            "description_en": system.description_en,
            "kind": system.kind,
            "connection": system.connection,
            "owners": owners,
            "drift": system.drift,
            "schedule": _schedule(system.schedule),
            "tables": {name: _fetch(fetch) for name, fetch in system.tables.items()},
        }
    )


def _schedule(schedule: Schedule) -> dict[str, Any]:
    content: dict[str, Any] = {"cycle": schedule.cycle, "by": schedule.by.strftime("%H:%M")}
    usual = Schedule()
    for key in ("weekday", "day", "grace_minutes"):
        if getattr(schedule, key) != getattr(usual, key):
            content[key] = getattr(schedule, key)
    return content


def _fetch(fetch: Fetch) -> dict[str, Any]:
    usual = Fetch(source="")
    content: dict[str, Any] = {"source": fetch.source, "mode": fetch.mode}
    for key in ("cursor", "format", "sheet", "encoding", "delimiter", "header_row"):
        if getattr(fetch, key) != getattr(usual, key):
            content[key] = getattr(fetch, key)
    if fetch.schedule is not None:
        content["schedule"] = _schedule(fetch.schedule)
    return content
