"""What a turn is about, read once: all that the plan is made from."""

from collections.abc import Mapping, Sequence
from typing import Any

from agents import Question, Signals, attaching, choosing, hearing, remembering
from graph.briefing import language_of
from graph.context import TurnContext
from graph.ensemble import Ensemble
from graph.planning import COURTESIES, DIGRESSION, PERSON, Situation
from graph.state import Conversation, signals_of, waiting
from journeys import Instance, Journey
from journeys.asking import known_by
from models import Answered
from models.embedded import splitting, turning, words

CANDIDATES = 3
CERTAIN = 0.75
"""Confidence from which a wish is no regret of another deed."""

FEW_WORDS = 4
"""Words of a yes or a no that says nothing else."""

REACHED = ("email", "phone", "cpf")
"""Values that tell who somebody is, or how to reach her."""

LIKE = 0.15
"""Score from which a text is somewhat like a procedure's examples."""


class Reading:
    """One turn's words, held against what is open in the conversation."""

    def __init__(self, state: Conversation, context: TurnContext, ensemble: Ensemble) -> None:
        self.state, self.context, self.ensemble = state, context, ensemble
        asked = waiting(state["messages"], context.message_ids)
        self.text = "" if state.get("event") else "\n".join(m.text for m in asked).strip()
        self.language = language_of(state, context, ensemble)
        self.understanding = ensemble.understanding
        self.signals: Signals = signals_of(state)
        self.awaiting = state.get("awaiting", [])
        self.attachments = [
            name for m in asked for name in m.additional_kwargs.get("attachments", [])
        ]
        journeys = state.get("journey", [])
        self.running, self.kept = remembering.running(journeys), remembering.kept(journeys)
        self.pending = list(context.facts.get("pending_approvals") or [])
        self.said = self._said()

    def situation(self) -> Situation:
        """Give all that the plan is made from."""
        state, event = self.state, self.state.get("event") or {}
        current = self._journey(self.running[0]) if self.running else None
        gives_up = self._gives_up()
        answers = bool(self.awaiting) and self._answers(self.awaiting[0])
        refused = self._refused()
        return Situation(
            text=self.text,
            signals=self.signals,
            owners={**self.ensemble.team.owners, "question": "knowledge"},
            awaiting=self.awaiting,
            answers=answers,
            gives_up=gives_up,
            wholly=self.said.wholly,
            only_corrects=self._asks_which() and (self._only_corrects() or self._only_points()),
            refused=frozenset(self._intent(name) for name in refused),
            dropped=next((one["journey"] for one in self.running if one["journey"] in refused), ""),
            withdraws=bool(self.pending) and self._withdraws(refused, gives_up),
            current_intent=current.trigger.intent if current else "",
            spoken=not self.text or self.understanding.spoken(self.text),
            waiting_for_person=bool(state.get("handoff")),
            accepts_person=self._accepts_person(),
            no_person=PERSON in self._refused_person(),
            pending_approvals=bool(self.pending),
            decision=not answers and self._asks_decision(),
            outcome=None if answers else self._asks_outcome(),
            regrets=self._regrets(refused),
            again=self._again(),
            corrected=self._corrected(),
            agreement=self._bare_agreement(),
            heard=bool(self.text) and turning.heard(self.text, self.language),
            names_herself=not self.awaiting and self._names_herself(),
            attachments=bool(self.attachments),
            attached=answers and self._takes_attachment(),
            event=str(event.get("kind", "")),
            follow_up=bool(event.get("follow_up")),
        )

    # Answers

    def _answers(self, question: Question) -> bool:
        """Say whether the text reads as the answer to the question that is open."""
        text = self.text
        instance = self.running[0] if self.running else None
        journey = self._journey(instance) if instance else None
        if self._takes_attachment():
            return True
        if question["slot"] in ("confirm", "person"):
            if self.said.meaning:
                return True
            if question["slot"] == "confirm" and self._only_points():
                return True
            return bool(instance and journey and self._corrects(instance, journey))
        slot = journey.slots.get(question["slot"]) if journey else None
        if slot is None or instance is None or journey is None:
            return not self.signals["intents"] and "?" not in text
        schema = slot.schema_ | ({"x-labels": slot.labels} if slot.labels else {})
        found = self._values({question["slot"]: schema}, asked=question["slot"])
        if not found:
            others = {name: one.schema_ for name, one in journey.slots.items()}
            found = self._values(others, asked=question["slot"])
        if found:
            return True
        if self._means_other(instance, journey):
            return True
        options = instance.get("options", [])
        if slot.options is not None and (self._only_points() or self._is_bare_answer()):
            return True
        chosen = self._chosen(options) if options else None
        return chosen is not None and not self._asks_otherwise(journey)

    def _gives_up(self) -> bool:
        if self.said.wholly or not self.text:
            return self.said.meaning == "drop"
        return self.understanding.gives_up(self.text, self.language)

    def _said(self) -> Answered:
        """Read the message as an answer, where a yes or a no is waited for."""
        question = self.awaiting[0] if self.awaiting and self.text else None
        if question is None or question["slot"] not in ("confirm", "person"):
            return Answered()
        if question["slot"] == "confirm" and self.running:
            journeys, understanding = self.ensemble.journeys, self.understanding
            return hearing.answered(
                understanding, journeys, self.running[0], self.text, self.language
            )
        return self.understanding.answer(self.text, self.language, question["text"])

    def _asks_otherwise(self, journey: Journey) -> bool:
        """Say whether the text is a question of its own: "where is my order?" picks none of a list."""
        return turning.asks_status(self.text, self.language) and any(
            intent["name"] != journey.trigger.intent and intent["confidence"] >= DIGRESSION
            for intent in self.signals["intents"]
        )

    def _takes_attachment(self) -> bool:
        """Say whether a file came that the open question waits for."""
        if not self.attachments or not self.awaiting or not self.running:
            return False
        journey = self._journey(self.running[0])
        slot = journey.slots.get(self.awaiting[0]["slot"]) if journey else None
        return slot is not None and attaching.takes_attachment(slot)

    def _corrects(self, instance: Instance, journey: Journey) -> bool:
        """Say whether a text names another value for something that is about to be confirmed.

        Whatever else it may sound like, it then goes to who asked: a yes to the old value would be wrong.
        """
        schemas = {
            name: slot.schema_ | ({"x-labels": slot.labels} if slot.labels else {})
            for name, slot in journey.slots.items()
        }
        if self._wants_another(journey):
            return False
        said = self._values(schemas)
        if any(instance["slots"].get(name) not in (None, value) for name, value in said.items()):
            return True
        if self._means_other(instance, journey):
            return True
        for name, options in instance.get("offered", {}).items():
            chosen = self._chosen(options)
            taken = instance["slots"].get(name)
            if chosen is not None and options[chosen]["value"] != taken:
                return not self._asks_otherwise(journey)
        return False

    def _chosen(self, options: Sequence[Mapping[str, Any]]) -> int | None:
        """Find which of the choices that she was shown the text means."""
        named = choosing.names(self.ensemble.journeys, self.language)
        labels = [known_by(option) for option in options]
        return choosing.choose(self.understanding, named, labels, self.text, self.language)

    def _means_other(self, instance: Instance, journey: Journey) -> bool:
        """Say whether she means another choice than one that was taken: "no, the other one"."""
        if self._wants_another(journey):
            return False
        return any(
            hearing.means_other(self.text, self.language, journey, name)
            for name in instance["slots"]
            if name in journey.slots and journey.slots[name].options is not None
        )

    def _wants_another(self, journey: Journey) -> bool:
        """Say whether she surely wants something else, which what she names then belongs to."""
        wishes = [i for i in self.signals["intents"] if i["name"] != journey.trigger.intent]
        sure = any(i["confidence"] >= DIGRESSION for i in wishes)
        return sure and not self._only_corrects()

    def _only_corrects(self) -> bool:
        if not self.running:
            return False
        journeys = self.ensemble.journeys
        others = hearing.other_examples(journeys, self.running[0], self.language)
        return turning.only_corrects(self.text, self.language, others)

    def _asks_which(self) -> bool:
        """Say whether a question of a procedure is open."""
        return bool(self.awaiting and self.running)

    def _is_bare_answer(self) -> bool:
        """Say whether the text is a yes or a no and little else."""
        return len(self.text.split()) <= FEW_WORDS and (
            self.understanding.agreement(self.text, self.language) is not None
        )

    def _only_points(self) -> bool:
        """Say whether the text does no more than name a thing, or one of several: "no, the green one"."""
        if "?" in self.text or not self.text:
            return False
        things = choosing.names(self.ensemble.journeys, self.language).words(self.text)
        others = self._other_examples()
        return turning.only_points(self.text, self.language, things, others)

    def _other_examples(self) -> tuple[tuple[str, ...], ...]:
        current = self.running or self.kept
        if not current:
            return ()
        return hearing.other_examples(self.ensemble.journeys, current[0], self.language)

    def _corrected(self) -> str:
        """Give the intent of what was just told if she only says that another one is meant."""
        last = next(iter(self.kept), None)
        journey = self._journey(last) if last and last["state"] in ("done", "failed") else None
        if last is None or journey is None or self.awaiting or last.get("performed"):
            return ""
        corrects = turning.only_corrects(self.text, self.language, self._other_examples())
        names = turning.denies(self.text, self.language) and self._only_points()
        if not (corrects or names):
            return ""
        chosen = any(slot.options is not None for slot in journey.slots.values())
        return journey.trigger.intent if chosen else ""

    def _values(self, schemas: dict[str, dict[str, Any]], asked: str = "") -> dict[str, Any]:
        return self.understanding.values(
            schemas, self.text, self.language, self.context.now, asked=asked
        )

    def _accepts_person(self) -> bool:
        """Say whether she says yes to what we offered without waiting for an answer: to call a person.

        "If you would rather talk to a person, just say so" asks nothing: "ok" only says that she heard it.
        """
        if self.awaiting or not self.text or self.state.get("handoff"):
            return False
        last = next((m for m in reversed(self.state["messages"]) if m.type == "ai"), None)
        ours = last is not None and last.name != "person"
        offer = turning.offers_person(last.text, self.language) if last and ours else ""
        if not offer or ("?" not in offer and turning.heard(self.text, self.language)):
            return False
        said = self.understanding.answer(self.text, self.language, offer)
        thanks = any(intent["name"] in COURTESIES for intent in self.signals["intents"])
        return said.meaning == "yes" and ("?" in offer or not thanks)

    def _bare_agreement(self) -> bool | None:
        """Read a yes or a no that answers nothing which was asked."""
        if self.awaiting or not self.text or len(self.text.split()) > FEW_WORDS:
            return None
        return self.understanding.agreement(self.text, self.language)

    # Turning back

    def _refused(self) -> list[str]:
        """Give the procedures that she tells us not to carry out, or not to go on with."""
        if not self.text:
            return []
        return [
            name
            for name, journey in self.ensemble.journeys.items()
            if journey.writes
            and turning.refuses(self._examples(journey), self.text, self.language)
            and (self._is_open(name) or not self._wished_all_the_same(journey))
        ]

    def _is_open(self, name: str) -> bool:
        return any(one["journey"] == name for one in (*self.running, *self.kept))

    def _wished_all_the_same(self, journey: Journey) -> bool:
        """Say whether a procedure is wanted beside, or without, the words that seem to forbid it."""
        examples = self._examples(journey)
        rest = turning.undenied(examples, self.text, self.language)
        parts = [part.text for part in splitting.clauses(self.text, self.language)]
        read = [
            *(
                intent
                for text in (self.text, *parts)
                for intent in self.understanding.intents(text, self.language)
                if not turning.refuses(examples, intent["text"], self.language)
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
        gone = bool(self.text) and turning.refuses_person(said, self.text, self.language)
        return [PERSON] if gone else []

    def _withdraws(self, refused: Sequence[str], gives_up: bool) -> bool:
        """Say whether she takes back something that waits for a person."""
        waits = {one["journey"] for one in self.kept if one["state"] == "waiting"}
        if waits & set(refused):
            return True
        if self.awaiting:
            return False
        return gives_up or turning.regrets(self.text, self.language)

    def _regrets(self, refused: Sequence[str]) -> str:
        """Give the procedure that was carried out and that she wishes had not been, or nothing."""
        done = remembering.written(self.kept)
        if done is None or not self.text or (self.awaiting and self.awaiting[0]["slot"] != PERSON):
            return ""
        journey = self._journey(done)
        told = (done.get("proposal") or {}).get("asked", "")
        intents = {
            intent["name"]
            for intent in self.signals["intents"]
            if intent["confidence"] >= DIGRESSION
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
        regrets = regrets or done["journey"] in refused
        return done["journey"] if regrets else ""

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

    def _names_herself(self) -> bool:
        """Say whether she only says how she can be reached, and perhaps her name: that asks for nothing."""
        ways = [one for one in self.signals["entities"] if one["kind"] in REACHED]
        rest = self.text
        for one in ways:
            rest = rest.replace(one["text"], " ")
        told = words.content(words.words(rest), (words.base(self.language),))
        called = " ".join(word for word in rest.split() if word[:1].isupper())
        names = frozenset(words.words(called))
        return (
            bool(ways) and "?" not in rest and names | turning.introducing(self.language) >= {*told}
        )

    # Asking what became of it

    def _asks_decision(self) -> bool:
        """Say whether she asks what became of a request that a person decides on."""
        waits = [one for one in self.kept if one["state"] == "waiting"]
        decided = [one for one in self.kept if one.get("decided")]
        if not self.text or not (self.pending or decided):
            return False
        asks = turning.asks_status(self.text, self.language)
        if asks and turning.asks_decision(self.text, self.language):
            return True
        for instance in [*waits, *(decided if asks else [])]:
            journey = self._journey(instance)
            if journey is None or self._names_another(journey, instance):
                continue
            wanted = any(i["name"] == journey.trigger.intent for i in self.signals["intents"])
            if wanted or (asks and self._is_about(journey)):
                return True
        return False

    def _again(self) -> str:
        """Give the intent of what was just looked up if she asks it again, or of another one.

        "And when does it arrive?", "and my other order?"
        """
        last = next(iter(self.kept), None)
        journey = self._journey(last) if last and last["state"] == "done" else None
        if journey is None or journey.writes or not turning.asks_status(self.text, self.language):
            return ""
        asks = any(
            i["name"] == "question" and i["confidence"] >= DIGRESSION
            for i in self.signals["intents"]
        )  # of how things are in general: that is for the articles
        if turning.remains(self.text, self.language):
            return journey.trigger.intent
        if (
            not asks
            and turning.asks_when(self.text, self.language)
            and (turning.points(self.text, self.language) or self._is_about(journey))
        ):
            return journey.trigger.intent
        other = any(
            hearing.means_other(self.text, self.language, journey, name)
            for name, slot in journey.slots.items()
            if slot.options is not None
        )
        return journey.trigger.intent if other else ""

    def _names_another(self, journey: Journey, instance: Instance) -> bool:
        """Say whether the text names something else than what the procedure is about."""
        schemas = {n: s.schema_ for n, s in journey.slots.items() if "pattern" in s.schema_}
        said = self._values(schemas) if schemas else {}
        return any(instance["slots"].get(name) != value for name, value in said.items())

    def _is_about(self, journey: Journey) -> bool:
        """Say whether the text has words that tell this procedure from the others."""
        others = tuple(
            tuple(self._examples(other))
            for other in self.ensemble.journeys.values()
            if other.journey != journey.journey
        )
        telling = turning.telling(tuple(self._examples(journey)), others, self.language)
        return turning.says(telling, self.text, self.language)

    def _asks_outcome(self) -> str | None:
        """Give the procedure of which she asks whether it was done; empty: of the last; None: of none."""
        if not self.text or not turning.asks_outcome(self.text, self.language):
            return None
        if any(
            self.ensemble.team.owners.get(i["name"]) not in ("transactions", None)
            and i["confidence"] >= DIGRESSION
            for i in self.signals["intents"]
            if i["name"] != "question"
        ):
            return None
        after_person = any(m.name == "person" for m in self.state["messages"][-6:])
        after_person = after_person or bool(self.state.get("notice_due"))
        written = {one["journey"] for one in self.kept if one.get("performed")}
        for name, journey in self.ensemble.journeys.items():
            if not journey.writes:
                continue
            if turning.asks_whether(self._examples(journey), self.text, self.language) and (
                name in written or after_person
            ):
                return name
        generic = turning.asks_generally(self.text, self.language)
        return "" if generic and (written or after_person) else None

    def _journey(self, instance: Instance) -> Journey | None:
        return self.ensemble.journeys.get(instance["journey"])

    def _intent(self, name: str) -> str:
        return self.ensemble.journeys[name].trigger.intent

    def _examples(self, journey: Journey) -> Sequence[str]:
        return journey.trigger.examples.get(self.language, [])
