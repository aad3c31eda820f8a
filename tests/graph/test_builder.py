"""Whole turns through the real graph: a small workspace of another trade, the embedded models, no server."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from langgraph.graph import StateGraph

from agents import Brief, Kit, Report, Slot, Specialist
from core.workspace import Workspace
from graph.builder import Conductor, build
from graph.ensemble import Ensemble, load
from graph.rehearsal import RehearsalLedger
from graph.saver import TurnSaver
from graph.turn import TurnResult
from knowledge import Library
from tests.graph.club import CLUB, Talk, talk, text


async def test_a_procedure_is_carried_out_and_the_notice_given_once(ensemble: Ensemble) -> None:
    reader = talk(ensemble)
    first = text(await reader.says("onde está meu livro L-201?"))
    assert "Lia" in first
    assert "L-201" in first
    assert "on its way" in first
    assert "Lia" not in text(await reader.says("obrigada!"))


async def test_a_question_is_answered_with_a_citation(ensemble: Ensemble) -> None:
    result = await talk(ensemble).says("How many days may I keep a book?")
    assert "21" in text(result)
    assert result.replies[0].citations[0]["title"].startswith("Loan period")
    assert [step["agent"] for step in result.record["agents"]] == ["knowledge"]


async def test_two_wishes_make_one_reply(ensemble: Ensemble) -> None:
    result = await talk(ensemble).says(
        "Where is my book L-202? And how many days may I keep a book?"
    )
    assert "L-202" in text(result)
    assert "21" in text(result)
    assert {step["agent"] for step in result.record["agents"]} == {"transactions", "knowledge"}


async def test_what_nobody_knows_is_said_and_a_person_offered(ensemble: Ensemble) -> None:
    reader = talk(ensemble)
    result = await reader.says("Can you repair the gearbox of my tractor on Mars?")
    assert result.handoff is None
    assert not result.replies[0].citations
    accepted = await reader.says("yes please")
    assert accepted.handoff is not None
    assert accepted.handoff["packet"]["last_words"]


async def test_a_complaint_names_the_problem_and_opens_a_case(ensemble: Ensemble) -> None:
    result = await talk(ensemble).says(
        "isso é um absurdo, o empréstimo L-201 não chegou e ninguém resolve!"
    )
    assert "L-201" in text(result)
    assert result.cases[0]["case_id"] in text(result)


async def test_a_write_above_the_limit_waits_on_its_own_thread(ensemble: Ensemble) -> None:
    reader = talk(ensemble)
    await reader.says("I want my money back for loan L-201, 80 reais")
    result = await reader.says("yes")
    assert len(result.approvals) == 1
    pending = result.approvals[0]
    saver = TurnSaver(pending.rows)
    context = ensemble.tool_context(_context(), "c1:3", "en")
    event = await reader.conductor.act(
        pending.proposal,
        {"decision": "approve", "person": "Ana"},
        saver,
        ledger=reader.ledger,
        context=context,
    )
    assert event["outcome"]["state"] == "done"
    told = await reader.says("", event=event)
    assert "80" in text(told)


async def test_a_rejected_write_is_told_with_its_reason(ensemble: Ensemble) -> None:
    reader = talk(ensemble)
    await reader.says("I want my money back for loan L-201, 90 reais")
    pending = (await reader.says("yes")).approvals[0]
    event = await reader.conductor.act(
        pending.proposal,
        {"decision": "reject", "reason": "the book did arrive"},
        TurnSaver(pending.rows),
        ledger=reader.ledger,
        context=ensemble.tool_context(_context(), "x", "en"),
    )
    assert event["outcome"] is None
    assert "the book did arrive" in text(await reader.says("", event=event))


def _context() -> Any:
    from graph.context import Services, TurnContext

    return TurnContext(
        external_id="M-1", verification="verified", services=Services(ledger=RehearsalLedger({}))
    )


async def test_an_action_whose_step_failed_is_driven_on(ensemble: Ensemble) -> None:
    class Failing(RehearsalLedger):
        async def perform(self, proposal: Any, context: Any) -> Any:
            raise ConnectionError("gone")

    reader = talk(ensemble)
    await reader.says("I want my money back for loan L-202, 70 reais")
    pending = (await reader.says("yes")).approvals[0]
    context = ensemble.tool_context(_context(), "x", "en")
    saver = TurnSaver(pending.rows)
    with pytest.raises(ConnectionError):
        await reader.conductor.act(
            pending.proposal, {"decision": "approve"}, saver, ledger=Failing({}), context=context
        )
    event = await reader.conductor.act(
        pending.proposal, {"decision": "approve"}, saver, ledger=reader.ledger, context=context
    )
    assert event["outcome"]["state"] == "done"


async def test_a_person_is_called_and_what_she_promised_is_known(ensemble: Ensemble) -> None:
    reader = talk(ensemble)
    called = await reader.says("quero falar com uma pessoa")
    assert called.handoff is not None
    reader.facts |= {"owner": "queue"}
    assert (await reader.says("ainda tem alguém aí?")).handoff is not None
    reader.facts = {"owner": "ai", "promises": ["enviar o livro até sexta-feira"]}
    handback = {
        "kind": "handback",
        "did": "localizei o livro",
        "promised": "enviar o livro até sexta-feira",
        "changed": {},
        "follow_up": "",
        "person": "Ana",
    }
    quiet = await reader.says("", event=handback)
    assert quiet.replies == []
    assert quiet.handoff is None
    recalled = await reader.says("o que ficou combinado?")
    assert "até sexta-feira" in text(recalled)
    assert "Lia" in text(recalled), "after a person's stretch it says again that it is an AI"


@pytest.mark.attack
async def test_a_deploy_that_renames_the_node_in_which_a_person_has_it_loses_no_hand_back(
    ensemble: Ensemble, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = talk(ensemble)
    assert (await reader.says("quero falar com uma pessoa")).handoff is not None
    add = StateGraph.add_node

    def renamed(name: str) -> str:
        return "with_a_person" if name == "handoff" else name

    def add_renamed(graph: Any, name: str, *rest: Any, **more: Any) -> Any:
        if "destinations" in more:
            more["destinations"] = tuple(map(renamed, more["destinations"]))
        return add(graph, renamed(name), *rest, **more)

    monkeypatch.setattr(StateGraph, "add_node", add_renamed)
    reader.conductor = Conductor(ensemble)
    monkeypatch.undo()
    reader.facts = {"owner": "ai"}
    handback = {
        "kind": "handback",
        "did": "",
        "promised": "ligar amanhã",
        "changed": {},
        "follow_up": "avisar",
        "person": "Ana",
    }
    told = await reader.says("", event=handback)
    assert "ligar amanhã" in text(told)
    assert told.handoff is None, "nobody is called once more"
    answered = await reader.says("por quantos dias posso ficar com um livro?")
    assert "21 dias" in text(answered)
    assert answered.handoff is None


async def test_a_hand_back_without_an_interrupt_gives_the_same(ensemble: Ensemble) -> None:
    reader = talk(ensemble)
    await reader.says("bom dia")
    handback = {
        "kind": "handback",
        "did": "troquei a edição",
        "promised": "ligar amanhã",
        "changed": {"loan_id": "L-202"},
        "follow_up": "avisar",
        "person": "Ana",
    }
    told = await reader.says("", event=handback)
    assert "ligar amanhã" in text(told)
    assert "L-202" in text(await reader.says("onde está meu livro?"))


async def test_a_refused_turn_leaves_no_slot_step_or_interrupt(ensemble: Ensemble) -> None:
    reader = talk(ensemble)
    await reader.says("hello")
    before = list(reader.rows)
    await reader.says("I want my money back for loan L-201, 80 reais", commit=False)
    await reader.says("I want to talk to a person", commit=False)
    assert reader.rows == before
    assert (await reader.says("yes")).approvals == []


@pytest.mark.parametrize("asks", ["cadê o empréstimo L-201?", "where is loan L-201?"])
async def test_a_stranger_learns_nothing(ensemble: Ensemble, asks: str) -> None:
    result = await talk(ensemble, member=None).says(asks)
    missing = await talk(ensemble, member=None).says(asks.replace("L-201", "L-999"))
    assert text(result).replace("L-201", "#") == text(missing).replace("L-999", "#")
    assert "way" not in text(result)


SPEAKING = ["knowledge", "transactions", "care", "recommendation", "engagement"]


@pytest.mark.parametrize("when", ["same turn", "next turn", "after a restart"])
@pytest.mark.parametrize("reader", SPEAKING)
@pytest.mark.parametrize("writer", SPEAKING)
async def test_what_one_specialist_writes_another_reads(
    ensemble: Ensemble, writer: str, reader: str, when: str
) -> None:
    seen: list[Brief] = []

    async def write(brief: Brief, kit: Kit) -> Report:
        slot = Slot(value="blue", source=writer, verification="verified")
        return Report(
            agent=writer, text="written", slots={"colour": slot}, tried=["looked: nothing"]
        )

    async def read(brief: Brief, kit: Kit) -> Report:
        seen.append(brief)
        return Report(agent=reader, text="read")

    async def both(brief: Brief, kit: Kit) -> Report:
        return await (write if "write" in brief["text"] else read)(brief, kit)

    changed = _replaced(ensemble, {writer: both, reader: both}, ensemble_intents(writer, reader))
    conversation = talk(changed)
    if when == "same turn":
        await conversation.says("please write now. please read now.")
    else:
        await conversation.says("please write now.")
        if when == "after a restart":
            conversation.conductor = Conductor(changed)
        await conversation.says("please read now.")
    assert seen[-1]["slots"]["colour"]["value"] == "blue"
    assert seen[-1]["slots"]["colour"]["source"] == writer
    assert "slots" in seen[-1]["given"]
    if when == "same turn":
        assert seen[-1]["reports"][0 if "reports" in seen[-1]["given"] else -1]
        assert any("looked: nothing" in report.get("tried", []) for report in seen[-1]["reports"])


def ensemble_intents(writer: str, reader: str) -> dict[str, str]:
    return {"writes": writer, "reads": reader}


class Scripted:
    """An understanding whose intents follow two words, so that any two specialists can be paired."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def intents(self, text: str, language: str) -> list[dict[str, Any]]:
        named = {"write": "writes", "read": "reads"}
        clauses = [clause for clause in text.split(". ") if clause]
        return [
            {"name": intent, "confidence": 0.99, "text": clause}
            for clause in clauses
            for word, intent in named.items()
            if word in clause
        ]


