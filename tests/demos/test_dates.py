"""Moving a past to another day."""

from datetime import date

import pytest

from demos.dates import Days, moved


@pytest.mark.parametrize(
    ("days", "before", "after"),
    [
        (3, "Saiu em 26/11 e chega até 30/11.", "Saiu em 29/11 e chega até 03/12."),
        (3, "It left on 26 Nov, due 30 Nov.", "It left on 29 Nov, due 3 Dec."),
        (40, "entregue em 24/11/2026", "entregue em 03/01/2027"),
        (-2, "on 2026-11-01", "on 2026-10-30"),
        (30, "on 2 Jan", "on 1 Feb"),
        (5, "A-1042 de R$ 189,90 em 10x, 24/7", "A-1042 de R$ 189,90 em 10x, 24/7"),
        (5, "tamanho 45/46, etiqueta 31/02", "tamanho 45/46, etiqueta 31/02"),
        (5, "https://aurora.example/24/11/x", "https://aurora.example/24/11/x"),
    ],
)
def test_texts_speak_of_the_days_as_seen_from_then(days: int, before: str, after: str) -> None:
    assert Days(date(2026, 11, 27), days)(before) == after


def test_json_is_moved_through_and_what_is_no_moment_stays() -> None:
    given = {"opened_at": 1.7e9, "look_at": 3.0, "data": [{"text": "em 26/11", "ms": 1.7e9}]}
    then = moved(given, lambda at: at + 60, Days(date(2026, 11, 27), 1))
    assert then == {
        "opened_at": 1.7e9 + 60,
        "look_at": 3.0,
        "data": [{"text": "em 27/11", "ms": 1.7e9}],
    }
