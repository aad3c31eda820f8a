"""What the embedded brain understands of wordings it was not trained on; `pytest -s` prints the figures."""

import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from models import Understanding

sys.path.insert(0, str(Path(__file__).parent))
import measuring

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))  # a Tuesday
FLOORS = {"retail": (0.84, 0.95, 0.80), "clinic": (0.75, 0.90, 0.85), "bank": (0.68, 0.85, 0.75)}
"""Least share of held-out wordings read right, of foreign matters refused, of double wishes found."""


@pytest.fixture(scope="module")
def shop() -> Understanding:
    return measuring.trained(measuring.read("retail"))


@pytest.mark.parametrize("name", FLOORS)
def test_wordings_that_were_held_out_are_read(name: str) -> None:
    data = measuring.read(name)
    reader = measuring.trained(data)
    figures = measuring.measured(data, reader)
    print(name, figures.right, "refused", figures.refused, "several", figures.several,
          "single", figures.single, *figures.wrong, sep="\n  ")  # fmt: skip
    right, refused, several = FLOORS[name]
    assert min(figures.right.values()) >= right, figures.wrong
    assert figures.refused >= refused, figures.wrong
    assert figures.several >= several, figures.wrong
    assert figures.single >= 0.7, figures.wrong


def test_what_was_trained_is_read_back_from_the_cache(tmp_path: Path, monkeypatch: Any) -> None:
    data = measuring.read("bank")
    first = measuring.trained(data, cache_dir=tmp_path)
    monkeypatch.setattr("models.embedded.understanding.fit", _never)
    again = measuring.trained(data, cache_dir=tmp_path)
    for text in ("perdi meu cartão", "send money to my sister", "what is this charge?"):
        assert again.intents(text, "en") == first.intents(text, "en")


def _never(*_: Any) -> Any:
    raise AssertionError("trained again although nothing changed")


def test_other_examples_are_trained_anew(tmp_path: Path) -> None:
    data = measuring.read("bank")
    measuring.trained(data, cache_dir=tmp_path)
    before = {*tmp_path.glob("*.npz")}
    data["labels"]["balance"]["en"]["examples"].append("am I broke?")
    assert measuring.trained(data, cache_dir=tmp_path).intents("am I broke?", "en")
    assert before < {*tmp_path.glob("*.npz")}


def test_a_broken_cache_is_made_again(tmp_path: Path) -> None:
    data = measuring.read("bank")
    measuring.trained(data, cache_dir=tmp_path)
    next(tmp_path.glob("*.npz")).write_bytes(b"not an archive")
    assert measuring.trained(data, cache_dir=tmp_path).intents("perdi meu cartão", "pt-BR")


@pytest.mark.parametrize(
    ("text", "language"),
    [("quero devolver o que comprei", "pt-BR"), ("I want to send back what I bought", "en")],
)
def test_the_likeliest_intents_come_in_order(shop: Understanding, text: str, language: str) -> None:
    names, scores = zip(*shop.likely(text, language, 4), strict=True)
    assert names[0] == shop.intents(text, language)[0]["name"]
    assert len({*names}) == 4
    assert [*scores] == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("text", "language"),
    [("quem ganhou o jogo ontem à noite?", "pt-BR"), ("who won the game last night?", "en")],
)
def test_what_is_not_understood_has_likeliest_intents_all_the_same(
    shop: Understanding, text: str, language: str
) -> None:
    assert shop.intents(text, language) == []
    assert len(shop.likely(text, language, 2)) == 2
    assert "" in dict(shop.likely(text, language, 99)), "what is nobody's business is one of them"


def test_reading_a_message_takes_milliseconds(shop: Understanding) -> None:
    texts = [f"quero devolver o pedido {number}" for number in range(1000, 1060)]
    shop.intents(texts[0], "pt-BR")
    begun = time.process_time()
    for text in texts:
        shop.intents(text, "pt-BR")
    each_ms = (time.process_time() - begun) / len(texts) * 1000
    print("ms a message", each_ms)
    assert each_ms < 15  # 1 to 3 on a quiet machine


def test_without_examples_nothing_is_claimed() -> None:
    nothing = measuring.trained({"labels": {}})
    assert nothing.intents("where is my order?", "en") == []
    assert nothing.likely("where is my order?", "en") == []


