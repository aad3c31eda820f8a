"""What a customer says to what she was told: that she heard it, regrets it, or cannot do it now."""

import re

from models.embedded import turns, words

CLAUSES = re.compile(r"[^.,;!?\n]+[.,;!?\n]?")
SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


def offers_person(reply: str, language: str) -> str:
    """Give the sentence of a reply of ours that offers to call a person, or nothing."""
    sentences = [one for one in SENTENCES.split(reply) if one.strip()]
    found = [
        one
        for one in sentences
        if turns.said_of(language, "offers_person").search(words.plain(one))
    ]
    return found[-1].strip() if found else ""


def harmed(text: str, language: str) -> bool:
    """Say whether a text tells that somebody was or may be hurt; asking whether one could be does not."""
    told = [part for part in CLAUSES.findall(text) if not part.endswith("?")]
    return any(
        turns.said_of(language, "harmed").search(words.plain(part, language)) for part in told
    )


def of_machine(text: str, language: str) -> bool:
    """Say whether a text speaks of a machine: who refuses that wants a person."""
    return turns.said_of(language, "machine").search(words.plain(text, language)) is not None


def none_of(text: str, language: str) -> bool:
    """Say whether a text says of choices that it is none of them, and no more than thanks besides."""
    said = words.plain(text, language)
    rest = turns.said_of(language, "none_of").sub(" ", said)
    if rest == said or "?" in text:
        return False
    rest = turns.said_of(language, "thanking").sub(" ", rest)
    return not words.content(rest.split(), (words.base(language),))


def unable(text: str, language: str) -> bool:
    """Say whether a text says that she cannot give what is asked, or not now: "I'll send it later"."""
    return turns.said_of(language, "unable").search(words.plain(text, language)) is not None


def regrets(text: str, language: str) -> bool:
    """Say whether a text wishes that something had not been done."""
    return turns.said_of(language, "regrets").search(words.plain(text, language)) is not None


def heard(text: str, language: str) -> bool:
    """Say whether a text only says that something was heard: "ah, ok", "got it"."""
    said = turns.said_of(language, "heard").sub(" ", words.plain(text, language))
    return said.strip() != words.plain(text, language) and not words.content(
        said.split(), (words.base(language),)
    )


def urges(text: str, language: str) -> bool:
    """Say whether a text that is no refusal tells us to go ahead with something: "pode mandar"."""
    return turns.said_of(language, "urging").search(words.plain(text, language)) is not None


def acknowledges(text: str, language: str) -> bool:
    """Say whether a text only takes note of what was said, and does not agree to what was offered with it.

    "Ah yes, got it" and "ok, thanks" take note; "yes, thanks" and "got it, go ahead" agree.
    """
    said = words.plain(text, language)
    understood = turns.said_of(language, "understood").search(said)
    said = turns.said_of(language, "understood").sub(" ", said)
    if "?" in text or turns.said_of(language, "urging").search(said):
        return False
    thanks = turns.said_of(language, "thanking").search(said)
    if not understood and not (thanks and not turns.said_of(language, "plain_yes").search(said)):
        return False
    for kind in ("thanking", "heard", "plain_yes", "noting"):
        said = turns.said_of(language, kind).sub(" ", said)
    return not words.content(said.split(), (words.base(language),))


def only_heard(text: str, language: str) -> bool:
    """Say whether nothing at all stands beside the words of having heard: "ok", but not "ok, do it"."""
    return not turns.said_of(language, "heard").sub(" ", words.plain(text, language)).strip()


def introducing(language: str) -> frozenset[str]:
    """Give the words with which people say who they are: "my name is", "e-mail"."""
    return frozenset(
        words.words(" ".join(map(str, turns.listed(language)["introducing"])), language)
    )
