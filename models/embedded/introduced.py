"""Free words as a value: the bare answer to the question for it, or what is introduced as the value."""

import re

from models.embedded import freeform, words
from models.embedded.agreement import agreement, gives_up
from models.embedded.asked import Asking, hints_of, lists_of, within
from models.embedded.spans import Span


def free(asking: Asking, taken: list[Span]) -> Span | None:
    """Give the words that are the value: the answer if it was asked for, else what is said to be it."""
    if asking.asked:
        return answer(asking, freeform.without(asking.text, taken))
    if freeform.is_address(asking.name, asking.schema):
        left = freeform.address_in(freeform.without(asking.text, taken))
        left = freeform.alone(left, asking.language)
        if left and not words.is_question(asking.text, asking.language):
            return Span("free", left, 0, len(asking.text))
    introduced = _introduced(asking)
    return None if introduced is None or within(introduced, taken) else introduced


def answer(asking: Asking, text: str) -> Span | None:
    """Take the bare answer to a question, unless it is plainly none."""
    language = asking.language
    address = freeform.is_address(asking.name, asking.schema) and "?" not in text
    if address and (found := freeform.address_said(text, language)):
        return Span("free", freeform.alone(found, language), 0, len(text))
    if words.is_question(text, language) or gives_up(text, language):
        return None
    if len(words.words(text)) <= 3 and agreement(text, language) is not None:
        return None
    bare = bare_answer(text, language)
    if not bare or freeform.misses(asking.name, asking.schema, bare):
        return None
    return Span("free", bare, 0, len(text))


def _introduced(asking: Asking) -> Span | None:
    """Find what is said to be the value: "nome: Ana", "my name is Ana"."""
    for key in _keywords(asking):
        search = re.compile(
            rf"(?<![^\W_]){re.escape(key)}\s*(?::|=|\b(?:e|is|sera|seria|es)\b(?!\s+que\b))\s*(?P<value>[^,;.\n!?]{{1,120}})"
        )
        match = search.search(words.flat(asking.text))
        if match and not words.is_question(asking.text[match.start() :], asking.language):
            value = asking.text[match.start("value") : match.end("value")].strip(" \"'“”")
            value = (
                re.split(r"\s+(?:e|and|mas|but)\s+", value)[0]
                if "name" in _about_kinds(asking)
                else value
            )
            if value:
                return Span("free", value, match.start("value"), match.end("value"))
    return None


def _about_kinds(asking: Asking) -> set[str]:
    said = set(asking.name.lower().replace("_", " ").split())
    return {kind for kind in words.load("values")["hints"] if said & hints_of(kind)}


def _keywords(asking: Asking) -> list[str]:
    keys = [word for word in re.split(r"[_\s]+", words.folded(asking.name)) if len(word) > 2]
    if asking.name.lower() in (
        "name",
        "full_name",
        "nome",
        "customer_name",
        "first_name",
        "nome_completo",
    ):
        keys += ["meu nome", "my name", "nome", "name"]
    return keys if len(keys) == 1 or "name" in " ".join(keys) else [" ".join(keys)]


BELONGS = {"no", "na", "in", "at", "on", "para", "to", "for", "o", "a", "the", "os", "as", "um", "uma", "an",
           "meu", "minha", "my", "quero", "queria", "i want", "i am", "sou"}  # fmt: skip
"""Words that introduce an answer and belong to it all the same."""


SAINTS = {"sao"}
"""Words that introduce an answer, and begin names: "São Paulo"."""


def bare_answer(text: str, language: str) -> str:
    """Give an answer without the words that only introduce it, marks and courtesies."""
    answer = text.strip().strip("\"'“”").rstrip(" .;,!")
    introduces = words.pattern(*lists_of(language)["introduces"])
    for _ in range(4):
        match = introduces.match(words.flat(answer))
        if match is None or match[0] in BELONGS:
            break
        rest = answer[match.end() :].lstrip(" ,:")
        if not rest or (match[0] in SAINTS and answer[0].isupper() and rest[0].isupper()):
            break
        answer = rest
    return answer


def is_wish(text: str, language: str) -> bool:
    """Say whether a text begins as a wish does ("quero", "can you")."""
    said = words.plain(text, language)
    return (
        words.pattern(*(words.plain(w, language) for w in lists_of(language)["wishes"])).match(said)
        is not None
    )
