"""How a customer turns in the middle of a matter: another wish, a correction, an undoing."""

import pytest

from evals.house import House
from tests.examples.talking import PHOTO, says

pytestmark = pytest.mark.asyncio(loop_scope="session")


SWAP = {"pt": "quero trocar o vestido por outro tamanho", "en": "I want another size of the dress"}


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (SWAP["pt"], "ah mudei de ideia, melhor devolver", "devolução do pedido A-1045"),
        (SWAP["pt"], "entao quero devolver o vestido", "devolução do pedido A-1045"),
        (SWAP["en"], "change of plans, I'd rather return it", "return of order A-1045"),
        (SWAP["en"], "then I want to send the dress back", "return of order A-1045"),
    ],
)  # fmt: skip
async def test_another_wish_leaves_the_question_that_is_open(
    aurora: House, first: str, then: str, told: str
) -> None:
    assert told in await says(aurora, "C-1003", first, then)
    after = await says(aurora, "C-1003", first, then, "sim" if "vestido" in first else "yes")
    assert "R-5" in after
    assert "tamanho G" not in after and "size G" not in after, "the exchange does not come back"


async def test_a_yes_to_which_one_calls_the_person_who_was_offered(aurora: House) -> None:
    told = await says(aurora, "C-1003", SWAP["pt"], "hmmm", "sim")
    assert "pessoa da equipe" in told
    assert "tamanho PP" not in told


NUMBER = "muda o endereço do moletom pra rua das flores 120 ap 51, curitiba, 80010-000"


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ((NUMBER, "na vdd o ap é 15"), "rua das flores 120 ap 15"),
        ((NUMBER, "sim", "o numero ta errado é 210 e nao 120"), "rua das flores 210 ap 51"),
        (
            (
                "send the sweatshirt to 12 Elm Street flat 3, Curitiba, 80010-000",
                "yes",
                "sorry, it should be 21, not 12",
            ),
            "21 Elm Street flat 3",
        ),
    ],
)
async def test_a_number_that_is_put_right_is_proposed_anew(
    aurora: House, turns: tuple[str, ...], told: str
) -> None:
    proposed = await says(aurora, "C-1002", *turns)
    assert told in proposed
    assert "Posso confirmar?" in proposed or "Shall I go ahead?" in proposed


@pytest.mark.parametrize(
    "turns",
    [
        ("cancela meu pedido", "nao quero cancelar nada! esquece isso de cancelar"),
        ("cancela o moletom", "nao quero cancelar nada! esquece isso de cancelar"),
    ],
)
async def test_a_denied_wish_is_neither_done_nor_noted(
    aurora: House, turns: tuple[str, ...]
) -> None:
    told = await says(aurora, "C-1002", *turns)
    assert "?" not in told
    assert "nada foi feito" in told.lower() or "não fiz nada" in told


async def test_what_is_left_open_twice_is_not_put_again_until_she_says_yes(aurora: House) -> None:
    first = ("quero devolver o vestido", "qual o horário da loja?", "aceita pix?")
    assert "Posso confirmar" not in await says(aurora, "C-1003", *first)
    again = await says(aurora, "C-1003", *first, "sim")
    assert "Posso confirmar" in again and "R-5" not in again
    assert "R-5" in await says(aurora, "C-1003", *first, "sim", "sim")


PENDING = ("quero reembolso do jogo de lençol", "sim")


async def test_what_waits_for_a_person_answers_only_for_itself(aurora: House) -> None:
    other = await says(aurora, "C-1006", *PENDING, "quando chega a calça?")
    assert "A-1063" in other and "aprova" not in other
    own = await says(aurora, "C-1006", *PENDING, "e o dinheiro, cai quando?")
    assert "A-1062" in own and "não foi decidido" in own


@pytest.mark.parametrize(
    ("customer", "turns", "told"),
    [
        ("C-1003", ("quero devolver o vestido", "espera, pago alguma coisa?"), "Sobre isso: sem custo"),
        ("C-1003", ("I want to send the dress back", "do I have to pay for it?"), "About that: at no cost"),
    ],
)  # fmt: skip
async def test_a_question_about_the_proposal_is_answered_from_it_and_it_stays_open(
    aurora: House, customer: str, turns: tuple[str, ...], told: str
) -> None:
    reply = await says(aurora, customer, *turns)
    assert told in reply and "A-1045" in reply
    assert "R-5" in await says(aurora, customer, *turns, "sim" if "quero" in turns[0] else "yes")


@pytest.mark.parametrize(
    ("customer", "turns", "told"),
    [
        ("C-1003", ("quero trocar o vestido", "cancela a troca"), "deixei isso de lado"),
        ("C-1003", ("I want to exchange the dress", "cancel the exchange"), "dropped that"),
        ("C-1006", (*PENDING, "quero desistir desse reembolso"), "retirei o pedido"),
        ("C-1006", (*PENDING, "não quero mais o reembolso"), "retirei o pedido"),
    ],
)
async def test_what_is_called_off_by_name_is_dropped_or_withdrawn(
    aurora: House, customer: str, turns: tuple[str, ...], told: str
) -> None:
    reply = await says(aurora, customer, *turns)
    assert told in reply
    assert "Qual pedido" not in reply and "Which order" not in reply


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        (("minha bota veio com defeito", "não tenho foto agora"), "quando tiver, é só me mandar"),
        (("my boots came with a defect", "I'll send it later"), "whenever you have it"),
    ],
)
async def test_what_she_cannot_give_now_may_come_later(
    aurora: House, turns: tuple[str, ...], told: str
) -> None:
    assert told in await says(aurora, "C-1008", *turns)
    later = await says(aurora, "C-1008", *turns, ("", PHOTO))
    assert "A-1068" in later