@pytest.mark.parametrize(
    ("text", "prior", "language"),
    [
        ("ok", "en", "en"), ("ok", "pt-BR", "pt-BR"), ("1042", "en", "en"), ("yes", "pt-BR", "pt-BR"),
        ("cadê meu pedido 1042??", "en", "pt-BR"), ("my stuff still hasnt shown up", "pt-BR", "en"),
        ("Hello", "pt-BR", "en"), ("bom dia", "en", "pt-BR"), ("", "en", "en"), ("???", "pt-BR", "pt-BR"),
        ("A-1042", "en", "en"), ("How many days may I keep a book?", "pt-BR", "en"),
    ],
)  # fmt: skip
def test_the_language_is_read_or_the_conversations_is_kept(
    shop: Understanding, text: str, prior: str, language: str
) -> None:
    assert shop.language(text, prior) == language


def test_a_foreign_language_is_noticed(shop: Understanding) -> None:
    assert not shop.spoken("Guten Tag, wo ist meine Bestellung bitte? Ich warte schon lange")
    assert shop.spoken("oi, cadê a minha encomenda que comprei ontem?")
    assert shop.spoken("1042")


@pytest.mark.parametrize(
    "text",
    [
        "isso",
        "pode ser",
        "manda ver",
        "sim",
        "claro, pode fazer",
        "blz",
        "ah sim, pode cancelar",
        "acho que sim",
        "ss",
        "pode mandar",
        "tá bom",
        "👍",
    ],
)
def test_yes_in_portuguese(shop: Understanding, text: str) -> None:
    assert shop.agreement(text, "pt-BR") is True


@pytest.mark.parametrize(
    "text",
    [
        "go ahead",
        "yep",
        "yes please!",
        "sure thing",
        "sounds good",
        "do it",
        "no problem",
        "I think so",
        "that's right",
    ],
)
def test_yes_in_english(shop: Understanding, text: str) -> None:
    assert shop.agreement(text, "en") is True


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("melhor não", "pt-BR"),
        ("não, obrigado", "pt-BR"),
        ("ñ", "pt-BR"),
        ("claro que não", "pt-BR"),
        ("nope", "en"),
        ("I'd rather not", "en"),
        ("don't do that", "en"),
        ("not really", "en"),
        ("no, the other one", "en"),
    ],
)
def test_no(shop: Understanding, text: str, language: str) -> None:
    assert shop.agreement(text, language) is False


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("sim, mas o endereço é outro", "pt-BR"), ("yes but change the size", "en"), ("talvez", "pt-BR"),
        ("onde está meu pedido", "pt-BR"), ("isso é um absurdo, quero reclamar", "pt-BR"),
        ("it is blue", "en"), ("certo, e quando chega?", "pt-BR"), ("can you cancel it?", "en"),
        ("quero devolver o pedido A-1045", "pt-BR"), ("no 1042", "en"), ("", "en"),
    ],
)  # fmt: skip
def test_neither_yes_nor_no(shop: Understanding, text: str, language: str) -> None:
    assert shop.agreement(text, language) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("deixa pra lá", "pt-BR"),
        ("esquece", "pt-BR"),
        ("não quero mais", "pt-BR"),
        ("never mind", "en"),
        ("forget it, thanks", "en"),
        ("I changed my mind", "en"),
    ],
)
def test_dropping_the_matter(shop: Understanding, text: str, language: str) -> None:
    assert shop.gives_up(text, language)


def test_going_on_is_not_dropping_the_matter(shop: Understanding) -> None:
    assert not shop.gives_up("I forgot my order number", "en")
    assert not shop.gives_up(
        "não quero mais o pedido azul, quero trocar pelo vermelho grande", "pt-BR"
    )


def test_feelings_have_a_sign(shop: Understanding) -> None:
    assert shop.sentiment("isso é um absurdo, péssimo atendimento!!", "pt-BR") < -0.5
    assert shop.sentiment("worst service ever, I'm furious", "en") < -0.5
    assert shop.sentiment("adorei, muito obrigada!", "pt-BR") > 0.5
    assert shop.sentiment("I'm not happy with this", "en") < 0
    assert shop.sentiment("where is my order?", "en") == 0


def test_pressing_for_time(shop: Understanding) -> None:
    assert shop.urgent("preciso disso pra hoje", "pt-BR")
    assert shop.urgent("i need it asap", "en")
    assert not shop.urgent("não é urgente", "pt-BR")
    assert not shop.urgent("where is my order?", "en")


