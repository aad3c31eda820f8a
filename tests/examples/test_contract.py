"""What every conversation must hold, whatever the trade: the same dialogues, by name, in each workspace.

One wording of each is drawn by seed here; all are led by `python -m evals run --workspace ...`.
"""

import random
from pathlib import Path

import pytest
import pytest_asyncio

from core.workspace import Workspace
from evals.cases import Case, Dialogue, load
from evals.house import House
from evals.runner import lead
from tests.examples.conftest import Serve

EXAMPLES = Path(__file__).parents[2] / "examples"
CONTRACT = (
    "digression", "corrected", "second_one", "dropped", "regret", "in_pieces", "reference",
    "spelled_number", "switch_language", "photo_alone", "small_talk_between", "two_days_later",
    "two_matters", "promise", "outside_of_knowledge", "stranger_learns_nothing",
)  # fmt: skip
WORDINGS = 4
"""In each language, at least."""

DRAWN_FROM = {"aurora": 1, "clinica": WORDINGS}
"""Of the first so many wordings; those after them are hard on purpose."""

LEFT_OUT = {
    "aurora": {
        "digression",
        "photo_alone",
        "small_talk_between",
        "switch_language",
        "two_matters",
    },
    "clinica": set[str](),
}
"""Whose wordings are not all understood yet without MiniLM: the command says how many are."""

SEED = 11
pytestmark = pytest.mark.asyncio(loop_scope="session")


def contract(name: str) -> dict[str, Dialogue]:
    """Give the dialogues of a workspace by their names."""
    return {one.dialogue: one for one in load(Workspace(EXAMPLES / name))}


@pytest_asyncio.fixture(loop_scope="session", params=DRAWN_FROM)
async def place(request: pytest.FixtureRequest, serve: Serve) -> tuple[str, House]:
    return request.param, await serve(request.param)


@pytest.mark.parametrize("name", DRAWN_FROM)
async def test_a_workspace_has_the_whole_contract_in_each_language(name: str) -> None:
    held = contract(name)
    assert set(CONTRACT) <= set(held)
    for dialogue in CONTRACT:
        for language in Workspace(EXAMPLES / name).profile.languages:
            assert len(held[dialogue].spoken(language)) >= WORDINGS, (dialogue, language)


@pytest.mark.parametrize("dialogue", CONTRACT)
async def test_a_conversation_holds_whatever_the_trade(
    place: tuple[str, House], dialogue: str
) -> None:
    name, house = place
    if dialogue in LEFT_OUT[name]:
        pytest.skip(f"{dialogue} of {name} is led by the command only")
    held = contract(name)[dialogue]
    for language in held.wordings:
        spoken = held.spoken(language)[: DRAWN_FROM[name]]
        number = random.Random(f"{SEED}:{dialogue}:{language}").randrange(len(spoken))
        talk = await lead(house, Case(held, language, number + 1, spoken[number]))
        assert talk.wrong == [], talk.transcript
