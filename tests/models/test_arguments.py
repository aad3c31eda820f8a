"""Arguments of tools that no code knows: what is plainly said is taken, all else is asked for."""

from datetime import datetime
from typing import Any

import pytest

from models.embedded.arguments import arguments
from models.embedded.calling import filled

NOW = datetime.fromisoformat("2026-11-28T10:00:00-03:00")


def tool(**properties: Any) -> dict[str, Any]:
    root = {"type": "object", "properties": properties, "required": [*properties]}
    return {"name": "do_it", "description": "", "parameters": root}


def one(
    schema: dict[str, Any], text: str, language: str, *, name: str = "it", asked: bool = False
) -> Any:
    given = arguments(tool(**{name: schema}), text, language, NOW, asked=name if asked else "")
    return given.get(name)


PAINT = {"enum": ["red", "dark_blue"], "description": "Cor: vermelho, azul escuro"}
MEAL = {"enum": ["almoco", "jantar"], "description": "Meal: almoco (lunch), jantar (dinner)"}
SHAPE = {"enum": ["round", "square"], "description": "Which one"}


@pytest.mark.parametrize(
    ("schema", "text", "language", "value"),
    [
        (PAINT, "quero a parede em azul escuro", "pt-BR", "dark_blue"),
        (PAINT, "não quero mais azul escuro, pinta de vermelho", "pt-BR", "red"),
        (PAINT, "quero pintar a parede", "pt-BR", None),
        (MEAL, "a table for dinner", "en", "jantar"),
        (SHAPE, "uma mesa redonda", "pt-BR", "round"),
        ({"enum": ["grande", "pequeno"]}, "the small one", "en", "pequeno"),
    ],
)
def test_an_option_is_known_by_its_description_and_in_other_languages(
    schema: dict[str, Any], text: str, language: str, value: Any
) -> None:
    assert one(schema, text, language) == value


def test_several_options_are_taken_together() -> None:
    items = {"enum": ["oil", "tyres", "brakes"]}
    schema = {"type": "array", "items": items, "description": "Revisar: óleo, pneus, freios"}
    assert one(schema, "revisa os freios e o óleo", "pt-BR") == ["oil", "brakes"]


PARKING = {"type": "boolean", "description": "Whether parking is wanted"}
ESTACIONAR = {"type": "boolean", "description": "Se quer estacionamento"}
REMOTE = {
    "type": "boolean",
    "description": "true for video appointments, false for appointments at the office",
}


@pytest.mark.parametrize(
    ("schema", "text", "language", "value"),
    [
        (PARKING, "a room with parking", "en", True),
        (PARKING, "a room, no parking", "en", False),
        (PARKING, "a room. do you have parking?", "en", None),
        (PARKING, "a room with a view", "en", None),
        (ESTACIONAR, "um quarto sem vaga de estacionamento", "pt-BR", False),
        (ESTACIONAR, "com estacionamento, por favor", "pt-BR", True),
        (PARKING, "a room. I don't know about parking yet", "en", None),
        (PARKING, "not sure about parking", "en", None),
        (ESTACIONAR, "não sei se quero estacionamento", "pt-BR", None),
        (REMOTE, "I'd rather talk by video", "en", True),
        (REMOTE, "I'd come to the office", "en", False),
    ],
)
def test_yes_or_no_is_read_where_it_is_said_of_the_matter(
    schema: dict[str, Any], text: str, language: str, value: bool | None
) -> None:
    assert one(schema, text, language, name="parking") is value


@pytest.mark.parametrize(
    ("name", "described", "text", "language", "value"),
    [
        ("horses", "Quantos cavalos", "tenho dois cavalos e três vacas", "pt-BR", 2),
        ("age", "Idade de quem vai", "minha avó tem 81 anos", "pt-BR", 81),
        ("idade", "Idade de quem vai", "sou cliente há 5 anos", "pt-BR", None),
        ("age", "Age", "I have been a customer for 5 years", "en", None),
        ("years", "Por quantos anos", "mais um ano de garantia", "pt-BR", 1),
        ("length_cm", "Length in centimetres", "a board of 40 cm", "en", 40),
        ("guests", "How many guests", "there will be five of us", "en", 5),
        ("horses", "How many horses", "I have three cows", "en", None),
    ],
)
def test_a_number_belongs_to_what_it_counts(
    name: str, described: str, text: str, language: str, value: int | None
) -> None:
    assert one({"type": "integer", "description": described}, text, language, name=name) == value


