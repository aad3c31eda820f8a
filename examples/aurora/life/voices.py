"""How simulated customers write: registers, slips of the keys, pictures; and the words of everybody."""

import random
import re
import struct
import unicodedata
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.workspace import Text, read_yaml

HERE = Path(__file__).parent
SHORT = {
    "pt-BR": {"você": "vc", "vocês": "vcs", "porque": "pq", "quando": "qdo", "não": "n", "por favor": "pfv",
              "quero": "qro", "também": "tb", "hoje": "hj", "está": "ta", "para": "pra", "que": "q"},
    "en": {"you": "u", "please": "pls", "are": "r", "your": "ur", "because": "cuz", "don't": "dont",
           "can't": "cant", "thanks": "thx"},
}  # fmt: skip
GAP = 2.5
"""How often each gap is asked about; see `often` in `goals.yaml`."""

LETTER = {
    "pt-BR": ("Prezados,", "Atenciosamente,"),
    "en": ("Dear Aurora team,", "Kind regards,"),
}


@dataclass(frozen=True)
class Goal:
    """A matter that customers write about."""

    name: str
    says: dict[str, list[str]]
    wants: tuple[str, ...] = ()
    order: str = ""
    mishap: str = ""
    often: float = 1
    angry: bool = False
    shown: bool = False
    """A photo belongs to it: some send it at once."""

    answer: Text = field(default_factory=dict)
    """What people of the team say, where no article does."""


def goals() -> list[Goal]:
    """Read what customers want; the gaps, which nothing answers, want nothing."""
    wanted = [
        Goal(**{"name": entry.pop("goal"), **entry, "wants": tuple(entry["wants"])})
        for entry in read_yaml(HERE / "goals.yaml")
    ]
    gaps = [
        Goal(name=entry.pop("gap"), often=GAP, **entry) for entry in read_yaml(HERE / "gaps.yaml")
    ]
    return wanted + gaps


def words(name: str) -> dict[str, Any]:
    """Read `manners` or `staff`."""
    return read_yaml(HERE / f"{name}.yaml")


class Voice:
    """One customer's way of writing."""

    def __init__(self, chance: random.Random, language: str, name: str, register: str) -> None:
        self.chance = chance
        self.language = language
        self._name = name
        self._register = register

    def one(self, of: dict[str, list[str]]) -> str:
        """Choose a sentence, and write it in this voice."""
        return self.write(self.chance.choice(of[self.language]))

    def write(self, text: str) -> str:
        """Write a sentence in this voice."""
        if self._register == "chat":
            return self._chatty(text)
        if self._register == "slips":
            return slip(self.chance, text)
        return text

    def letter(self, text: str) -> str:
        """Write a sentence as an e-mail."""
        begin, end = LETTER[self.language]
        return f"{begin}\n\n{text}\n\n{end}\n{self._name}" if self._name else text

    def _chatty(self, text: str) -> str:
        for long, short in SHORT[self.language].items():
            text = re.sub(rf"\b{long}\b", short, text, flags=re.IGNORECASE)
        kept = [part if re.search(r"\d", part) else plain(part.lower()) for part in text.split(" ")]
        return slip(self.chance, " ".join(kept).rstrip(".!"), often=0.3)


def plain(text: str) -> str:
    """Give a text without accents."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def slip(chance: random.Random, text: str, often: float = 0.8) -> str:
    """Let two letters of a long word change places, or one be missing."""
    parts = text.split(" ")
    long = [at for at, part in enumerate(parts) if len(part) > 5 and part.isalpha()]
    if not long or chance.random() > often:
        return text
    at, part = chance.choice(long), ""
    part = parts[at]
    place = chance.randrange(1, len(part) - 2)
    swapped = part[:place] + part[place + 1] + part[place] + part[place + 2 :]
    parts[at] = swapped if chance.random() < 0.6 else part[:place] + part[place + 1 :]
    return " ".join(parts)


def picture(chance: random.Random, size: int = 48) -> bytes:
    """Draw a small PNG: a spot on a ground."""
    ground, spot = ([chance.randrange(256) for _ in range(3)] for _ in range(2))
    x, y, wide = (chance.randrange(size // 4, size // 2) for _ in range(3))
    lines = b"".join(
        b"\0"
        + bytes(
            tone
            for column in range(size)
            for tone in (spot if (column - x) ** 2 + (row - y) ** 2 < wide * 8 else ground)
        )
        for row in range(size)
    )
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