def _replaced(
    ensemble: Ensemble, responds: dict[str, Callable[..., Any]], owners: dict[str, str]
) -> Ensemble:
    members = {
        name: replace(member, respond=responds.get(name, member.respond))
        for name, member in ensemble.team.members.items()
    }
    team = replace(ensemble.team, members=members, owners={**ensemble.team.owners, **owners})
    return replace(ensemble, team=team, understanding=Scripted(ensemble.understanding))  # type: ignore[arg-type]


async def test_a_plan_that_never_ends_is_halted_with_a_reason(ensemble: Ensemble) -> None:
    async def needy(brief: Brief, kit: Kit) -> Report:
        return Report(agent="knowledge", text="", unanswered="it never knows")

    changed = _replaced(ensemble, {"knowledge": needy}, {})
    conversation = talk(changed)
    first = await conversation.says("what is the meaning of this?")
    second = await conversation.says("and what is the meaning of that?")
    assert first.handoff is None
    assert second.handoff is not None
    assert "could not be answered" in second.record["person"]["why"]


async def test_a_record_answers_the_four_questions(ensemble: Ensemble) -> None:
    record = (await talk(ensemble).says("where is my book L-201?")).record
    assert record["next"]
    assert record["agents"][0]["why"]
    assert record["agents"][0]["rejected"]
    assert record["context"]["transactions"]
    assert record["person"] == {"needed": False, "why": ""}
    assert record["path"][0] == "perceive"
    assert record["path"][-1] == "review"