@pytest.mark.parametrize(
    ("text", "language", "kind", "value"),
    [
        ("cadê meu pedido 1042??", "pt-BR", "code", "1042"), ("order A-1042", "en", "code", "A-1042"),
        ("é o #1042", "pt-BR", "code", "1042"), ("ana@example.com", "en", "email", "ana@example.com"),
        ("R$ 1.234,56", "pt-BR", "money", 1234.56), ("it was $12.50", "en", "money", 12.5),
        ("oitenta reais", "pt-BR", "money", 80.0), ("cpf 529.982.247-25", "pt-BR", "cpf", "52998224725"),
        ("(11) 98765-4321", "pt-BR", "phone", "11987654321"), ("cep 01310-100", "pt-BR", "cep", "01310100"),
        ("amanhã", "pt-BR", "date", "2026-11-25"), ("tomorrow", "en", "date", "2026-11-25"),
        ("próxima terça", "pt-BR", "date", "2026-12-01"), ("next friday", "en", "date", "2026-11-27"),
        ("dia 25", "pt-BR", "date", "2026-11-25"), ("the 3rd", "en", "date", "2026-12-03"),
        ("25/12", "pt-BR", "date", "2026-12-25"), ("25/12", "en", "date", "2026-12-25"),
        ("december 25th", "en", "date", "2026-12-25"), ("em 20 de janeiro", "pt-BR", "date", "2027-01-20"),
        ("quero duas", "pt-BR", "number", 2), ("two hundred and forty", "en", "number", 240),
    ],
)  # fmt: skip
def test_values_are_found(
    shop: Understanding, text: str, language: str, kind: str, value: Any
) -> None:
    found = shop.entities(text, language, NOW)
    assert [(one["kind"], one["value"]) for one in found] == [(kind, value)]
    assert found[0]["text"] in text


def test_the_second_of_several_is_no_monday(shop: Understanding) -> None:
    assert shop.entities("a segunda", "pt-BR", NOW) == []


CODE = {"code": {"type": "string", "pattern": "A-[0-9]{4}"}}
REASON = {"reason": {"type": "string", "enum": ["late", "wrong_size", "changed_mind"], "x-labels": {
    "late": {"pt-BR": "atrasou", "en": "it was late"},
    "wrong_size": {"pt-BR": "tamanho errado", "en": "wrong size"},
    "changed_mind": {"pt-BR": "mudei de ideia", "en": "changed my mind"}}}}  # fmt: skip
FREE = {"reason": {"type": "string"}}
STAY = {
    "check_in": {"type": "string", "format": "date"},
    "check_out": {"type": "string", "format": "date"},
}
COUNT = {"quantity": {"type": "integer", "minimum": 1, "maximum": 10}}
WHEN = {"at": {"type": "string", "format": "date-time"}}
HOUR = {"hour": {"type": "string", "format": "time", "pattern": "(0[89]|1[0-7]):[0-5][05]"}}
PRICE = {"amount": {"type": "number", "maximum": 100}}
MAIL = {"mail": {"type": "string", "format": "email"}}
SIZE = {"size": {"type": "string", "pattern": "PP|P|M|G|GG|3[4-9]"}}


