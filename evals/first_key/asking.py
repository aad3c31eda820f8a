"""What is asked of a role, and how an answer is judged; everything but dialogues."""

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from langchain_core.messages import HumanMessage, SystemMessage

from agents import Brief, Kit, knowledge
from agents.cards import prompted
from agents.intent import SHOWN, routed, taught
from agents.transactions import offered
from core.errors import RegenteError
from core.workspace import Workspace, read_yaml
from graph.context import TurnContext
from graph.ensemble import Ensemble
from knowledge.articles import articles
from models import Spent
from models.usage import metered, together

PER_INTENT = 2
PER_ARTICLE = 1
PER_TOOL = 2
OFF_TOPIC = 20
TURN = "first-key:1"
PROMPT = Path(__file__).with_name("tools.md")
OFF_TOPIC_FILE = Path(knowledge.__file__).parents[1] / "knowledge" / "off_topic.yaml"


@dataclass(frozen=True)
class Asked:
    """One thing that is asked."""

    part: str
    language: str
    text: str
    right: str
    """An intent, an article's title or a tool's name; empty: nothing is to be answered."""


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    part: str
    language: str
    text: str
    right: str
    got: str
    well: bool
    seconds: float
    degraded: str = ""
    """Why the embedded model answered, so that this says nothing of the endpoint."""

    spent: Sequence[Spent] = ()
    prompts: Sequence[str] = field(default_factory=tuple)


def asked(ensemble: Ensemble) -> Iterator[Asked]:
    """Give everything that is asked of the endpoint directly."""
    yield from _routes(ensemble)
    yield from _answers(ensemble.workspace)
    yield from _tools(ensemble)


async def ask(ensemble: Ensemble, one: Asked) -> Outcome:
    """Ask, and judge the answer."""
    began = time.perf_counter()
    with metered() as usage:
        try:
            got = await _PARTS[one.part](ensemble, one)
        except RegenteError as error:
            got = f"{type(error).__name__}: {error}"
    return Outcome(
        one.part, one.language, one.text, one.right, got,
        well=got == one.right,
        seconds=time.perf_counter() - began,
        degraded=usage.degraded,
        spent=together(usage.spent),
        prompts=tuple(usage.prompts),
    )  # fmt: skip


def _routes(ensemble: Ensemble) -> Iterator[Asked]:
    for language in ensemble.workspace.profile.languages:
        shown = taught(_kit(ensemble, language), language)
        for intent, said in ensemble.team.examples.items():
            if intent not in shown or intent in ensemble.team.read_as:
                continue
            unseen = [text for text in said.get(language, ()) if text not in shown[intent][:SHOWN]]
            for text in _spread(unseen, PER_INTENT):
                yield Asked("routes", language, text, intent)


def _answers(workspace: Workspace) -> Iterator[Asked]:
    for article in articles(workspace):
        if article.front.audience == "customer":
            for text in article.front.questions[:PER_ARTICLE]:
                yield Asked("answers", article.language, text, article.front.title)
    for language, questions in read_yaml(OFF_TOPIC_FILE).items():
        if language in workspace.profile.languages:
            for text in _spread(questions, OFF_TOPIC):
                yield Asked("answers", language, text, "")


def _tools(ensemble: Ensemble) -> Iterator[Asked]:
    for tool in ensemble.tools.values():
        for language in ensemble.workspace.profile.languages:
            for text in _spread(tool.examples.get(language, ()), PER_TOOL):
                yield Asked("tools", language, text, tool.name)


def _spread(texts: Sequence[str], most: int) -> list[str]:
    """Give some of them, from all over."""
    return [*texts[:: max(1, len(texts) // most)]][:most]


async def _routed(ensemble: Ensemble, one: Asked) -> str:
    wishes = await routed(one.text, one.language, _kit(ensemble, one.language))
    return str(wishes[0]["name"]) if wishes else ""


async def _answered(ensemble: Ensemble, one: Asked) -> str:
    brief = _brief(one.text, one.language)
    report = await knowledge.answer(brief, _kit(ensemble, one.language), tags=())
    cited = [said["title"].split(knowledge.PART)[0] for said in report.get("citations", ())]
    if not one.right:
        return ", ".join(cited)
    return one.right if one.right in cited else ", ".join(cited)


async def _called(ensemble: Ensemble, one: Asked) -> str:
    tools = {tool.name: offered(tool) for tool in ensemble.tools.values()}
    company = ensemble.workspace.profile.name
    prompt = prompted(
        PROMPT.read_text("utf-8"),
        "evals/first_key/tools.md",
        company=company,
        language=one.language,
    )
    model = ensemble.models.answer.bind_tools([*tools.values()])
    answer = await model.ainvoke([SystemMessage(prompt), HumanMessage(one.text)])
    if answer.tool_calls:
        return str(answer.tool_calls[0]["name"])
    needs = ensemble.tools[one.right].parameters.get("required")
    return one.right if needs and "?" in answer.text else ""


_PARTS: dict[str, Callable[[Ensemble, Asked], Awaitable[str]]] = {
    "routes": _routed,
    "answers": _answered,
    "tools": _called,
}


def _kit(ensemble: Ensemble, language: str) -> Kit:
    context = ensemble.in_studio(TurnContext(language=language))
    return ensemble.kit(context, turn_id=TURN, language=language, evidence=[])


def _brief(text: str, language: str) -> Brief:
    return Brief(
        turn_id=TURN, step="", agent="", goal="", why="", text=text, intent="",
        language=language, history=[{"role": "customer", "text": text}], slots={},
        signals={"language": language, "intents": [], "sentiment": 0.0, "urgent": False,
                 "complaint": False, "wants_person": False, "entities": []},
        awaiting=[], journey=[], reports=[], event={}, facts={}, alone=True, done=[], given=[],
    )  # fmt: skip
