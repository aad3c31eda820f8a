"""What is polite about a message, taken off: "good morning, could you please" tells no wish."""

import re
from functools import cache

from models.embedded import splitting, words

EDGE = " \t\n.,;:!?…–—-"
MOST_COURTESIES = 8
"""Courtesies that are taken off at either end."""


def stripped(text: str, language: str) -> str:
    """Give the text without its courtesies; the text itself where nothing else is said."""
    return _rest(text, language) or text


def is_courtesy(text: str, language: str) -> bool:
    """Say whether a text is polite, or only catches attention, and says nothing else."""
    return not _rest(text, language)


def ungreeted(text: str, language: str) -> str:
    """Give a message as it is written, without its clauses that are only polite: "hi, how can I pay?"."""
    told = [one.text for one in splitting.clauses(text, language)]
    return "".join(one for one in told if not is_courtesy(one, language)).strip() or text


def _rest(text: str, language: str) -> str:
    flat = words.flat(text)
    opening, closing, anywhere = _patterns(words.base(language))
    start, end = 0, len(text)
    for _ in range(MOST_COURTESIES):
        found = opening.match(flat, start, end)
        if found is None:
            break
        start = found.end()
    for _ in range(MOST_COURTESIES):
        found = closing.search(flat, start, end)
        if found is None:
            break
        end = found.start()
    kept = anywhere.sub(" ", flat[start:end]).strip()
    if not any(len(word) > 1 for word in words.words(kept)):
        return ""
    return f"{kept}?" if text[end:].strip().startswith("?") else kept


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    listed = words.load("courtesies")
    known = listed.get(language, listed["en"])
    edge = f"[{re.escape(EDGE)}]"
    opening, closing, anywhere = (
        words.pattern(*known[kind]).pattern for kind in ("opening", "closing", "anywhere")
    )
    return (
        re.compile(f"{edge}*{opening}(?:{edge}+|$)"),
        re.compile(f"{edge}+{closing}{edge}*$"),
        re.compile(anywhere),
    )
