"""What the machine refuses, as a sentence: a file, a full disk, a database that does not answer.

Nothing is imported from a database's driver, so that a command which needs none starts quickly:
the drivers' errors are told by their names.
"""

from pathlib import Path

from citybrain.base.errors import CityError

# The library that a database was asked through -> what lies there, and the setting of its address
_PARTS = {
    "sqlalchemy": ("lake's database", "CITYBRAIN_LAKE_URL"),
    "django": ("database of accounts, ledger and queue", "CITYBRAIN_DATABASE_URL"),
}
_UNUSABLE = ("OperationalError", "InterfaceError", "DatabaseError")


def refusal(error: Exception, home: Path) -> CityError | None:
    """The sentence for an error that is the machine's; None for one that is a mistake of ours."""
    if isinstance(error, OSError):
        return _of_a_file(error)
    library = type(error).__module__.partition(".")[0]
    if library not in _PARTS or type(error).__name__ not in _UNUSABLE:
        return None
    part, setting = _PARTS[library]
    cause = getattr(error, "orig", None) or error.__cause__ or error
    said, _, _ = str(cause).partition("\n")  # a driver's further lines ask what we answer
    in_the_home = type(cause).__module__.startswith("sqlite3")
    return CityError(
        f"The {part} cannot be used",
        why=("SQLite says: " if in_the_home else "its server says: ") + said,
        do="Check that the disk has room and that the home may be written, then run again"
        if in_the_home
        else f"Check that the server runs and that {setting} is right, then run again",
        where=str(home) if in_the_home else setting,
    )


def _of_a_file(error: OSError) -> CityError:
    return CityError(
        "The command could not go on",
        why=f"the system refused a file: {error.strerror or error}",
        do="Check that its folder exists and may be written, and that there is room",
        where=str(error.filename or ""),
    )
