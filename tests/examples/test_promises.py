"""What a person promised is told when its matter is asked about again, and nothing is done twice for it."""

from typing import Any

import pytest

from evals.house import House
from evals.runner import signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Talk:
    """One customer's conversation, with a person's stretch in it."""

    def __init__(self, house: House, headers: dict[str, Any]) -> None:
        self.house, self.headers, self.known = house, headers, {}

    async def says(self, text: str) -> str:
        body = {"message": text, **self.known}
        answer = (await self.house.http.post("/chat", json=body, headers=self.headers)).json()
        self.known = {"conversation_id": answer["conversation_id"]}
        return "\n".join(reply["text"] for reply in answer["replies"])

    async def handed_back(self, **left: str) -> None:
        place = f"/conversations/{self.known['conversation_id']}"
        for path, body in (("takeover", {}), ("handback", left)):
            done = await self.house.http.post(
                f"{place}/{path}", headers=self.house.staff, json=body
            )
            assert done.status_code == 200


async def talk(house: House, customer: str) -> Talk:
    await house.fresh()
    return Talk(house, await signed_in(house, customer))


@pytest.mark.parametrize(
    ("wish", "promise", "asks", "told", "other"),
    [
        (
            "quero falar com uma pessoa sobre a almofada que não veio",
            "almofada chega até segunda",
            ["quando chega a almofada?", "e a almofada?", "a almofada ainda não chegou"],
            "deixou combinado com você",
            "qual o tecido da almofada?",
        ),
        (
            "I want to talk to a person, please",
            "the cushion will be there by Monday",
            ["any news on the cushion?", "what about the cushion?", "still no cushion here"],
            "agreed this with you",
            "what are your cushions filled with?",
        ),
    ],
)
async def test_a_promise_is_told_and_nothing_is_sent_a_second_time(
    aurora: House, wish: str, promise: str, asks: list[str], told: str, other: str
) -> None:
    customer = await talk(aurora, "C-1006")
    await customer.says(wish)
    await customer.handed_back(promised=promise)
    for text in asks:
        reply = await customer.says(text)
        assert told in reply and promise in reply, reply
        assert "Posso confirmar" not in reply and "Shall I go ahead" not in reply
    assert promise not in await customer.says(other)
    await aurora.pass_days(9)
    reply = await customer.says(asks[0])
    assert promise in reply
    assert "sinto muito" in reply or "I am sorry" in reply
    assert reply.endswith(("chame uma pessoa da equipe?", "call a person from the team?"))


@pytest.mark.parametrize(
    ("wish", "asks", "promise"),
    [
        ("veio faltando a almofada", "e a almofada?", "almofada chega até segunda"),
        ("the cushion was missing", "and the cushion?", "the cushion comes by Monday"),
    ],
)
async def test_what_was_proposed_before_a_person_took_it_on_is_no_longer_open(
    aurora: House, wish: str, asks: str, promise: str
) -> None:
    customer = await talk(aurora, "C-1006")
    assert (await customer.says(wish)).endswith(("Posso confirmar?", "Shall I go ahead?"))
    await customer.handed_back(promised=promise)
    for text in ("sim" if "almofada" in wish else "yes", asks):
        reply = await customer.says(text)
        assert "Posso confirmar" not in reply and "Shall I go ahead" not in reply
        facts = await aurora.facts(customer.known["conversation_id"])
        assert facts.effects == []
    assert promise in reply


@pytest.mark.parametrize(
    ("wish", "left", "asks", "unclear"),
    [
        (
            "I want to talk to a person about my refund",
            {"did": "Asked the bank about the refund", "promised": "We will write by Tuesday"},
            "did they find out about my refund?",
            "any news?",
        ),
        (
            "quero falar com uma pessoa sobre o meu reembolso",
            {"did": "Perguntei ao banco do reembolso", "promised": "Escrevemos até terça"},
            "descobriram do meu reembolso?",
            "alguma novidade?",
        ),
    ],
)
async def test_what_was_done_and_promised_is_told_to_who_asks_for_news(
    aurora: House, wish: str, left: dict[str, str], asks: str, unclear: str
) -> None:
    for text in (asks, unclear):
        customer = await talk(aurora, "C-1004")
        await customer.says(wish)
        await customer.handed_back(**left)
        reply = await customer.says(text)
        assert left["did"] in reply and left["promised"] in reply


@pytest.mark.parametrize(
    ("question", "noted", "agreed"),
    [
        ("o que é um moletom quântico?", "ah sim, entendi", "sim, pode chamar"),
        ("qual é a capital do Acre?", "ok entendi, valeu", "sim, obrigada"),
        ("how do quantum sweatshirts compute?", "got it, thanks", "yes please"),
        ("how do quantum sweatshirts compute?", "ah ok, makes sense", "sure, go ahead"),
    ],
)
async def test_only_a_yes_to_the_offer_calls_a_person(
    aurora: House, question: str, noted: str, agreed: str
) -> None:
    for answer, called in ((noted, False), (agreed, True)):
        customer = await talk(aurora, "C-1007")
        assert (await customer.says(question)).endswith(("da equipe?", "from the team?"))
        reply = await customer.says(answer)
        assert reply.startswith(("Claro, estou", "Claro, passei", "Of course, I")) is called, reply


@pytest.mark.parametrize(
    ("wish", "yes", "person", "promise", "asks"),
    [
        (
            "quero meu dinheiro de volta da jaqueta", "sim", "quero falar com uma pessoa",
            "respondemos até segunda sobre a jaqueta", "alguma novidade da jaqueta?",
        ),
        (
            "I want my money back for the windbreaker", "yes", "I want to talk to a person",
            "we answer by Monday about the windbreaker", "any news on the windbreaker?",
        ),
    ],
)  # fmt: skip
async def test_a_promise_is_told_beside_what_still_awaits_approval(
    aurora: House, wish: str, yes: str, person: str, promise: str, asks: str
) -> None:
    customer = await talk(aurora, "C-1005")
    for text in (wish, yes, person):
        await customer.says(text)
    await customer.handed_back(promised=promise)
    reply = await customer.says(asks)
    assert promise in reply
    assert "A-1044" in reply
