"""A city's folder: load, check, plan and apply. No Django, no lake, nothing but content.

>>> from citybrain.city import load
>>> load("/nowhere").city.departments
{}
"""

from citybrain.city.finding import Finding
from citybrain.city.load import load
from citybrain.city.model import City, Codelist, Department, Division, Entry, Loaded, Role

__all__ = [
    "City",
    "Codelist",
    "Department",
    "Division",
    "Entry",
    "Finding",
    "Loaded",
    "Role",
    "load",
]