@pytest.mark.parametrize(
    ("schemas", "text", "asked", "found"),
    [
        (CODE, "cadê meu pedido 1042??", "", {"code": "A-1042"}), (CODE, "o a 1042", "", {"code": "A-1042"}),
        (CODE, "a1042", "", {"code": "A-1042"}), (CODE, "A-1042 e A-1050", "", {}), (CODE, "B-1042", "", {}),
        (CODE, "paguei R$ 1042", "", {}), (CODE, "dia 25/12/2026", "", {}), (CODE, "comprei em 2026", "", {}),
        (CODE, "não o A-1042, o A-1050", "", {"code": "A-1050"}), (CODE, "12345", "", {}),
        (SIZE, "quero o m", "size", {"size": "M"}), (SIZE, "troca pelo GG", "", {"size": "GG"}),
        (SIZE, "I'm sad", "", {}), (SIZE, "faz 38 dias", "", {}),
        (REASON, "porque atrasou demais", "reason", {"reason": "late"}),
        (REASON, "mudei de idéia", "reason", {"reason": "changed_mind"}),
        (REASON, "the size was wrong", "reason", {"reason": "wrong_size"}),
        (REASON, "gostaria de saber o preço", "", {}),
        (FREE, "porque não serviu em mim", "reason", {"reason": "não serviu em mim"}),
        (FREE, "onde está meu pedido?", "reason", {}), (FREE, "deixa pra lá", "reason", {}),
        (FREE, "não serviu em mim", "", {}), (FREE, "quero falar com um atendente", "reason", {}),
        (STAY, "de 10/12 a 15/12", "", {"check_in": "2026-12-10", "check_out": "2026-12-15"}),
        (COUNT, "quero duas camisetas", "", {"quantity": 2}), (COUNT, "espero há 3 dias", "", {}),
        (COUNT, "uma", "quantity", {"quantity": 1}), (COUNT, "quero 50 unidades", "", {}),
        ({"name": {"type": "string"}}, "meu nome é Ana Souza e quero marcar", "", {"name": "Ana Souza"}),
        ({"sure": {"type": "boolean"}}, "sim", "sure", {"sure": True}),
        ({"sure": {"type": "boolean"}}, "sim", "", {}),
        (WHEN, "amanhã às 15h", "", {"at": "2026-11-25T15:00:00-03:00"}),
        (MAIL, "é ana@example.com", "", {"mail": "ana@example.com"}),
    ],
)  # fmt: skip
def test_schemas_are_filled_and_nothing_is_invented(
    shop: Understanding, schemas: dict[str, Any], text: str, asked: str, found: dict[str, Any]
) -> None:
    assert shop.values(schemas, text, "pt-BR", NOW, asked=asked) == found


@pytest.mark.parametrize("asked", ["", "hour"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("at 9:30", {"hour": "09:30"}), ("at 3", {"hour": "15:00"}), ("at 3 pm", {"hour": "15:00"}),
        ("at 9 pm", {}), ("at 9:32", {}), ("at 9:30 or 10:30", {}), ("between 9 and 11", {}),
    ],
)  # fmt: skip
def test_the_only_reading_that_has_the_pattern_is_taken(
    shop: Understanding, text: str, asked: str, found: dict[str, str]
) -> None:
    assert shop.values(HOUR, text, "en", NOW, asked=asked) == found


def test_a_doubtful_hour_is_asked_for_where_no_pattern_tells(shop: Understanding) -> None:
    hour = {"hour": {"type": "string", "format": "time"}}
    assert shop.values(hour, "at 9:30", "en", NOW, asked="hour") == {}
    assert shop.readings(hour, "at 9:30", "en", NOW) == {"hour": ["09:30", "21:30"]}


def test_a_most_makes_no_doubtful_amount_sure(shop: Understanding) -> None:
    assert shop.values(PRICE, "two fifty dollars", "en", NOW, asked="amount") == {}


LABELS = [
    "A-1050 · Tênis azul · entregue",
    "A-1042 · Vestido longo · a caminho",
    "A-1030 · Tênis branco · cancelado",
]


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("o último", "pt-BR", 0), ("the last one", "en", 0),
        ("a mais recente", "pt-BR", 0), ("the first", "en", 0),
        ("a segunda", "pt-BR", 1), ("2", "en", 1), ("o tênis azul", "pt-BR", 0), ("1042", "pt-BR", 1),
        ("o vestdo", "pt-BR", 1), ("o mais antigo", "pt-BR", 2), ("o que está a caminho", "pt-BR", 1),
        ("o tênis", "pt-BR", None), ("não sei", "pt-BR", None), ("todos", "pt-BR", None), ("7", "en", None),
        ("quero falar com um atendente", "pt-BR", None), ("", "en", None),
    ],
)  # fmt: skip
def test_one_of_several_labels_is_chosen(
    shop: Understanding, text: str, language: str, place: int | None
) -> None:
    assert shop.choose(LABELS, text, language) == place


@pytest.mark.parametrize(
    "read", ["intents", "sentiment", "urgent", "agreement", "gives_up", "language", "spoken"]
)
@pytest.mark.parametrize(
    "text", ["", " ", "?", "🤷‍♀️", "a" * 20_000, "ﬁ ½ ① İ", "[(*+\\", "\x00", "1" * 500]
)
def test_odd_texts_break_nothing(shop: Understanding, read: str, text: str) -> None:
    call: Callable[..., Any] = getattr(shop, read)
    call(text) if read == "spoken" else call(text, "pt-BR")
    shop.entities(text, "en", NOW)
    shop.values(CODE | FREE | COUNT | STAY, text, "en", NOW, asked="reason")
    shop.choose(LABELS, text, "en")
