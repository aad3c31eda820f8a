"""What Aurora sells: kinds of things, their colours and sizes, and how both languages name them.

A product is a kind in a colour. Portuguese puts the colour last and makes it agree with the kind's
gender and number (m, f, mp, fp); English puts it first.
"""

import random
from typing import Any, NamedTuple

Row = dict[str, Any]

LETTERS = ["PP", "P", "M", "G", "GG"]
FEET = [str(size) for size in range(34, 45)]
BEDS = ["solteiro", "casal", "queen"]
RUGS = ["60x120", "120x180", "160x230"]
ONE = ["único"]
PRODUCTS = 500


class Kind(NamedTuple):
    """A kind of thing; `made_of` stands in its description."""

    pt: str
    en: str
    gender: str
    category: str
    price: float
    sizes: list[str]
    made_of: tuple[str, str]


COTTON = ("algodão penteado", "combed cotton")
LINEN = ("linho com algodão", "linen and cotton")
DENIM = ("brim de algodão com elastano", "cotton denim with elastane")
WOOL = ("lã e acrílico", "wool and acrylic")
NYLON = ("náilon impermeável", "waterproof nylon")
VISCOSE = ("viscose leve", "light viscose")
STRETCH = ("poliamida com elastano", "polyamide with elastane")
LEATHER = ("couro legítimo", "genuine leather")
VEGAN = ("material sintético macio", "soft synthetic material")
MESH = ("malha respirável com solado de borracha", "breathable mesh with a rubber sole")
RUBBER = ("borracha", "rubber")
CERAMIC = ("cerâmica esmaltada", "glazed ceramic")
GLASS = ("vidro temperado", "tempered glass")
METAL = ("metal pintado", "painted metal")
WOOD = ("madeira de reflorestamento", "wood from managed forests")
STRAW = ("palha natural", "natural straw")
TERRY = ("algodão felpudo", "cotton terry")
POLYESTER = ("poliéster", "polyester")

