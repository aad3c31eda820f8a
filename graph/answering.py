"""Whether a turn's words answer what was asked, or put right what was taken for it."""

from typing import Any

from agents import Intent, Question, attaching, hearing
from graph import doubting
from graph.planning import COURTESIES, DIGRESSION
from graph.situation import YES_NO, Claim
from graph.wording import Wording
from journeys import Instance, Journey
from journeys.model import Slot
from journeys.repairing import changed
from models.embedded import acting, heeding, outcomes, words

FEW_WORDS = 4
"""Words of a yes or a no that says nothing else."""

BESIDE_VALUES = 1
"""Words of meaning beside a value that wants nothing else: "make it Tuesday"."""

REACHED = ("email", "phone", "cpf")
"""Values that tell who somebody is, or how to reach her."""


class Answering(Wording):
    """The words of a turn as an answer."""

    def _answers(self, question: Question) -> Claim:
        """Say how much the text reads as the answer to the question that is open."""
        if self._takes_attachment():
            return Claim.SURE
        instance = self.running[0] if self.running else None
        journey = self._journey(instance) if instance else None
        if question["slot"] in YES_NO:
            if self.said.meaning or (instance and journey and self._corrects(instance, journey)):
                return Claim.SURE
            pointed = question["slot"] == "confirm" and self._only_points()
            return Claim.LIKELY if pointed else Claim.NONE
        slot = journey.slots.get(question["slot"]) if journey else None
        if slot is None or instance is None or journey is None:
            told = not self.signals["intents"] and "?" not in self.text
            return Claim.SURE if told else Claim.NONE
        return self._fills(question["slot"], slot, instance, journey)

    def _fills(self, asked: str, slot: Slot, instance: Instance, journey: Journey) -> Claim:
        """Say how much the text gives the slot that was asked for, or puts another one right."""
        schema = slot.schema_ | ({"x-labels": slot.labels} if slot.labels else {})
        others = {name: one.schema_ for name, one in journey.slots.items()}
        sure = Claim.LIKELY if self._names_other_act(journey) else Claim.SURE
        if self._values({asked: schema}, asked=asked) or self._values(others, asked=asked):
            return sure
        if self._means_other(instance, journey) or self._readings({asked: schema}, asked=asked):
            return sure
        if slot.options is not None and (self._only_points() or self._is_bare_answer()):
            return Claim.LIKELY
        options = instance.get("options", [])
        if options and heeding.none_of(self.text, self.language):
            return Claim.SURE
        if not options and heeding.unable(self.text, self.language):
            return Claim.LIKELY
        chosen = self._chosen(options) if options else None
        return sure if chosen is not None and not self._asks_otherwise(journey) else Claim.NONE

    def _names_other_act(self, journey: Journey) -> bool:
        """Say whether the text has a word for what another procedure does, and none for this one's act."""
        own = tuple(self._examples(journey))
        acts = acting.acts_besides(own, self._other_examples(), self.language)
        return acting.says(acts, self.text, self.language)

    def _gives_up(self) -> bool:
        if self.said.wholly or not self.text:
            return self.said.meaning == "drop"
        gives_up = self.understanding.gives_up(self.text, self.language)
        return gives_up and not self._only_how_much()  # "no wait, leave out the chair"

    def _asks_otherwise(self, journey: Journey) -> bool:
        """Say whether the text is a question of its own: "where is my order?" picks none of a list."""
        return outcomes.asks_status(self.text, self.language) and any(
            intent["name"] != journey.trigger.intent
            and intent["confidence"] >= DIGRESSION
            and self._may_claim(intent["name"], journey)
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
        different = {**changed(journey, instance, self._values(schemas), certain=True)}
        different |= self._unsurely_changed(schemas, instance)
        if different and self._only_tells_values():
            return True  # whatever else these few words may sound like
        if self._wants_another(journey):
            return False
        if different:
            return True
        if self._means_other(instance, journey):
            return True
        for name, options in instance.get("offered", {}).items():
            chosen = self._chosen(options)
            taken = instance["slots"].get(name)
            if chosen is not None and options[chosen]["value"] != taken:
                return not self._asks_otherwise(journey)
        return False

    def _unsurely_changed(
        self, schemas: dict[str, dict[str, Any]], instance: Instance
    ) -> dict[str, list[Any]]:
        """Give the slots for which the text may mean one of several other values: "at 3"."""
        meant = self._readings(schemas)
        taken = instance["slots"]
        return {name: values for name, values in meant.items() if taken.get(name) not in values}

    def _only_tells_values(self) -> bool:
        """Say whether hardly a word stands beside a day or another value: "make it Tuesday"."""
        rest = self.text
        for one in self.signals["entities"]:
            rest = rest.replace(one["text"], " ")
        beside = words.content(words.words(rest, self.language), (words.base(self.language),))
        return rest != self.text and len(beside) <= BESIDE_VALUES

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
        wishes = [
            intent
            for intent in self.signals["intents"]
            if intent["name"] != journey.trigger.intent and self._may_claim(intent["name"], journey)
        ]
        sure = any(i["confidence"] >= DIGRESSION for i in wishes)
        return sure and not self._only_corrects()

    def _may_claim(self, intent: str, journey: Journey) -> bool:
        """Say whether what she names may belong to this wish, rather than to what is open.

        To look something up that is chosen among other things ("may it be blue?") claims nothing.
        """
        other = self.doing(intent)
        if other is None or not other.looks_up:
            return True
        chosen = {name for name, slot in journey.slots.items() if slot.options is not None}
        return bool(chosen & {*other.slots})

    def _asks_which(self) -> bool:
        """Say whether a question of a procedure is open."""
        return bool(self.awaiting and self.running)

    def _is_bare_answer(self) -> bool:
        """Say whether the text is a yes or a no and little else."""
        return len(self.text.split()) <= FEW_WORDS and (
            self.understanding.agreement(self.text, self.language) is not None
        )

    def _accepts_person(self) -> bool:
        """Say whether she says yes to what we offered without waiting for an answer: to call a person.

        "If you would rather talk to a person, just say so" asks nothing: "ok" only says that she heard it.
        """
        if not self.text or self.state.get("handoff") or self._waits_for_agreement():
            return False
        last = next((m for m in reversed(self.state["messages"]) if m.type == "ai"), None)
        ours = last is not None and last.name != "person"
        offer = heeding.offers_person(last.text, self.language) if last and ours else ""
        if not offer or heeding.acknowledges(self.text, self.language):
            return False
        if "?" not in offer and ("?" in self.text or heeding.heard(self.text, self.language)):
            return False
        said = self.understanding.answer(self.text, self.language, offer)
        thanks = any(intent["name"] in COURTESIES for intent in self.signals["intents"])
        return said.meaning == "yes" and ("?" in offer or not thanks)

    def _told_right(self) -> bool | None:
        """Read her answer to whether it was what she wanted to know; None where she says more than that."""
        last = next((m for m in reversed(self.state["messages"]) if m.type == "ai"), None)
        languages = self.ensemble.workspace.profile.languages
        asked = doubting.asked(last.text, languages) if last and not self.awaiting else ""
        if not asked or not self.text:
            return None
        said = self.understanding.answer(self.text, self.language, asked)
        if not said.wholly and any(map(self._is_wish, self.signals["intents"])):
            return None
        if said.meaning == "yes":  # "go ahead" takes it for a proposal, and so was misheard
            return not heeding.urges(self.text, self.language)
        return False if said.meaning == "no" else None

    def _is_wish(self, intent: Intent) -> bool:
        return intent["name"] not in COURTESIES and intent["confidence"] >= DIGRESSION

    def _waits_for_agreement(self) -> bool:
        """Say whether a yes would be to something else than an offer in passing.

        To "which one? if you prefer, I can bring in a person" it can be to nothing but the person.
        """
        if not self.awaiting:
            return False
        asks_which = self.awaiting[0]["slot"] not in (*YES_NO, "approval")
        return not (asks_which and self.running and self._is_bare_answer())

    def _bare_agreement(self) -> bool | None:
        """Read a yes or a no that answers nothing which was asked."""
        if self.awaiting or not self.text or len(self.text.split()) > FEW_WORDS:
            return None
        return self.understanding.agreement(self.text, self.language)

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
            bool(ways) and "?" not in rest and names | heeding.introducing(self.language) >= {*told}
        )
