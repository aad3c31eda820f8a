"""A detail of hers that nothing here can change is no change of something else."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("wish", "person"),
    [
        ("change my tax number its 123.456.789-09", "person"),
        ("my tax number is wrong, it should be 123.456.789-09", "person"),
        ("muda meu cpf, é 123.456.789-09", "pessoa"),
    ],
)
async def test_a_tax_number_is_changed_by_a_person(aurora: House, wish: str, person: str) -> None:
    reply = await says(aurora, "C-1002", wish)
    assert person in reply
    assert "A-1051" not in reply and "A-1039" not in reply


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("quero cancelar o moletom, meu cpf é 123.456.789-09", "A-1051"),
        ("cancel the sweatshirt, my tax number is 123.456.789-09", "A-1051"),
        ("muda o endereço do moletom pra rua das flores 120, curitiba, 80010-000", "rua das flores"),
        ("troca o CPF da nota pra 123.456.789-09", "De qual pedido é a nota?"),
    ],
)  # fmt: skip
async def test_who_she_is_beside_a_wish_leaves_the_wish(
    aurora: House, wish: str, told: str
) -> None:
    assert told in await says(aurora, "C-1002", wish)
