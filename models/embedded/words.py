"""How a text becomes words: accents folded, chat spelling written out, stems, character n-grams."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

VERSION = "2"
"""Goes into the names of vectors and classifiers: raise it when words are read differently."""

DATA = Path(__file__).with_name("data")
SNOWBALL = {"pt": "portuguese", "en": "english", "es": "spanish", "fr": "french", "it": "italian",
            "de": "german", "nl": "dutch"}  # fmt: skip
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
KEPT = 400
"""Characters of the longest text whose words are kept: what is longer is rarely read twice."""

NOTHING = r"\Z\A."
"""The source of a pattern that finds nothing."""

LENGTHENED = re.compile(r"([^\W\d_])\1{2,}")


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Lists(_Loader):
    """Reads "no", "on" and "yes" as the words they are."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@cache
def load(name: str) -> Any:
    """Give a word list of `data/`, read once."""
    with (DATA / f"{name}.yaml").open("rb") as file:
        return yaml.load(file, Loader=_Lists)  # noqa: S506 - a safe loader


@lru_cache(maxsize=256)
def base(language: str) -> str:
    """Give the language without its region: `pt` for `pt-BR`."""
    return language.replace("_", "-").split("-")[0].lower()


@lru_cache(maxsize=50_000)
def folded(text: str) -> str:
    """Give the text in lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@cache
def _spellings(language: str) -> dict[str, tuple[str, ...]]:
    listed = load("chat").get(language, {})
    return {folded(str(short)): tuple(folded(full).split()) for short, full in listed.items()}


@cache
def function_words(languages: tuple[str, ...]) -> frozenset[str]:
    """Give the grammar words of these languages, folded."""
    lists = load("function_words")
    return frozenset(
        folded(word) for language in languages for word in lists.get(base(language), "").split()
    )


def plain(text: str, language: str = "") -> str:
    """Give the text folded, with chat spelling of its language written out, words apart by a space."""
    return " ".join(words(text, language))


def words(text: str, language: str = "") -> list[str]:
    """Give the words of a text, folded, chat spelling of `language` written out."""
    read = _words if len(text) <= KEPT else _words.__wrapped__
    return list(read(text, language))


@lru_cache(maxsize=20_000)
def _words(text: str, language: str) -> tuple[str, ...]:
    found = (match.replace("'", "").replace("’", "") for match in WORD.findall(folded(text)))
    shortened = (LENGTHENED.sub(r"\1", word) for word in found)
    if not language:
        return tuple(shortened)
    spellings = _spellings(base(language))
    return tuple(full for word in shortened for full in spellings.get(word, (word,)))


@cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(SNOWBALL[language])


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """Give the stem of a folded word; the word itself where the language has no stemmer."""
    if base(language) not in SNOWBALL or not word.isalpha():
        return word
    return folded(_stemmer(base(language)).stemWord(word))


def stems(texts: Iterable[str], language: str) -> list[str]:
    """Give the stems of words."""
    return [stem(word, language) for word in texts]


@lru_cache(maxsize=50_000)
def ngrams(word: str, shortest: int = 2, longest: int = 5) -> tuple[str, ...]:
    """Give the character n-grams of a word with its ends marked, so that typos still overlap."""
    marked = f"<{word}>"
    return tuple(
        marked[at : at + size]
        for size in range(shortest, longest + 1)
        for at in range(len(marked) - size + 1)
    )


def content(tokens: Sequence[str], languages: tuple[str, ...]) -> list[str]:
    """Give the words that carry meaning."""
    grammar = function_words(languages)
    return [word for word in tokens if word not in grammar]


@lru_cache(maxsize=4_000)
def pattern(*phrases: str) -> re.Pattern[str]:
    """Give a pattern that finds any of these folded phrases as whole words."""
    return whole_words(either(phrases))


def either(phrases: Iterable[Any]) -> str:
    """Give the source of a pattern of any of these phrases, folded, the longest first."""
    longest_first = sorted({folded(str(phrase)) for phrase in phrases}, key=len, reverse=True)
    listed = (re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first)
    return "|".join(listed) or NOTHING


def whole_words(source: str) -> re.Pattern[str]:
    """Give a pattern that stands as whole words."""
    return re.compile(rf"(?<![^\W_])(?:{source})(?![^\W_])")


@lru_cache(maxsize=10_000)
def flat(text: str) -> str:
    """Give the text in lower case without accents, every character in its place."""
    if text.isascii():
        return text.lower()
    return "".join(_flat(sign) for sign in text)


@lru_cache(maxsize=2_000)
def _flat(sign: str) -> str:
    small = folded(sign)
    if len(small) == 1:
        return small
    return "'" if sign in "’‘`´" else sign.lower() if len(sign.lower()) == 1 else sign


def spaced(said: str) -> str:
    """Give words with one space between them, however they were set apart."""
    return " ".join(said.split())


def is_question(text: str, language: str) -> bool:
    """Say whether a text asks: by its mark, or by how it begins."""
    if "?" in text:
        return True
    listed = load("questions").get(base(language), [])
    return bool(listed) and pattern(*listed).match(plain(text, language)) is not None