async def test_sentences_are_shown_as_they_come_and_are_the_reply(ensemble: Ensemble) -> None:
    conversation = talk(ensemble)
    result = await conversation.says("How many days may I keep a book?")
    shown = " ".join(conversation.events)
    assert " ".join(text(result).split()) == " ".join(shown.split())


def test_the_picture_shows_every_specialist_and_where_each_goes(ensemble: Ensemble) -> None:
    drawn = build(ensemble, expanded=True).get_graph(xray=True)
    nodes = set(drawn.nodes)
    for name in ensemble.team.members:
        assert f"{name}:respond" in nodes
    edges = {(edge.source, edge.target) for edge in drawn.edges}
    assert ("supervisor", "decide") in edges
    assert ("review", "handoff") in edges


async def test_the_pictures_nodes_and_edges_hold_the_path_of_a_turn(ensemble: Ensemble) -> None:
    said = talk(ensemble)
    path = (await said.says("How many days may I keep a book?")).record["path"]
    drawn = said.conductor.picture
    assert set(path) <= {node["name"] for node in drawn["nodes"]}
    kinds = {node["name"]: node["kind"] for node in drawn["nodes"]}
    assert (kinds["intent"], kinds["knowledge"], kinds["review"]) == (
        "perceiving",
        "specialist",
        "stage",
    )
    for node in path:
        assert any(after == node for _, after in drawn["edges"]), node
    assert ("supervisor", "knowledge") in drawn["edges"]


