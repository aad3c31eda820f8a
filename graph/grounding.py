"""Gather what the reply of one turn may rest on, and who may be named in it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from agents import Evidence, Said, Slot
from core.injected import plain_name
from core.workspace import said as text_in
from graph.context import TurnContext
from graph.ensemble import Ensemble
from graph.reviewing import Grounds
from graph.reviewing.conduct import runs


def grounds(
    ensemble: Ensemble,
    context: TurnContext,
    *,
    language: str,
    evidence: Iterable[Evidence],
    history: Sequence[Said],
    slots: Mapping[str, Slot],
    cited: Mapping[int, str] | None = None,
) -> Grounds:
    """Give what a reply in `language` is held against.

    What an AI said earlier supports nothing: it may have been wrong. What people of the company said
    does.
    """
    policies = ensemble.workspace.policies
    facts = context.facts
    people = [line["text"] for line in history if line["role"] == "person"]
    promised = [str(promise) for promise in facts.get("promises") or []]
    cases = [str(case.get("case_id", "")) for case in facts.get("open_cases") or []]
    own = [*people, *promised, *cases, text_in(policies.waiting_notice, language)]
    return Grounds(
        evidence=(*evidence, *(Evidence(source="company", text=text) for text in own if text)),
        customer=(
            *(line["text"] for line in history if line["role"] == "customer"),
            *(str(slot["value"]) for slot in slots.values()),
        ),
        names=(
            plain_name(str(facts.get("name") or "")),
            ensemble.workspace.profile.name,
            ensemble.workspace.profile.assistant,
            *ensemble.workspace.profile.about.values(),
        ),
        language=language,
        today=context.now.astimezone(ensemble.workspace.zone).date(),
        never_promise=tuple(policies.never_promise.get(language, [])),
        avoid_words=tuple(policies.avoid_words.get(language, [])),
        prompts=_prompts(tuple(member.prompt for member in ensemble.team.members.values())),
        cited=cited or {},
        read_language=lambda text: _language(text, language, ensemble),
    )


def _language(text: str, language: str, ensemble: Ensemble) -> str:
    """Give the language of a sentence, supposing it is the reply's; empty for one not spoken here."""
    understanding: Any = ensemble.understanding
    spoken = understanding.language(text, language)
    return spoken if spoken != language or understanding.spoken(text) else ""


@lru_cache(maxsize=8)
def _prompts(prompts: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*map(runs, prompts))
