"""Journeys are read and checked, and what is wrong is said in plain words."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from core.errors import WorkspaceError
from core.workspace import Workspace
from journeys.loading import load
from tools import Context, Result, Tool
from tools.building import tool


@tool()
def seat(seat_id: str, row: int = 1, *, context: Context) -> Result:
    """Say whether a seat is free."""
    return Result(text="")


@tool(effect="write", entity=("seat_id",))
def take(seat_id: str, *, context: Context) -> Result:
    """Take a seat."""
    return Result(text="")


TOOLS: dict[str, Tool] = {"seat": seat, "take": take}


def journey(**changes: Any) -> dict[str, Any]:
    return {
        "journey": "take_seat",
        "purpose": {"pt-BR": "reservar um lugar", "en": "take a seat"},
        "trigger": {"intent": "take_seat", "examples": {"en": ["a seat please"]}},
        "slots": {"seat_id": {"ask": {"pt-BR": "Qual?", "en": "Which?"}}},
        "steps": [
            {"id": "which", "collect": "seat_id"},
            {"id": "look", "call": "seat", "with": {"seat_id": "$seat_id"}, "into": "found"},
            {"id": "sure", "confirm": "take", "with": {"seat_id": "$seat_id"}, "into": "taken"},
            {"id": "told", "say": "$taken.text"},
        ],
    } | changes


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "workspace.yaml").write_text("id: hall\nname: Hall\n")
    (tmp_path / "journeys").mkdir()
    return Workspace(tmp_path)


def write(workspace: Workspace, name: str, data: Any) -> None:
    text = data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True)
    (workspace.path / "journeys" / name).write_text(text, "utf-8")


def test_a_sound_journey_is_read(workspace: Workspace) -> None:
    write(workspace, "seats.yaml", journey())
    journeys, problems = load(workspace, TOOLS)
    assert list(journeys) == ["take_seat"]
    assert problems == []


def steps(*changed: dict[str, Any]) -> dict[str, Any]:
    """Give the journey with these steps in place of those of the same id, new ones before the last."""
    known = {step["id"]: step for step in journey()["steps"]}
    fresh = [step for step in changed if step["id"] not in known]
    known |= {step["id"]: step for step in changed if step["id"] in known}
    made = list(known.values())
    return journey(steps=[*made[:-1], *fresh, made[-1]])


LOOK = {"id": "look", "call": "seat", "with": {"seat_id": "$seat_id"}, "into": "found"}
WITH = {"seat_id": "$seat_id"}
SURE = {"id": "sure", "confirm": "take", "with": WITH, "into": "taken"}
ASK = {"pt-BR": "?", "en": "?"}


def slot(**changes: Any) -> dict[str, Any]:
    """Give the journey with this slot."""
    return journey(slots={"seat_id": {"ask": ASK} | changes})


OPTIONS = {"call": "take", "items": "a", "value": "b", "label": "c", "with": {"seat_id": "x"}}
WRONG: dict[str, tuple[Any, str]] = {
    "unknown tool": (steps(LOOK | {"call": "chair"}), "the tool 'chair', which does not exist"),
    "unknown step": (steps(LOOK | {"go": "nowhere"}), "goes to 'nowhere'"),
    "unknown way after a failure": (steps(LOOK | {"failed": "nowhere"}), "goes to 'nowhere'"),
    "unreachable": (
        steps(SURE | {"go": "told"}, {"id": "lost", "say": "$found.text"}),
        "'lost' is never reached",
    ),
    "no way out": (
        steps({"id": "told", "collect": "seat_id", "go": "told"}, {"id": "x", "branch": [{"go": "told"}]}),
        "no way to an end",
    ),
    "silent loop": (
        steps({"id": "round", "branch": [{"when": "found.free", "go": "told"}, {"go": "again"}]},
              LOOK | {"id": "again", "go": "round"}),
        "loop that never asks",
    ),
    "unknown slot": (steps({"id": "which", "collect": "chair"}), "collects 'chair'"),
    "unknown name": (steps({"id": "told", "say": "$paid.text"}), "$paid.text"),
    "field of a slot": (steps({"id": "told", "say": "$seat_id.text"}), "has no fields"),
    "unknown name in a condition": (
        steps({"id": "if", "branch": [{"when": "price > 3", "go": "told"}, {"go": "end"}]}), "'price'",
    ),
    "no condition": (
        steps({"id": "if", "branch": [{"when": "open(3)", "go": "told"}, {"go": "end"}]}), "'open(3)'",
    ),
    "conditions after otherwise": (
        steps({"id": "if", "branch": [{"go": "told"}, {"when": "seat_id", "go": "end"}]}), "never looked at",
    ),
    "language missing": (steps({"id": "told", "say": {"en": "Done."}}), "missing in pt-BR"),
    "one text for all languages": (steps({"id": "told", "say": "All done."}), "same words in every language"),
    "question missing": (journey(slots={"seat_id": {"ask": {"en": "Which?"}}}), "missing in pt-BR"),
    "purpose missing": (journey(purpose={"pt-BR": "reservar"}), "purpose is missing in en"),
    "confirm a read": (steps(SURE | {"confirm": "seat"}), "only reads"),
    "call a write": (steps(LOOK | {"call": "take"}), "which writes"),
    "options that write": (
        slot(options=OPTIONS),
        "which writes",
    ),
    "argument not taken": (steps(LOOK | {"with": {"seat_id": "$seat_id", "side": "left"}}), "'side'"),
    "argument missing": (steps(LOOK | {"with": {}}), "'seat_id', which it needs"),
    "step twice": (
        journey(steps=[LOOK | {"id": "a"}, {"id": "a", "say": "$seat_id"}]),
        "two steps are called 'a'",
    ),
    "no schema": (slot(schema={"type": "seat"}), "schema that is none"),
    "no pattern": (slot(schema={"type": "string", "pattern": "["}), "seat_id"),
    "wrong default": (slot(schema={"type": "string"}, default=3), "default 3"),
    "label without value": (
        slot(schema={"enum": ["a"]}, labels={"b": {"pt-BR": "b", "en": "b"}}),
        "label for 'b'",
    ),
    "no step": (journey(steps=[{"id": "a", "sing": "song"}]), "a step needs one of"),
    "unknown field": (steps(LOOK | {"speed": 3}), "speed"),
    "no yaml": ("journey: [", "not readable YAML"),
    "no mapping": ("- a\n- b\n", "journey: name"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "says"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_and_the_others_work(
    workspace: Workspace, data: Any, says: str
) -> None:
    write(workspace, "a_good.yaml", journey(journey="good", trigger={"intent": "good"}))
    write(workspace, "wrong.yaml", data)
    with pytest.raises(WorkspaceError) as error:
        load(workspace, TOOLS)
    assert "wrong.yaml" in str(error.value)
    assert says in str(error.value)
    journeys, problems = load(workspace, TOOLS, strict=False)
    assert list(journeys) == ["good"]
    assert any(says in problem for problem in problems)


def test_two_files_may_not_be_the_same_journey_or_start_with_the_same_wish(
    workspace: Workspace,
) -> None:
    write(workspace, "a.yaml", journey())
    write(workspace, "b.yaml", journey())
    write(workspace, "c.yaml", journey(journey="other"))
    journeys, problems = load(workspace, TOOLS, strict=False)
    assert list(journeys) == ["take_seat"]
    assert ["stands in a.yaml" in problems[0], "starts a.yaml" in problems[1]] == [True, True]


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "integer"}, "whose name is text"),
        ({"type": "string", "pattern": "x"}, "leave out 'pattern'"),
        ({"type": "string", "enum": ["a"]}, "leave out 'enum'"),
    ],
)
def test_a_slot_for_a_file_takes_only_files(
    workspace: Workspace, schema: dict[str, Any], why: str
) -> None:
    asks = {"pt-BR": "Pode enviar uma foto?", "en": "Can you send a photo?"}
    slots = journey()["slots"] | {
        "photo": {"schema": schema | {"format": "attachment"}, "ask": asks}
    }
    steps = [{"id": "see", "collect": "photo"}, *journey()["steps"]]
    write(workspace, "seats.yaml", journey(slots=slots, steps=steps))
    with pytest.raises(WorkspaceError, match=why):
        load(workspace, TOOLS)


def test_the_demo_and_the_club_are_sound() -> None:
    from tools.loading import load as load_tools

    for folder in ("examples/aurora", "tests/workspaces/clube"):
        workspace = Workspace(Path(__file__).parents[2] / folder)
        tools, _ = load_tools(workspace)
        journeys, problems = load(workspace, tools)
        assert journeys
        assert problems == []


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("take_seat", "passes on to the journey itself"),
        ("take_a_stand", "there is no such journey"),
    ],
)
def test_a_journey_passes_on_only_to_another_that_there_is(
    workspace: Workspace, target: str, why: str
) -> None:
    steps = [*journey()["steps"], {"id": "then", "pass_on": target}]
    write(workspace, "seats.yaml", journey(steps=steps))
    with pytest.raises(WorkspaceError, match=why):
        load(workspace, TOOLS)
    assert load(workspace, TOOLS, strict=False)[0] == {}


@pytest.mark.parametrize(
    "named", [{"excludes": ["sell"]}, {"tells_of": ["sell"]}, {"undo": "sell"}, {"stands": "sell"}]
)
def test_another_journey_that_is_named_must_be_there(
    workspace: Workspace, named: dict[str, Any]
) -> None:
    write(workspace, "seats.yaml", journey(**named))
    (field,) = named
    with pytest.raises(
        WorkspaceError, match=f"`{field}` names 'sell', and there is no such journey"
    ):
        load(workspace, TOOLS)


def test_a_journey_that_calls_a_person_looks_nothing_up(workspace: Workspace) -> None:
    steps = journey()["steps"][:2]
    write(workspace, "a.yaml", journey(steps=steps))
    write(workspace, "b.yaml", journey(
        journey="ask", trigger={"intent": "ask", "examples": {"en": ["a person for my seat"]}},
        steps=[*steps, {"id": "person", "hand_off": {"pt-BR": "lugar", "en": "a seat"}}],
    ))  # fmt: skip
    journeys, _ = load(workspace, TOOLS)
    assert journeys["take_seat"].looks_up
    assert not journeys["ask"].looks_up and not journeys["ask"].writes
