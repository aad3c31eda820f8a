"""Bitter words that tell nothing are answered and a complaint is offered; none is opened unasked."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")

OFFERED = ("Quer que eu registre uma reclamação", "Shall I open a complaint")
NUMBER = "P-"


@pytest.mark.parametrize(
    "insult",
    [
        "vcs são um lixo",
        "vocês são péssimos",
        "que lixo de empresa",
        "isso é um absurdo",
        "u guys r useless",
        "this is unacceptable",
        "what a rubbish company",
    ],
)
async def test_an_insult_opens_no_case_and_one_is_offered(aurora: House, insult: str) -> None:
    reply = await says(aurora, "C-1001", insult)
    assert any(one in reply for one in OFFERED) and NUMBER not in reply


@pytest.mark.parametrize("insult", ["vcs são um lixo", "u guys r useless"])
async def test_a_stranger_is_promised_nothing(aurora: House, insult: str) -> None:
    reply = await says(aurora, None, insult)
    assert NUMBER not in reply and "48" not in reply
    assert "o que aconteceu" in reply or "what happened" in reply


@pytest.mark.parametrize(
    ("insult", "then"),
    [
        ("vcs são um lixo", "sim"),
        ("vcs são um lixo", "o entregador foi grosso comigo"),
        ("u guys r useless", "yes please"),
        ("u guys r useless", "the courier threw my parcel over the fence"),
    ],
)
async def test_a_yes_or_what_happened_opens_it(aurora: House, insult: str, then: str) -> None:
    assert NUMBER in await says(aurora, "C-1001", insult, then)


@pytest.mark.parametrize(
    ("insult", "no"), [("vcs são um lixo", "não, deixa"), ("u guys r useless", "no")]
)
async def test_a_no_opens_nothing(aurora: House, insult: str, no: str) -> None:
    assert NUMBER not in await says(aurora, "C-1001", insult, no)


@pytest.mark.parametrize(
    "complaint",
    [
        "quero fazer uma reclamação, o entregador foi grosso",
        "que absurdo esse atraso do A-1042!!! vcs são péssimos",
        "I want to file a complaint about your courier",
        "A-1042 is STILL late, u guys r the worst",
    ],
)
async def test_what_happened_or_a_wish_to_complain_still_opens_one(
    aurora: House, complaint: str
) -> None:
    assert NUMBER in await says(aurora, "C-1001", complaint)


@pytest.mark.parametrize(
    ("wish", "insult", "yes"),
    [
        ("quero devolver o vestido", "isso é um absurdo", "sim"),
        ("I want to send the dress back", "this is unacceptable", "yes"),
    ],
)
async def test_a_yes_after_it_is_to_what_was_proposed_and_put_again(
    aurora: House, wish: str, insult: str, yes: str
) -> None:
    assert NUMBER not in await says(aurora, "C-1003", wish, insult)
    put_again = await says(aurora, "C-1003", wish, insult, yes)
    assert "A-1045" in put_again
    assert "R-5" in put_again or "R-5" in await says(aurora, "C-1003", wish, insult, yes, yes)


@pytest.mark.parametrize(
    "asked",
    [
        "comprando uma bota, se der problema sozinho, tenho quantos dias pra vir reclamar com vocês?",
        "how many days do I have to complain to you if the boots fall apart?",
    ],
)
async def test_a_question_opens_none(aurora: House, asked: str) -> None:
    assert NUMBER not in await says(aurora, "C-1001", asked)