def test_a_specialist_is_one_file(ensemble: Ensemble, tmp_path: Path) -> None:
    copy = tmp_path / "club"
    shutil.copytree(CLUB, copy)
    (copy / "agents" / "poetry.md").write_text(
        "---\npurpose: Finds poems.\n"
        "intents:\n  poem:\n    en: ['a poem please', 'read me a poem']\n---\nFind poems.\n"
    )
    library = cast(Library, ensemble.search)  # the fixture gave it one
    changed = load(Workspace(copy), ensemble.settings, ensemble.models, library)
    assert "poetry" in changed.team.members
    assert isinstance(changed.team.members["poetry"], Specialist)
    assert "poetry:respond" in build(changed, expanded=True).get_graph(xray=True).nodes


LOOKED_AT = [
    "where is my book L-202? And how many days may I keep a book?",
    "thank you",
    "I want to speak to a person",
]
BACK = {"kind": "handback", "did": "called her", "changed": {"L-202": "found"}}


def _looked_at(ensemble: Ensemble) -> Ensemble:
    return replace(ensemble, settings=ensemble.settings.model_copy(update={"tracing": True}))


async def _told(conversation: Talk) -> list[TurnResult]:
    told = [await conversation.says(text) for text in LOOKED_AT]
    return [*told, await conversation.says(event=BACK), await conversation.says("goodbye")]


async def test_a_turn_is_the_same_whether_or_not_somebody_looks_inside(ensemble: Ensemble) -> None:
    alone, watched = talk(ensemble), talk(_looked_at(ensemble))
    told = await _told(alone)
    assert [bool(turn.handoff) for turn in told] == [False, False, True, False, False]
    assert told == await _told(watched)
    assert TurnSaver(alone.rows).values() == TurnSaver(watched.rows).values()


async def test_a_conversation_goes_on_when_somebody_begins_or_ceases_to_look_inside(
    ensemble: Ensemble,
) -> None:
    expected = await _told(talk(ensemble))
    changing, conductors = talk(ensemble), [Conductor(ensemble), Conductor(_looked_at(ensemble))]
    told = []
    for turn, said in enumerate([*LOOKED_AT, "", "goodbye"]):
        changing.conductor = conductors[turn % 2]
        told.append(await changing.says(said) if said else await changing.says(event=BACK))
    assert told == expected


async def test_stages_that_always_follow_each_other_are_one_step_of_a_turn(
    ensemble: Ensemble,
) -> None:
    drawn = build(ensemble, joined=True).get_graph()
    edges = {(edge.source, edge.target) for edge in drawn.edges}
    assert not {"intent", "sentiment", "compose", "review"} & set(drawn.nodes)
    assert {("perceive", "supervisor"), ("decide", "handoff"), ("decide", "__end__")} <= edges
    path = (await talk(ensemble).says("thank you")).record["path"]
    assert path[:4] == ["perceive", "intent", "sentiment", "supervisor"]
    assert path[-3:] == ["decide", "compose", "review"]
    back = (await talk(ensemble).says(event=BACK)).record["path"]
    assert back[:2] == ["perceive", "supervisor"]


async def test_specialists_that_perceive_work_side_by_side(ensemble: Ensemble) -> None:
    both = asyncio.Barrier(2)

    async def waits(brief: Brief, kit: Kit) -> Report:
        async with asyncio.timeout(5):
            await both.wait()
        return Report(agent=brief["agent"], text="")

    perceivers: dict[str, Callable[..., Any]] = {"intent": waits, "sentiment": waits}
    for each in (ensemble, _looked_at(ensemble)):
        assert (await talk(_replaced(each, perceivers, {})).says("hello")).replies