def test_each_of_two_counts_is_its_own() -> None:
    count = {"type": "integer"}
    given = arguments(tool(horses=count, cows=count), "one horse and two cows", "en", NOW)
    assert given == {"horses": 1, "cows": 2}


@pytest.mark.parametrize(
    ("described", "text", "language", "value"),
    [
        ("Nome do remédio", "quanto custa a zolpimarina?", "pt-BR", "zolpimarina"),
        ("Title of the film", "two for Lanterns of Paper tomorrow", "en", "Lanterns of Paper"),
        ("City it goes to", "a parcel to Leicester", "en", "Leicester"),
        ("City it goes to", "a parcel from Leicester to York", "en", None),
        ("Destination city", "I need to send a parcel from Leicester", "en", None),
        (
            "Cidade de destino",
            "quero mandar uma encomenda de Campinas para Recife",
            "pt-BR",
            "Recife",
        ),
        ("Title of the film", "hi, I'm Maria, two tickets", "en", None),
        ("Name of the pet", "a wash for my Persian cat on Friday", "en", None),
        ("Nome do animal", "Quero marcar um banho na Terça", "pt-BR", None),
    ],
)
def test_a_name_is_taken_where_it_is_the_only_one(
    described: str, text: str, language: str, value: str | None
) -> None:
    assert one({"type": "string", "description": described}, text, language, name="what") == value


def test_an_object_is_filled_when_all_that_it_needs_is_said() -> None:
    person = {"type": "object", "required": ["name", "born"], "properties": {
        "name": {"type": "string"}, "born": {"type": "string", "format": "date"}}}  # fmt: skip
    whole = "troca para Bia Melo Reis, nascida em 14/02/2019"
    assert one(person, whole, "pt-BR") == {"name": "Bia Melo Reis", "born": "2019-02-14"}
    assert one(person, "troca para Bia Melo Reis", "pt-BR") is None


@pytest.mark.parametrize(
    "text", ["manda para a Rua do Porto, 41, Olinda", "send it to 41 Rua do Porto, Olinda instead"]
)
def test_an_address_is_parted(text: str) -> None:
    part = {"type": "string"}
    address = {"type": "object", "properties": {"street": part, "number": part, "city": part}}
    assert one(address, text, "pt-BR") == {
        "street": "Rua do Porto",
        "number": "41",
        "city": "Olinda",
    }


def test_a_code_may_be_said_in_groups_and_is_no_ordinary_word() -> None:
    code = {"type": "string", "pattern": "^[A-Z]{2}\\d{9}$"}
    assert one(code, "qt 118 350 442", "en", asked=True) == "QT118350442"
    letters = {"type": "string", "pattern": "^[A-Z0-9]{8}$"}
    assert one(letters, "I want it repaired", "en") is None
    assert one(letters, "não liga o notebook K8810QWZ", "pt-BR") == "K8810QWZ"


DAY = {"type": "string", "format": "date"}


def test_two_dates_are_the_first_and_the_last_day() -> None:
    given = arguments(tool(arrival=DAY, departure=DAY), "de 20 a 27 de dezembro", "pt-BR", NOW)
    assert given == {"arrival": "2026-12-20", "departure": "2026-12-27"}


def test_a_last_day_that_is_asked_for_comes_after_the_first() -> None:
    choice = filled(
        tool(check_in=DAY, check_out=DAY), "sunday", "en", NOW,
        held={"check_in": "2026-12-04"}, asked="check_out",
    )  # fmt: skip
    assert choice.arguments["check_out"] == "2026-12-06"


def test_an_answer_loses_what_only_leads_to_it() -> None:
    schema = {"type": "string", "description": "Name of the medicine"}
    assert one(schema, "it's called zolpimarine", "en", asked=True) == "zolpimarine"


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("send ten bags, actually fifteen", "en", 15),
        ("ten bags, no, make it 12 bags", "en", 12),
        ("manda dez sacos, aliás quinze", "pt-BR", 15),
        ("10 sacos, não, 12 sacos", "pt-BR", 12),
        ("ten bags, no, two vans to fetch them", "en", 10),
    ],
)
def test_what_is_put_right_in_the_same_breath_is_taken(
    text: str, language: str, value: int
) -> None:
    bags = {"type": "integer", "description": "Bags (sacos)"}
    assert one(bags, text, language, name="bags") == value


