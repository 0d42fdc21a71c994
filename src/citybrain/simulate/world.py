"""The made-up world: people, homes, firms and what happened, as plain records.

Everything refers to everything else by its place in a list of the :class:`World`, so that
the world stays small and nothing is told twice. Departments' tables are drawn from it
afterwards (``tables``), each with its own columns.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from citybrain.city import City
from citybrain.simulate.identity import Issuer
from citybrain.simulate.names import Names
from citybrain.simulate.places import Places, Town

NOBODY = -1


@dataclass(slots=True, kw_only=True)
class Person:
    """One person; ``number`` is the truth about who this is, in no table of any department."""

    number: int
    sex: str  # GB/T 2261.1
    surname: str
    given: str
    born: date
    id_number: str
    nationality: str
    region: str  # six digits of where the number was issued
    town: Town
    household: int = NOBODY
    father: int = NOBODY
    mother: int = NOBODY
    spouse: int = NOBODY
    children: list[int] = field(default_factory=list)
    marital: str = "10"
    married: date | None = None
    education: str = "90"
    phone: str = ""
    former_name: str = ""
    registered: date
    incomer: bool = False
    dwelling: int = NOBODY
    reason: str = ""
    died: date | None = None
    gone: date | None = None
    cancelled: date | None = None
    entered: bool = True  # the registers know this person already
    employer: int = NOBODY
    hired: date | None = None
    insured: date | None = None
    scheme: str = ""
    base: int = 0  # monthly base of contributions, yuan
    fund: date | None = None
    retired: date | None = None
    school: int = NOBODY
    enrolled: date | None = None
    grade: str = ""
    student: str = ""
    licensed: date | None = None
    licence: str = ""
    points: int = 0
    changed: datetime

    @property
    def name(self) -> str:
        """Surname and given name."""
        return self.surname + self.given

    @property
    def here(self) -> bool:
        """Alive and living in the city."""
        return self.died is None and self.gone is None

    def age(self, on: date) -> int:
        """Full years on that day."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


@dataclass(slots=True, kw_only=True)
class Household:
    """A household at one address; members in the order they joined, the head first."""

    number: int
    town: Town
    address: str
    founded: date
    members: list[int]
    changed: datetime
    urban: bool = False
    issued: str = ""  # six digits its number begins with


@dataclass(slots=True, kw_only=True)
class Company:
    """A company, self-employed business or public body that may employ people."""

    number: int
    uscc: str
    name: str
    kind: str  # company_type, or "" for a public body
    body: str  # employer_kind
    industry: str
    industry_code: str
    owner: int
    capital: int  # in units of 10,000 yuan
    founded: date
    town: Town
    address: str
    scope: str
    phone: str
    registration: str
    closed: date | None = None
    holders: list[tuple[int, int]] = field(default_factory=list)  # person, share in per cent
    staff: int = 0
    general: bool = False
    grade: str = "B"
    changed: datetime


@dataclass(slots=True, kw_only=True)
class School:
    """A school and the grades it teaches."""

    number: int
    name: str
    kind: str
    town: Town
    grades: tuple[str, ...]
    company: int


@dataclass(slots=True, kw_only=True)
class Institution:
    """A hospital, health centre or clinic."""

    number: int
    name: str
    level: str
    town: Town
    beds: int
    company: int


@dataclass(slots=True, kw_only=True)
class Dwelling:
    """A rented dwelling where incomers live."""

    number: int
    town: Town
    address: str
    kind: str
    owner: int
    rooms: int
    registered: date


@dataclass(slots=True, kw_only=True)
class Vehicle:
    """A vehicle and its owner, a person or a company."""

    number: int
    plate: str
    plate_kind: str
    kind: str
    brand: str
    vin: str
    use: str
    owner: int
    company: int
    registered: date
    valid_to: date
    mileage: int
    status: str
    changed: datetime


@dataclass(slots=True, kw_only=True)
class Title:
    """A home or other real estate with the people who own it."""

    number: int
    town: Town
    address: str
    owners: tuple[int, ...]
    company: int
    right: str
    use: str
    area: int  # hundredths of a square metre
    price: int  # hundredths of 10,000 yuan
    registered: date
    status: str = "1"


@dataclass(slots=True, kw_only=True)
class World:
    """The city's people and things on one day, and the log of what happened so far."""

    city: City
    seed: int
    origin: date
    today: date
    places: Places
    names: Names
    issuer: Issuer
    people: list[Person] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    companies: list[Company] = field(default_factory=list)
    schools: list[School] = field(default_factory=list)
    institutions: list[Institution] = field(default_factory=list)
    dwellings: list[Dwelling] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)
    titles: list[Title] = field(default_factory=list)
    log: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    by_town_school: dict[tuple[str, str], int] = field(default_factory=dict)

    near: dict[str, list[int]] = field(default_factory=dict)  # town → institutions
    hospitals: dict[str, list[int]] = field(default_factory=dict)  # county → institutions
    founders: int = 0  # how many people lived here when the books began
    shares: dict[str, float] = field(default_factory=dict)  # area → share of the first people
    agenda: dict[date, list[tuple[str, tuple[Any, ...]]]] = field(default_factory=dict)

    def plan(self, day: date, topic: str, *what: Any) -> None:
        """Let something be noted on a later day, as ``(day, *what)``."""
        self.agenda.setdefault(day, []).append((topic, what))

    def note(self, topic: str, *what: Any) -> None:
        """Remember that something happened, in the order it happened."""
        self.log.setdefault(topic, []).append(what)

    def happened(self, topic: str) -> list[tuple[Any, ...]]:
        """Everything noted about a topic, oldest first."""
        return self.log.get(topic, [])
