"""What the options of an enumeration are called: by its description, and in rough English.

A description often lists its options in the customer's words: "Vaccine: flu, tetanus" in the order of
the options, or "quinta (Thursday)" beside each.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

from models.embedded import lexicon, vectors, words
from models.embedded.glossing import Glossary
from models.embedded.schemas import options_of, spelled_out

LISTED = re.compile(r"\s*(?:[,;/|]|\s(?:ou|or|e|and|y|o)\s)\s*")
COMMAS = re.compile(r"\s*[,;/|]\s*(?:(?:ou|or|e|and)\s+)?")
"""Between options of which one may be "father or mother"."""

LEADS = re.compile(
    r"^(?:(?:para|por|a|o|as|os|um|uma|the|an|for|to|by|in|em|no|na|if|se|é|is)\s+)+", re.IGNORECASE
)
LONGEST = 5
"""Words of what an option is called; what is longer explains it."""

Labels = dict[str, dict[str, list[str]]]


def labelled(schema: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Give an enumeration, or a list of such, with `x-labels` from its description added to its own."""
    options = [str(option) for option in options_of(schema)]
    if not options:
        return dict(schema)
    told = _labels(str(schema.get("description", "")), tuple(options), words.base(language))
    inner = schema.get("items", {}) if "enum" not in schema else schema
    own = {**inner.get("x-labels", {}), **schema.get("x-labels", {})}
    labels = {
        option: {words.base(language): list(told[option]), **own.get(option, {})}
        for option in options
    }  # fmt: skip
    if inner is schema:
        return {**schema, "x-labels": labels}
    return {**schema, "items": {**inner, "x-labels": labels}}


@lru_cache(maxsize=2_000)
def _labels(description: str, options: tuple[str, ...], base: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {option: [] for option in options}
    told = _beside(description, options) or _in_order(description, options)
    for option, called in told:
        found[option].append(called)
        found[option] += _head(called, description, base)
    glossary = glossary_of("pt")
    if base == vectors.READ and glossary and not told:
        for option in options:
            plain = words.words(spelled_out(option))
            if all(word in glossary.known for word in plain) and not _english(plain):
                found[option].append(glossary.english(plain))
    return {option: tuple(dict.fromkeys(called)) for option, called in found.items()}


def _in_order(description: str, options: Sequence[str]) -> list[tuple[str, str]]:
    """Read "Format: digital or printed" where what is listed is as many as the options."""
    told = (description.rpartition(":")[2], description)
    for text, between in product(told, (LISTED, COMMAS)):
        parts = [LEADS.sub("", part.strip(" .;()")) for part in between.split(text.strip())]
        parts = [part for part in parts if part]
        if len(parts) != len(options) or any(len(part.split()) > LONGEST for part in parts):
            continue
        named = [_named(part, options) for part in parts]
        if all(at is None or at == place for place, at in enumerate(named)):
            return list(zip(options, parts, strict=True))
        if sorted(at for at in named if at is not None) == list(range(len(options))):
            return [
                (options[at], part) for at, part in zip(named, parts, strict=True) if at is not None
            ]
    return []


def _named(part: str, options: Sequence[str]) -> int | None:
    """Give which option a part of a list has the words of, if it is one."""
    said = set(words.words(part))
    own = [at for at, option in enumerate(options) if {*words.words(spelled_out(option))} <= said]
    return own[0] if len(own) == 1 else None


def _beside(description: str, options: Sequence[str]) -> list[tuple[str, str]]:
    """Read what stands beside an option: "noite (evening)", "evening (noite)", "A = cash", "A: cash"."""
    found: list[tuple[str, str]] = []
    for option in options:
        own = rf"(?<![\w-])['\"`]?{re.escape(option)}['\"`]?"
        for pattern in (
            rf"{own}\s*\(([^()]+)\)",
            rf"([^\W\d_][\w -]*?)\s*\({own}\)",
            rf"{own}\s*(?:=|:|–|—|\s-\s)\s*([^,;.()]+)",
            rf"{own}\s+(?:for|para|quando|if|se)\s+([^,;.()]+)",
        ):
            found += [(option, LEADS.sub("", match.strip())) for match in re.findall(pattern, description)
                      if match.strip() and len(match.split()) <= LONGEST]  # fmt: skip
    return found


def _head(called: str, description: str, base: str) -> list[str]:
    """Give the first word of what an option is called, if it is of meaning and said of no other."""
    telling = words.content(words.words(called), (base,))
    said = words.stems(words.words(description), base)
    denied = {words.folded(one) for one in words.load("values")["negations"].get(base, ())}
    if len(telling) < 2 or telling[0] in denied or said.count(words.stem(telling[0], base)) != 1:
        return []
    return [telling[0]]


def _english(said: Sequence[str]) -> bool:
    return all(lexicon.share(word, "en") >= lexicon.share(word, "pt") for word in said)


def glossary_of(language: str) -> Glossary | None:
    """Give the glossary of a language that is read in rough English."""
    made = vectors.built()
    return made.glossaries.get(words.base(language)) if made else None


__all__ = ["glossary_of", "labelled"]
