"""A few words asked about what is proposed: what it costs, how long it takes, where it goes, what is kept."""

import re

from models.embedded import changing, expected, words

LONGEST = 9
"""Words of a question that is about nothing but what was just proposed."""

PARTS = re.compile(r"\s*[;,]\s+|\.\s+|\s+(?:e|and)\s+")
CLAUSES = re.compile(r"[?!.;,]+\s*")
OR_ELSE = re.compile(r"\s(?:ou|or)\s.*")
ASIDE = re.compile(r"\s*\([^)]*\)")
"""What only tells which thing it is: "(19 Nov)"."""

AMOUNT = re.compile(r"r\$|us\$|[$€£]|\d reais\b")

MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"

HOLDS = {
    "price": rf"{expected.HOLDS['price']}|\b(?:nothing to|nao ha valor|nada a (?:pagar|devolver))\b",
    "duration": rf"{expected.HOLDS['duration']}|\b\d{{1,2}}/\d{{1,2}}\b|\b\d{{1,2}} (?:{MONTHS})\b",
    "where": r"\S+@\S+|\b(?:cep|cartao|conta|card|account|by post|pelo correio)\b",
    "next": r"\w",
    "back": r"\b(?:fica com|mandar nada de volta|devolver|keep|keeps|send (?:it|nothing|anything) back)\b",
}
"""What holds each kind, in a folded text."""


def answered(question: str, proposal: str, language: str) -> str:
    """Give the parts of a proposal that answer a short question about it; empty where none does.

    A question with a word of its own is about something else than what is proposed.
    """
    told: list[str] = []
    for clause in CLAUSES.split(question):
        said = changing.bare(words.plain(clause, language), language)
        if not words.content(said.split(), (words.base(language),)) and not _kinds(said, language):
            continue
        found = _told(said, proposal, language) if _is_short(clause, language) else []
        if not found and clause is not None:
            return ""
        told += found
    return "; ".join(dict.fromkeys(told)) if words.is_question(question, language) else ""


def _told(said: str, proposal: str, language: str) -> list[str]:
    """Give the parts of a proposal that answer a clause; `[]` where it has a word of its own."""
    parts = [part for each in PARTS.split(ASIDE.sub("", proposal)) if (part := each.strip(" ."))]
    for kind in _kinds(said, language):
        rest = _asking(kind, language).sub(" ", OR_ELSE.sub(" ", said))
        if not {*_beyond(rest, proposal, language)} <= _beside(kind, proposal, language):
            continue
        told = [part for part in parts if re.search(HOLDS[kind], words.flat(part))]
        if told:
            return told
    return []


def _kinds(said: str, language: str) -> list[str]:
    return [kind for kind in HOLDS if _asking(kind, language).search(said)]


def repeats(question: str, proposal: str, language: str) -> bool:
    """Say whether a short question only repeats words of a proposal: "you will search for it?"."""
    plain = changing.bare(words.plain(question, language), language)
    told = words.content(plain.split(), (words.base(language),))
    return bool(told) and _is_short(question, language) and not _beyond(plain, proposal, language)


def _is_short(question: str, language: str) -> bool:
    return 0 < len(words.words(question, language)) <= LONGEST


def _beyond(plain: str, proposal: str, language: str) -> list[str]:
    """Give the words of meaning that a proposal does not have."""
    base = words.base(language)
    about = {*words.stems(words.words(proposal, language), base)}
    told = words.content(plain.split(), (base,))
    return [word for word in told if words.stem(word, base) not in about]


def _beside(kind: str, proposal: str, language: str) -> frozenset[str]:
    """Give words of meaning that may stand in a question of a kind; of money only where some is named."""
    kinds = [f"{kind}_beside", *(["money"] if AMOUNT.search(words.flat(proposal)) else [])]
    return frozenset(word for one in kinds for word in _listed(one, language))


def _asking(kind: str, language: str) -> re.Pattern[str]:
    listed = _listed(kind, language)
    return words.pattern(*(words.plain(phrase, language) for phrase in listed))


def _listed(kind: str, language: str) -> list[str]:
    lists = words.load("asides").get(kind, {})
    return [str(said) for said in lists.get(words.base(language), lists.get("en", []))]
