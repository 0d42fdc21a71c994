"""Titles and owners of what a score is about, told from one city, without asking twice."""

from datetime import date

from citybrain.city import City
from citybrain.engines.libraries.wiring import Text, both


class Owners:
    """The city on one day: who owns which table, and what things are called."""

    def __init__(self, city: City, on: date) -> None:
        self.city = city
        systems = {name: system.department(on) for name, system in city.systems.items()}
        self._owner = {t: systems.get(c.system, "") for t, c in city.contracts.items()}

    def of(self, table: str) -> str:
        """The department that owns the table's system; empty when nobody does."""
        return self._owner.get(table, "")

    def department(self, name: str) -> Text:
        """A department's title, its name where the folder does not know it."""
        found = self.city.departments.get(name)
        return both(found.title, found.title_en) if found else both(name)

    def table(self, name: str) -> Text:
        """A source table's title, its name where the folder does not know it."""
        found = self.city.contracts.get(name)
        return both(found.title or name, found.title_en) if found else both(name)
