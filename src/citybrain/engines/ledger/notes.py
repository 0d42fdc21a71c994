"""Checkpoints as signed notes (C2SP ``tlog-checkpoint`` and ``signed-note``), Ed25519.

A note is the origin, the size, the root in base64, one line of time, an empty line, and a
signature line ``— origin base64(key id || signature)``.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from citybrain.base.files import write_durably

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ED25519 = b"\x01"
_DASH = "\u2014"  # the em dash that a signature line begins with


@dataclass(frozen=True, kw_only=True)
class Note:
    """A checkpoint that was read: what it states, and who signed it."""

    origin: str
    size: int
    root: bytes
    at: str
    text: str  # what is signed, with its last newline
    key_id: bytes
    signature: bytes
    whole: str


class Signer:
    """The key of this ledger, in ``keys/ledger.key`` of the home; made at first use."""

    def __init__(self, *, keys: Path, origin: str) -> None:
        self.origin = origin
        self._path = keys / "ledger.key"
        self._key: Ed25519PrivateKey | None = None

    def sign(self, *, size: int, root: bytes, at: datetime) -> str:
        """A signed checkpoint of this tree."""
        lines = (self.origin, str(size), base64.b64encode(root).decode(), f"time {at.isoformat()}")
        text = "\n".join(lines) + "\n"
        signature = self._private().sign(text.encode())
        blob = base64.b64encode(key_id(self.origin, self.public()) + signature).decode()
        return f"{text}\n{_DASH} {self.origin} {blob}\n"

    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._private().public_key().public_bytes_raw()

    def verifier(self) -> str:
        """The public key as C2SP writes it: ``origin+key id+base64(0x01 || key)``."""
        public = self.public()
        named = base64.b64encode(_ED25519 + public).decode()
        return f"{self.origin}+{key_id(self.origin, public).hex()}+{named}"

    def _private(self) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if self._key is None:
            if not self._path.exists():
                self._make()
            seed = bytes.fromhex(self._path.read_text(encoding="ascii"))
            self._key = Ed25519PrivateKey.from_private_bytes(seed)
        return self._key

    def _make(self) -> None:
        """Called by the sequencer alone, under its lock."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        seed = Ed25519PrivateKey.generate().private_bytes_raw()
        write_durably(self._path, seed.hex(), mode=0o600)


def key_id(origin: str, public: bytes) -> bytes:
    """The first four bytes of SHA-256 over name, newline, type and key."""
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public).digest()[:4]


def parse(whole: str) -> Note:
    """Read a note; ``ValueError`` when it is not one."""
    text, gap, signed = whole.partition("\n\n")
    lines = text.split("\n")
    marks = signed.strip("\n").split("\n")[0].split(" ")
    if not gap or len(lines) < 3 or len(marks) != 3 or marks[0] != _DASH:
        raise ValueError("this is not a signed checkpoint")
    blob = base64.b64decode(marks[2], validate=True)
    root = base64.b64decode(lines[2], validate=True)
    if marks[1] != lines[0] or len(blob) != 68 or len(root) != 32 or not lines[1].isdecimal():
        raise ValueError("this is not a signed checkpoint of ours")
    at = next((line[5:] for line in lines[3:] if line.startswith("time ")), "")
    return Note(
        origin=lines[0], size=int(lines[1]), root=root, at=at, text=text + "\n",
        key_id=blob[:4], signature=blob[4:], whole=whole,
    )  # fmt: skip


def signed_by(note: Note, public: bytes) -> bool:
    """Whether this key signed the note."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if note.key_id != key_id(note.origin, public):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(note.signature, note.text.encode())
    except InvalidSignature:
        return False
    return True
