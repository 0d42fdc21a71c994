"""An import-linter contract: rooms of a container are entered only through one door module."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DoorsContract(Contract):
    """Modules outside a room may import only ``<container>.<room>.<door>``.

    ``container`` is the package whose children are rooms; ``door`` the module's name.
    Django itself needs ``apps`` and ``migrations``, named by string and so invisible here.
    """

    container = fields.StringField()
    door = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect every import that enters a room by another way."""
        prefix = f"{self.container}."
        broken = []
        for imported in sorted(m for m in graph.modules if m.startswith(prefix)):
            parts = imported[len(prefix) :].split(".")
            if len(parts) < 2 or parts[1] == self.door:
                continue
            room = prefix + parts[0]
            broken += [
                (importer, imported)
                for importer in sorted(graph.find_modules_that_directly_import(imported))
                if importer != room and not importer.startswith(room + ".")
            ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import and the door it should have used."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}: use the room's '{self.door}'.")
