"""A first folder for a city that has none: its head, one department, the usual duties."""

import shutil
from pathlib import Path

from citybrain.city.model import Department
from citybrain.city.write import write_department

_STARTER = Path(__file__).parent / "starter"
_DIVISIONS = 'divisions:\n  - {code: "100000", name: 中国, name_en: China}\n'


def begin(root: Path, *, name: str, department: str) -> None:
    """Make what the folder lacks to be a city, and the department; change nothing it has.

    ``name`` is a slug. The division is the whole country: where the city lies is for its
    people to say.
    """
    root.mkdir(parents=True, exist_ok=True)
    if not (root / "city.yml").exists():
        title = root.resolve().name
        (root / "city.yml").write_text(
            f"name: {name}\ntitle: {title}\ntitle_en: {title}\n"
            'division: "100000"\ntimezone: Asia/Shanghai\n',
            encoding="utf-8",
        )
        (root / "divisions").mkdir(exist_ok=True)
        (root / "divisions" / "divisions.yml").write_text(_DIVISIONS, encoding="utf-8")
    if not (root / "roles").exists():
        shutil.copytree(_STARTER / "roles", root / "roles")
    if not (root / "departments" / f"{department}.yml").exists():
        title = department.replace("_", " ")
        write_department(
            root, Department(name=department, title=title, title_en=title.capitalize())
        )
