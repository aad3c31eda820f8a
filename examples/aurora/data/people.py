"""Who buys at Aurora: eight people that a visitor can be, and others drawn with a seed.

Nobody here is real. Documents (CPF) pass their check digits, as a form would want, and all of them begin
with 999.0, so that one sees at once that they were generated; e-mail goes to example.com.
"""

import random
import unicodedata
from typing import Any, NamedTuple

Row = dict[str, Any]
CUSTOMERS = 400


class City(NamedTuple):
    """A place, the first digits of its postal codes and telephones, and the days a delivery takes."""

    name: str
    state: str
    cep: str
    area: str
    days: int


CITIES = [
    City("São Paulo", "SP", "013", "11", 3),
    City("Rio de Janeiro", "RJ", "220", "21", 4),
    City("Belo Horizonte", "MG", "301", "31", 4),
    City("Curitiba", "PR", "800", "41", 4),
    City("Florianópolis", "SC", "880", "48", 5),
    City("Porto Alegre", "RS", "900", "51", 5),
    City("Salvador", "BA", "400", "71", 7),
    City("Recife", "PE", "500", "81", 7),
    City("Fortaleza", "CE", "600", "85", 8),
    City("Brasília", "DF", "700", "61", 5),
    City("Manaus", "AM", "690", "92", 12),
    City("Belém", "PA", "660", "91", 10),
    City("Goiânia", "GO", "740", "62", 6),
    City("Campinas", "SP", "130", "19", 3),
    City("Vitória", "ES", "290", "27", 4),
    City("Natal", "RN", "590", "84", 8),
]
SHARE = [30, 13, 10, 7, 4, 6, 6, 5, 5, 5, 2, 2, 3, 5, 3, 3]
"""How often a customer lives in each of the cities."""

STREETS = (
    "Rua das Acácias", "Avenida Brasil", "Rua Sete de Setembro", "Rua do Sol", "Alameda dos Ipês",
    "Rua XV de Novembro", "Travessa da Paz", "Avenida Beira-Mar", "Rua Santa Rita", "Rua do Comércio",
    "Avenida das Palmeiras", "Rua Dom Pedro II", "Rua das Laranjeiras", "Rua Bela Vista",
)  # fmt: skip
GIVEN = [
    "Alice", "Antônio", "Beatriz", "Bento", "Caio", "Camila", "Cecília", "Clara", "Daniel",
    "Davi", "Débora", "Eduardo", "Elisa", "Enzo", "Fabiana", "Felipe", "Gabriel", "Giovana",
    "Heitor", "Henrique", "Igor", "Isabela", "Ivan", "Joana", "João", "Jorge", "Júlia", "Laís",
    "Larissa", "Leandro", "Letícia", "Lívia", "Lorena", "Lucas", "Luiza", "Marcelo", "Márcia",
    "Mariana", "Mateus", "Miguel", "Murilo", "Natália", "Nina", "Otávio", "Patrícia", "Paulo",
    "Pedro", "Rafael", "Raquel", "Renata", "Ricardo", "Rodrigo", "Sabrina", "Samuel", "Sílvia",
    "Simone", "Sofia", "Tânia", "Thiago", "Tiago", "Valéria", "Vanessa", "Vicente", "Vinícius",
    "Vitória", "Yasmin",
]  # fmt: skip
FAMILY = [
    "Almeida", "Andrade", "Araújo", "Barbosa", "Barros", "Batista", "Borges", "Brito", "Campos",
    "Cardoso", "Carvalho", "Correia", "Costa", "Cunha", "Dias", "Duarte", "Farias", "Fernandes",
    "Ferreira", "Figueiredo", "Freitas", "Gomes", "Gonçalves", "Lacerda", "Leite", "Lopes",
    "Macedo", "Machado", "Martins", "Melo", "Miranda", "Monteiro", "Moreira", "Nascimento",
    "Neves", "Nogueira", "Nunes", "Oliveira", "Pacheco", "Peixoto", "Pereira", "Pinto", "Queiroz",
    "Ribeiro", "Rocha", "Rodrigues", "Sales", "Santana", "Santos", "Silva", "Siqueira", "Tavares",
    "Teixeira", "Torres", "Vasconcelos", "Vieira", "Xavier",
]  # fmt: skip
ABROAD = (
    "Oliver Bennett", "Grace Foster", "Hannah Reed", "Liam Turner", "Chloe Adams", "Noah Parker",
    "Amelia Scott", "Jack Morgan", "Ruby Hughes", "Ethan Cooper", "Nora Ellis", "Owen Walsh",
    "Isla Murray", "Lucy Barnes", "Adam Fraser", "Megan Price", "Simon Webb", "Kate Holmes",
    "Peter Doyle", "Anna Schmidt", "Lars Jensen", "Marie Dupont", "Paolo Ricci", "Yuki Tanaka",
)  # fmt: skip

