"""The demo's folder is whole: what its files name is there, in both languages."""

import json
import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest

from agents.cards import read_card
from agents.catalog import team
from core.workspace import Workspace, read_model
from decisions import deciding
from evals.cases import load as load_dialogues
from journeys.loading import load as load_journeys
from journeys.model import Call, Confirm, Journey, Say
from knowledge.articles import articles
from tools import Tool
from tools.loading import load as load_tools

AURORA = Workspace(Path(__file__).parents[2] / "examples" / "aurora")
LANGUAGES = AURORA.profile.languages
JOURNEYS = [read_model(path, Journey) for path in AURORA.files("journeys", "*.yaml")]
CARDS = AURORA.files("agents", "*.md")


@pytest.fixture(scope="module")
def tools() -> dict[str, Tool]:
    found, problems = load_tools(AURORA)
    assert problems == []
    return found


def records(name: str) -> list[dict[str, Any]]:
    return json.loads((AURORA.path / "data" / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.journey)
class TestEveryJourney:
    def test_has_eight_different_examples_in_each_language(self, journey: Journey) -> None:
        for language in LANGUAGES:
            assert len(set(journey.trigger.examples[language])) >= 8

    def test_calls_tools_that_read_and_confirms_tools_that_write(
        self, journey: Journey, tools: dict[str, Tool]
    ) -> None:
        for step in journey.steps:
            if isinstance(step, Call):
                assert tools[step.call].effect == "read"
            if isinstance(step, Confirm):
                assert tools[step.confirm].effect == "write"
                given = set(step.arguments)
                assert given == set(tools[step.confirm].parameters["properties"])
        for slot in journey.slots.values():
            if slot.options:
                assert tools[slot.options.call].effect == "read"

    def test_speaks_both_languages(self, journey: Journey) -> None:
        texts = [journey.purpose, *(slot.ask for slot in journey.slots.values())]
        texts += [
            step.say
            for step in journey.steps
            if isinstance(step, Say) and not isinstance(step.say, str)
        ]
        for text in texts:
            assert set(text) == set(LANGUAGES)


def test_the_journeys_pass_the_checks_of_their_language(tools: dict[str, Tool]) -> None:
    loaded, problems = load_journeys(AURORA, tools)
    assert problems == []
    assert len(loaded) == len(JOURNEYS) >= 6


def test_every_write_shows_what_it_will_do_and_may_be_retried(tools: dict[str, Tool]) -> None:
    writes = [tool for tool in tools.values() if tool.effect == "write"]
    assert len(writes) >= 6
    for tool in writes:
        assert tool.preview is not None
        assert tool.retry == "key"
        assert tool.entity == ("order_id",)


def test_policies_name_tools_that_write(tools: dict[str, Tool]) -> None:
    assert AURORA.policies.autonomy
    for name in AURORA.policies.autonomy:
        assert tools[name].effect == "write"
    for text in (AURORA.policies.ai_notice_text, AURORA.policies.waiting_notice):
        assert set(text) == set(LANGUAGES)
    assert set(AURORA.policies.never_promise) == set(LANGUAGES)


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_every_card_names_tools_and_tags_that_exist(path: Path, tools: dict[str, Tool]) -> None:
    card = read_card(path)
    assert set(card.tools) <= set(tools)
    tags = {tag for article in articles(AURORA) for tag in article.front.tags}
    assert isinstance(card.knowledge, list)
    assert set(card.knowledge) <= tags
    for said in card.intents.values():
        assert all(len(set(said[language])) >= 8 for language in LANGUAGES)


def test_every_article_exists_in_both_languages_with_its_questions() -> None:
    names = {
        language: {path.name for path in AURORA.files("knowledge", f"{language}/*.md")}
        for language in LANGUAGES
    }
    assert names["pt-BR"] == names["en"]
    assert len(names["en"]) >= 20
    for article in articles(AURORA):
        assert 3 <= len(article.front.questions) <= 7, article.source_id
        assert article.front.title
        assert article.front.url.startswith("https://aurora.example/")
        assert article.front.tags
        assert sum(len(piece.text.split()) for piece in article.pieces) >= 25, article.source_id


def test_offers_speak_both_languages_and_follow_intents_that_exist(tools: dict[str, Tool]) -> None:
    journeys = {journey.journey: journey for journey in JOURNEYS}
    intents = set(team(AURORA, tools, journeys).owners)
    offers = deciding.load(AURORA)
    assert offers
    for offer in offers:
        assert set(offer.text) == set(LANGUAGES)
        assert set(offer.after) <= intents


def test_whoever_a_visitor_may_be_is_a_customer_with_orders() -> None:
    known = {row["customer_id"]: row for row in records("customers")}
    buyers = {row["customer_id"] for row in records("orders")}
    assert len(AURORA.profile.demo_customers) >= 4
    for customer in AURORA.profile.demo_customers:
        assert known[customer["id"]]["name"] == customer["name"]
        assert known[customer["id"]]["email"] == customer["email"]
        assert customer["id"] in buyers
        assert set(customer["about"]) == set(LANGUAGES)


def test_the_orders_are_in_every_state() -> None:
    orders = records("orders")
    assert {order["status"] for order in orders} == {
        "pending_payment", "paid", "picking", "shipped", "out_for_delivery", "delivered",
        "cancelled", "returned", "lost",
    }  # fmt: skip
    assert any(order["status"] == "shipped" and order["promised"] < 0 for order in orders)
    assert len({order["order_id"] for order in orders}) == len(orders) == 150


def test_the_data_is_what_the_seeded_generator_writes(tmp_path: Path) -> None:
    copy = shutil.copy(AURORA.path / "data" / "generate.py", tmp_path)
    runpy.run_path(str(copy), run_name="__main__")
    for name in ("customers", "products", "orders"):
        committed = (AURORA.path / "data" / f"{name}.json").read_bytes()
        assert (tmp_path / f"{name}.json").read_bytes() == committed


def test_every_dialogue_has_four_different_wordings_per_language() -> None:
    for dialogue in load_dialogues(AURORA):
        for language in LANGUAGES:
            said = [tuple(wording.items()) for wording in dialogue.spoken(language)]
            assert len(set(said)) >= 4, dialogue.dialogue


def test_no_wording_is_what_the_classifier_has_learned_by_heart() -> None:
    learned = {
        text.lower().strip(" ?.!")
        for journey in JOURNEYS
        for texts in journey.trigger.examples.values()
        for text in texts
    }
    for dialogue in load_dialogues(AURORA):
        for language in LANGUAGES:
            for wording in dialogue.spoken(language):
                said = {text.lower().strip(" ?.!") for text in wording.values()}
                assert not said & learned, dialogue.dialogue
