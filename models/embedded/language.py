"""Which of a workspace's languages a text is in."""

import re
import unicodedata
from functools import cache
from typing import Any

from models.embedded import lexicon, words

SHORT = 4
"""Words below which a text may be a bare answer, a name or a code rather than a sentence."""

OPENING, LATER, ANSWERING = 1, 2, 3
"""Signs of another language that it takes to leave the one that was spoken: at the beginning, where it
was only supposed; later; and while a question of ours is open, whose answer may be a name or an address."""

CERTAIN = 0.9
LIKELY = 0.5
GREETING, SAYING, NAMING, LEANING, PARTICLE = 2.0, 1.0, 0.5, 0.5, 0.25
FOREIGN = 0.75
SOUNDS = frozenset({"ah", "ahn", "eh", "ha", "hein", "hm", "hmm", "hum", "mm", "mmm", "oh", "uh"})
"""What people of any language write when they say nothing yet."""

OTHERS = ("pt", "en", "es", "fr", "de", "it")
"""Languages that a text may be in although the workspace does not speak them."""

FURTHER = ("pl", "cs", "hr", "hu", "ro", "tr", "vi", "nl", "sv")
"""Those that are only thought of where letters stand that none of `OTHERS` has."""

WRITTEN = ("LATIN", "FEMININE", "MASCULINE", "MODIFIER")
"""How the names of the signs begin that words of these languages are written with."""

LATIN_1 = 0xFF
"""The last letter that is found in `OTHERS`."""


class Languages:
    """Reads the language of texts among those that a workspace speaks."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages
        self._by_base = {words.base(language): language for language in reversed(languages)}

    def language(self, text: str, prior: str, *, needed: int = LATER) -> str:
        """Give one of the workspace's languages; `prior` where the text does not say.

        `needed` is how many signs of another language it takes to leave `prior`.
        """
        fallback = prior if prior in self._languages else self._by_base.get(words.base(prior), "")
        needed = OPENING if not fallback else min(needed, LATER) if "?" in text else needed
        fallback = fallback or self._languages[0]
        tokens = _spoken_words(text)
        if len(self._by_base) < 2 or not tokens:
            return fallback
        signs = self._signs(tokens, names=needed == OPENING)
        best, second = sorted(signs, key=lambda one: -signs[one])[:2]
        known = self._by_base[best]
        if known == fallback and signs[best] > signs[second]:
            return fallback
        enough = needed if needed != LATER or len(tokens) >= SHORT else OPENING
        if len(tokens) == 1 and needed < ANSWERING:
            enough = PARTICLE  # "and?": a word alone is all there is to go by
        if signs[best] >= max(enough, 2 * signs[second]):
            return known
        return self._guessed(tokens, signs, needed, certain=bool(prior)) or fallback

    def _guessed(
        self, tokens: list[str], signs: dict[str, float], needed: int, *, certain: bool
    ) -> str | None:
        """Give what the letters alone make likely, where that may decide."""
        if needed >= ANSWERING or (needed == LATER and len(tokens) < SHORT):
            return None
        ranked = _ranked(" ".join(tokens), tuple(sorted(self._by_base)))
        if not ranked or ranked[0][1] < (CERTAIN if certain else LIKELY):
            return None
        best = ranked[0][0]
        # Letters without words, as of whoever falls on the keys, are like some language, and are none.
        if 2 * sum(_is_word(words.folded(token), best) for token in tokens) < len(tokens):
            return None
        spoken_for = signs[best] >= (SAYING if needed == LATER else 0)
        against = any(sign > signs[best] for sign in signs.values())
        return self._by_base[best] if spoken_for and not against else None

    def spoken(self, text: str) -> bool:
        """Say whether the text is in one of the workspace's languages, or in none that is certain."""
        if _foreign_script(text):
            return False
        tokens = _spoken_words(text)
        if len(tokens) < SHORT or self._marked(tokens) is not None:
            return True
        further = FURTHER if sum(ord(max(token)) > LATIN_1 for token in tokens) > 1 else ()
        wide = tuple(sorted({*OTHERS, *further, *self._by_base}))
        ranked = dict(_ranked(" ".join(tokens), wide))
        own = max(ranked.get(language, 0.0) for language in self._by_base)
        foreign = max(
            (sure for name, sure in ranked.items() if name not in self._by_base), default=0
        )
        return foreign < FOREIGN or own > foreign

    def _marked(self, tokens: list[str]) -> str | None:
        """Give the language whose words the text is full of, if one clearly is."""
        signs = self._signs(tokens, names=True)
        best, *others = sorted(signs, key=lambda one: -signs[one])
        rival = max((signs[other] for other in others), default=0.0)
        return self._by_base[best] if signs[best] >= max(LATER, 3 * rival) else None

    def _signs(self, tokens: list[str], *, names: bool) -> dict[str, float]:
        """Count what speaks for each language; things, which are named in answers too, with `names`."""
        among = tuple(sorted(self._by_base))
        said = [words.folded(token) for token in tokens]
        signs = dict.fromkeys(among, 0.0)
        for one in among:
            known, things = _telling(one, among)
            signs[one] = sum(known.get(word, NAMING * (names and word in things)) for word in said)
        for one in among:
            if not any(sign >= SAYING for other, sign in signs.items() if other != one):
                leaning = _listed(one, "leans")
                signs[one] += LEANING * sum(word in leaning and len(word) > 2 for word in said)
                signs[one] += PARTICLE * sum(word in leaning and len(word) <= 2 for word in said)
        return signs