async def test_a_word_that_points_means_what_was_spoken_of_or_nothing(aurora: House) -> None:
    told = await says(
        aurora, "C-1004", "where are my sandals?", "can I return them when they come?"
    )
    assert "A-1033" not in told, "the only thing that has come is another one"


@pytest.mark.parametrize(
    ("turns", "never"),
    [
        (("vocês me cobraram duas vezes", "sim", "na real nem precisa, já estornaram. esquece"), "A-1062"),
        (("vocês me cobraram duas vezes", "sim", "só o estorno q n precisa"), "A-1062"),
        (("you charged me twice", "yes", "no need, the bank gave it back. forget it"), "A-1062"),
    ],
)  # fmt: skip
async def test_what_is_no_longer_needed_is_withdrawn_and_nothing_else_begun(
    aurora: House, turns: tuple[str, ...], never: str
) -> None:
    told = await says(aurora, "C-1006", *turns)
    assert "retirei o pedido" in told or "withdrawn" in told or "taken back" in told
    assert never not in told and "confirmar" not in told and "Shall I" not in told


async def test_what_follows_an_address_is_no_part_of_it(aurora: House) -> None:
    first = "send the sweatshirt to Rua das Palmeiras 45, Niterói, and what time will it come"
    told = await says(aurora, "C-1002", first, "24220-010")
    assert "Rua das Palmeiras 45, Niterói, postal code 24220-010" in told


async def test_a_yes_after_a_no_proposes_it_again(aurora: House) -> None:
    told = await says(aurora, "C-1007", "cancel the blanket", "hmm no wait", "ok do it")
    assert "A-1066" in told and "Shall I go ahead?" in told
    assert "A-1066" not in await says(aurora, "C-1007", "cancel the blanket", "no", "ok")


async def test_sorry_complains_of_nothing(aurora: House) -> None:
    for word in ("desculpa", "sorry"):
        assert "P-" not in await says(aurora, "C-1006", "cadê a calça?", word)


async def test_a_thing_alone_is_asked_about_as_the_last_one_was(aurora: House) -> None:
    assert "A-1048" in await says(aurora, "C-1002", "quando chega o moletom?", "e a toalha?")


async def test_the_act_beside_a_yes_is_a_yes_and_only_a_part_of_it_is_none(aurora: House) -> None:
    first = "I want to return the running shoes"
    assert "R-5" in await says(aurora, "C-1004", first, "ok just return them")
    assert "R-5" not in await says(aurora, "C-1004", first, "ok but only one of them")


@pytest.mark.parametrize("text", ["a-1062", "A-1062?", "pedido A-1062", "order a-1062"])
async def test_a_number_alone_is_looked_up(aurora: House, text: str) -> None:
    told = await says(aurora, "C-1006", text)
    assert "delivered" in told or "entregue" in told


@pytest.mark.parametrize("text", ["I got A-1062", "I opened the box of A-1062", "o A-1062 chegou"])
async def test_a_number_in_a_story_calls_nobody(aurora: House, text: str) -> None:
    told = await says(aurora, "C-1006", text)
    assert "calling" not in told and "chamando" not in told


async def test_letting_go_of_one_thing_withdraws_nothing_about_another(aurora: House) -> None:
    told = await says(aurora, "C-1006", *PENDING, "esquece, cancela a calça")
    assert "A-1063" in told and "retirei" not in told
    told = await says(aurora, "C-1006", *PENDING, "deixa, depois vejo. e o meu boleto?")
    assert "retirei" not in told


async def test_a_yes_with_another_colour_is_no_yes(aurora: House) -> None:
    first = "quero trocar o vestido por um G"
    assert "R-5" not in await says(aurora, "C-1003", first, "ok vermelho")
    told = await says(aurora, "C-1003", first, "ok vermelho", "não, verde G")
    assert "deixei isso de lado" not in told


@pytest.mark.parametrize(
    ("before", "text", "told"),
    [
        ("oi", "deixa pra la", "sem problema"),
        ("oi", "esquece", "sem problema"),
        ("hi", "nope leave it", "no problem"),
        ("hi", "never mind", "no problem"),
    ],
)
async def test_who_lets_go_where_nothing_is_open_wants_nothing_else(
    aurora: House, before: str, text: str, told: str
) -> None:
    assert told in await says(aurora, "C-1003", before, text)


@pytest.mark.parametrize("text", ["2a via do boleto pfv", "quero a 2ª via do boleto"])
async def test_a_second_copy_is_not_the_second_of_a_list(aurora: House, text: str) -> None:
    assert "34191" in await says(aurora, "C-1005", "quero reembolso", text)
