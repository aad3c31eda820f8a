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


PROPOSED = {
    "pt-BR": {
        "cancel": CANCEL["pt-BR"],
        "exchange": EXCHANGE["pt-BR"],
        "send": "Vou enviar a nota fiscal da manta para c@example.com. Posso confirmar?",
        "both": "Vou enviar jaqueta preta tamanho G, e recolher o que veio errado. Posso confirmar?",
        "visit": "Vou pedir à transportadora uma nova visita em 30/11, na Rua das Acácias. Posso confirmar?",
    },
    "en": {
        "cancel": CANCEL["en"],
        "exchange": EXCHANGE["en"],
        "send": "I will send the invoice of the blanket to c@example.com. Shall I go ahead?",
        "both": "I will send the green dress, size M, and collect what came wrong. Shall I go ahead?",
        "visit": "I will ask the carrier to come again on 30 Nov, to Rua das Acácias. Shall I go ahead?",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "proposal"),
    [
        ("Claro, pode ser assim.", "pt-BR", "both"),
        ("Certo, pode trocar", "pt-BR", "both"),
        ("Beleza, então vai no G mesmo", "pt-BR", "exchange"),
        ("isso mesmo, o verde G", "pt-BR", "exchange"),
        ("Tá certo, pode tirar", "pt-BR", "cancel"),
        ("sim, pode cancelar o moletom", "pt-BR", "cancel"),
        ("sim, pdo cancelar", "pt-BR", "cancel"),
        ("sim, nesse e-mail mesmo", "pt-BR", "send"),
        ("pode mandar pro meu email sim", "pt-BR", "send"),
        ("isso, dia 30", "pt-BR", "visit"),
        ("Arre, tá certo. Pode fazer", "pt-BR", "cancel"),
        ("Pode ser sim, sem problema nenhum", "pt-BR", "exchange"),
        ("okk pode", "pt-BR", "exchange"),
        ("Está ótimo assim", "pt-BR", "exchange"),
        ("Perfect, send away", "en", "send"),
        ("Yes, do please", "en", "send"),
        ("Right, you can swap it", "en", "both"),
        ("Great, let's go with the G then", "en", "exchange"),
        ("that's right, the green G", "en", "exchange"),
        ("All right, you can void it", "en", "cancel"),
        ("yes, you can cancel the sweatshirt", "en", "cancel"),
        ("Yes, you can sned it", "en", "send"),
        ("Right, by e-mail", "en", "send"),
        ("you can send it to my email yes", "en", "send"),
        ("right, the 30th", "en", "visit"),
        ("Yeah, that as well", "en", "send"),
        ("I do want it, carry on", "en", "exchange"),
        ("ok cool, yes do the swap", "en", "exchange"),
        ("yess please", "en", "exchange"),
    ],
)
def test_after_a_yes_come_courtesies_the_act_and_values_that_are_the_proposals(
    text: str, language: str, proposal: str
) -> None:
    assert answered(text, language, PROPOSED[language][proposal]).meaning == "yes"


@pytest.mark.parametrize(
    ("text", "language", "proposal"),
    [
        ("Beleza, então vai no M mesmo", "pt-BR", "exchange"),
        ("claro, o tamanho P", "pt-BR", "exchange"),
        ("sim, o preto no G", "pt-BR", "exchange"),
        ("sim, pode trocar a cor", "pt-BR", "exchange"),
        ("certo, pode trocar", "pt-BR", "cancel"),
        ("sim, quero o moletom", "pt-BR", "cancel"),
        ("Pode cancelar essa ideia", "pt-BR", "cancel"),
        ("certo, no outro e-mail", "pt-BR", "send"),
        ("isso, a nota do vestido", "pt-BR", "send"),
        ("isso, dia 29", "pt-BR", "visit"),
        ("já pedi isso", "pt-BR", "visit"),
        ("sim, eu posso ir buscar", "pt-BR", "both"),
        ("sim, aquele", "pt-BR", "both"),
        ("Great, let's go with the M then", "en", "exchange"),
        ("of course, size S", "en", "exchange"),
        ("yes, the black one in G", "en", "exchange"),
        ("yes, you can change the colour", "en", "exchange"),
        ("right, you can swap it", "en", "cancel"),
        ("yes, I want the sweatshirt", "en", "cancel"),
        ("you can go away", "en", "cancel"),
        ("right, to the other e-mail", "en", "send"),
        ("right, the invoice of the dress", "en", "send"),
        ("right, the 29th", "en", "visit"),
        ("yes, I had that", "en", "visit"),
        ("yes, I can fetch it", "en", "both"),
        ("right, those", "en", "both"),
    ],
)
def test_a_yes_with_another_value_another_act_or_another_doer_is_none(
    text: str, language: str, proposal: str
) -> None:
    assert answered(text, language, PROPOSED[language][proposal]).meaning != "yes"