@pytest.mark.parametrize(
    ("name", "text", "language", "value"),
    [
        ("days", "a week", "en", 7),
        ("dias", "duas semanas", "pt-BR", 14),
        ("weeks", "a month", "en", None),
        ("semanas", "um mês", "pt-BR", None),
        ("passengers", "me, my wife and 2 kids", "en", None),
        ("passageiros", "eu, minha mulher e 2 crianças", "pt-BR", None),
    ],
)
def test_an_answer_in_another_unit_or_with_more_to_add_is_no_bare_number(
    name: str, text: str, language: str, value: int | None
) -> None:
    assert one({"type": "integer"}, text, language, name=name, asked=True) == value


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("not red please", "en"),
        ("não pode ser azul escuro", "pt-BR"),
        ("red or dark blue, whichever", "en"),
        ("vermelho ou azul escuro, tanto faz", "pt-BR"),
    ],
)
@pytest.mark.parametrize("asked", [True, False])
def test_an_option_that_is_denied_or_one_of_two_is_asked_for(
    text: str, language: str, asked: bool
) -> None:
    assert one(PAINT, text, language, asked=asked) is None


def test_all_but_an_option_is_not_that_option() -> None:
    schema = {"type": "array", "items": {"enum": ["oil", "tyres", "brakes"]}}
    assert one(schema, "everything except tyres", "en", asked=True) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("it is at 28 degrees, bring it down to 22", "en"),
        ("está com 28 graus, baixa pra 22", "pt-BR"),
    ],
)
def test_a_number_beside_another_that_may_be_meant_is_asked_for(text: str, language: str) -> None:
    assert one({"type": "number", "description": "Degrees (graus)"}, text, language) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [("dunno yet", "en"), ("I'd rather not say", "en"), ("ainda não sei", "pt-BR")],
)
def test_who_cannot_say_gives_no_words_as_the_answer(text: str, language: str) -> None:
    assert one({"type": "string", "description": "City"}, text, language, asked=True) is None


def test_pounds_are_no_kilos() -> None:
    assert one({"type": "number"}, "4 pounds", "en", name="weight_kg", asked=True) is None


def test_one_option_is_not_given_to_two_arguments_but_by_what_leads_it() -> None:
    spoken = {"enum": ["english", "german"]}
    way = tool(source=spoken, target=spoken)
    given = arguments(way, "from english into german, please", "en", NOW)
    assert given == {"source": "english", "target": "german"}
    assert arguments(way, "it's about german", "en", NOW) == {}


@pytest.mark.parametrize(
    ("text", "language"),
    [("ele tem 3 anos", "pt-BR"), ("sou cliente há 2 anos", "pt-BR"), ("I'm in flat 302", "en")],
)
def test_an_age_and_the_number_of_a_flat_are_neither_day_nor_count(
    text: str, language: str
) -> None:
    reading = {"type": "integer", "description": "Reading of the meter"}
    assert arguments(tool(day=DAY, reading=reading), text, language, NOW) == {}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("for 3 weeks from december 1st", "en"),
        ("por 3 semanas a partir de 1º de dezembro", "pt-BR"),
    ],
)
def test_how_long_something_lasts_moves_no_first_day(text: str, language: str) -> None:
    assert one(DAY, text, language) == "2026-12-01"


def test_each_of_two_places_is_told_by_its_way() -> None:
    place = {"type": "string"}
    given = arguments(tool(origem=place, destino=place), "de Belém pra Soure", "pt-BR", NOW)
    assert given == {"origem": "Belém", "destino": "Soure"}


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("I'll pick it up in Boston", "en", "Boston"),
        ("retiro em Salvador", "pt-BR", "Salvador"),
        ("São Paulo", "pt-BR", "São Paulo"),
    ],
)
def test_a_place_is_answered_in_a_sentence(text: str, language: str, value: str) -> None:
    schema = {"type": "string", "description": "Cidade / city"}
    assert one(schema, text, language, name="city", asked=True) == value


def test_what_was_paid_is_no_rating() -> None:
    rating = {"type": "number", "description": "How good it was, 1 to 5"}
    assert arguments(tool(rating=rating), "I paid $40 for it", "en", NOW) == {}


def test_a_schema_that_refers_to_itself_or_allows_anything_is_read_as_far_as_it_goes() -> None:
    node = {"type": "object", "properties": {"child": {"$ref": "#/$defs/Node"}, "any": True}}
    parameters = {**node, "$defs": {"Node": node}}
    listed = {"type": "array", "items": True}
    parameters["properties"] = {**node["properties"], "listed": listed}
    assert arguments({"name": "grow", "parameters": parameters}, "grow a tree", "en", NOW) == {}
