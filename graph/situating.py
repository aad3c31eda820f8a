"""What a turn is about, read once: all that the plan is made from."""

from agents import Intent, choosing, hearing, remembering
from graph.answering import Answering
from graph.planning import COURTESIES, DIGRESSION, PERSON, RECALL
from graph.retracting import CERTAIN, Retracting
from graph.situation import Claim, Situation
from journeys import Instance, Journey, words
from models.embedded import (
    acting,
    asides,
    changing,
    denying,
    heeding,
    outcomes,
    pointing,
    preferring,
)

QUESTION = "question"
TELLING = ("knowledge", "recommendation")
"""Specialists that only tell something."""


class Reading(Answering, Retracting):
    """One turn's words, held against what is open in the conversation."""

    def situation(self) -> Situation:
        """Give all that the plan is made from."""
        state, event = self.state, self.state.get("event") or {}
        current = self._journey(self.running[0]) if self.running else None
        gives_up = self._gives_up()
        answers = self._answers(self.awaiting[0]) if self.awaiting else Claim.NONE
        refused, called_off = self._refused(), self._called_off()
        # "No, the green one" answers, however much it sounds like a refusal.
        confirms = bool(self.awaiting) and self.awaiting[0]["slot"] == "confirm"
        answered = answers if confirms else Claim.NONE
        off = {*called_off} if answered == Claim.SURE else {*refused, *called_off}
        return Situation(
            text=self.text,
            signals={**self.signals, "intents": self._as_asked()},
            owners={**self.ensemble.team.owners, QUESTION: "knowledge"},
            awaiting=self.awaiting,
            answers=answers,
            other_act=current is not None and self._names_other_act(current),
            agrees=self.said.meaning == "yes",
            changed=self._changed(),
            changing=frozenset(
                one.trigger.intent for one in self.ensemble.journeys.values() if one.writes
            ),
            looking=self._looking(),
            turns_down=preferring.wanted(self.text, self.language) != self.text,
            gives_up=gives_up,
            lets_go=not self.awaiting and changing.left(self.text, self.language) == "",
            wholly=self.said.wholly,
            only_corrects=self._asks_which()
            and (
                self._only_corrects()
                or self._only_points()
                or (answered == Claim.SURE and self._only_tells_values())
            ),
            refused=frozenset(self._intent(name) for name in refused),
            dropped=next((one["journey"] for one in self.running if one["journey"] in off), ""),
            called_off=bool(called_off),
            aside=self._asks_aside(),
            withdraws=bool(self.pending) and self._withdraws([*off], gives_up),
            current=self.running[0]["journey"] if self.running else "",
            reminded=self.running[0].get("reminded", 0) if self.running else 0,
            current_intent=current.trigger.intent if current else "",
            spoken=not self.text or self.understanding.spoken(self.text),
            waiting_for_person=bool(state.get("handoff")),
            accepts_person=self._accepts_person(),
            no_person=PERSON in self._refused_person(),
            pending_approvals=bool(self.pending),
            told_right=self._told_right(),
            decision=not answers and self._asks_decision(),
            why=bool(self.text) and outcomes.only_asks_why(self.text, self.language),
            deeds=not answers and self._asks_deeds(),
            outcome=None if answers else self._asks_outcome(),
            regrets=self._regrets(refused, gives_up),
            amends=self._amends(),
            again=self._again(),
            corrected=self._corrected(),
            agreement=self._bare_agreement(),
            heard=bool(self.text) and heeding.heard(self.text, self.language),
            names_thing=not self.awaiting and self._only_names_a_thing(),
            declined=self._wants_after_all(),
            opts_out=not self.awaiting and self._opts_out(),
            names_herself=not self.awaiting and self._names_herself(),
            attachments=bool(self.attachments),
            attached=bool(answers) and self._takes_attachment(),
            event=str(event.get("kind", "")),
            follow_up=bool(event.get("follow_up")),
        )

    def _as_asked(self) -> list[Intent]:
        """Give the wishes; to ask if something was done wants no more than to have it looked up."""
        return [
            {**one, "name": self._intent(journey.stands)}
            if (journey := self.doing(one["name"]))
            and journey.stands
            and self._asks_how_it_stands(journey, one["text"])
            else one
            for one in self.signals["intents"]
        ]

    def _asks_how_it_stands(self, journey: Journey, text: str) -> bool:
        return outcomes.asks_standing(text, self.language) or outcomes.asks_if_done(
            self._examples(journey), text, self.language
        )

    def _looking(self) -> frozenset[str]:
        """Give the intents by which something is only looked up or told."""
        tools = self.ensemble.tools.values()
        told = {name for name, agent in self.ensemble.team.owners.items() if agent in TELLING}
        return frozenset(
            {
                *(one.trigger.intent for one in self.ensemble.journeys.values() if one.looks_up),
                *(tool.name for tool in tools if tool.effect == "read"),
                *told,
                QUESTION,
                RECALL,
            }
        )

    def _opts_out(self) -> bool:
        return bool(self.text) and self.understanding.opts_out(
            self.text, self.language, surely=True
        )

    def _wants_after_all(self) -> str:
        """Give the intent of what she said no to in her last message, where she says yes now."""
        last = next(iter(self.kept), None)
        journey = self._journey(last) if last and last["state"] == "cancelled" else None
        if last is None or journey is None or self.awaiting or not self.text:
            return ""
        if not self._says_last(words.say("declined", self.language)) or heeding.only_heard(
            self.text, self.language
        ):
            return ""
        agrees = self.understanding.agreement(self.text, self.language)
        return journey.trigger.intent if agrees else ""

    def _corrected(self) -> str:
        """Give the intent of what was just told if she only says that another one is meant."""
        last = next(iter(self.kept), None)
        journey = self._journey(last) if last and last["state"] in ("done", "failed") else None
        if last is None or journey is None or self.awaiting or last.get("performed"):
            return ""
        corrects = pointing.the_other(self.text, self.language) and pointing.only_corrects(
            self.text, self.language, self._other_examples()
        )
        names = denying.denies(self.text, self.language) and self._only_points()
        if not (corrects or names):
            return ""
        chosen = any(slot.options is not None for slot in journey.slots.values())
        return journey.trigger.intent if chosen else ""

    def _asks_decision(self) -> bool:
        """Say whether she asks what became of a request that a person decides on."""
        known = [*self.kept, *self.elsewhere]
        waits = [one for one in known if one["state"] == "waiting"]
        decided = [one for one in known if one.get("decided")]
        if not self.text or not (self.pending or waits or decided):
            return False
        asks = outcomes.asks_status(self.text, self.language)
        if asks and outcomes.asks_decision(self.text, self.language):
            return True
        return any(self._asks_of(one, asks) for one in [*waits, *(decided if asks else [])])

    def _asks_of(self, instance: Instance, asks: bool) -> bool:
        """Say whether she speaks of a request that waits, or was decided on, and of nothing else."""
        journey = self._journey(instance)
        if journey is None or self._names_another(journey, instance):
            return False
        wished = [i["name"] for i in self.signals["intents"] if i["name"] not in COURTESIES]
        if outcomes.asks_whereabouts(self.text, self.language):
            wished = [name for name in wished if name != RECALL]  # "where is what I asked for?"
        if journey.trigger.intent in wished:
            return True
        looked_up = {
            other.trigger.intent
            for other in self.ensemble.journeys.values()
            if journey.journey in other.tells_of
        }
        if looked_up & {*wished}:
            return not instance.get("performed")  # once it is done, the look-up knows more
        return asks and not wished and self._is_about(journey)

    def _asks_aside(self) -> bool:
        """Say whether she asks a little about what is proposed to her, or was just done."""
        told = remembering.told_of(self.state.get("journey", []), self.ensemble.journeys)
        asked = self.awaiting[0]["slot"] if self.awaiting else ""
        if not told or asked not in ("", "confirm") or not self.text:
            return False
        if self.said.meaning or changing.left(self.text, self.language) is not None:
            return False
        if not asked and not self._says_last(told):
            return False
        looks_up = any(i["confidence"] >= CERTAIN for i in self.signals["intents"])
        named = choosing.names(self.ensemble.journeys, self.language).words(self.text)
        if looks_up and named:
            return False  # "where is the chair?" asks for the chair
        if asides.answered(self.text, told, self.language):
            return True
        sure = any(i["confidence"] >= DIGRESSION for i in self.signals["intents"])
        return bool(asked) and not sure and asides.repeats(self.text, told, self.language)

    def _again(self) -> str:
        """Give the intent of what was just looked up if she asks it again, or of another one.

        "And when does it arrive?", "and my other order?"
        """
        last = next(iter(self.kept), None)
        journey = self._journey(last) if last and last["state"] == "done" else None
        if journey is None or not journey.looks_up:
            return ""
        if not self.awaiting and self._only_names_a_thing():
            return journey.trigger.intent
        if not outcomes.asks_status(self.text, self.language):
            return ""
        asks = any(
            i["name"] == QUESTION and i["confidence"] >= DIGRESSION for i in self.signals["intents"]
        )  # of how things are in general: that is for the articles
        if outcomes.remains(self.text, self.language) and not self.awaiting:
            return journey.trigger.intent
        if (
            not asks
            and outcomes.asks_when(self.text, self.language)
            and (
                pointing.points(self.text, self.language)
                or (self._is_about(journey) and not self.awaiting)
            )
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
        if any(instance["slots"].get(name) != value for name, value in said.items()):
            return True
        proposal = instance.get("proposal")
        names = choosing.names(self.ensemble.journeys, self.language)
        told = f"{proposal['asked']} {proposal['preview']}" if proposal else ""
        return bool(told) and bool(names.words(self.text) - names.words(told))

    def _is_about(self, journey: Journey) -> bool:
        """Say whether the text has words that tell this procedure from the others."""
        return acting.says(self._telling(journey), self.text, self.language)

    def _asks_deeds(self) -> bool:
        """Say whether she asks what we have done, or for the number of something that was begun."""
        if not self.text:
            return False
        if outcomes.asks_deeds(self.text, self.language):
            return True
        begun = self.pending or self.context.facts.get("open_cases")
        begun = begun or any(one.get("performed") for one in self.kept)
        return bool(begun) and outcomes.asks_reference(self.text, self.language)

    def _asks_open(self) -> str | None:
        """Give the procedure carried out here of which she asks what is open, unless it was undone."""
        if not outcomes.asks_open(self.text, self.language):
            return None
        since: set[str] = set()
        for one in self.kept:
            journey = self._journey(one) if one.get("performed") else None
            if journey is None:
                continue
            if journey.undo not in since and self._is_about(journey):
                return one["journey"]
            since.add(one["journey"])
        return None

    def _asks_outcome(self) -> str | None:
        """Give the procedure of which she asks whether it was done; empty: of the last; None: of none."""
        if self.text and (found := self._asks_open()):
            return found
        if not self.text or not outcomes.asks_outcome(self.text, self.language):
            return None
        if any(
            self.ensemble.team.owners.get(i["name"]) not in ("transactions", None)
            and i["confidence"] >= DIGRESSION
            for i in self.signals["intents"]
            if i["name"] != QUESTION
        ):
            return None
        after_person = any(m.name == "person" for m in self.state["messages"][-6:])
        after_person = after_person or bool(self.state.get("notice_due"))
        written = {one["journey"] for one in self.kept if one.get("performed")}
        for name, journey in self.ensemble.journeys.items():
            if not journey.writes:
                continue
            if outcomes.asks_whether(self._examples(journey), self.text, self.language) and (
                name in written or after_person
            ):
                return name
        generic = outcomes.asks_generally(self.text, self.language)
        dropped = any(one["state"] == "cancelled" for one in self.kept[:1])
        return "" if generic and (written or after_person or dropped) else None
