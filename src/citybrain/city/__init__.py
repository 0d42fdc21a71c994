"""A city's folder: load, check, plan and apply. No Django, no lake, nothing but content.

>>> from citybrain.city import load
>>> load("/nowhere").city.departments
{}
"""

from typing import TYPE_CHECKING

from citybrain.base.doors import opener

if TYPE_CHECKING:
    from citybrain.city.applied import applied_city
    from citybrain.city.applying import Applied, apply
    from citybrain.city.change import Change
    from citybrain.city.checking import check, require_folder, write_schemas
    from citybrain.city.finding import Finding
    from citybrain.city.loading import load
    from citybrain.city.model import City, Codelist, Department, Division, Entry, Loaded, Role
    from citybrain.city.planning import Plan, plan, runs
else:
    __getattr__ = opener(__name__, __file__)

__all__ = [
    "Applied",
    "Change",
    "City",
    "Codelist",
    "Department",
    "Division",
    "Entry",
    "Finding",
    "Loaded",
    "Plan",
    "Role",
    "applied_city",
    "apply",
    "check",
    "load",
    "plan",
    "require_folder",
    "runs",
    "write_schemas",
]