@pytest.mark.parametrize(
    ("text", "language", "wish"),
    [
        ("sim, manda a azul", "pt-BR", "pedi azul e mandaram preto, quero a azul"),
        ("certo, pode devolver", "pt-BR", "não quero devolver, quero trocar"),
        ("ok, pode juntar os pedidos", "pt-BR", "quero trocar"),
        ("yes, send the blue one", "en", "I asked for blue and got black, I want the blue one"),
        ("ok, you can merge the orders", "en", "I want an exchange"),
    ],
)
def test_what_customers_say_for_a_wish_is_no_value_of_the_proposal(
    text: str, language: str, wish: str
) -> None:
    found = answered(text, language, PROPOSED[language]["exchange"], wish)
    assert not (found.meaning == "yes" and found.wholly)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hm deixa qeto, esquece", "pt-BR"),
        ("Ah, quer saber? Não mexe em nada, não.", "pt-BR"),
        ("eskece", "pt-BR"),
        ("ah, larga isso", "pt-BR"),
        ("hm leave it, forgt it", "en"),
        ("Ah, you know what? Don't touch anything.", "en"),
        ("on second thought, don't do anything", "en"),
        ("oh, let it go", "en"),
    ],
)
def test_to_touch_nothing_drops_the_matter(text: str, language: str) -> None:
    assert answered(text, language, EXCHANGE[language]).meaning == "drop"


OFFERED = {
    "pt-BR": {
        "trace": "O pedido A-1 foi entregue em 2/11. Posso pedir à transportadora que procure a "
        "caneca branca e mostre o comprovante, sem custo. Posso seguir?",
        "charge": "Posso pedir à equipe o estorno da segunda cobrança de R$ 10,00 do pedido A-1, "
        "no cartão; o pedido continua como está. Posso enviar a solicitação?",
    },
    "en": {
        "trace": "Order A-1 was delivered on 2 Nov. I can ask the carrier to search for the white "
        "mug and show the proof of delivery, at no cost. Shall I go on?",
        "charge": "I can ask the team to take back the second charge of R$ 10.00 for order A-1, to "
        "your card; the order stays as it is. Shall I send the request?",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "proposal"),
    [
        ("Pode averiguar sim", "pt-BR", "trace"),
        ("isso, investiguem", "pt-BR", "trace"),
        ("quero que procurem", "pt-BR", "trace"),
        ("sim, tira essa cobrança", "pt-BR", "charge"),
        ("então devolvam", "pt-BR", "charge"),
        ("Uai, pode ué", "pt-BR", "trace"),
        ("Fico de acordo", "pt-BR", "charge"),
        ("Isso, esse também", "pt-BR", "trace"),
        ("Deixa eu ver... pode sim", "pt-BR", "charge"),
        ("Pois não, prossiga", "pt-BR", "trace"),
        ("please track it down", "en", "trace"),
        ("have them look", "en", "trace"),
        ("Yep, take it off", "en", "charge"),
        ("yes, reverse it", "en", "charge"),
        ("righto, crack on", "en", "trace"),
        ("I am in agreement", "en", "charge"),
        ("yes, that one as well", "en", "trace"),
        ("Let me see... yes", "en", "charge"),
    ],
)
def test_the_act_itself_is_a_yes_in_whatever_words_it_is_told(
    text: str, language: str, proposal: str
) -> None:
    assert answered(text, language, OFFERED[language][proposal]).meaning == "yes"


