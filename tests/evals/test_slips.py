"""Sentences are damaged as fingers do it, the same way for the same seed; articles are left as they are."""

import random
from pathlib import Path

import pytest

from core.workspace import Workspace
from evals import slips
from knowledge.articles import articles
from models.embedded import words
from models.embedded.spelling import Spelling, counted, listening

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXTS = {
    "pt-BR": "Queria devolver o vestido que comprei ontem, código A-1045",
    "en": "I would like to return the dress that I bought yesterday, code A-1045",
}


@pytest.mark.parametrize("language", TEXTS)
def test_one_word_or_two_are_damaged_and_numbers_never(language: str) -> None:
    for seed in range(50):
        text = TEXTS[language]
        hurt = slips.damaged(text, language, random.Random(seed))
        assert hurt == slips.damaged(text, language, random.Random(seed))
        assert "A-1045" in hurt
        changed = set(words.WORD.findall(text)) - set(words.WORD.findall(hurt))
        assert len(changed) in (1, 2)


@pytest.mark.parametrize("language", TEXTS)
def test_most_of_what_is_damaged_is_mended(language: str) -> None:
    text = TEXTS[language]
    spelling = Spelling(counted([text], language), language)
    mended = [
        spelling.text(slips.damaged(text, language, random.Random(seed))) for seed in range(100)
    ]
    plain = words.plain(text, language)
    assert sum(words.plain(one, language) == plain for one in mended) >= 70


@pytest.mark.parametrize("example", ["aurora", "clinica"])
@pytest.mark.parametrize("language", TEXTS)
def test_no_article_is_rewritten_by_who_never_saw_it(example: str, language: str) -> None:
    texts = [
        piece.text
        for article in articles(Workspace(EXAMPLES / example))
        if article.language == language
        for piece in article.pieces
    ]
    wrong = {*slips.rewritten(texts, listening(frozenset(), language))}
    assert len(wrong) <= len(counted(texts, language)) / 1000, wrong
