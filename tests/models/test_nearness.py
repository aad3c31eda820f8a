"""How near a request is to tools: by meaning where there are sentence vectors, else by words."""

from datetime import datetime
from typing import Any

import numpy as np
import pytest

from models.embedded.calling import choose_tool
from models.embedded.embedder import Lexical, load_embedder, minilm_folder
from models.embedded.nearness import ByWords, Nearness, nearness

NOW = datetime.fromisoformat("2026-11-28T10:00:00-03:00")
needs_minilm = pytest.mark.skipif(
    minilm_folder() is None, reason="the weights of MiniLM are not installed"
)


def tool(name: str, description: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": description, "parameters": {"type": "object"}, **more}


PORTUGUESE = [
    tool("tuneInstrument", "Afina um piano na casa do cliente."),
    tool("pay_fine", "Paga uma multa de trânsito."),
    tool("matricular", "Inscreve uma criança na natação."),
]
ENGLISH = [
    tool("tuneInstrument", "Tunes a piano at the customer's home."),
    tool("pay_fine", "Pays a traffic fine."),
    tool("matricular", "Enrols a child in swimming lessons."),
]


class Counted:
    """Counts what is embedded."""

    def __init__(self) -> None:
        self._given = load_embedder("minilm")
        self.name, self.dimensions = self._given.name, self._given.dimensions
        self.texts: list[str] = []

    def embed(self, sentences: list[str]) -> np.ndarray:
        self.texts += sentences
        return self._given.embed(sentences)


@pytest.fixture(scope="module")
def counted() -> Counted:
    return Counted()


@pytest.fixture(scope="module")
def by_vectors(counted: Counted) -> Nearness:
    return nearness(counted)


def chosen(tools: list[dict[str, Any]], text: str, language: str, near: Nearness) -> str:
    choice = choose_tool(tools, text, language, NOW, near=near)
    return choice.tool if choice else ""


@needs_minilm
@pytest.mark.parametrize(
    ("tools", "text", "language", "wanted"),
    [
        (ENGLISH, "my upright sounds awful, the keys are off pitch", "en", "tuneInstrument"),
        (ENGLISH, "got a speeding ticket on the highway", "en", "pay_fine"),
        (PORTUGUESE, "levei uma infração do radar por excesso de velocidade", "pt-BR", "pay_fine"),
        (ENGLISH, "meu filho quer aprender a nadar na piscina", "pt-BR", "matricular"),
        (ENGLISH, "what is the capital of France?", "en", ""),
        (PORTUGUESE, "qual é a capital da França?", "pt-BR", ""),
    ],
)
def test_a_tool_is_found_by_what_is_meant_in_other_words(
    by_vectors: Nearness, tools: list[dict[str, Any]], text: str, language: str, wanted: str
) -> None:
    assert chosen(tools, text, language, by_vectors) == wanted


@needs_minilm
def test_a_tools_examples_count_like_its_description(by_vectors: Nearness) -> None:
    said = "the gizmo went bananas"
    told = [tool("a", "Does this.", examples={"en": [said]}), tool("b", "Does that.")]
    assert chosen(told, f"{said} again", "en", by_vectors) == "a"


@needs_minilm
def test_what_tools_say_is_embedded_once(counted: Counted, by_vectors: Nearness) -> None:
    chosen(ENGLISH, "pay my fine please", "en", by_vectors)
    before = len(counted.texts)
    chosen(ENGLISH, "tune my piano please", "en", by_vectors)
    later = counted.texts[before:]
    assert later
    assert all("swimming" not in text for text in later)


@needs_minilm
def test_between_two_tools_alike_the_customer_is_asked(by_vectors: Nearness) -> None:
    told = [tool("a", "Pays a traffic fine."), tool("b", "Pays a traffic fine."), ENGLISH[0]]
    choice = choose_tool(told, "I want to pay my traffic fine", "en", NOW, near=by_vectors)
    assert choice is not None
    assert (choice.tool, len(choice.rivals)) == ("", 2)


def test_without_vectors_of_sentences_words_decide() -> None:
    near = nearness(Lexical())
    assert isinstance(near, ByWords)
    assert chosen(ENGLISH, "I want to pay a traffic fine", "en", near) == "pay_fine"
