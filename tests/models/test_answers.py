"""How an answer to a yes/no question is read: a yes carries something out, so nothing else may be one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.embedded import answers, words
from models.embedded.answers import answered

with (Path(__file__).parent / "data" / "answers.yaml").open("rb") as file:
    MEASURED: dict[str, dict[str, Any]] = yaml.load(file, Loader=words._Lists)
LANGUAGES = pytest.mark.parametrize("language", MEASURED)
CANCEL = {language: said["proposals"][0] for language, said in MEASURED.items()}
EXCHANGE = {language: said["proposals"][1] for language, said in MEASURED.items()}


def read(language: str, kind: str) -> Iterator[tuple[str, str]]:
    """Give each text of a kind with what it is taken for, whatever was proposed."""
    for row in MEASURED[language][kind]:
        for text in row:
            for proposal in MEASURED[language]["proposals"]:
                yield text, answered(text, language, proposal).meaning


def share(language: str, kind: str, *meanings: str) -> float:
    found = [*read(language, kind)]
    return sum(meaning in meanings for _, meaning in found) / len(found)


@LANGUAGES
def test_nothing_that_is_no_yes_is_taken_for_one(language: str) -> None:
    assert len({text for text, _ in read(language, "never_yes")}) >= 150
    for kind in ("never_yes", "no", "drop"):
        assert [text for text, meaning in read(language, kind) if meaning == "yes"] == []


@LANGUAGES
def test_most_answers_that_nobody_taught_are_understood(language: str) -> None:
    assert share(language, "yes", "yes") >= 0.9
    assert share(language, "no", "no", "drop") >= 0.9
    assert share(language, "drop", "no", "drop") >= 0.9


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("manda o pedido", "pt-BR"),
        ("pode mandar", "pt-BR"),
        ("segue com o pedido", "pt-BR"),
        ("manda ele pra mim", "pt-BR"),
        ("send it", "en"),
        ("send the order", "en"),
        ("go ahead with the order", "en"),
        ("let it come", "en"),
    ],
)
def test_to_let_something_come_is_no_yes_to_stopping_it(text: str, language: str) -> None:
    assert answered(text, language, CANCEL[language]).meaning != "yes"


@pytest.mark.parametrize(
    ("text", "language", "meaning"),
    [
        ("Hum, sabe de uma coisa? Segue o jogo, manda ele pra mim", "pt-BR", "drop"),
        ("Hmm, you know what? Let it come", "en", "drop"),
        ("sim, não quero mais", "pt-BR", "yes"),
        ("yes, I don't want it anymore", "en", "yes"),
        ("não quero mais", "pt-BR", "drop"),
        ("I don't want it anymore", "en", "drop"),
        ("cancela", "pt-BR", "yes"),
        ("cancel it", "en", "yes"),
    ],
)
def test_what_stops_something_has_answers_of_its_own(
    text: str, language: str, meaning: str
) -> None:
    assert answered(text, language, CANCEL[language]).meaning == meaning


@pytest.mark.parametrize(
    ("text", "language", "meaning"),
    [
        ("pode fazer a troca do vestido", "pt-BR", "yes"),
        ("proceed with the exchange", "en", "yes"),
        ("sim, no tamanho G", "pt-BR", "yes"),
        ("yes, size G", "en", "yes"),
        ("sim, A-1045", "pt-BR", "yes"),
        ("yes, A-1045", "en", "yes"),
        ("sim, A-1046", "pt-BR", ""),
        ("yes, A-1046", "en", ""),
        ("pode cancelar", "pt-BR", ""),
        ("vestido verde", "pt-BR", ""),
        ("make it green", "en", ""),
    ],
)
def test_a_yes_may_name_what_was_proposed_and_nothing_else(
    text: str, language: str, meaning: str
) -> None:
    assert answered(text, language, EXCHANGE[language]).meaning == meaning


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("sim, pod fazer", "pt-BR"),
        ("tá cetro, pode fazer", "pt-BR"),
        ("cnofirmo", "pt-BR"),
        ("Yes pleas go ahead", "en"),
        ("yes, do ti", "en"),
        ("porceed", "en"),
    ],
)
def test_slips_of_the_finger_are_mended_in_answers(text: str, language: str) -> None:
    assert answered(text, language, EXCHANGE[language]).meaning == "yes"


@LANGUAGES
def test_every_kind_of_phrase_is_taught_in_every_language(language: str) -> None:
    taught = words.load(f"answers_{words.base(language)}")
    assert taught.keys() == words.load("answers_en").keys()
    assert sum(len(row) for row in taught["yes"]) > 300


@pytest.mark.parametrize(
    ("text", "language", "regrets"),
    [
        ("Volta atrás", "pt-BR", True),
        ("Ih, fui precipitada, dá pra reativar?", "pt-BR", True),
        ("Nossa, que burrada a minha. Ainda posso ficar com ele?", "pt-BR", True),
        ("Obrigada, quando cai o reembolso?", "pt-BR", False),
        ("qual o horário da loja?", "pt-BR", False),
        ("I fear I was too hasty. Might it go ahead as before?", "en", True),
        ("Oops, that was dumb of me. Can I still have the sweatshirt?", "en", True),
        ("Any chance of undoing that?", "en", True),
        ("Thanks, when does the refund arrive?", "en", False),
        ("what are the opening hours?", "en", False),
    ],
)
def test_what_was_done_is_regretted_in_many_ways(text: str, language: str, regrets: bool) -> None:
    assert answers.regrets(text, language, CANCEL[language]) is regrets
