"""What a person promised is found by its matter: asked about again, in any words, and by nothing else."""

from datetime import UTC, date, datetime, timedelta

import pytest

from agents import promising

NOW = datetime(2026, 11, 27, 15, tzinfo=UTC)  # a Friday


def left(promised: str, *, did: str = "", language: str = "pt-BR", days: int = 3) -> dict:
    given = (NOW - timedelta(days=days)).timestamp()
    return {
        "promised": promised, "did": did, "by": "Ana", "at": given, "about": [],
        "language": language,
    }  # fmt: skip


CUSHION = [left("almofada chega até quinta")]
BANK = [
    left("We will write to you by Friday", did="Asked the bank about the refund", language="en")
]


def found(text: str, language: str, known: list[dict], *, newest: bool = False) -> bool:
    return promising.asked(text, language, known, NOW, newest=newest) is not None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt-BR", "quando chega a almofada?"),
        ("pt-BR", "e a almofada?"),
        ("pt-BR", "cadê a almofada"),
        ("pt-BR", "a almofada ainda não chegou"),
        ("pt-BR", "posso saber se a almofada vem hoje, será que vem?"),
        ("pt-BR", "vcs mandaram a almofada?"),
        ("pt-BR", "tem novidade da minha almofada vermelha?"),
        ("pt-BR", "a Ana conseguiu ver a almofada?"),
        ("en", "any news on the cushion?"),
        ("en", "what about the cushion?"),
        ("en", "still no cushion"),
        ("en", "the cushion hasn't arrived"),
        ("en", "do you know when the red cushion comes?"),
        ("en", "did anyone find out about the cushion?"),
    ],
)
def test_whoever_asks_what_became_of_a_promise_is_told_it(language: str, text: str) -> None:
    assert found(text, language, CUSHION)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt-BR", "qual o tecido da almofada?"),
        ("pt-BR", "quando posso devolver a almofada?"),
        ("pt-BR", "quando a almofada chegar, posso trocar?"),
        ("pt-BR", "a almofada chegou, obrigada!"),
        ("pt-BR", "a almofada veio rasgada"),
        ("pt-BR", "quando chega a calça?"),
        ("pt-BR", "cadê meu pedido?"),
        ("pt-BR", "quero reembolso da almofada"),
        ("en", "what is the cushion made of?"),
        ("en", "is the cushion washable?"),
        ("en", "the cushion came torn"),
        ("en", "the cushion arrived, thanks"),
        ("en", "when do the jeans arrive?"),
        ("en", "cancel the cushion"),
    ],
)
def test_another_question_does_not_bring_up_a_promise(language: str, text: str) -> None:
    assert not found(text, language, CUSHION, newest=True)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "did they find out about my refund?", True),
        ("en", "what about my money back?", True),
        ("en", "did the bank answer?", True),
        ("pt-BR", "meu reembolso ainda não caiu", True),
        ("pt-BR", "o banco respondeu?", True),
        ("en", "how long does a refund take?", False),
        ("en", "can I get a refund for the lamp?", False),
        ("pt-BR", "e o reembolso da jaqueta, cai quando?", False),
    ],
)
def test_what_a_person_noted_is_found_too_in_whichever_language(
    language: str, text: str, expected: bool
) -> None:
    assert found(text, language, BANK) is expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt-BR", "alguma novidade?"),
        ("pt-BR", "vão me ligar quando?"),
        ("en", "any news?"),
        ("en", "is it sorted?"),
    ],
)
def test_a_question_that_names_nothing_is_about_it_only_if_nothing_came_since(
    language: str, text: str
) -> None:
    assert found(text, language, CUSHION, newest=True)
    assert not found(text, language, CUSHION)


def test_where_a_promise_names_nothing_her_own_words_before_it_tell_what_it_is_about() -> None:
    known = [left("chega até quinta") | {"about": ["quero falar sobre a almofada que faltou"]}]
    assert found("e a almofada?", "pt-BR", known)
    assert not found("e a cortina?", "pt-BR", known)


def test_what_was_due_long_ago_is_not_brought_up_any_more() -> None:
    assert not found("cadê a almofada?", "pt-BR", [left("almofada chega até quinta", days=90)])


@pytest.mark.parametrize(
    ("language", "promise", "due"),
    [
        ("pt-BR", "chega até segunda", date(2026, 11, 30)),
        ("pt-BR", "em até 3 dias úteis", date(2026, 12, 2)),
        ("pt-BR", "respondemos em 48 horas", date(2026, 11, 29)),
        ("pt-BR", "ligo até o fim do dia", date(2026, 11, 27)),
        ("pt-BR", "vamos ver isso", None),
        ("en", "it will be there by Monday", date(2026, 11, 30)),
        ("en", "within 2 working days", date(2026, 12, 1)),
        ("en", "we reply within 24 hours", date(2026, 11, 28)),
    ],
)
def test_the_day_of_a_promise_is_counted_from_when_it_was_given(
    language: str, promise: str, due: date | None
) -> None:
    known = left(promise, language=language, days=0)
    text, passed = promising.worded(known, language, NOW, UTC)
    assert not passed
    assert promise in text and "Ana" in text
    if due is None:
        assert "prazo" not in text
    else:
        assert str(due.day) in text.split("”")[1]
        later = datetime.combine(due + timedelta(days=1), NOW.timetz())
        text, passed = promising.worded(known, language, later, UTC)
        assert passed
        assert ("sinto muito" if language == "pt-BR" else "I am sorry") in text
