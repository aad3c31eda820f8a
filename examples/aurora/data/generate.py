"""Write the demo's data anew: `python examples/aurora/data/generate.py`.

Dates are days from "today" (-3: three days ago), so the demo never gets old. The five customers
that a visitor can be, and their orders, are written by hand; the others are drawn with a seed.
"""

import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEED = 1042
Row = dict[str, Any]

LETTERS = ["PP", "P", "M", "G", "GG"]
FEET = [str(size) for size in range(34, 45)]
U = "único"
ONE = [U]

# Portuguese, English, gender (m, f, fp: feminine plural), category, price, sizes
ITEMS: list[tuple[str, str, str, str, float, list[str]]] = [
    ("camiseta básica", "basic T-shirt", "f", "clothes", 59.90, LETTERS),
    ("camisa de linho", "linen shirt", "f", "clothes", 149.90, LETTERS),
    ("vestido midi", "midi dress", "m", "clothes", 139.90, LETTERS),
    ("calça jeans", "pair of jeans", "f", "clothes", 179.90, LETTERS),
    ("jaqueta corta-vento", "windbreaker jacket", "f", "clothes", 349.90, LETTERS),
    ("moletom", "sweatshirt", "m", "clothes", 159.90, LETTERS),
    ("saia plissada", "pleated skirt", "f", "clothes", 119.90, LETTERS),
    ("bermuda", "pair of shorts", "f", "clothes", 99.90, LETTERS),
    ("pijama de algodão", "cotton pyjamas", "m", "clothes", 129.90, LETTERS),
    ("meias", "socks (3 pairs)", "fp", "clothes", 29.90, LETTERS),
    ("legging", "leggings", "f", "clothes", 89.90, LETTERS),
    ("blusa de tricô", "knit jumper", "f", "clothes", 169.90, LETTERS),
    ("tênis", "sneakers", "m", "shoes", 189.90, FEET),
    ("tênis de corrida", "running shoes", "m", "shoes", 329.90, FEET),
    ("sandália", "sandals", "f", "shoes", 109.90, FEET),
    ("bota de couro", "leather boots", "f", "shoes", 279.90, FEET),
    ("chinelo", "flip-flops", "m", "shoes", 39.90, FEET),
    ("sapatilha", "flat shoes", "f", "shoes", 129.90, FEET),
    ("mocassim", "loafers", "m", "shoes", 219.90, FEET),
    ("jogo de lençol", "sheet set", "m", "home", 199.90, ["solteiro", "casal", "queen"]),
    ("toalha de banho", "bath towel", "f", "home", 49.90, ONE),
    ("manta", "throw blanket", "f", "home", 119.90, ONE),
    ("almofada", "cushion", "f", "home", 59.90, ONE),
    ("cortina", "curtain", "f", "home", 149.90, ONE),
    ("luminária de mesa", "table lamp", "f", "home", 129.90, ONE),
    ("caneca de cerâmica", "ceramic mug", "f", "home", 34.90, ONE),
    ("tapete", "rug", "m", "home", 259.90, ONE),
]
COLOURS: list[tuple[dict[str, str], str]] = [
    ({"m": "azul", "f": "azul", "fp": "azuis"}, "blue"),
    ({"m": "preto", "f": "preta", "fp": "pretas"}, "black"),
    ({"m": "branco", "f": "branca", "fp": "brancas"}, "white"),
    ({"m": "verde", "f": "verde", "fp": "verdes"}, "green"),
    ({"m": "vermelho", "f": "vermelha", "fp": "vermelhas"}, "red"),
    ({"m": "cinza", "f": "cinza", "fp": "cinza"}, "grey"),
    ({"m": "bege", "f": "bege", "fp": "bege"}, "beige"),
]
GIVEN = [
    "Alice", "Antônio", "Beatriz", "Caio", "Camila", "Daniel", "Débora", "Eduardo", "Fernanda",
    "Gabriel", "Helena", "Igor", "Isabela", "João", "Júlia", "Larissa", "Leandro", "Letícia",
    "Lucas", "Luiza", "Marcelo", "Mariana", "Mateus", "Natália", "Otávio", "Patrícia", "Paulo",
    "Rafael", "Renata", "Rodrigo", "Sofia", "Tânia", "Thiago", "Vanessa", "Vitória",
]  # fmt: skip
FAMILY = [
    "Almeida", "Araújo", "Barbosa", "Barros", "Batista", "Campos", "Cardoso", "Carvalho",
    "Castro", "Costa", "Dias", "Duarte", "Farias", "Fernandes", "Ferreira", "Freitas", "Gomes",
    "Gonçalves", "Lopes", "Martins", "Melo", "Moreira", "Nascimento", "Nunes", "Oliveira",
    "Pereira", "Pinto", "Ribeiro", "Rocha", "Rodrigues", "Santos", "Silva", "Teixeira", "Vieira",
    "Xavier",
]  # fmt: skip
# City, state, first digits of its postal codes, days of delivery
CITIES: list[tuple[str, str, str, int]] = [
    ("São Paulo", "SP", "013", 3),
    ("Rio de Janeiro", "RJ", "220", 4),
    ("Belo Horizonte", "MG", "301", 4),
    ("Curitiba", "PR", "800", 4),
    ("Florianópolis", "SC", "880", 5),
    ("Porto Alegre", "RS", "900", 5),
    ("Salvador", "BA", "400", 7),
    ("Recife", "PE", "500", 7),
    ("Fortaleza", "CE", "600", 8),
    ("Brasília", "DF", "700", 5),
    ("Manaus", "AM", "690", 12),
    ("Belém", "PA", "660", 10),
]
STREETS = (
    "Rua das Acácias",
    "Avenida Brasil",
    "Rua Sete de Setembro",
    "Rua do Sol",
    "Alameda dos Ipês",
    "Rua XV de Novembro",
    "Travessa da Paz",
    "Avenida Beira-Mar",
)
DEMO_CUSTOMERS = [
    ("C-1001", "Ana Souza", "ana.souza@example.com", "+5511910001001", "pt-BR", 0),
    ("C-1002", "Bruno Lima", "bruno.lima@example.com", "+5521910001002", "pt-BR", 1),
    ("C-1003", "Carla Mendes", "carla.mendes@example.com", "+5531910001003", "pt-BR", 2),
    ("C-1004", "Emily Clark", "emily.clark@example.com", "+5548910001004", "en", 4),
    ("C-1005", "Diego Ramos", "diego.ramos@example.com", "+5581910001005", "pt-BR", 7),
]
# Order, customer, status, days: placed, sent, promised, arrived; payment; item, colour, size
DEMO_ORDERS: list[tuple[Any, ...]] = [
    ("A-1042", "C-1001", "shipped", -14, -12, -4, None, "pix", "tênis", "blue", "37"),
    ("A-1017", "C-1001", "delivered", -48, -46, -43, -44, "card", "camiseta básica", "white", "M"),
    ("A-1051", "C-1002", "paid", -1, None, 4, None, "card", "moletom", "grey", "G"),
    ("A-1048", "C-1002", "out_for_delivery", -5, -3, 0, None, "pix", "toalha de banho", "green", U),
    ("A-1039", "C-1002", "delivered", -18, -16, -12, -12, "card", "mocassim", "black", "42"),
    ("A-1025", "C-1002", "cancelled", -35, None, -30, None, "pix", "almofada", "red", U),
    ("A-1009", "C-1002", "delivered", -95, -93, -89, -90, "boleto", "bermuda", "beige", "G"),
    ("A-1045", "C-1003", "delivered", -8, -6, -3, -3, "card", "vestido midi", "green", "M"),
    ("A-1020", "C-1003", "delivered", -64, -62, -59, -60, "pix", "manta", "beige", U),
    ("A-1047", "C-1004", "shipped", -4, -2, 2, None, "card", "sandália", "black", "38"),
    ("A-1033", "C-1004", "delivered", -11, -9, -5, -5, "card", "tênis de corrida", "white", "39"),
    ("A-1050", "C-1005", "pending_payment", -2, None, 7, None, "boleto", "luminária de mesa", "white", U),
    ("A-1044", "C-1005", "delivered", -13, -11, -5, -4, "pix", "jaqueta corta-vento", "black", "G"),
    ("A-1036", "C-1005", "lost", -28, -26, -19, None, "card", "caneca de cerâmica", "blue", U),
]  # fmt: skip


