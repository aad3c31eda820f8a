"""Which of a workspace's languages a text is in."""

from functools import cache
from typing import Any

from models.embedded import words

SHORT = 4
"""Words below which the conversation's language decides unless the text is plain."""

CERTAIN = 0.9
CERTAIN_WHEN_SHORT = 0.97
FOREIGN = 0.75
OTHERS = ("pt", "en", "es", "fr", "de", "it")
"""Languages that a text may be in although the workspace does not speak them."""


class Languages:
    """Reads the language of texts among those that a workspace speaks."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages
        self._by_base = {words.base(language): language for language in reversed(languages)}

    def language(self, text: str, prior: str) -> str:
        """Give one of the workspace's languages; `prior` where the text does not say."""
        fallback = prior if prior in self._languages else self._by_base.get(words.base(prior), "")
        fallback = fallback or self._languages[0]
        if len(self._by_base) < 2:
            return fallback
        tokens = _spoken_words(text)
        if not tokens:
            return fallback
        if (marked := self._marked(tokens)) is not None:
            return marked
        ranked = _ranked(" ".join(tokens), tuple(sorted(self._by_base)))
        if not ranked:
            return fallback
        best, sure = ranked[0]
        needed = CERTAIN_WHEN_SHORT if len(tokens) < SHORT else CERTAIN if prior else 0.5
        return self._by_base[best] if sure >= needed else fallback

    def spoken(self, text: str) -> bool:
        """Say whether the text is in one of the workspace's languages, or in none that is certain."""
        tokens = _spoken_words(text)
        if len(tokens) < SHORT or self._marked(tokens) is not None:
            return True
        wide = tuple(sorted({*OTHERS, *self._by_base}))
        ranked = dict(_ranked(" ".join(tokens), wide))
        own = max(ranked.get(language, 0.0) for language in self._by_base)
        foreign = max(
            (sure for name, sure in ranked.items() if name not in self._by_base), default=0
        )
        if not any(sign.isascii() and sign.isalpha() for sign in text):
            return False
        return foreign < FOREIGN or own > foreign

    def _marked(self, tokens: list[str]) -> str | None:
        """Give the language whose grammar and chat words the text is full of, if one clearly is."""
        counts: dict[str, int] = {}
        for language in self._by_base:
            known = _telling(language, tuple(sorted(self._by_base)))
            counts[language] = sum(words.folded(token) in known for token in tokens)
        ranked = sorted(counts.items(), key=lambda item: -item[1])
        if ranked[0][1] >= 2 and ranked[0][1] >= 3 * (ranked[1][1] if len(ranked) > 1 else 0):
            return self._by_base[ranked[0][0]]
        if len(tokens) < SHORT and ranked[0][1] == 1 and (len(ranked) < 2 or ranked[1][1] == 0):
            return self._by_base[ranked[0][0]]
        return None


@cache
def _telling(language: str, among: tuple[str, ...]) -> frozenset[str]:
    """Give the grammar, chat and answer words of a language that none of the others has."""

    def known(one: str) -> set[str]:
        answers = words.load("agreement").get(one, {})
        said = {word for key in ("yes", "no", "gives_up") for phrase in answers.get(key, [])
                for word in words.folded(str(phrase)).split()}  # fmt: skip
        chat = {words.folded(str(short)) for short in words.load("chat").get(one, {})}
        listed = {word for phrase in words.load("language_words").get(one, [])
                  for word in words.folded(phrase).split()}  # fmt: skip
        return {*words.function_words((one,)), *chat, *said, *listed}

    others = {word for other in among if other != language for word in known(other)}
    shared = {"ok", "okay", "show", "top", "email", "for", "no", "so", "me", "do", "as", "a", "to"}
    return frozenset(word for word in known(language) - others - shared if len(word) > 1)


def _spoken_words(text: str) -> list[str]:
    """Give the words that can tell a language: no codes, no addresses."""
    kept = [part for part in text.split() if "@" not in part and "/" not in part]
    return [word for word in words.WORD.findall(" ".join(kept)) if word.replace("'", "").isalpha()]


def _ranked(text: str, languages: tuple[str, ...]) -> list[tuple[str, float]]:
    """Give the likeliest languages with how sure that is; `[]` where there is nothing to read."""
    detector = _detector(languages)
    if detector is None:
        return []
    values = detector.compute_language_confidence_values(text)
    return [(value.language.iso_code_639_1.name.lower(), value.value) for value in values]


@cache
def _detector(languages: tuple[str, ...]) -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, language.upper(), None) for language in languages]
    known = [code for code in codes if code is not None]
    if len(known) < 2:
        return None
    return LanguageDetectorBuilder.from_iso_codes_639_1(*known).build()
