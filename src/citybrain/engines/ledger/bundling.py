"""The bundle that a stranger verifies with one file and no packages."""

import zipfile
from pathlib import Path

from citybrain.base.files import fsync_directory, fsync_file
from citybrain.engines.ledger import copies
from citybrain.engines.ledger.gathering import all_tiles
from citybrain.engines.ledger.models import Checkpoint
from citybrain.engines.ledger.sequencing import contents, signer, tree_size
from citybrain.engines.ledger.verifying import leaf_count

VERIFIER = "verify_ledger.py"
_README = """\
citybrain ledger bundle

entries.jsonl    line n is entry n, byte for byte what its leaf was hashed from
leaves.bin       32 bytes for each entry: the leaf hashes as the tree recorded them
checkpoints.txt  signed notes (C2SP): origin, size, root, time, Ed25519 signature
witness.txt      the same from the witness copy
key.txt          the public key; compare it with the one you were given elsewhere
verify_ledger.py the verifier; it needs Python 3.10 or later and nothing else

Verify:  python3 verify_ledger.py THIS_FILE [--key KEY]
"""


def verifier() -> bytes:
    """The program that verifies a bundle anywhere: one file, Python's own library."""
    return Path(__file__).with_name(VERIFIER).read_bytes()


def export_bundle(path: Path | str) -> None:
    """Write everything needed to verify the ledger elsewhere into one zip file."""
    target, size = Path(path), tree_size()
    tiles = all_tiles()
    leaves = (tiles.get((0, n), b"") for n in range((leaf_count(tiles) + 255) // 256))
    notes = Checkpoint.objects.order_by("size").values_list("note", flat=True)
    witness = copies.notes_of(copies.places().checkpoints[1])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
        bundle.writestr("README.txt", _README)
        bundle.writestr(VERIFIER, verifier())
        bundle.writestr("key.txt", signer().verifier() + "\n")
        bundle.writestr("leaves.bin", b"".join(leaves))
        bundle.writestr("checkpoints.txt", "".join(f"{note}\n" for note in notes))
        bundle.writestr("witness.txt", "".join(f"{note}\n" for note in witness))
        with bundle.open("entries.jsonl", "w", force_zip64=True) as entries:
            for line in contents(1, size):
                entries.write(line + b"\n")
    fsync_file(target)
    fsync_directory(target.parent)
