"""Which language a message is in: plain ones switch, answers to our questions do not."""

import pytest

from models.embedded.language import ANSWERING, LATER, OPENING, Languages

READER = Languages(("pt-BR", "en"))


@pytest.mark.parametrize(
    ("text", "prior", "needed", "language"),
    [
        ("boleto for A-1050 pls", "pt-BR", OPENING, "en"),
        ("swap a-1045 for a G", "pt-BR", OPENING, "en"),
        ("check A-1042 for me", "pt-BR", OPENING, "en"),
        ("show me some boots", "pt-BR", OPENING, "en"),
        ("looking for a throw blanket, what u got", "pt-BR", OPENING, "en"),
        ("track my parcel pls", "pt-BR", OPENING, "en"),
        ("human please", "pt-BR", OPENING, "en"),
        ("heyy", "pt-BR", OPENING, "en"),
        ("A-1042", "pt-BR", OPENING, "pt-BR"),
        ("A-1042", "en", OPENING, "en"),
        ("Rua da Aurora, 325, Recife", "en", ANSWERING, "en"),
        ("rua das flores 20 casa 2, bairro do limão", "en", ANSWERING, "en"),
        ("50050-000", "en", ANSWERING, "en"),
        ("Rua da Aurora, 325, Recife", "en", LATER, "en"),
        ("Avenida Paulista, 1000, apto 12, São Paulo, perto do metrô", "en", ANSWERING, "en"),
        ("Ana Souza da Silva", "en", LATER, "en"),
        ("sim", "en", ANSWERING, "en"),
        ("yes", "pt-BR", ANSWERING, "pt-BR"),
        ("no", "pt-BR", ANSWERING, "pt-BR"),
        ("não quero mais, quanto custa o frete para o nordeste?", "en", ANSWERING, "pt-BR"),
        ("thanks", "pt-BR", LATER, "en"),
        ("obrigada", "en", LATER, "pt-BR"),
        ("me ajuda", "en", OPENING, "pt-BR"),
        ("boleto A-1050 pfvr", "en", OPENING, "pt-BR"),
        ("cadê meu pedido 1042??", "en", LATER, "pt-BR"),
        ("to procurando uma manta, oq vcs tem", "en", OPENING, "pt-BR"),
        ("kd minha ultima compra", "en", OPENING, "pt-BR"),
        ("Baker Street 221b, London", "pt-BR", ANSWERING, "pt-BR"),
        ("the towel one", "pt-BR", ANSWERING, "pt-BR"),
        ("the second one please", "en", ANSWERING, "en"),
        ("o da toalha", "pt-BR", ANSWERING, "pt-BR"),
        ("GG", "en", ANSWERING, "en"),
        ("where can I park my car?", "pt-BR", ANSWERING, "en"),
        ("ok", "en", LATER, "en"),
        ("refund a-1044", "pt-BR", OPENING, "en"),
        ("cancel A-1051", "pt-BR", OPENING, "en"),
        ("cancela o A-1051", "en", OPENING, "pt-BR"),
        ("gimme back what i paid for A-1045", "pt-BR", OPENING, "en"),
        ("lost the payment slip for a-1050, send again", "pt-BR", OPENING, "en"),
        ("reverse the charge of A-1044", "pt-BR", OPENING, "en"),
        ("A-1045 is too tight; I would like it in G.", "pt-BR", OPENING, "en"),
        ("A-1045 n serviu, manda um tamanho G", "en", OPENING, "pt-BR"),
        ("e aí, meu tênis A1042 vem ou não vem", "en", OPENING, "pt-BR"),
        ("quem ganhou?", "en", OPENING, "pt-BR"),
        ("pix?", "en", OPENING, "en"),
        ("dress for a wedding", "pt-BR", OPENING, "en"),
        ("vestido para casamento", "en", OPENING, "pt-BR"),
        ("need a hand", "pt-BR", OPENING, "en"),
        ("status do pedido A-1039", "en", OPENING, "pt-BR"),
        ("opening hours", "pt-BR", OPENING, "en"),
        ("horário de funcionamento", "en", OPENING, "pt-BR"),
        ("track A-1042, my phone is +5511910001001", "pt-BR", OPENING, "en"),
        ("why?", "pt-BR", LATER, "en"),
        ("Rua do Comércio 10, Centro, Santos, SP", "en", LATER, "en"),
        ("my address is Rua das Flores, 20, Centro", "en", ANSWERING, "en"),
        ("meu endereço é 5 Park Avenue, New York", "pt-BR", ANSWERING, "pt-BR"),
        ("quando abre a loja no domingo", "en", LATER, "pt-BR"),
        ("qual o prazo de devolução?", "en", ANSWERING, "pt-BR"),
        ("what time do you open?", "pt-BR", ANSWERING, "en"),
    ],
)  # fmt: skip
def test_the_language_is_left_only_for_plain_signs(
    text: str, prior: str, needed: int, language: str
) -> None:
    assert READER.language(text, prior, needed=needed) == language


def test_without_a_prior_the_first_language_stands_for_what_says_nothing() -> None:
    assert READER.language("A-1042", "") == "pt-BR"
    assert READER.language("check A-1042 for me", "") == "en"


def test_with_one_language_there_is_nothing_to_choose() -> None:
    assert Languages(("en",)).language("cadê meu pedido?", "en") == "en"


@pytest.mark.parametrize("prior", ["pt-BR", "en"])
@pytest.mark.parametrize("needed", [OPENING, LATER, ANSWERING])
@pytest.mark.parametrize(
    "text", ["asdkjh qwe", "fgh jkl ewq tyu", "sdjkfh sdkjfh skdjfh sdf", "xxxx yyyy", "😡😡😡", "???", "hmm"]
)  # fmt: skip
def test_what_says_nothing_keeps_the_language(text: str, needed: int, prior: str) -> None:
    assert READER.language(text, prior, needed=needed) == prior
