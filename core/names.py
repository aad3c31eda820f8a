"""Names of people who are known, found in text in whatever writing: `MARIA LIMA`, `joao`, `Lima`.

Nothing is found that looks like a name: only what is given.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from core.workspace import read_yaml

BETWEEN = r"[ .,'_-]{1,2}"
"""Signs between the parts of a name: `Lima, Maria`, `maria_lima`."""

LEAST_LETTERS = 3
"""Of a part of a name that is found in small letters too; "Li" is found as it is written only."""


def spans(text: str, names: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Give where these people are named, by all of a name or by a part of it, in order.

    A part that is an everyday word too (`Branco`, `Grace`) is left where it is written small and alone.
    """
    pattern = _pattern(names)
    if pattern is None:
        return
    flat = folded(text)
    for match in pattern.finditer(flat):
        start, end = match.span()
        if _names_somebody(text[start:end], flat[start:end]):
            yield start, end


def folded(text: str) -> str:
    """Give the text in small letters without accents, every character in its place."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def _names_somebody(written: str, flat: str) -> bool:
    """Say whether what is written like a known name, or a part of one, means the person."""
    if written != written.lower() or re.search(BETWEEN, flat):
        return True
    return not (_short(flat) or flat in _listed("ordinary"))


def _short(part: str) -> bool:
    return len(part) < LEAST_LETTERS and part.isascii()


@lru_cache(maxsize=1024)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Give what finds the parts of these names, and runs of them as one."""
    found: dict[str, None] = {}
    for name in names:
        parts = re.findall(r"[^\W\d_]+", folded(unicodedata.normalize("NFC", name)))
        telling = [part for part in parts if part not in _listed("particles")] or parts
        found |= dict.fromkeys(part for part in telling if len(part) > 1 or not part.isascii())
        if len(parts) > 1:
            found["".join(parts)] = None  # as in a nickname: "marialima"
    if not found:
        return None
    longest = sorted(found, key=len, reverse=True)
    part = "|".join(_loosely(one) for one in longest)
    small = "|".join(sorted(_listed("particles"), key=len, reverse=True))
    if any(sign.lower() == sign.upper() for sign in "".join(found)):
        return re.compile(part)  # a script without spaces between words
    return re.compile(
        rf"(?<![^\W_])(?:{part})(?:{BETWEEN}(?:(?:{small}){BETWEEN}){{0,2}}(?:{part}))*(?![^\W_])"
    )


def _loosely(part: str) -> str:
    """Give the pattern of a part whose accents may stand behind their letters."""
    return "".join(rf"{re.escape(sign)}[\u0300-\u036f]*" for sign in part)


@cache
def _listed(key: str) -> frozenset[str]:
    return frozenset(read_yaml(Path(__file__).with_name("privacy.yaml"))[key].split())


def _plain(sign: str) -> str:
    """Give a letter small and without its accent, if that is one letter."""
    bare = unicodedata.normalize("NFD", sign)[0].lower()
    return bare if len(bare) == 1 else sign


_FOLDED = {
    code: _plain(chr(code))
    for block in ((0x41, 0x5B), (0xC0, 0x250), (0x370, 0x530), (0x1E00, 0x2000))
    for code in range(*block)
} | {0x2019: "'", 0x00A0: " "}
