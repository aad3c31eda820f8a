"""Spelling of drafts: what is found, what is left alone, and how often it is wrong on sound text."""

from pathlib import Path

import pytest

from core.workspace import read_yaml
from desk.writing.spelling import WORD, Own, slips, words_of

ROOT = Path(__file__).parents[3]
MISSPELT: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_name("misspelt.yaml"))
AROUND = {"pt-BR": "isso {} aqui", "en": "that {} here"}
SPOKEN = Own(languages=("pt-BR", "en"))
MOST_FALSE = 0.005
"""Share of the words of sound text that may be marked."""


def marked(text: str, language: str = "pt-BR", own: Own = SPOKEN) -> list[str]:
    return [slip.word for slip in slips(text, language, own)]


@pytest.mark.parametrize("language", MISSPELT)
def test_of_what_people_mistype_nearly_all_is_marked_with_what_they_meant_first(
    language: str,
) -> None:
    pairs = {typed: meant for typed, meant in MISSPELT[language].items() if typed != meant}
    assert len(pairs) >= 60
    found = {
        typed: [
            slip.suggestions for slip in slips(AROUND[language].format(typed), language, SPOKEN)
        ]
        for typed in pairs
    }
    first = [typed for typed, given in found.items() if given and given[0][0] == pairs[typed]]
    assert len(first) >= 0.95 * len(pairs), sorted(set(pairs) - set(first))


@pytest.mark.parametrize("example", ["aurora", "clinica"])
@pytest.mark.parametrize("language", ["pt-BR", "en"])
def test_of_sound_articles_hardly_a_word_is_marked_by_the_lists_alone(
    example: str, language: str
) -> None:
    said = alarms = 0
    for path in sorted((ROOT / "examples" / example / "knowledge" / language).glob("*.md")):
        body = path.read_text("utf-8").split("---\n", 2)[2]
        said += len(WORD.findall(body))
        alarms += len(slips(body, language, SPOKEN))
    assert said > 200
    assert alarms <= MOST_FALSE * said, f"{alarms} of {said}"


def test_a_word_is_marked_where_it_stands_in_capitals_as_it_was_typed() -> None:
    text = "Ola Ana! Voce vai receber o reembolço amanha."
    found = slips(text, "pt-BR", SPOKEN)
    assert [(text[slip.start : slip.end], slip.suggestions[0]) for slip in found] == [
        ("Ola", "Olá"),
        ("Voce", "Você"),
        ("reembolço", "reembolso"),
        ("amanha", "amanhã"),
    ]
    assert [slip.kind for slip in found] == ["accents", "accents", "unknown", "accents"]


def test_letters_whose_accents_are_signs_of_their_own_are_read_as_one() -> None:
    assert marked("Voce\u0302 vai receber sua encomenda amanha\u0303.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Fale com o Thayguara ou a Jhenifer sobre isso.",
        "O pedido A-1042 e o rastreio BR123456789XX saíram.",
        "Escreva para recepcao@clinicca.example ou veja https://clinicca.example/horarioss.",
        "Acesse clinicca.com.br/agendamentoss e informe {customer_naem}.",
        "O CNPJ e o WhatsApp da LojaXpto continuam iguais.",
        "Posso comprá-lo, enviá-la e devolvê-los na quarta-feira, por e-mail.",
        "O prêmio econômico do gênero acadêmico, o ônibus, o tênis e a recepção.",
        "Os cupons, os cartõezinhos, a carteirinha e as parcelas registradas.",
    ],
)
def test_names_codes_addresses_and_brazilian_spelling_are_left_alone(text: str) -> None:
    assert marked(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "We've recognised the colour; the centre's jewellery won't be moulded by Smythe's neighbour.",
        "I'll authorise it, and the customers' e-mails are sent at 5pm to o'neill@exampel.com.",
        "The paediatrician cancelled the programme: it isn't travelling any more.",
    ],
)
def test_british_spelling_and_possessives_are_left_alone(text: str) -> None:
    assert marked(text, "en") == []


def test_words_of_another_language_that_is_spoken_here_are_left_alone() -> None:
    assert marked("The boleto goes to the pessoa of the equipe.", "en") == []
    assert "boleto" in marked("The boleto is open.", "en", Own())


def test_own_words_are_known_but_a_customer_who_leaves_accents_out_teaches_nothing() -> None:
    text = "A plissada de voces chegou?"
    assert marked(text) == ["plissada", "voces"]
    said = Own(conversation=words_of(["qual a plissada de voces"]))
    assert marked(text, own=said) == ["voces"]
    written = Own(workspace=words_of(["A saia plissada"]))
    assert marked(text, own=written) == ["voces"]


def test_what_makes_another_word_is_not_guessed_at() -> None:
    assert marked("Ele esta aqui e a secretaria publica tem sede.", "pt-BR") == []
    assert marked("I got a letter form the bank.", "en") == []
