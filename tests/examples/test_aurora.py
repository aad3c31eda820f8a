"""The demo's folder is whole: what its files name is there, in both languages."""

import json
import re
import shutil
import subprocess
import sys
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
        slots = journey.slots.values()
        texts = [journey.purpose, *(slot.ask for slot in slots if slot.required)]
        texts += [label for slot in slots for label in slot.labels.values()]
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
        "pending_payment", "payment_failed", "paid", "picking", "shipped", "out_for_delivery",
        "delivery_failed", "delivered", "cancelled", "returned", "lost",
    }  # fmt: skip
    assert any(order["status"] == "shipped" and order["promised"] < 0 for order in orders)
    assert any(order.get("charges") == 2 for order in orders)
    kinds = {request["kind"] for order in orders for request in order.get("requests", [])}
    assert kinds == {"return", "exchange", "defect", "missing", "wrong", "trace"}


def test_the_company_is_lived_in() -> None:
    orders, products, customers = records("orders"), records("products"), records("customers")
    assert len({order["order_id"] for order in orders}) == len(orders) == 3000
    assert len({row["product_id"] for row in products}) == len(products) == 500
    assert len({row["name"]["pt-BR"] for row in products}) == 500
    assert len({row["customer_id"] for row in customers}) == len(customers) == 400
    assert max(-order["placed"] for order in orders) > 23 * 30
    assert all(re.fullmatch(r"A-\d{4}", order["order_id"]) for order in orders)
    known = {row["customer_id"] for row in customers}
    assert {order["customer_id"] for order in orders} <= known
    for row in customers:
        addresses = {row["email"], row["other_email"], row["phone"], row["other_phone"]}
        assert len(addresses) == 4
        assert all(part.endswith("example.com") for part in addresses if "@" in part)
    assert any("social" in row for row in customers)


def test_every_document_passes_its_check_digits_and_is_of_the_generated_range() -> None:
    documents = [row["document"] for row in records("customers")]
    assert len(set(documents)) == len(documents)
    for document in documents:
        assert re.fullmatch(r"999\.0\d\d\.\d{3}-\d\d", document)
        digits = [int(sign) for sign in document if sign.isdigit()]
        for length in (9, 10):
            weighed = sum(digit * (length + 1 - n) for n, digit in enumerate(digits[:length]))
            assert digits[length] == weighed * 10 % 11 % 10


def test_no_day_of_an_order_is_out_of_its_turn() -> None:
    for order in records("orders"):
        days = [order.get(name) for name in ("placed", "sent", "arrived")]
        known = [day for day in days if day is not None]
        assert known == sorted(known), order["order_id"]
        assert known[-1] <= 0, order["order_id"]
        assert ("arrived" in order) == (order["status"] in ("delivered", "returned"))
        for request in order.get("requests", []):
            turns = [request[name] for name in ("opened", "received", "done") if name in request]
            assert order["arrived"] <= turns[0], order["order_id"]
            assert turns == sorted(turns), order["order_id"]
            assert turns[-1] <= 0, order["order_id"]


def test_instructions_to_an_ai_are_planted_where_people_type() -> None:
    found = {
        "A-1048": "gift_message", "A-3900": "gift_message", "A-3902": "carrier_note",
        "C-1390": "name", "AU-590": "name", "AU-591": "description",
    }  # fmt: skip
    rows = {
        row.get("order_id") or row.get("product_id") or row["customer_id"]: row
        for name in ("orders", "products")
        for row in records(name)
    } | {row["customer_id"]: row for row in records("customers")}
    for number, place in found.items():
        assert re.search(r"assist|ignor|\bIA\b|regras", str(rows[number][place]), re.IGNORECASE), (
            number
        )


def test_the_data_is_what_the_seeded_generator_writes(tmp_path: Path) -> None:
    for path in (AURORA.path / "data").glob("*.py"):
        shutil.copy(path, tmp_path)
    subprocess.run([sys.executable, "generate.py"], cwd=tmp_path, check=True)
    for name in ("customers", "products", "orders", "coupons"):
        committed = (AURORA.path / "data" / f"{name}.json").read_bytes()
        assert (tmp_path / f"{name}.json").read_bytes() == committed


def test_every_dialogue_has_four_different_wordings_per_language() -> None:
    for dialogue in load_dialogues(AURORA):
        for language in LANGUAGES:
            said = {str(wording) for wording in dialogue.spoken(language)}
            assert len(said) >= 4, dialogue.dialogue


def test_every_dialogue_expects_tools_that_write(tools: dict[str, Tool]) -> None:
    for dialogue in load_dialogues(AURORA):
        for step in dialogue.steps:
            expected = step.expect.effects or [] if step.expect else []
            expected = [*expected, *(step.expect.approvals or [] if step.expect else [])]
            for name in expected:
                assert name in tools, dialogue.dialogue
                assert tools[name].effect == "write", dialogue.dialogue


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
                given = [[text] if isinstance(text, str) else text for text in wording.values()]
                said = {text.lower().strip(" ?.!") for texts in given for text in texts}
                assert not said & learned, dialogue.dialogue