def products(chance: random.Random) -> list[Row]:
    """Give every item in three colours, with stock per size."""
    rows: list[Row] = []
    for number, (pt, en, gender, category, price, sizes) in enumerate(ITEMS):
        wanted = {colour for order in DEMO_ORDERS if order[8] == pt for colour in [order[9]]}
        others = [english for _, english in COLOURS if english not in wanted]
        chosen = sorted(wanted) + chance.sample(others, 3 - len(wanted))
        for place, colour in enumerate(sorted(chosen)):
            word = next(words[gender] for words, english in COLOURS if english == colour)
            rows.append(
                {
                    "product_id": f"AU-{101 + number * 3 + place}",
                    "name": {"pt-BR": f"{pt} {word}", "en": f"{colour} {en}"},
                    "item": pt,
                    "colour": colour,
                    "category": category,
                    "price": price,
                    "stock": {size: max(0, chance.randint(-3, 14)) for size in sizes},
                    "sold": chance.randint(5, 900),
                }
            )
    return rows


def customers(chance: random.Random) -> list[Row]:
    """Give the five of the demo and thirty-five more."""
    rows = [
        _customer(chance, customer_id, name, email, phone, language, city)
        for customer_id, name, email, phone, language, city in DEMO_CUSTOMERS
    ]
    given = chance.sample(GIVEN, 35)
    for number, name in enumerate(given):
        customer_id = f"C-{1006 + number}"
        family = chance.choice(FAMILY)
        rows.append(
            _customer(
                chance,
                customer_id,
                f"{name} {family}",
                f"cliente{1006 + number}@example.com",
                f"+55119100{1006 + number:05d}",
                "en" if number % 12 == 7 else "pt-BR",
                chance.randrange(len(CITIES)),
            )
        )
    return rows


