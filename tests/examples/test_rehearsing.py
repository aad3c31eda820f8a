"""What procedures make of a message, tried out on the demo shop's records."""

from pathlib import Path

import pytest

from agents import Brief, Kit
from agents.rehearsing import Stage
from core.workspace import Workspace
from graph.rehearsal import RehearsalLedger
from journeys.loading import load as load_journeys
from models import Understanding
from models.embedded import understanding
from models.embedded.embedder import Lexical
from tests.agents.customer import Shelf, embedded
from tests.examples.back_office import AURORA, TOOLS, context

JOURNEYS, _ = load_journeys(Workspace(AURORA), TOOLS)


@pytest.fixture(scope="module")
def trained() -> Understanding:
    examples = {one.trigger.intent: one.trigger.examples for one in JOURNEYS.values()}
    return understanding.train(
        examples, languages=Workspace(AURORA).profile.languages, embedder=Lexical()
    )


def stage(shop: Path, trained: Understanding, text: str, language: str) -> Stage:
    """Give what a customer's first message is tried out on."""
    brief = Brief(
        turn_id="t1", step="s", agent="intent", goal="perceive", why="", text=text, intent="",
        language=language, history=[{"role": "customer", "text": text}],
        signals={"language": language, "intents": [], "sentiment": 0.0, "urgent": False,
                 "complaint": False, "wants_person": False, "entities": []},
        slots={}, awaiting=[], journey=[], reports=[], event={}, facts={}, alone=True, done=[],
        given=[],
    )  # fmt: skip
    kit = Kit(
        workspace=Workspace(AURORA), models=embedded(), understanding=trained, search=Shelf(),
        tools=TOOLS, journeys=JOURNEYS, ledger=RehearsalLedger(TOOLS),
        context=context(shop, "C-1006", language=language), catalog={}, say=_hush,
    )  # fmt: skip
    return Stage(language, brief, kit)


async def _hush(_sentence: str) -> None: ...


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I waited for all of it, both of them", "en"),
        ("everything was paid for", "en"),
        ("esperei por tudo, os dois", "pt-BR"),
    ],
)
async def test_all_of_it_names_nothing_of_hers(
    shop: Path, trained: Understanding, text: str, language: str
) -> None:
    tried = stage(shop, trained, text, language)
    assert not (await tried.fit(JOURNEYS["return_order"], text)).things


@pytest.mark.parametrize(
    ("text", "language"), [("the cushion, please", "en"), ("a almofada, por favor", "pt-BR")]
)
async def test_a_thing_that_is_named_is_hers(
    shop: Path, trained: Understanding, text: str, language: str
) -> None:
    tried = stage(shop, trained, text, language)
    assert (await tried.fit(JOURNEYS["return_order"], text)).things