KINDS = [
    Kind("camiseta básica", "basic T-shirt", "f", "clothes", 59.90, LETTERS, COTTON),
    Kind("camiseta estampada", "printed T-shirt", "f", "clothes", 69.90, LETTERS, COTTON),
    Kind("camisa de linho", "linen shirt", "f", "clothes", 149.90, LETTERS, LINEN),
    Kind("camisa polo", "polo shirt", "f", "clothes", 89.90, LETTERS, COTTON),
    Kind("camisa xadrez", "checked shirt", "f", "clothes", 129.90, LETTERS, COTTON),
    Kind("regata", "sleeveless shirt", "f", "clothes", 44.90, LETTERS, COTTON),
    Kind("vestido midi", "midi dress", "m", "clothes", 139.90, LETTERS, VISCOSE),
    Kind("vestido longo", "maxi dress", "m", "clothes", 189.90, LETTERS, VISCOSE),
    Kind("macacão", "jumpsuit", "m", "clothes", 199.90, LETTERS, LINEN),
    Kind("calça jeans", "jeans", "f", "clothes", 179.90, LETTERS, DENIM),
    Kind("calça pantalona", "wide-leg trousers", "f", "clothes", 159.90, LETTERS, VISCOSE),
    Kind("calça de moletom", "sweatpants", "f", "clothes", 119.90, LETTERS, COTTON),
    Kind("jaqueta corta-vento", "windbreaker jacket", "f", "clothes", 349.90, LETTERS, NYLON),
    Kind("jaqueta jeans", "denim jacket", "f", "clothes", 229.90, LETTERS, DENIM),
    Kind("blazer", "blazer", "m", "clothes", 289.90, LETTERS, LINEN),
    Kind("casaco de lã", "wool coat", "m", "clothes", 399.90, LETTERS, WOOL),
    Kind("moletom", "sweatshirt", "m", "clothes", 159.90, LETTERS, COTTON),
    Kind("cardigã", "cardigan", "m", "clothes", 149.90, LETTERS, WOOL),
    Kind("blusa de tricô", "knit jumper", "f", "clothes", 169.90, LETTERS, WOOL),
    Kind("saia plissada", "pleated skirt", "f", "clothes", 119.90, LETTERS, POLYESTER),
    Kind("saia jeans", "denim skirt", "f", "clothes", 109.90, LETTERS, DENIM),
    Kind("bermuda", "shorts", "f", "clothes", 99.90, LETTERS, DENIM),
    Kind("pijama de algodão", "cotton pyjamas", "m", "clothes", 129.90, LETTERS, COTTON),
    Kind("roupão", "bathrobe", "m", "clothes", 179.90, LETTERS, TERRY),
    Kind("meias", "socks (3 pairs)", "fp", "clothes", 29.90, LETTERS, COTTON),
    Kind("legging", "leggings", "f", "clothes", 89.90, LETTERS, STRETCH),
    Kind("sutiã esportivo", "sports bra", "m", "clothes", 69.90, LETTERS, STRETCH),
    Kind("maiô", "swimsuit", "m", "clothes", 139.90, LETTERS, STRETCH),
    Kind("sunga", "swimming trunks", "f", "clothes", 79.90, LETTERS, STRETCH),
    Kind("luvas", "gloves", "fp", "clothes", 49.90, ["P", "M", "G"], WOOL),
    Kind("cachecol", "scarf", "m", "clothes", 59.90, ONE, WOOL),
    Kind("gorro", "beanie", "m", "clothes", 39.90, ONE, WOOL),
    Kind("boné", "cap", "m", "clothes", 59.90, ONE, COTTON),
    Kind("chapéu de palha", "straw hat", "m", "clothes", 79.90, ONE, STRAW),
    Kind("cinto", "belt", "m", "clothes", 69.90, ["P", "M", "G"], LEATHER),
    Kind("bolsa", "handbag", "f", "clothes", 219.90, ONE, VEGAN),
    Kind("mochila", "backpack", "f", "clothes", 189.90, ONE, NYLON),
    Kind("tênis", "sneakers", "m", "shoes", 189.90, FEET, VEGAN),
    Kind("tênis de corrida", "running shoes", "m", "shoes", 329.90, FEET, MESH),
    Kind("tênis de cano alto", "high-top sneakers", "m", "shoes", 229.90, FEET, VEGAN),
    Kind("sandália", "sandals", "f", "shoes", 109.90, FEET, VEGAN),
    Kind("sandália de salto", "heeled sandals", "f", "shoes", 159.90, FEET, VEGAN),
    Kind("bota de couro", "leather boots", "f", "shoes", 279.90, FEET, LEATHER),
    Kind("galocha", "wellington boots", "f", "shoes", 119.90, FEET, RUBBER),
    Kind("chinelo", "flip-flops", "m", "shoes", 39.90, FEET, RUBBER),
    Kind("sapatilha", "flat shoes", "f", "shoes", 129.90, FEET, VEGAN),
    Kind("mocassim", "loafers", "m", "shoes", 219.90, FEET, LEATHER),
    Kind("sapato social", "dress shoes", "m", "shoes", 259.90, FEET, LEATHER),
    Kind("pantufa", "slippers", "f", "shoes", 49.90, FEET, TERRY),
    Kind("jogo de lençol", "sheet set", "m", "home", 199.90, BEDS, COTTON),
    Kind("edredom", "duvet", "m", "home", 249.90, BEDS, POLYESTER),
    Kind("colcha", "bedspread", "f", "home", 179.90, BEDS, COTTON),
    Kind("fronhas", "pillowcases (2)", "fp", "home", 49.90, ONE, COTTON),
    Kind("toalha de banho", "bath towel", "f", "home", 49.90, ONE, TERRY),
    Kind("toalha de rosto", "hand towel", "f", "home", 24.90, ONE, TERRY),
    Kind("toalha de mesa", "tablecloth", "f", "home", 89.90, ONE, LINEN),
    Kind("panos de prato", "tea towels (4)", "mp", "home", 39.90, ONE, COTTON),
    Kind("manta", "throw blanket", "f", "home", 119.90, ONE, WOOL),
    Kind("almofada", "cushion", "f", "home", 59.90, ONE, LINEN),
    Kind("cortina", "curtain", "f", "home", 149.90, ONE, LINEN),
    Kind("luminária de mesa", "table lamp", "f", "home", 129.90, ONE, METAL),
    Kind("luminária de piso", "floor lamp", "f", "home", 289.90, ONE, METAL),
    Kind("lustre", "chandelier", "m", "home", 199.90, ONE, GLASS),
    Kind("caneca de cerâmica", "ceramic mug", "f", "home", 34.90, ONE, CERAMIC),
    Kind("jogo de pratos", "set of plates", "m", "home", 219.90, ONE, CERAMIC),
    Kind("tigelas", "bowls (4)", "fp", "home", 99.90, ONE, CERAMIC),
    Kind("copos", "glasses (6)", "mp", "home", 79.90, ONE, GLASS),
    Kind("jarra", "jug", "f", "home", 69.90, ONE, GLASS),
    Kind("vaso", "vase", "m", "home", 89.90, ONE, CERAMIC),
    Kind("castiçal", "candlestick", "m", "home", 54.90, ONE, METAL),
    Kind("bandeja", "tray", "f", "home", 74.90, ONE, WOOD),
    Kind("cesto", "basket", "m", "home", 64.90, ONE, STRAW),
    Kind("cabideiro", "coat rack", "m", "home", 144.90, ONE, WOOD),
    Kind("espelho de parede", "wall mirror", "m", "home", 109.90, ONE, GLASS),
    Kind("tapete", "rug", "m", "home", 259.90, RUGS, COTTON),
]