def _customer(
    chance: random.Random,
    customer_id: str,
    name: str,
    email: str,
    phone: str,
    language: str,
    city: int,
) -> Row:
    place, state, code, _ = CITIES[city]
    return {
        "customer_id": customer_id,
        "name": name,
        "email": email,
        "phone": phone,
        "language": language,
        "address": f"{chance.choice(STREETS)}, {chance.randint(10, 1990)}, {place} - {state}",
        "cep": f"{code}{chance.randint(10, 99)}-{chance.randint(100, 999)}",
        "points": chance.randint(0, 40) * 25,
        "joined": -chance.randint(30, 1500),
    }


def orders(chance: random.Random, everyone: list[Row], catalogue: list[Row]) -> list[Row]:
    """Give the orders of the demo's five, then others in every state, 150 in all."""
    by_item = {(row["item"], row["colour"]): row for row in catalogue}
    by_customer = {row["customer_id"]: row for row in everyone}
    rows = [
        _order(
            chance, by_customer[customer_id], order_id, status, days, payment,
            [(by_item[item, colour], size, 1)],
        )
        for order_id, customer_id, status, *days, payment, item, colour, size in DEMO_ORDERS
    ]  # fmt: skip
    states = [
        "pending_payment",
        "paid",
        "picking",
        "shipped",
        "late",
        "out_for_delivery",
        "delivered",
    ]
    states += ["delivered"] * 6 + ["cancelled", "returned", "lost"]
    for number in range(150 - len(rows)):
        customer = chance.choice(everyone[len(DEMO_CUSTOMERS) :])
        days = next(days for city, _, _, days in CITIES if city in customer["address"])
        state = states[number % len(states)]
        when = _days(chance, state, days)
        items = [
            (product, chance.choice(list(product["stock"])), chance.choice([1, 1, 1, 2]))
            for product in chance.sample(catalogue, chance.choice([1, 1, 2, 3]))
        ]
        status = "shipped" if state == "late" else state
        payment = (
            "boleto"
            if state == "pending_payment"
            else chance.choice(["pix", "card", "card", "boleto"])
        )
        order_id = f"A-{1101 + number}"
        rows.append(_order(chance, customer, order_id, status, when, payment, items))
    return rows


def _days(chance: random.Random, state: str, days: int) -> tuple[int, int | None, int, int | None]:
    """Give days of placing, sending, promise and arrival that fit a state."""
    if state in ("pending_payment", "paid", "picking"):
        placed = -chance.randint(0, 2)
        return placed, None, placed + 2 + days, None
    if state == "shipped":
        sent = -chance.randint(0, days - 1)
        return sent - 2, sent, sent + days, None
    if state == "out_for_delivery":
        return -days - 2, -days, 0, None
    if state in ("late", "lost"):
        late = chance.randint(2, 6) if state == "late" else chance.randint(12, 25)
        return -late - days - 2, -late - days, -late, None
    placed = -chance.randint(days + 4, 200)
    promised = placed + 2 + days
    if state == "cancelled":
        return placed, None, promised, None
    return placed, placed + 2, promised, min(-1, promised + chance.choice([-1, 0, 0, 1]))


def _order(
    chance: random.Random,
    customer: Row,
    order_id: str,
    status: str,
    days: Sequence[Any],
    payment: str,
    items: Iterable[tuple[Row, str, int]],
) -> Row:
    lines = [
        {"product_id": row["product_id"], "size": size, "quantity": quantity, "price": row["price"]}
        for row, size, quantity in items
    ]
    goods = sum(line["price"] * line["quantity"] for line in lines)
    placed, sent, promised, arrived = days
    return {
        "order_id": order_id,
        "customer_id": customer["customer_id"],
        "status": status,
        "placed": placed,
        "sent": sent,
        "promised": promised,
        "arrived": arrived,
        "payment": payment,
        "instalments": chance.choice([1, 2, 3, 6]) if payment == "card" else 1,
        "shipping": 0.0,
        "total": round(goods, 2),
        "tracking": f"AU{chance.randint(10**8, 10**9 - 1)}BR" if sent is not None else "",
        "address": customer["address"],
        "cep": customer["cep"],
        "items": lines,
    }


def write(path: Path, rows: list[Row]) -> None:
    """Write one row a line, so that a change shows as a changed line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f"[\n{lines}\n]\n", "utf-8")


def main() -> None:
    """Write the three files beside this one; the same seed always writes the same."""
    chance = random.Random(SEED)
    catalogue, everyone = products(chance), customers(chance)
    write(HERE / "products.json", catalogue)
    write(HERE / "customers.json", everyone)
    write(HERE / "orders.json", orders(chance, everyone, catalogue))


if __name__ == "__main__":
    main()
