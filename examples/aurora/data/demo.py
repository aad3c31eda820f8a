"""What is written by hand: the orders of the people that a visitor can be, and the coupons.

Days are counted from today: -3 is three days ago.
"""

from typing import Any

Row = dict[str, Any]
U = "único"

# Order, customer, status, days (placed, sent, promised, arrived), payment, lines of item, colour, size
Line = tuple[str, str, str]
Days = tuple[int, int | None, int, int | None]
ORDERS: list[tuple[str, str, str, Days, str, list[Line], Row]] = [
    ("A-1042", "C-1001", "shipped", (-14, -12, -4, None), "pix",
     [("tênis", "blue", "37")], {}),
    ("A-1017", "C-1001", "delivered", (-48, -46, -43, -44), "card",
     [("camiseta básica", "white", "M")], {}),
    ("A-1051", "C-1002", "paid", (-1, None, 4, None), "card",
     [("moletom", "grey", "G")], {}),
    ("A-1048", "C-1002", "out_for_delivery", (-5, -3, 0, None), "pix",
     [("toalha de banho", "green", U)], {}),
    ("A-1039", "C-1002", "delivered", (-18, -16, -12, -12), "card",
     [("mocassim", "black", "42")], {}),
    ("A-1025", "C-1002", "cancelled", (-35, None, -30, None), "pix",
     [("almofada", "red", U)], {"failure": "pix_expired"}),
    ("A-1009", "C-1002", "delivered", (-95, -93, -89, -90), "boleto",
     [("bermuda", "beige", "G")], {}),
    ("A-1045", "C-1003", "delivered", (-8, -6, -3, -3), "card",
     [("vestido midi", "green", "M")], {}),
    ("A-1020", "C-1003", "delivered", (-64, -62, -59, -60), "pix",
     [("manta", "beige", U)], {}),
    ("A-1047", "C-1004", "shipped", (-4, -2, 2, None), "card",
     [("sandália", "black", "38")], {}),
    ("A-1033", "C-1004", "delivered", (-11, -9, -5, -5), "card",
     [("tênis de corrida", "white", "39")], {}),
    ("A-1050", "C-1005", "pending_payment", (-2, None, 7, None), "boleto",
     [("luminária de mesa", "white", U)], {"expires": 1}),
    ("A-1044", "C-1005", "delivered", (-13, -11, -5, -4), "pix",
     [("jaqueta corta-vento", "black", "G")], {}),
    ("A-1036", "C-1005", "lost", (-28, -26, -19, None), "card",
     [("caneca de cerâmica", "blue", U)], {}),
    ("A-1061", "C-1006", "delivery_failed", (-9, -7, -2, None), "pix",
     [("cortina", "white", U)],
     {"attempts": 2, "held_until": 4, "carrier_note": "Ninguém em casa nas duas visitas."}),
    ("A-1062", "C-1006", "delivered", (-7, -6, -2, -2), "card",
     [("jogo de lençol", "beige", "casal"), ("almofada", "red", U)], {}),
    ("A-1063", "C-1006", "picking", (-3, None, 3, None), "card",
     [("calça jeans", "blue", "M")], {"charges": 2}),
    ("A-1064", "C-1007", "payment_failed", (-1, None, 5, None), "card",
     [("bota de couro", "black", "41")], {"failure": "declined_by_bank", "expires": 2}),
    ("A-1065", "C-1007", "delivered", (-11, -10, -5, -6), "pix",
     [("luminária de mesa", "black", U)], {}),
    ("A-1066", "C-1007", "pending_payment", (0, None, 6, None), "pix",
     [("manta", "green", U)], {"expires": 1}),
    ("A-1067", "C-1008", "returned", (-20, -18, -12, -12), "pix",
     [("sapatilha", "beige", "37")],
     {"requests": [{"kind": "return", "request_id": "R-4801", "opened": -7, "received": -2}]}),
    ("A-1068", "C-1008", "delivered", (-28, -26, -20, -20), "card",
     [("bota de couro", "black", "38")], {}),
    ("A-1069", "C-1008", "delivered", (-9, -8, -1, -1), "card",
     [("caneca de cerâmica", "white", U)], {"carrier_note": "Entregue na portaria."}),
    ("A-1070", "C-1008", "delivered", (-13, -11, -5, -5), "pix",
     [("blusa de tricô", "red", "M")],
     {"requests": [{"kind": "return", "request_id": "R-4802", "opened": -2}]}),
]  # fmt: skip

# What must be in stock, or not, for what these customers may want.
STOCK: list[tuple[str, str, dict[str, int]]] = [
    ("vestido midi", "green", {"P": 0, "M": 3, "G": 6, "GG": 4}),
    ("vestido midi", "blue", {"M": 5}),
    ("tênis", "blue", {"37": 8}),
    ("tênis de corrida", "white", {"39": 4}),
    ("almofada", "red", {U: 9}),
    ("luminária de mesa", "black", {U: 7}),
    ("bota de couro", "black", {"38": 3, "41": 5}),
    ("jaqueta corta-vento", "black", {"G": 2}),
]

COUPONS: list[Row] = [
    {"coupon": "AURORA15", "percent": 15, "ends": -5},
    {"coupon": "BEMVINDO10", "percent": 10, "first_purchase": True},
    {"coupon": "FRETE199", "free_shipping": True, "minimum": 199.0},
    {"coupon": "INVERNO20", "percent": 20, "category": "clothes"},
    {"coupon": "CLUBE5", "percent": 5, "club": True, "not_on_sale": True},
]
