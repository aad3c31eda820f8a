"""Whether a turn's words take something back: a wish, a person who was called, what was done."""

from collections.abc import Sequence

from agents import choosing, hearing, remembering
from graph.planning import COURTESIES, DIGRESSION, PERSON
from graph.wording import Wording
from journeys import Instance, Journey
from journeys.events import Correct
from models.embedded import acting, changing, denying, heeding, pointing, splitting, words

CANDIDATES = 3

CERTAIN = 0.96
"""Confidence from which a wish is no regret of another deed."""

LIKE = 0.15
"""Score from which a text is somewhat like a procedure's examples."""


class Retracting(Wording):
    """The words of a turn as a retraction."""

    def _refused(self) -> list[str]:
        """Give the procedures that she tells us not to carry out, or not to go on with."""
        if not self.text:
            return []
        rest = changing.left(self.text, self.language)  # "...! forget all about cancelling"
        ways = {self.text, rest or self.text}
        return [
            name
            for name, journey in self.ensemble.journeys.items()
            if journey.writes
            and any(denying.refuses(self._examples(journey), way, self.language) for way in ways)
            and (self._is_open(name) or not self._wished_all_the_same(journey))
        ]

    def _changed(self) -> str:
        """Give what she wants instead of what is open; empty where she only lets go of it."""
        rest = changing.left(self.text, self.language) if self.awaiting else None
        if not rest or self.understanding.gives_up(rest, self.language):
            return ""
        current = self._journey(self.running[0]) if self.running else None
        own = tuple(self._examples(current)) if current else ()
        telling = acting.telling(own, self._other_examples(), self.language)
        # "Changed my mind, cancel the exchange" lets go of the exchange.
        names_open = self.understanding.gives_up(self.text, self.language) and acting.says(
            telling, rest, self.language
        )
        return "" if names_open else rest

    def _called_off(self) -> list[str]:
        """Give the procedures, open, waiting or done, that she calls off by name."""
        known = [*self.running, *self.kept, *self.elsewhere]
        names = dict.fromkeys(one["journey"] for one in known) if self.text else {}
        return [
            name
            for name in names
            if (journey := self.ensemble.journeys.get(name)) is not None
            and (journey.writes or any(one["journey"] == name for one in self.running))
            and denying.calls_off(self.text, self._telling(journey), self.language)
        ]

    def _telling(self, journey: Journey) -> frozenset[str]:
        """Give the stems that tell a procedure from the others."""
        others = tuple(
            tuple(self._examples(other))
            for other in self.ensemble.journeys.values()
            if other.journey != journey.journey
        )
        return acting.telling(tuple(self._examples(journey)), others, self.language)

    def _is_open(self, name: str) -> bool:
        return any(one["journey"] == name for one in (*self.running, *self.kept))

    def _wished_all_the_same(self, journey: Journey) -> bool:
        """Say whether a procedure is wanted beside, or without, the words that seem to forbid it."""
        examples = self._examples(journey)
        rest = denying.undenied(examples, self.text, self.language)
        parts = [part.text for part in splitting.clauses(self.text, self.language)]
        read = [
            *(
                intent
                for text in (self.text, *parts)
                for intent in self.understanding.intents(text, self.language)
                if not denying.refuses(examples, intent["text"], self.language)
            ),
            *self.understanding.intents(rest, self.language),
        ]
        wished = {intent["name"] for intent in read}
        return journey.trigger.intent in wished | {self._likeliest_procedure(rest)}

    def _likeliest_procedure(self, text: str) -> str:
        """Give the intent of the procedure that a text is most like, or nothing."""
        procedures = {journey.trigger.intent for journey in self.ensemble.journeys.values()}
        read = self.understanding.likely(text, self.language, CANDIDATES) if text.strip() else []
        return next((name for name, score in read if name in procedures and score >= LIKE), "")

    def _refused_person(self) -> list[str]:
        """Say whether she tells us not to call a person, as a list of intents."""
        said = self.ensemble.team.examples.get(PERSON, {}).get(self.language, ())
        gone = bool(self.text) and denying.refuses_person(said, self.text, self.language)
        return [PERSON] if gone and not heeding.of_machine(self.text, self.language) else []

    def _withdraws(self, refused: Sequence[str], gives_up: bool) -> bool:
        """Say whether she takes back something that waits for a person; `refused` as in `_refused`."""
        known = [*self.kept, *self.elsewhere]
        waits = {one["journey"] for one in known if one["state"] == "waiting"}
        if waits & set(refused):
            return True
        if self.awaiting:
            return False
        lets_go = gives_up or changing.lets_go(self.text, self.language)
        if lets_go and not self._speaks_elsewhere():
            return True
        return heeding.regrets(self.text, self.language)

    def _speaks_elsewhere(self) -> bool:
        """Say whether she names a thing or an act that nothing which waits for a person is about."""
        named = choosing.names(self.ensemble.journeys, self.language)
        waits = " ".join(str(one.get("preview", "")) for one in self.pending)
        if named.words(self.text) - named.words(waits):
            return True
        looks = [i for i in self.signals["intents"] if i["confidence"] >= DIGRESSION]
        if any((found := self.doing(i["name"])) is None or found.looks_up for i in looks):
            return True
        rest = changing.left(self.text, self.language) or ""
        waiting = [self._journey(one) for one in self.kept if one["state"] == "waiting"]
        own = tuple(text for journey in waiting if journey for text in self._examples(journey))
        others = tuple(
            tuple(self._examples(one)) for one in self.ensemble.journeys.values() if one.writes
        )
        return acting.says(acting.acts_besides(own, others, self.language), rest, self.language)

    def _regrets(self, refused: Sequence[str], gives_up: bool) -> str:
        """Give the procedure that was carried out and that she wishes had not been, or nothing."""
        done = remembering.written(self.kept)
        if done is None or not self.text or (self.awaiting and self.awaiting[0]["slot"] != PERSON):
            return ""
        if done["journey"] in self._called_off():
            return done["journey"]
        journey = self._journey(done)
        mistaken = "?" not in self.text and pointing.mistaken(self.text, self.language)
        takes_back = (gives_up or mistaken) and self._just_told(done)
        told = (done.get("proposal") or {}).get("asked", "")
        intents = {
            intent["name"]
            for intent in self.signals["intents"]
            if intent["confidence"] >= (CERTAIN if takes_back else DIGRESSION)
            and (
                # She wants something else, however she says it, unless she names what was done.
                (intent["confidence"] >= CERTAIN and not self._names_done(intent["text"], done))
                or not self.understanding.regrets(intent["text"], self.language, told)
            )
        }
        of_it = {journey.trigger.intent if journey else "", "question", *COURTESIES}
        if not intents <= of_it:
            return ""
        regrets = self.understanding.regrets(self.text, self.language, told)
        regrets = regrets or done["journey"] in refused or takes_back
        return done["journey"] if regrets else ""

    def _just_told(self, deed: Instance) -> bool:
        """Say whether our last words were that this was done."""
        journey = self._journey(deed)
        return self._says_last(remembering.outcome_of(journey, deed) if journey else "")

    def _says_last(self, told: str) -> bool:
        """Say whether our last words hold this."""
        last = next((m for m in reversed(self.state["messages"]) if m.type == "ai"), None)
        return bool(last and told and told in last.text)

    def _amends(self) -> str:
        """Give the procedure that was carried out with a value of hers that she now puts right."""
        done = remembering.written(self.kept)
        journey = self._journey(done) if done else None
        if done is None or journey is None or self.awaiting or not self.text:
            return ""
        wished = {i["name"] for i in self.signals["intents"] if i["confidence"] >= CERTAIN}
        if wished - {journey.trigger.intent, "question", *COURTESIES}:
            return ""
        right = hearing.put_right(self.text, self.language, journey, done)
        sure = isinstance(right, Correct) or (
            right is not None and pointing.mistaken(self.text, self.language)
        )
        return done["journey"] if sure else ""

    def _names_done(self, text: str, deed: Instance) -> bool:
        """Say whether a clause names what a deed was done to: "can I still have the book?".

        What it was done to is called in what we said of it.
        """
        about = [str(value) for value in deed["slots"].values() if isinstance(value, str)]
        ours = [m.text for m in self.state["messages"] if m.type == "ai" and m.name != PERSON]
        told = "\n".join(said for said in ours if any(value in said for value in about))
        base = words.base(self.language)
        done, named = (
            {
                *words.stems(
                    filter(str.isalpha, words.content(words.words(one, base), (base,))), base
                )
            }
            for one in (told, text)
        )
        return bool(done & named)
