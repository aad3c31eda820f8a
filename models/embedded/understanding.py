"""Reads customers' words without a language model: `train` gives an `Understanding`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from models import Answered, Embedder, Understanding
from models.embedded import (
    agreement,
    answers,
    choosing,
    heeding,
    introduced,
    other_numbers,
    preferring,
    sentiment,
    spelling,
    storing,
    values,
    vectors,
)
from models.embedded.entities import entities
from models.embedded.fitting import fit, has_few
from models.embedded.intents import Classifier, Examples, Reading
from models.embedded.language import LATER, Languages
from models.embedded.moods import Moods
from models.embedded.spans import Span
from models.embedded.wishes import wishes

LONGEST_TEXT = 4_000
"""Characters that are read; what follows in a longer message changes no intent."""

STRANGE = 0.4
"""Share of a text's words that are known, below which it may be in another language than supposed."""


def train(
    examples: Examples,
    *,
    languages: Sequence[str],
    embedder: Embedder,
    cache_dir: Path | None = None,
    names: Mapping[str, str] | None = None,
) -> Understanding:
    """Train on `{label: {language: texts}}`, or take what was trained on the same before.

    Where the bank's vectors are of this embedder, what the words leave unsure is read again by vectors.
    `names` gives the intent that a label is read as, where it is not the label itself. CPU-bound, up to
    seconds: call it on a thread.
    """
    spoken = tuple(languages)
    if not any(texts for by_language in examples.values() for texts in by_language.values()):
        return Trained({}, spoken, Moods())
    source = vectors.opened(embedder, cache_dir)
    learned = {
        language: _learned(examples, language, names or {}, cache_dir, source)
        for language in spoken
    }
    spelling.warm(spoken)
    return Trained(learned, spoken, Moods(source))


def _learned(
    examples: Examples, language: str, names: Mapping[str, str], cache_dir: Path | None,
    source: vectors.Vectors | None,
) -> Classifier:  # fmt: skip
    if source is not None and not source.speaks(language):
        source = None
    if cache_dir is None:
        return fit(examples, language, names, source)
    name = storing.key(examples, language, names, source.name if source else "")
    embed = source.reader(language, whole=has_few(examples, language)) if source else None
    classifier = storing.load(cache_dir, name, embed)
    if classifier is None:
        classifier = fit(examples, language, names, source)
        storing.store(cache_dir, name, classifier)
    return classifier


def _entity(span: Span, text: str) -> dict[str, Any]:
    """Give what stands in the record of a turn; what a value does not have is left out."""
    entity = {"kind": span.kind, "value": span.value, "text": text[span.start : span.end]}
    if span.currency:
        entity["currency"] = span.currency
    if span.doubt:
        entity |= {"doubt": span.doubt, "readings": list(span.readings)}
    return entity


