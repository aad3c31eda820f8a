"""What is quoted of passages: the number that is asked for, the row of the place, nothing that leans."""

import pytest

from models.embedded import places
from models.embedded.extracting import extract

RETURNS = {
    "pt-BR": [
        {"n": 1, "title": "Devoluções › Como devolver",
         "text": "1. Peça a devolução aqui.\n2. Enviamos uma etiqueta.\n3. Leve o pacote aos correios."},
        {"n": 2, "title": "Devoluções",
         "text": "Você tem 7 dias corridos para desistir da compra e devolver o produto."},
    ],
    "en": [
        {"n": 1, "title": "Returns › How to return",
         "text": "1. Ask for the return here.\n2. We send a label.\n3. Take the parcel to a post office."},
        {"n": 2, "title": "Returns",
         "text": "You have 7 days to change your mind and send the product back."},
    ],
}  # fmt: skip
FREIGHT = {
    "pt-BR": [{"n": 1, "title": "Frete", "text": """\
Entregamos em todo o Brasil. Na cidade de São Paulo, a rápida custa R$ 9,90.

| Estado | Prazo (dias úteis) | Frete |
|---|---|---|
| SP | 2 a 3 | R$ 12,90 |
| BA, SE | 6 a 9 | R$ 29,90 |
| AM | 9 a 12 | R$ 34,90 |"""}],
    "en": [{"n": 1, "title": "Shipping", "text": """\
We ship all over Brazil. In the city of São Paulo, express costs R$ 24.90.

| State | Time (working days) | Shipping |
|---|---|---|
| SP | 2 to 3 | R$ 12.90 |
| BA, SE | 6 to 9 | R$ 29.90 |
| AM | 9 to 12 | R$ 34.90 |"""}],
}  # fmt: skip
SHOP = {
    "pt-BR": [{"n": 1, "title": "Loja", "text": """A loja fica na Rua das Flores, 10. É a única loja física.

| Dia | Loja | Atendimento por mensagem |
|---|---|---|
| Segunda a sexta | 10:00 às 20:00 | 8:00 às 19:00 |"""}],
    "en": [{"n": 1, "title": "Shop", "text": """The shop is at 10 Flower Street. It is our only physical shop.

| Day | Shop | Chat |
|---|---|---|
| Monday to Friday | 10:00 to 20:00 | 8:00 to 19:00 |"""}],
}  # fmt: skip


def said(question: str, passages: list[dict[str, object]], language: str) -> str:
    return " / ".join(quote.sentence for quote in extract(question, passages, language))


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("pt-BR", "são quantos dias para devolução?"),
        ("pt-BR", "até que dia posso mandar de volta?"),
        ("en", "how many days is it for a return?"),
        ("en", "until when can I return it?"),
    ],
)
def test_who_asks_how_many_days_hears_the_days(language: str, question: str) -> None:
    answer = said(question, [*RETURNS[language]], language)
    assert answer == RETURNS[language][1]["text"]


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("pt-BR", "quanto é o frete pra Salvador?", "Estado BA, SE – frete: R$ 29,90"),
        ("pt-BR", "quantos dias demora para Manaus?", "Estado AM – prazo: 9 a 12 dias úteis"),
        ("pt-BR", "frete e prazo para a Bahia", "Estado BA, SE – prazo: 6 a 9 dias úteis; frete: R$ 29,90"),
        ("en", "how much is shipping to Salvador?", "State BA, SE – shipping: R$ 29.90"),
        ("en", "how many days does it take to Manaus?", "State AM – time: 9 to 12 working days"),
        ("en", "shipping and time to Bahia", "State BA, SE – time: 6 to 9 working days; shipping: R$ 29.90"),
    ],
)  # fmt: skip
def test_a_city_finds_the_row_of_its_state_and_no_other(
    language: str, question: str, answer: str
) -> None:
    assert said(question, [*FREIGHT[language]], language) == answer


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("pt-BR", "horário do atendimento por mensagem",
         "Segunda a sexta – atendimento por mensagem: 8:00 às 19:00"),
        ("en", "chat hours", "Monday to Friday – chat: 8:00 to 19:00"),
    ],
)  # fmt: skip
def test_of_a_row_only_the_column_that_is_asked_for_is_read_out(
    language: str, question: str, answer: str
) -> None:
    assert said(question, [*SHOP[language]], language) == answer


@pytest.mark.parametrize(
    ("language", "question"),
    [("pt-BR", "tem loja física?"), ("en", "do you have a physical shop?")],
)
def test_a_sentence_that_leans_on_another_is_quoted_with_it(language: str, question: str) -> None:
    first, second = str(SHOP[language][0]["text"]).split("\n")[0].split(". ", 1)
    assert said(question, [*SHOP[language]], language) == f"{first}. {second}"


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("quanto é o frete pra Salvador?", {"BA"}),
        ("shipping to rio", {"RJ"}),
        ("frete para natal", {"RN"}),
        ("chega antes do natal?", set()),
        ("does it arrive before Christmas?", set()),
        ("RJ, MG, ES", {"RJ", "MG", "ES"}),
        ("pra SP", {"SP"}),
        ("is it ready TO ship?", set()),
    ],
)
def test_names_of_places_are_known_by_their_state(text: str, states: set[str]) -> None:
    assert {place.state for place in places.named(text)} == states
