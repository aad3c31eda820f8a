"""One turn's words, held against what is open in the conversation."""

from collections.abc import Mapping, Sequence
from typing import Any

from agents import Signals, choosing, hearing, remembering, requesting
from graph.briefing import language_of
from graph.context import TurnContext
from graph.ensemble import Ensemble
from graph.situation import YES_NO
from graph.state import Conversation, signals_of, waiting
from journeys import Instance, Journey
from journeys.asking import known_by
from journeys.direct import of_name
from models import Answered
from models.embedded import heeding, pointing

FEW_WORDS = 5
"""Words of a text that may do no more than name a thing."""


class Wording:
    """The words of a turn, and all that is known where they are said."""

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
        self.elsewhere = requesting.elsewhere(context.facts, ensemble.journeys, self.kept)
        self.pending = list(context.facts.get("pending_approvals") or [])
        self.said = self._said()

    def _said(self) -> Answered:
        """Read the message as an answer, where a yes or a no is waited for."""
        question = self.awaiting[0] if self.awaiting and self.text else None
        if question is None:
            return Answered(wholly=self._only_goes_ahead())
        if question["slot"] not in YES_NO:
            return Answered()
        if question["slot"] == "confirm" and self.running:
            journeys, understanding = self.ensemble.journeys, self.understanding
            return hearing.answered(
                understanding, journeys, self.running[0], self.text, self.language
            )
        return self.understanding.answer(self.text, self.language, question["text"])

    def _only_goes_ahead(self) -> bool:
        """Say whether the text tells us to go ahead, and nothing else, where nothing was asked."""
        if not self.text or not heeding.urges(self.text, self.language):
            return False
        said = self.understanding.answer(self.text, self.language, "")
        return said.meaning == "yes" and said.wholly

    def _readings(
        self, schemas: dict[str, dict[str, Any]], asked: str = ""
    ) -> dict[str, list[Any]]:
        """Give what the text may mean for schemas where nobody could be sure: "03/04", "at 3"."""
        now = self.context.now
        return self.understanding.readings(schemas, self.text, self.language, now, asked=asked)

    def _values(self, schemas: dict[str, dict[str, Any]], asked: str = "") -> dict[str, Any]:
        return self.understanding.values(
            schemas, self.text, self.language, self.context.now, asked=asked
        )

    def _journey(self, instance: Instance) -> Journey | None:
        name, journeys = instance["journey"], self.ensemble.journeys
        return journeys.get(name) or of_name(name, self.ensemble.tools.values(), journeys)

    def doing(self, intent: str) -> Journey | None:
        """Give the procedure of an intent."""
        journeys = self.ensemble.journeys.values()
        return next((one for one in journeys if one.trigger.intent == intent), None)

    def _intent(self, name: str) -> str:
        return self.ensemble.journeys[name].trigger.intent

    def _examples(self, journey: Journey) -> Sequence[str]:
        return journey.trigger.examples.get(self.language, [])

    def _other_examples(self) -> tuple[tuple[str, ...], ...]:
        current = self.running or self.kept
        if not current:
            return ()
        return hearing.other_examples(self.ensemble.journeys, current[0], self.language)

    def _chosen(self, options: Sequence[Mapping[str, Any]]) -> int | None:
        """Find which of the choices that she was shown the text means."""
        named = choosing.names(self.ensemble.journeys, self.language)
        labels = [known_by(option) for option in options]
        return choosing.choose(self.understanding, named, labels, self.text, self.language)

    def _only_corrects(self) -> bool:
        if not self.running:
            return False
        journeys = self.ensemble.journeys
        others = hearing.other_examples(journeys, self.running[0], self.language)
        return pointing.only_corrects(self.text, self.language, others)

    def _only_points(self) -> bool:
        """Say whether the text does no more than name a thing, or one of several: "no, the green one"."""
        if "?" in self.text or not self.text:
            return False
        things = choosing.names(self.ensemble.journeys, self.language).words(self.text)
        others = self._other_examples()
        return self._only_how_much() or pointing.only_points(
            self.text, self.language, things, others
        )

    def _only_how_much(self) -> bool:
        """Say whether the text does no more than say how much of what she was shown: "all of them"."""
        return any(hearing.says_how_much(one, self.text, self.language) for one in self.running[:1])

    def _only_names_a_thing(self) -> bool:
        """Say whether the text does no more than name a kind of thing of hers: "and the chair?"."""
        if len(self.text.split()) > FEW_WORDS:
            return False
        named = choosing.names(self.ensemble.journeys, self.language).words(self.text)
        return pointing.only_names(self.text, named, self.language)