Forms = dict[str, str]


def _forms(m: str, f: str = "", mp: str = "", fp: str = "") -> Forms:
    """Give a colour's four forms; one that is given alone never changes."""
    return {"m": m, "f": f or m, "mp": mp or m, "fp": fp or f or m}


COLOURS: dict[str, Forms] = {
    "blue": _forms("azul", "azul", "azuis", "azuis"),
    "black": _forms("preto", "preta", "pretos", "pretas"),
    "white": _forms("branco", "branca", "brancos", "brancas"),
    "green": _forms("verde", "verde", "verdes", "verdes"),
    "red": _forms("vermelho", "vermelha", "vermelhos", "vermelhas"),
    "grey": _forms("cinza"),
    "beige": _forms("bege"),
    "pink": _forms("rosa"),
    "yellow": _forms("amarelo", "amarela", "amarelos", "amarelas"),
    "brown": _forms("marrom", "marrom", "marrons", "marrons"),
    "orange": _forms("laranja"),
    "burgundy": _forms("vinho"),
}


def products(chance: random.Random, wanted: dict[str, set[str]]) -> list[Row]:
    """Give every kind in six or seven colours, `PRODUCTS` in all.

    Args:
        chance: draws colours, stock and sales.
        wanted: colours that a kind must have, by its Portuguese name.
    """
    rows: list[Row] = []
    sevens = PRODUCTS - 6 * len(KINDS)
    for number, kind in enumerate(KINDS):
        must = wanted.get(kind.pt, set())
        count = (7 if number < sevens else 6) - len(must)
        chosen = must | set(chance.sample([name for name in COLOURS if name not in must], count))
        rows += [
            _product(
                chance,
                f"AU-{101 + len(rows) + place}",
                kind,
                colour,
                on_sale=chance.random() < 0.12 and colour not in must,
            )
            for place, colour in enumerate(sorted(chosen))
        ]
    return rows


def _product(
    chance: random.Random, product_id: str, kind: Kind, colour: str, *, on_sale: bool
) -> Row:
    word = COLOURS[colour][kind.gender]
    popular = chance.paretovariate(1.1)
    row: Row = {
        "product_id": product_id,
        "name": {"pt-BR": f"{kind.pt} {word}", "en": f"{colour} {kind.en}"},
        "item": kind.pt,
        "colour": {"pt-BR": word, "en": colour},
        "category": kind.category,
        "price": kind.price,
        "made_of": {"pt-BR": kind.made_of[0], "en": kind.made_of[1]},
        "stock": {size: max(0, chance.randint(-3, 14)) for size in kind.sizes},
        "sold": min(900, int(20 * popular)),
    }
    if on_sale:
        row |= {"sale": True, "price": round(round(kind.price * 0.8) - 0.1, 2)}
    return row