@pytest.mark.parametrize(
    ("text", "language", "proposal"),
    [
        ("Ah, sobre o vestido: pode sim", "pt-BR", "exchange"),
        ("Pois então, bora com o G", "pt-BR", "exchange"),
        ("troque, por gentileza", "pt-BR", "exchange"),
        ("pois cancele", "pt-BR", "cancel"),
        ("quanto ao moletom, pode cancelar", "pt-BR", "cancel"),
        ("as for the dress, yes please", "en", "exchange"),
        ("OK then, swap it for the G", "en", "exchange"),
        ("about the sweatshirt: yes", "en", "cancel"),
    ],
)
def test_an_answer_may_first_name_the_matter_that_is_open(
    text: str, language: str, proposal: str
) -> None:
    assert answered(text, language, PROPOSED[language][proposal]).meaning == "yes"


@pytest.mark.parametrize(
    ("text", "language", "proposal"),
    [
        ("sobre a manta: pode sim", "pt-BR", "exchange"),
        ("Pois então, bora com o M", "pt-BR", "exchange"),
        ("bora com o P", "pt-BR", "exchange"),
        ("sobre o moletom: deixa vir", "pt-BR", "cancel"),
        ("pois não mande", "pt-BR", "send"),
        ("acho que sim", "pt-BR", "exchange"),
        ("ok, deixa eu pensar", "pt-BR", "exchange"),
        ("esse também não", "pt-BR", "send"),
        ("about the blanket: yes", "en", "exchange"),
        ("about the sweatshirt: send it", "en", "cancel"),
        ("I think so", "en", "exchange"),
        ("righto, let me think", "en", "exchange"),
        ("not that one too", "en", "send"),
        ("take it off", "en", "exchange"),
        ("look into it", "en", "cancel"),
    ],
)
def test_another_matter_a_hedge_or_a_pause_is_no_yes(
    text: str, language: str, proposal: str
) -> None:
    assert answered(text, language, PROPOSED[language][proposal]).meaning != "yes"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("como eu mando de volta?", "pt-BR"),
        ("e agora, como faço para devolver?", "pt-BR"),
        ("how do I send it back?", "en"),
        ("and where do I take it?", "en"),
    ],
)
def test_to_ask_how_it_goes_on_regrets_nothing(text: str, language: str) -> None:
    assert not answers.regrets(text, language, "")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "ok let me think"), ("en", "yes let me think about it"), ("en", "okay, hold on"),
        ("en", "hmm ok let me see"), ("en", "ok i get it"), ("en", "sure, let me check first"),
        ("pt-BR", "ok deixa eu pensar"), ("pt-BR", "sim, deixa eu ver com a minha mãe"),
        ("pt-BR", "ok, entendi"), ("pt-BR", "tá, vou pensar um pouco"), ("pt-BR", "pode deixar"),
    ],
)  # fmt: skip
def test_a_yes_that_is_put_off_at_once_or_only_says_it_was_heard_is_none(
    language: str, text: str
) -> None:
    question = {"en": "I will open the return. Shall I?", "pt-BR": "Vou abrir a devolução. Posso?"}
    assert answered(text, language, question[language]).meaning != "yes"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "let me see ... yes, do it"), ("en", "ok, got it, go ahead"), ("en", "i see, yes"),
        ("pt-BR", "entendi, pode fazer"), ("pt-BR", "deixa eu ver... sim, pode"),
    ],
)  # fmt: skip
def test_a_yes_after_a_pause_is_one(language: str, text: str) -> None:
    question = {"en": "I will open the return. Shall I?", "pt-BR": "Vou abrir a devolução. Posso?"}
    assert answered(text, language, question[language]).meaning == "yes"
