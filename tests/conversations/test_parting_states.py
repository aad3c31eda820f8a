"""What the AI knows when a merge is taken back, in the real graph: each her own, nothing of the other's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conversations import checkpoints, parting
from conversations.parting import Parted
from conversations.visitors import Taken, Visitor
from core.database import Database
from core.settings import Settings
from customers import Assertion
from graph.builder import Conductor
from graph.ensemble import Ensemble
from graph.joining import ENDED
from graph.saver import TurnSaver
from tests.conversations.echo import House, W, house
from tests.conversations.test_merging import answered, said
from tests.graph.club import CLUB
from tests.graph.opening import opened

ANA = Assertion(external_id="M-1", name="Ana")
CREDIT = "I want a credit for loan L-201"
ANGRY = "this is awful, I am furious! where is my loan L-300?"


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    folder = tmp_path_factory.mktemp("club")
    with opened(Settings(data_dir=folder, workspace=CLUB, embedder="lexical")) as ensemble:
        yield ensemble


@pytest.fixture
def home(database: Database, tmp_path: Path, ensemble: Ensemble) -> House:
    """A house in which the club's own graph answers."""
    home, conductor = house(database, tmp_path), Conductor(ensemble)
    home.runner._conductor = lambda: conductor
    return home


async def says(home: House, text: str, visitor: Visitor | None = None) -> Taken:
    taken = await home.take(text, visitor or Visitor())
    await answered(home, taken)
    return taken


def state(home: House, conversation_id: str) -> dict[str, Any]:
    """Give all channels of a conversation, messages by their ids."""
    values = TurnSaver(home.database.read(checkpoints.load, W, conversation_id)).values()
    return values | {"messages": [(one.id, one.text) for one in values["messages"]]}


async def begun(home: House, older: str) -> tuple[Taken, Taken]:
    """Let Ana ask for something and a stranger be angry; give hers and the stranger's."""
    taken: dict[str, Taken] = {}
    for who in ("hers", "strangers") if older == "hers" else ("strangers", "hers"):
        visitor = Visitor(asserted=ANA) if who == "hers" else None
        taken[who] = await says(home, CREDIT if visitor else ANGRY, visitor)
    return taken["hers"], taken["strangers"]


def ids(*taken: Taken) -> tuple[str, ...]:
    return tuple(one.accepted.conversation_id for one in taken)


def part(home: House, conversation_id: str) -> Parted:
    return home.database.write(parting.part, W, conversation_id, person="Bia", actor="key_1")


@pytest.mark.parametrize("older", ["hers", "strangers"])
async def test_taken_back_before_she_was_answered_both_are_as_they_were(
    home: House, older: str
) -> None:
    hers, strangers = await begun(home, older)
    before = [state(home, it) for it in ids(hers, strangers)]
    assert before[0]["journey"]
    assert before[1]["signals"]["sentiment"] < 0
    await home.take("20 reais", Visitor(token=strangers.token, asserted=ANA))
    parted = part(home, ids(strangers)[0])
    assert (parted.hers_id, parted.strangers_id) == ids(hers, strangers)
    assert [state(home, it) for it in ids(hers, strangers)] == before


@pytest.mark.parametrize("older", ["hers", "strangers"])
async def test_after_further_turns_each_knows_its_own_and_nothing_of_the_others(
    home: House, older: str
) -> None:
    hers, strangers = await begun(home, older)
    before = state(home, ids(strangers)[0])
    joined = await says(home, "20 reais", Visitor(token=strangers.token, asserted=ANA))
    again = Visitor(token=joined.token, asserted=ANA)
    await says(home, "stop sending me promotions", again)
    merged = state(home, ids(joined)[0])
    assert all(loan in str(merged) for loan in ("L-201", "L-300"))
    assert merged["reports"]
    part(home, ids(strangers)[0])
    own = state(home, ids(hers)[0])
    assert "L-300" not in str(own)
    assert {name: own[name] for name in ENDED} == ENDED
    assert own["signals"]["opted_out"], "she said so herself"
    assert own["signals"]["entities"] == []
    (credit,) = own["journey"]
    assert credit["slots"] == {"loan_id": "L-201", "amount": 20}
    assert state(home, ids(strangers)[0]) == before
    await says(home, "yes", again)
    assert "L-201" in said(home, hers)[-1]
    assert "L-300" not in str(said(home, hers))
