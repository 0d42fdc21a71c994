"""What only follows from a file that could not be read is not said beside it.

One wrong line in ``divisions.yml`` would else be a finding in every file that names a division,
and the one to correct would be lost among them. Whatever is really missing is found as soon as
the file can be read.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from citybrain.city.document import Document
from citybrain.city.finding import Finding

# What a rule misses may stand in an unread file of these folders.
_NAMED_BY_FILE = {
    "calendar-gap": ("calendar",),
    "codelist-missing": ("codelists",),
    "contract-without-system": ("systems",),
    "department-parent": ("departments",),
    "owner-department": ("departments",),
    "table-without-contract": ("sources",),
    "unknown-department": ("departments",),
    "unknown-indicator": ("indicators",),
    "unknown-table": ("sources",),
}
_MANY_IN_A_FILE = {
    "division-parent": ("divisions",),
    "division-unknown": ("divisions",),
    "element-missing": ("elements",),
    "role-missing": ("libraries",),
    "role-unclear": ("libraries",),
    "unknown-table": ("libraries",),
}


def without_consequences(
    found: Iterable[Finding], documents: Iterable[Document]
) -> Iterator[Finding]:
    """The findings without those that miss what an unread file may hold."""
    unread = [PurePosixPath(d.file) for d in documents if d.value is None and d.findings]
    for finding in found:
        if not any(_may_hold(file, finding) for file in unread):
            yield finding


def _may_hold(file: PurePosixPath, finding: Finding) -> bool:
    folder = file.parts[0]
    if folder in _MANY_IN_A_FILE.get(finding.rule, ()):
        return True
    named = folder in _NAMED_BY_FILE.get(finding.rule, ())
    return named and bool(re.search(rf"(?<!\w){re.escape(file.stem)}(?!\w)", finding.message))
