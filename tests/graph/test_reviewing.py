"""Every sentence is held against what it rests on."""

import time

import pytest

from core.sentences import sentences
from graph.reviewing import Grounds, numbers, review


def grounds(*evidence: str, never: tuple[str, ...] = ()) -> Grounds:
    return Grounds(evidence=evidence, never_promise=never)


def test_what_is_supported_goes_out_word_for_word() -> None:
    text = "Seu pagamento de R$ 1.234,50 caiu em 12/11. Tudo certo!"
    assert review(text, grounds("pago 1234.50 no dia 12/11/2026")) == (text, [])


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("It costs $99.90.", "It costs 89.90."),
        ("Chega em 3 dias.", "Chega em 5 dias."),
        ("You have 30 days.", "You have seven days."),
        ("Fica pronto em 12/10.", "Fica pronto em 13/10."),
        ("See https://evil.example/pay now.", "See https://good.example/pay"),
        ("O CPF dela é 529.982.247-25.", "O CPF não é informado."),
    ],
)
def test_what_nothing_supports_is_dropped_with_the_reason(sentence: str, evidence: str) -> None:
    kept, dropped = review(f"Good morning. {sentence}", grounds(evidence))
    assert kept == "Good morning."
    assert dropped[0]["sentence"] == sentence
    assert dropped[0]["reason"]


def test_a_promise_against_policy_needs_a_result_that_says_so() -> None:
    never = ("refund guaranteed",)
    assert review("A refund guaranteed!", grounds("x", never=never))[0] == ""
    said = grounds("Result: refund guaranteed by the bank", never=never)
    assert review("A refund guaranteed!", said)[1] == []


def test_a_number_is_the_same_however_it_is_written() -> None:
    assert numbers("R$ 1.234,50") == numbers("1234.5") == numbers("$1,234.50") == {"1234.5"}
    assert numbers("R$ 89,00") == {"89"} == numbers("89")


def test_citation_marks_and_list_numbers_are_no_claims() -> None:
    text = "Do this [1]:\n1. Open it.\n2. Close it."
    assert review(text, grounds("open it, close it"))[1] == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Uma frase. Outra frase! E a terceira?", 3),
        ("A Sra. Lima ligou. Ela volta.", 2),
        ("Custa R$ 10.50 hoje. Sim.", 2),
        ("Linha um\nLinha dois", 2),
        ("", 0),
    ],
)
def test_sentences_are_cut_where_they_end(text: str, count: int) -> None:
    assert len(sentences(text)) == count
    assert "".join(sentences(text)) == text


def test_hostile_text_is_reviewed_in_linear_time() -> None:
    def seconds(size: int) -> float:
        text = "1.1,1:1-" * size + "a. " * size
        begun = time.perf_counter()
        review(text, grounds(text))
        return time.perf_counter() - begun

    seconds(200)
    assert seconds(8_000) < 60 * max(seconds(1_000), 0.002)
