"""The demo's approved answers are given to who asks just that, and to nobody who asks something beside it."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.approved import SAME, surely
from core.workspace import Workspace, read_yaml
from knowledge.answers import Answer, Approved
from knowledge.articles import articles
from knowledge.spoken import speaking
from models import Embedder
from models.embedded.embedder import Lexical, load_embedder, minilm_folder

SHOP = Workspace(Path(__file__).parents[2] / "examples" / "aurora")
ASKED: dict[str, dict[str, Any]] = read_yaml(Path(__file__).with_name("approved.yaml"))
DAY = date(2026, 11, 2)
LEAST = {
    ("lexical", "free"): 4, ("lexical", "near"): 22, ("minilm", "free"): 12, ("minilm", "near"): 22
}  # fmt: skip
"""Of 108 questions in other words and of 36 in words near to the file's, of both languages together."""


class Given:
    """What the AI would give, if it had these articles and answers and nothing else were said."""

    def __init__(self, embedder: Embedder) -> None:
        listed = read_yaml(SHOP.path / "answers.yaml")["answers"]
        self.approved = Approved([Answer(**one) for one in listed], embedder)
        self._embedder = embedder
        self._articles = {language: self._of_articles(language) for language in ASKED}

    def _of_articles(self, language: str) -> np.ndarray:
        asked = [
            question
            for article in articles(SHOP)
            if article.language == language and article.front.audience == "customer"
            for question in article.front.questions
        ]
        return speaking(self._embedder, language).embed(asked)

    def to(self, text: str, language: str) -> str:
        """Give the answer's id; empty: a model or the articles answer."""
        fit = surely(self.approved, text, language, DAY)
        if fit is None:
            return ""
        (vector,) = speaking(self._embedder, language).embed([text])
        near = float((self._articles[language] @ vector).max())
        return fit.answer.id if fit.alike >= near - SAME else ""


@pytest.fixture(scope="module", params=["lexical", "minilm"])
def given(request: pytest.FixtureRequest) -> tuple[str, Given]:
    if request.param == "lexical":
        return "lexical", Given(Lexical())
    if minilm_folder() is None:
        pytest.skip("The weights of MiniLM are not installed.")
    return "minilm", Given(load_embedder("minilm"))


def test_nobody_who_asks_something_else_is_given_one(given: tuple[str, Given]) -> None:
    _, answers = given
    wrong = [
        (text, found)
        for language, said in ASKED.items()
        for text in said["beside"]
        if (found := answers.to(text, language))
    ]
    assert wrong == []


@pytest.mark.parametrize("how", ["free", "near"])
def test_who_asks_for_one_in_other_words_is_given_that_or_none(
    given: tuple[str, Given], how: str
) -> None:
    name, answers = given
    got = [
        (wanted, answers.to(text, language))
        for language, said in ASKED.items()
        for wanted, texts in said[how].items()
        for text in texts
    ]
    assert [pair for pair in got if pair[1] not in ("", pair[0])] == []
    assert sum(bool(found) for _, found in got) >= LEAST[name, how]


def test_its_own_questions_are_answered_but_for_those_that_need_what_was_said_before(
    given: tuple[str, Given],
) -> None:
    """Such as "is this a scam?"."""
    _, answers = given
    got = [
        (answer.id, answers.to(question, language))
        for answer in answers.approved.answers
        if answer.ai
        for language, questions in answer.questions.items()
        for question in questions
    ]
    assert {found for wanted, found in got if found != wanted} <= {""}
    assert sum(bool(found) for _, found in got) >= 0.9 * len(got)
