"""Texts that give orders to a model where only data belongs: found by form, and taken out.

Whoever can write into a passage, a tool's result or a name could otherwise speak to the model in the
company's voice. What is found here is a sign and no proof; what it misses, the review of the reply has
to hold back.
"""

import base64
import binascii
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from core.sentences import sentences

INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
                       "\u2060-\u2064\u2066-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0"
                       "\U000e0000-\U000e007f\U000e0100-\U000e01ef]")  # fmt: skip
"""Characters that are not seen: words can be cut or hidden with them. An emoji's own mark stays."""

SPACED = re.compile(r"\b(?:\w[ .\-_*]){5,}\w\b")
BLOB = re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{20,4000}={0,2}(?![\w+/])")
MOST_READ = 20_000
TAGS = range(0xE0020, 0xE007F)
"""Invisible twins of the ASCII characters."""

SPOKEN = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
NAME_WORDS, NAME_CHARACTERS = 6, 60
LEFT_OUT = "…"


@lru_cache(maxsize=4_000)
def injected(text: str) -> bool:
    """Say whether a text gives orders to a model."""
    return _orders(_flat(text[:MOST_READ])) or any(
        _orders(_flat(read)) for read in _decoded(text[:MOST_READ])
    )


def visible(text: str) -> str:
    """Give the text without characters that are not seen."""
    return text if text.isascii() else INVISIBLE.sub("", text)


def without_orders(text: str) -> str:
    """Give the text without the sentences that give orders to a model; `…` when nothing is left."""
    text = visible(text)
    if not injected(text):
        return text
    kept = "".join(sentence for sentence in sentences(text) if not injected(sentence)).strip()
    return LEFT_OUT if not kept or injected(kept) else kept


def plain_data(value: Any) -> Any:
    """Give JSON-like data in which no text gives orders to a model."""
    if isinstance(value, str):
        return without_orders(value)
    if isinstance(value, dict):
        return {key: plain_data(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain_data(part) for part in value]
    return value


def plain_name(name: str) -> str:
    """Give a person's name as far as it is one: a few words of letters; else nothing."""
    shown = " ".join(visible(name).split())[:NAME_CHARACTERS]
    parts = shown.split(" ")
    if len(parts) > NAME_WORDS or not all(SPOKEN.fullmatch(part) for part in parts):
        return ""
    return "" if injected(shown) else shown


def plain_file_name(name: str) -> str:
    """Give a file's name, or only its ending where the rest gives orders to a model."""
    shown = visible(name)
    if not injected(re.sub(r"[_+.-]+", " ", shown)) and not injected(shown):
        return shown
    ending = shown.rpartition(".")[2]
    return f"{LEFT_OUT}.{ending}" if ending.isalnum() and len(ending) < 6 else LEFT_OUT


def _orders(flat: str) -> bool:
    return any(
        any(piece in flat for piece in near) and _signs(kind).search(flat) is not None
        for kind, near in _kinds().items()
    )


@cache
def _listed() -> dict[str, dict[str, list[str]]]:
    from core.workspace import read_yaml

    return read_yaml(Path(__file__).with_suffix(".yaml"))


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    return {kind: tuple(listed["near"]) for kind, listed in _listed().items()}


@cache
def _signs(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(_listed()[kind]["signs"]), re.MULTILINE)


def _flat(text: str) -> str:
    """Give the text as the signs are written: folded, without invisible characters and tricks."""
    text = SPACED.sub(lambda match: re.sub(r"[ .\-_*]", "", match[0]), visible(text))
    folded = text.lower()
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return re.sub(r"[^\S\n]+", " ", folded)


def _decoded(text: str) -> list[str]:
    """Give what is hidden in invisible twins of letters, and in Base64."""
    hidden = "".join(chr(ord(sign) - 0xE0000) for sign in text if ord(sign) in TAGS)
    found = [hidden] if hidden else []
    for blob in BLOB.findall(text):
        try:
            read = base64.b64decode(blob + "=" * (-len(blob) % 4), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            continue
        if " " in read and read.isprintable():
            found.append(read)
    return found