@cache
def _telling(language: str, among: tuple[str, ...]) -> tuple[dict[str, float], frozenset[str]]:
    """Give what each word tells of a language that none of the others has, and its words for things."""

    def known(one: str) -> dict[str, float]:
        answers = words.load("agreement").get(one, {})
        said = {word for key in ("yes", "no", "gives_up") for phrase in answers.get(key, [])
                for word in words.folded(str(phrase)).split()}  # fmt: skip
        chat = {words.folded(str(short)) for short in words.load("chat").get(one, {})}
        grammar = words.function_words((one,))
        weights = dict.fromkeys({*grammar, *chat, *said, *_listed(one, "says")}, SAYING)
        weights |= dict.fromkeys(_listed(one, "greets"), GREETING)
        return weights | dict.fromkeys(_listed(one, "particles"), PARTICLE)

    others: set[str] = {
        "ok",
        "okay",
        "show",
        "top",
        "email",
        "no",
        "hm",
        "hmm",
        "mm",
        "hum",
        "eh",
        "ah",
        "oh",
    }
    for other in among:
        others |= _listed(other, "leans")
        if other != language:
            others |= known(other).keys() | _listed(other, "names")
    own = {word: weight for word, weight in known(language).items() if len(word) > 1}
    telling = {word: weight for word, weight in own.items() if word not in others}
    return telling, _listed(language, "names") - others - telling.keys()


def _is_word(token: str, language: str) -> bool:
    short = re.sub(r"(.)\1+", r"\1", token)  # "heyy"
    listed = lexicon.is_listed(token, language) or (
        len(short) > 1 and lexicon.is_listed(short, language)
    )
    return listed and token not in SOUNDS


@cache
def _listed(language: str, kind: str) -> frozenset[str]:
    listed = words.load("language_words").get(language, {}).get(kind, [])
    return frozenset(words.folded(str(word)) for word in listed)


def _foreign_script(text: str) -> bool:
    """Say whether most letters are of another script than the Latin one, as written, not as a picture."""
    if text.isascii():
        return False
    letters = [sign for sign in unicodedata.normalize("NFKC", text) if sign.isalpha()]
    # Every letter up to "ÿ" is a Latin one, and most texts have no other.
    other = sum(
        sign > "ÿ" and not unicodedata.name(sign, "").startswith(WRITTEN) for sign in letters
    )
    return len(letters) > 1 and other * 2 > len(letters)


def _spoken_words(text: str) -> list[str]:
    """Give the words that can tell a language: no codes, no addresses."""
    kept = [part for part in text.split() if not re.search(r"[@/\d]", part)]
    return [word for word in words.WORD.findall(" ".join(kept)) if word.replace("'", "").isalpha()]


def _ranked(text: str, languages: tuple[str, ...]) -> list[tuple[str, float]]:
    """Give the likeliest languages with how sure that is; `[]` where there is nothing to read."""
    detector = _detector(languages)
    if detector is None:
        return []
    values = detector.compute_language_confidence_values(text)
    return [(value.language.iso_code_639_1.name.lower(), value.value) for value in values]


def warm(languages: tuple[str, ...]) -> None:
    """Load what the letters of these languages tell; two seconds that the first customer need not wait."""
    among = {words.base(language) for language in languages}
    for names in (tuple(sorted(among)), tuple(sorted({*OTHERS, *among}))):
        _ranked("nada, nothing, nichts", names)


@cache
def _detector(languages: tuple[str, ...]) -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, language.upper(), None) for language in languages]
    known = [code for code in codes if code is not None]
    if len(known) < 2:
        return None
    return LanguageDetectorBuilder.from_iso_codes_639_1(*known).build()
