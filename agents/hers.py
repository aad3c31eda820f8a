"""Answers how long something of hers is kept or valid from its records, not with the rule for all."""

import re
from functools import cache
from pathlib import Path

from agents import Brief, Kit, Report, remembering, subjects
from core.sentences import sentences
from core.workspace import read_yaml
from journeys import Instance
from knowledge.reading import units
from models.embedded import words

WORDS: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_name("hers_words.yaml"))
FAMILIES = ("kept", "valid", "take", "come")
DONE = "come"
"""Family that only a deed of ours tells of: when what we send again arrives; else it is looked up."""


async def told(brief: Brief, kit: Kit) -> Report | None:
    """Give what the records say of the thing that is spoken of, if a question on a term is about it."""
    text, language = brief["text"], brief["language"]
    family = asked(text, language)
    for current in spoken_of(brief, kit) if family else ():
        if family == DONE and not current.get("performed"):
            continue
        for said in await _known(current, kit):
            if found := _telling(said, family, language):
                return Report(agent="knowledge", text=found, by_model=False, evidence=[said])
    return None


def asked(text: str, language: str) -> str:
    """Give what is asked for a term of, if nothing else is named: "how long do they keep it?"."""
    flat = " ".join(words.flat(text).split())
    if not _pattern(language).search(flat):
        return ""
    beside = _listed("beside", language)
    named = [(word, stem) for word, stem, _ in units(text, language) if word not in beside]
    term = {word for match in _pattern(language).finditer(flat) for word in words.words(match[0])}
    named = [(word, stem) for word, stem in named if word not in term]
    for family in FAMILIES:
        known = _listed(family, language)
        if named and all(word in known or stem in _stems(family, language) for word, stem in named):
            return family
    return ""


def spoken_of(brief: Brief, kit: Kit) -> list[Instance]:
    """Give the last procedure and the one under way, newest first; none that is long ago."""
    known = [*remembering.kept(brief["journey"])[:1], *remembering.running(brief["journey"])[:1]]
    known = [one for one in known if not remembering.stale(one, kit.context.now)]
    return sorted(known, key=lambda one: str(one.get("at")), reverse=True)


async def _known(current: Instance, kit: Kit) -> list[str]:
    """Give what was done or found out for a procedure, and what the records say of its thing now."""
    names = subjects.names(kit)
    things = [value for name, value in current["slots"].items() if name in names and value]
    results = [str(result.get("text") or "") for result in current["results"].values()]
    if current.get("performed") or not things:
        return [text for text in reversed(results) if text]
    found = await subjects.facts(kit, str(things[0]))
    return [text for text in (found, *reversed(results)) if text]


def _telling(said: str, family: str, language: str) -> str:
    """Give the sentences of a record, if one of them tells a day for what is asked."""
    known = _listed(family, language)
    parts = [part.strip() for part in sentences(said) if part.strip()]
    tells = [
        part
        for part in parts
        if any(sign.isdigit() for sign in part) and known & set(words.words(part, language))
    ]
    return said if tells else ""


@cache
def _pattern(language: str) -> re.Pattern[str]:
    joined = re.sub(r"\s+\|", "|", _for("term", language).strip())
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)")


@cache
def _listed(kind: str, language: str) -> frozenset[str]:
    return frozenset(_for(kind, language).split())


@cache
def _stems(kind: str, language: str) -> frozenset[str]:
    return frozenset(words.stem(word, language) for word in _listed(kind, language))


def _for(kind: str, language: str) -> str:
    base, listed = words.base(language), WORDS[kind]
    return next((said for name, said in listed.items() if words.base(name) == base), listed["en"])
