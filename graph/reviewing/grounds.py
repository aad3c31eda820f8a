"""What a reply may rest on, by whose word it is; read lazily, for most sentences need little of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache

from agents import Citation, Evidence
from graph.reviewing import reading
from graph.reviewing.reading import Amount
from knowledge import Passage
from models.embedded import words
from models.embedded.pieces import pieces

CODE = re.compile(r"\b[A-Za-z]{1,4}-?\d{3,}\b|\b\d{4,}\b")
NAMED = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What a reply may rest on. The customer's own words support only quoting them back."""

    evidence: tuple[Evidence, ...] = ()
    customer: tuple[str, ...] = ()
    """What she has written herself, and what she is known by."""

    names: tuple[str, ...] = ()
    """Who may be named whatever the evidence says: she, the company, its assistant and people."""

    language: str = ""
    today: date | None = None
    never_promise: tuple[str, ...] = ()
    avoid_words: tuple[str, ...] = ()
    prompts: frozenset[str] = frozenset()
    """Runs of words of the prompts, as `conduct.runs` gives them: none may be said."""

    cited: Mapping[int, str] = field(default_factory=dict)
    """Which passage each citation marker points to; empty while that is not known yet."""

    read_language: Callable[[str], str] | None = None
    """Says in which of the company's languages a text is."""

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The passages, each once."""
        found = {
            each["passage"]["passage_id"]: each["passage"]
            for each in self.evidence
            if "passage" in each
        }
        return tuple(found.values())

    @cached_property
    def told(self) -> tuple[str, ...]:
        """What tools and the company say about this matter: everything but the articles."""
        return tuple(each["text"] for each in self.evidence if "passage" not in each)

    @cached_property
    def effects(self) -> tuple[str, ...]:
        """What was done in this turn."""
        done = (each for each in self.evidence if each["source"] == "effect")
        return tuple(text for each in done for text in (each["text"], *each.get("data", ())))

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """Values that tools gave beside their sentences: true, but not worded for customers."""
        return tuple(value for each in self.evidence for value in each.get("data", ()))

    @cached_property
    def own_words(self) -> frozenset[str]:
        """The sentences of tools and of the company, for comparing word for word."""
        return frozenset().union(*map(reading.word_for_word, self.told))

    @cached_property
    def articles(self) -> tuple[str, ...]:
        """The passages' texts, each with its title."""
        return tuple(f"{one['title']}\n{_read_out(one)}\n{one['url']}" for one in self.passages)

    @cached_property
    def worded(self) -> str:
        """All that was worded for customers, in small letters."""
        return "\n".join((*self.told, *self.articles)).lower()

    @cached_property
    def amounts(self) -> frozenset[Amount]:
        """The numbers in everything but the customer's own words."""
        said = map(reading.amounts, (*self.told, *self.articles, *self.facts))
        return frozenset().union(*said)

    @cached_property
    def bare_numbers(self) -> frozenset[str]:
        """Numbers of tools that come without what they count."""
        said = frozenset().union(*map(reading.amounts, self.facts))
        return frozenset(amount.value for amount in said if amount.kind == "plain")

    @cached_property
    def quotable_codes(self) -> frozenset[str]:
        """Numbers of orders and the like that she wrote herself."""
        found = {code for text in self.customer for code in CODE.findall(text)}
        return frozenset().union(*(reading.numbers(code) for code in found))

    @cached_property
    def days(self) -> frozenset[tuple[int, int]]:
        """The calendar days in everything but the customer's own words."""
        said = map(reading.days_written, (*self.told, *self.articles, *self.facts))
        named = (
            day.dates
            for text in (*self.told, *self.articles)
            for day in reading.days_named(text, self.today)
            if day.certain
        )
        return frozenset().union(*said, *named)

    @cached_property
    def own_days(self) -> frozenset[tuple[int, int]]:
        """The same without the articles, whose dates are nobody's "tomorrow"."""
        said = map(reading.days_written, (*self.told, *self.facts))
        named = (
            day.dates
            for text in self.told
            for day in reading.days_named(text, self.today)
            if day.certain
        )
        return frozenset().union(*said, *named)

    @cached_property
    def day_words(self) -> frozenset[str]:
        """The days that the evidence names in words."""
        texts = (*self.told, *self.articles)
        return frozenset(day.words for text in texts for day in reading.days_named(text, None))

    @cached_property
    def known_words(self) -> frozenset[str]:
        """Every word of all of it, her own included, folded: a name that stands there may be said."""
        texts = (*self.names, *self.customer, *self.told, *self.articles)
        return frozenset(words.folded(word) for text in texts for word in NAMED.findall(text))

    @cached_property
    def statements(self) -> tuple[tuple[str, str], ...]:
        """Each sentence of the evidence, with the id of its passage, or with nothing."""
        found = [("", statement) for text in self.told for statement in reading.statements(text)]
        for passage in self.passages:
            pid = passage["passage_id"]
            found += [(pid, one) for one in reading.statements(_read_out(passage))]
        return tuple(found)

    def passage_of(self, sentence: str) -> Passage | None:
        """Give the passage that has a sentence word for word."""
        plain = reading.plainly(sentence)
        return next(
            (one for one in self.passages if plain in reading.word_for_word(_read_out(one))), None
        )

    def says(self, sentence: str) -> bool:
        """Say whether a sentence stands word for word in what the reply rests on."""
        plain = reading.plainly(sentence)
        return plain in self.own_words or self.passage_of(sentence) is not None

    def citing(self, citations: list[Citation]) -> "Grounds":
        """Give the same for a text with other citations."""
        return replace(
            self, cited={place: one["passage_id"] for place, one in enumerate(citations, 1)}
        )


def _read_out(passage: Passage) -> str:
    """Give a passage's text, and the rows of its tables as they are read out.

    What is counted stands in the head of a column: "9 to 12" under "days" says 9 to 12 days.
    """
    return _with_rows(passage["text"], passage["language"])


@lru_cache(maxsize=2_000)
def _with_rows(text: str, language: str) -> str:
    rows = [piece.told() for piece in pieces(0, {"text": text}, language) if piece.cells]
    return "\n\n".join([text, *rows])