class Trained:
    """What was learned from a workspace's examples, and what is known of its languages."""

    def __init__(
        self, classifiers: Mapping[str, Classifier], languages: tuple[str, ...], moods: Moods
    ) -> None:
        self._classifiers = classifiers
        self._moods = moods
        self._languages = Languages(languages)
        # A clause is read on its own and as a stretch, and again by who looks at clauses.
        self._reading = lru_cache(maxsize=1024)(self._read_one)
        self._answers = lru_cache(maxsize=256)(answers.answered)
        self._wishes = lru_cache(maxsize=512)(self._read_wishes)
        # A sentence of a reply is read before it is shown and again with the whole reply.
        self._spoken = lru_cache(maxsize=256)(self._languages.spoken)

    def language(self, text: str, prior: str, *, needed: int = LATER) -> str:
        """Give one of the workspace's languages; `prior` unless `needed` signs speak for another."""
        return self._languages.language(text[:LONGEST_TEXT], prior, needed=needed)

    def spoken(self, text: str) -> bool:
        """Say whether the text is in one of the workspace's languages, or in none that is certain."""
        return self._spoken(text[:LONGEST_TEXT])

    def intents(self, text: str, language: str) -> list[dict[str, Any]]:
        """Give what the text asks for: `{name, confidence, text}` per clause, in order."""
        return [dict(wish) for wish in self._wishes(text[:LONGEST_TEXT], language)]

    def likely(self, text: str, language: str, limit: int = 5) -> list[tuple[str, float]]:
        """Give the likeliest intents of a text that is one wish, and scores; empty: nobody's business."""
        classifier = self._classifier(language)
        if classifier is None:
            return []
        return classifier.likely(preferring.wanted(text[:LONGEST_TEXT], language))[:limit]

    def sentiment(self, text: str, language: str) -> float:
        """Give -1 (angry) to 1 (delighted); by a list of words in a language that was not learned."""
        text = text[:LONGEST_TEXT]
        if self._moods.speaks(language):
            return self._moods.feeling(text, language)
        return sentiment.of_words(text, language)

    def bitter(self, text: str, language: str) -> bool:
        """Say whether the words themselves are bitter."""
        return sentiment.bitter(text[:LONGEST_TEXT], language)

    def complains(self, text: str, language: str) -> bool:
        """Say whether the text blames the company or its people, whatever it asks for."""
        return self._moods.complains(text[:LONGEST_TEXT], language)

    def opts_out(self, text: str, language: str, *, surely: bool = False) -> bool:
        """Say whether the customer wants no more promotions, news or calls that sell."""
        return self._moods.leaves(text[:LONGEST_TEXT], language, surely=surely)

    def urgent(self, text: str, language: str) -> bool:
        """Say whether the customer presses for time."""
        return sentiment.urgent(text[:LONGEST_TEXT], language)

    def entities(self, text: str, language: str, now: datetime) -> list[dict[str, Any]]:
        """Give values in the text, `{kind, value, text}`; see `agents.Entity`."""
        text = text[:LONGEST_TEXT]
        return [_entity(span, text) for span in entities(text, language, now)]

    def readings(
        self, schemas: Mapping[str, dict[str, Any]], text: str, language: str, now: datetime,
        *, asked: str = "",
    ) -> dict[str, list[Any]]:  # fmt: skip
        """Give the two or three values that a text may mean where it gives none for sure."""
        return values.readings(schemas, text[:LONGEST_TEXT], language, now, asked=asked)

    def agreement(self, text: str, language: str, about: str = "") -> bool | None:
        """Read a yes or a no; None when it is neither."""
        return agreement.agreement(text[:LONGEST_TEXT], language, about)

    def answer(self, text: str, language: str, question: str, about: str = "") -> Answered:
        """Read a message as the answer to a yes/no question of ours that is open."""
        return self._answers(text[:LONGEST_TEXT], language, question, about)

    def regrets(self, text: str, language: str, done: str = "") -> bool:
        """Say whether the customer wishes that what was just done had not been done."""
        return heeding.regrets(text[:LONGEST_TEXT], language) or answers.regrets(
            text[:LONGEST_TEXT], language, done
        )

    def gives_up(self, text: str, language: str) -> bool:
        """Say whether the customer drops the matter ("never mind", "deixa pra lá")."""
        return agreement.gives_up(text[:LONGEST_TEXT], language)

    def values(
        self, schemas: Mapping[str, dict[str, Any]], text: str, language: str, now: datetime,
        *, asked: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Find values for JSON schemas in the text; nothing is invented, what is missing is left out."""
        text = text[:LONGEST_TEXT]
        found = values.values(schemas, text, language, now, asked=asked)
        free = asked in found and found[asked] == introduced.bare_answer(text, language)
        if free and values.is_free(schemas[asked]) and self._turns_away(text, language):
            del found[asked]
        return found

    def choose(
        self, options: Sequence[str], text: str, language: str, question: str = ""
    ) -> int | None:
        """Find which of the labels the customer means; None when unclear."""
        told = other_numbers.without_addresses(text[:LONGEST_TEXT], options)
        return choosing.choose(options, told, language, question)

    def _turns_away(self, text: str, language: str) -> bool:
        """Say whether a text, given as an answer, plainly wants something else."""
        return introduced.is_wish(text, language) and bool(self.intents(text, language))

    def _classifier(self, language: str) -> Classifier | None:
        return self._classifiers.get(language) or next(iter(self._classifiers.values()), None)

    def _read_wishes(self, text: str, language: str) -> tuple[dict[str, Any], ...]:
        classifier = self._classifier(language)
        if classifier is None:
            return ()

        def read(texts: list[str], *, haste: bool = False) -> list[Reading]:
            return [self._reading(one, classifier.language, haste) for one in texts]

        wanted = preferring.wanted(text, language)
        found = wishes(wanted, language, read, classifier.threshold)
        if wanted != text and len(found) == 1:  # what she turns down may still name her thing
            found = [found[0] | {"text": text.strip()}]
        return tuple(found)

    def _read_one(self, text: str, language: str, haste: bool) -> Reading:
        """Read in the language that is spoken, or in the one that plainly knows more of the words."""
        reading = self._classifiers[language].read(text, haste=haste)
        if reading.known >= STRANGE:
            return reading
        others = [
            other.read(text, haste=haste)
            for spoken, other in self._classifiers.items()
            if spoken != language
        ]
        best = max(others, key=lambda other: other.known, default=reading)
        return best if best.known >= 2 * STRANGE else reading
