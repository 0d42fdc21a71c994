#!/usr/bin/env python3
"""Verify a citybrain ledger bundle, evidence with one in it, or one proof, with nothing but Python.

    python3 verify_ledger.py bundle.zip [--key KEY]
    python3 verify_ledger.py evidence.zip [--key KEY]
    python3 verify_ledger.py proof.json [--key KEY]

KEY is the ledger's public key as you were given it elsewhere; without it the key inside the
file is used, which shows that the file agrees with itself and not who wrote it.
Exit code: 0 everything fits, 1 something does not and is named, 2 the file cannot be read.
"""

import argparse
import base64
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Point = tuple[int, int, int, int]  # extended coordinates
Checked = tuple[str, list[str]]  # what was checked, and the problems found

# Ed25519 (RFC 8032), in the affine-free form of its section 6.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
DASH = "\u2014"
INNER = "ledger.zip"  # the bundle in the evidence that the integrity page gives


def counted(number: int, noun: str, several: str) -> str:
    """A number with its noun; this file stands alone, so it has its own."""
    return f"{number} {noun if number == 1 else several}"


def entries(number: int) -> str:
    """How many entries."""
    return counted(number, "entry", "entries")


def add(p: Point, q: Point) -> Point:
    """The sum of two points in extended coordinates."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    """A multiple of a point."""
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def equal(p: Point, q: Point) -> bool:
    """Whether two points are the same."""
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def recover_x(y: int, sign: int) -> int | None:
    """The x of a point, None when there is none."""
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x2) % P:
        return None
    return P - x if (x & 1) != sign else x


def decompress(data: bytes) -> Point | None:
    """A point from its 32 bytes, None when they are none."""
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0) or 0
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the Ed25519 signature of the message is this key's."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce = decompress(public), decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    return equal(multiply(scalar, BASE), add(nonce, multiply(challenge, key)))


def leaf_hash(content: bytes) -> bytes:
    """RFC 9162's hash of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162's hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A Merkle tree that grows by leaves and knows its root at every size."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[
            tuple[int, bytes]
        ] = []  # (leaves, hash) of complete subtrees, the largest first

    def add(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.size += 1
        self.peaks.append((1, leaf))
        while len(self.peaks) > 1 and self.peaks[-1][0] == self.peaks[-2][0]:
            right, left = self.peaks.pop(), self.peaks.pop()
            self.peaks.append((left[0] * 2, node_hash(left[1], right[1])))

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1][1]
        for _, peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of_path(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to, None when its length does not fit its place."""
    last, rest = size - 1, list(path)
    while last:
        if index & 1 or index < last:
            if not rest:
                return None
            sibling = rest.pop(0)
            leaf = node_hash(sibling, leaf) if index & 1 else node_hash(leaf, sibling)
        index, last = index >> 1, last >> 1
    return None if rest else leaf


def read_key(text: str) -> tuple[str, bytes]:
    """Name and 32 bytes of a key written ``name+id+base64(0x01 || key)``."""
    name, _, rest = text.strip().partition("+")
    data = base64.b64decode(rest.partition("+")[2], validate=True)
    if len(data) != 33 or data[0] != 1:
        raise ValueError("the key is not an Ed25519 key")
    return name, data[1:]


def read_notes(text: str) -> list[tuple[str, str]]:
    """Every (text, signature line) of a file of signed notes."""
    pieces = text.split("\n\n")
    return [
        (pieces[at - 1].lstrip("\n") + "\n", pieces[at].strip())
        for at in range(1, len(pieces))
        if pieces[at].startswith(DASH)
    ]


def judge(text: str, signed: str, name: str, public: bytes) -> tuple[int, bytes]:
    """Size and root of a checkpoint that this key signed; ``ValueError`` with the reason."""
    lines, words = text.split("\n"), signed.split(" ")
    if len(lines) < 4 or len(words) != 3 or not lines[1].isdecimal():
        raise ValueError("it is not a signed checkpoint")
    if lines[0] != name or words[1] != name:
        raise ValueError(f"it is of {lines[0]}, not of {name}")
    blob = base64.b64decode(words[2], validate=True)
    if blob[:4] != hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]:
        raise ValueError("another key signed it")
    if not signature_holds(public, text.encode(), blob[4:]):
        raise ValueError("its signature does not hold")
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


def signed_roots(
    files: Sequence[tuple[str, str]], name: str, public: bytes, problems: list[str]
) -> dict[int, bytes]:
    """Size → root of all checkpoints that hold; the others are named."""
    roots: dict[int, bytes] = {}
    judged: set[tuple[str, str]] = set()
    for where, text in files:
        for note in read_notes(text):
            if note in judged:
                continue
            judged.add(note)
            try:
                size, root = judge(*note, name, public)
            except ValueError as error:
                stated = note[0].split("\n")[1:2]
                problems.append(f"A checkpoint over {stated} in {where} is refused: {error}.")
                continue
            if roots.setdefault(size, root) != root:
                problems.append(f"Two checkpoints over {entries(size)} differ: the ledger forked.")
    return roots


def check_bundle(bundle: zipfile.ZipFile, key: str) -> Checked:
    """What was checked, and the problems found, as sentences."""
    problems: list[str] = []
    name, public = read_key(key or bundle.read("key.txt").decode())
    files = [(f, bundle.read(f).decode()) for f in ("checkpoints.txt", "witness.txt")]
    roots = signed_roots(files, name, public, problems)
    leaves, tree, number = bundle.read("leaves.bin"), Tree(), 0
    with bundle.open("entries.jsonl") as lines:
        for number, line in enumerate(lines, 1):
            leaf, recorded = leaf_hash(line.rstrip(b"\n")), leaves[(number - 1) * 32 : number * 32]
            if leaf != recorded:
                problems.append(
                    f"Entry {number} was changed: its leaf was recorded as {recorded.hex()}, "
                    f"its content gives {leaf.hex()}."
                )
            tree.add(recorded if len(recorded) == 32 else leaf)
            if number in roots and tree.root() != roots[number]:
                problems.append(f"The checkpoint over {entries(number)} does not fit the entries.")
    if len(leaves) != number * 32:
        held = counted(len(leaves) // 32, "leaf", "leaves")
        problems.append(f"The tree has {held} for {entries(number)}.")
    for size in sorted(roots):
        if size > number:
            problems.append(f"A checkpoint covers {entries(size)}, and here the last is {number}.")
    if number and number not in roots:
        problems.append(f"No checkpoint covers the last of {entries(number)}.")
    signed = counted(len(roots), "checkpoint", "checkpoints")
    return f"{entries(number)} and {signed} of {name}", problems


def check_proof(proof: dict[str, Any], key: str) -> Checked:
    """What was checked, and the problems found, for one entry's proof."""
    problems: list[str] = []
    name, public = read_key(key or proof["key"])
    roots = signed_roots([("the proof", proof["checkpoint"])], name, public, problems)
    leaf = leaf_hash(proof["content"].encode("ascii"))
    path = [bytes.fromhex(item) for item in proof["path"]]
    number, size = int(proof["number"]), int(proof["size"])
    fits = 0 < number <= size and all(len(item) == 32 for item in path)
    root = root_of_path(number - 1, size, leaf, path) if fits else None
    if root is None or roots.get(size) != root:
        problems.append(f"Entry {number} is not in the signed tree of {entries(size)}.")
    return f"the proof of entry {number} under a checkpoint of {name}", problems


def check(path: str, key: str) -> Checked:
    """Check a bundle, evidence or a proof, whichever the file is."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if INNER not in archive.namelist():
                return check_bundle(archive, key)
            with zipfile.ZipFile(io.BytesIO(archive.read(INNER))) as bundle:
                return check_bundle(bundle, key)
    return check_proof(json.loads(Path(path).read_text(encoding="utf-8")), key)


def main() -> int:
    """Say in sentences what fits and what does not."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", help="bundle.zip, evidence.zip or proof.json")
    parser.add_argument("--key", default="", help="the public key, from elsewhere")
    arguments = parser.parse_args()
    try:
        subject, problems = check(arguments.file, arguments.key)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        print(f"{arguments.file} cannot be verified, because it cannot be read: {error}.")
        return 2
    for sentence in problems:
        print(sentence)
    if not arguments.key:
        print("The key came with the file: compare it with the one you were given elsewhere.")
    verdict = f"{counted(len(problems), 'problem', 'problems')}." if problems else "all fits."
    print(f"Checked {subject}: {verdict}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
