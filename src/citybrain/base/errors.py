"""The one error type: what happened, why, what to do, and where.

>>> print(CityError("The file is refused", why="it is empty", do="Upload it again", where="a.csv"))
The file is refused, because it is empty. Upload it again. (a.csv)
"""


class CityError(Exception):
    """An error that is a full sentence for the person who reads it.

    ``what`` says what went wrong, ``why`` the cause, ``do`` the next step of the
    reader, ``where`` the file, line, table or page it is about. All are plain text.
    """

    def __init__(self, what: str, *, why: str = "", do: str = "", where: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.do = do
        self.where = where

    def __str__(self) -> str:
        sentence = self.what.rstrip(".")
        if self.why:
            sentence += f", because {self.why.rstrip('.')}"
        parts = [sentence + "."]
        if self.do:
            parts.append(self.do.rstrip(".") + ".")
        if self.where:
            parts.append(f"({self.where})")
        return " ".join(parts)

    def as_dict(self) -> dict[str, str]:
        """The four parts, for machine-readable output."""
        return {"what": self.what, "why": self.why, "do": self.do, "where": self.where}