# Customer, name, e-mail, telephone, language, number of the city, in Club Aurora
DEMO: list[tuple[str, str, str, str, str, int, bool]] = [
    ("C-1001", "Ana Souza", "ana.souza@example.com", "+5511910001001", "pt-BR", 0, True),
    ("C-1002", "Bruno Lima", "bruno.lima@example.com", "+5521910001002", "pt-BR", 1, True),
    ("C-1003", "Carla Mendes", "carla.mendes@example.com", "+5531910001003", "pt-BR", 2, True),
    ("C-1004", "Emily Clark", "emily.clark@example.com", "+5548910001004", "en", 4, False),
    ("C-1005", "Diego Ramos", "diego.ramos@example.com", "+5581910001005", "pt-BR", 7, False),
    ("C-1006", "Fernanda Alves", "fernanda.alves@example.com", "+5551910001006", "pt-BR", 5, True),
    ("C-1007", "George Miller", "george.miller@example.com", "+5541910001007", "en", 3, False),
    ("C-1008", "Helena Castro", "helena.castro@example.com", "+5571910001008", "pt-BR", 6, True),
]


def customers(chance: random.Random) -> list[Row]:
    """Give `CUSTOMERS` of them, the demo's first."""
    rows = [
        _customer(chance, customer_id, name, email, phone, language, CITIES[city], club)
        for customer_id, name, email, phone, language, city, club in DEMO
    ]
    abroad = list(ABROAD)
    taken: set[str] = {row["name"] for row in rows}
    while len(rows) < CUSTOMERS:
        number = 1001 + len(rows)
        english = bool(abroad) and number % 16 == 7
        name = abroad.pop() if english else _name(chance, taken)
        taken.add(name)
        city = chance.choices(CITIES, SHARE)[0]
        email = f"{_address(name)}{number}@example.com"
        phone = f"+55{city.area}91000{number}"
        club = chance.random() < 0.4
        language = "en" if english else "pt-BR"
        rows.append(_customer(chance, f"C-{number}", name, email, phone, language, city, club))
    return rows


def _name(chance: random.Random, taken: set[str]) -> str:
    while True:
        names = [chance.choice(GIVEN), *chance.sample(FAMILY, chance.choice([1, 1, 2]))]
        if (name := " ".join(names)) not in taken:
            return name


def _customer(
    chance: random.Random, customer_id: str, name: str, email: str, phone: str, language: str,
    city: City, club: bool,
) -> Row:  # fmt: skip
    number = int(customer_id[2:])
    named = _address(name)
    place = f"{chance.choice(STREETS)}, {chance.randint(10, 1990)}"
    row: Row = {
        "customer_id": customer_id,
        "name": name,
        "email": email,
        "phone": phone,
        "other_email": f"{named}.{number}@trabalho.example.com",
        "other_phone": f"+55{city.area}92000{number}",
        "document": document(chance.randint(0, 99_999)),
        "language": language,
        "address": f"{place}, {city.name} - {city.state}",
        "cep": f"{city.cep}{chance.randint(10, 99)}-{chance.randint(100, 999)}",
        "joined": -chance.randint(30, 1500),
    }
    if chance.random() < 0.35:
        row["social"] = {"instagram": f"@{named}.{number}"}
    if club:
        row |= {"club": True, "points": chance.randint(0, 60) * 25}
    return row


def document(serial: int) -> str:
    """Give a CPF of the generated range, with its two check digits.

    Args:
        serial: 0 to 99 999.
    """
    digits = [int(sign) for sign in f"9990{serial:05d}"]
    for _ in range(2):
        weights = range(len(digits) + 1, 1, -1)
        rest = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) * 10 % 11
        digits.append(rest % 10)
    text = "".join(map(str, digits))
    return f"{text[:3]}.{text[3:6]}.{text[6:9]}-{text[9:]}"


def city_of(customer: Row) -> City:
    """Give the city that a customer lives in."""
    return next(city for city in CITIES if f"{city.name} - {city.state}" in customer["address"])


def _address(name: str) -> str:
    """Give the first and the last name as they stand in an address."""
    names = name.split()
    return f"{_plain(names[0])}.{_plain(names[-1])}"


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.lower())
    return "".join(sign for sign in decomposed if sign.isalpha() and sign.isascii())
