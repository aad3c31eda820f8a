"""Judge a step: what was expected against what was seen; pure."""

import re
from dataclasses import dataclass, field

from evals.cases import Expect, Words, worded

# Small words that only one of the languages has; a reply of any length holds some of them.
SMALL = {
    "pt-BR": (
        "o os um uma de do da dos das em no na nos nas que não é está você para com por seu sua "
        "mais foi pelo pela ou se como até posso ele ela já esse essa ao tem vou qual aqui obrigado"
    ),
    "en": (
        "the an of to is are and you your for with it its on at not this that was can from or "
        "be been have has will i'm i've i'll would which what here my we our us"
    ),
}
SMALL_WORDS = {language: frozenset(words.split()) for language, words in SMALL.items()}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came of a step."""

    replies: list[str] = field(default_factory=list)
    """Messages of the AI, in order."""

    cited: list[str] = field(default_factory=list)
    """Titles of the citations."""

    status: str = ""
    agents: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    """Tools that have written in the conversation so far."""

    approvals: list[str] = field(default_factory=list)
    """Tools whose proposals wait for a person."""

    cases: int = 0
    buttons: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that the AI said."""
        return "\n".join(self.replies)


def objections(expect: Expect, seen: Seen, language: str) -> list[str]:
    """Give every way in which the step went wrong, in words; `[]`: it went well."""
    wrong: list[str] = []
    language = worded(expect.spoken, language) or language
    if len(seen.replies) != expect.replies:
        wrong.append(f"{len(seen.replies)} replies instead of {expect.replies}")
    wrong += _worded(expect, seen.text, language)
    if expect.cites and not any(_found(expect.cites, title, language) for title in seen.cited):
        wrong.append(f"no citation of {worded(expect.cites, language)!r}; it cites {seen.cited}")
    if expect.status and seen.status != expect.status:
        wrong.append(f"the status is {seen.status!r} instead of {expect.status!r}")
    if missing := [agent for agent in expect.agents if agent not in seen.agents]:
        wrong.append(f"{missing} did not act; {seen.agents} did")
    if uninvited := [agent for agent in expect.not_agents if agent in seen.agents]:
        wrong.append(f"{uninvited} acted")
    wrong += _differences("effects", expect.effects, seen.effects)
    wrong += _differences("approvals", expect.approvals, seen.approvals)
    if expect.buttons is not None:
        wanted = [worded(words, language) for words in expect.buttons]
        if wanted != seen.buttons:
            wrong.append(f"the buttons are {seen.buttons} instead of {wanted}")
    if expect.cases is not None and expect.cases != seen.cases:
        wrong.append(f"{seen.cases} open cases instead of {expect.cases}")
    spoken = language_of(seen.text)
    if expect.speaks and spoken not in ("", language):
        wrong.append(f"it speaks {spoken} instead of {language}")
    return wrong


def _worded(expect: Expect, text: str, language: str) -> list[str]:
    wrong = [
        f"it does not say {worded(words, language)!r}"
        for words in expect.all
        if not _found(words, text, language)
    ]
    if expect.any and not any(_found(words, text, language) for words in expect.any):
        listed = ", ".join(repr(worded(words, language)) for words in expect.any)
        wrong.append(f"it says none of {listed}")
    wrong += [
        f"it says {worded(words, language)!r}"
        for words in expect.none
        if _found(words, text, language)
    ]
    return wrong


def _found(words: Words, text: str, language: str) -> bool:
    pattern = worded(words, language)
    return bool(pattern) and re.search(pattern, text, re.IGNORECASE) is not None


def _differences(what: str, expected: list[str] | None, seen: list[str]) -> list[str]:
    if expected is None or sorted(expected) == sorted(seen):
        return []
    return [f"the {what} are {sorted(seen)} instead of {sorted(expected)}"]


def language_of(text: str) -> str:
    """Give the language whose small words are clearly more; empty when there are too few."""
    words = re.findall(r"[^\W\d_]+(?:'[a-z]+)?", text.lower().replace("\u2019", "'"))
    counts = {
        language: sum(word in small for word in words) for language, small in SMALL_WORDS.items()
    }
    first, second = sorted(counts, key=lambda language: counts[language], reverse=True)[:2]
    return first if counts[first] >= 3 and counts[first] >= 2 * counts[second] else ""
