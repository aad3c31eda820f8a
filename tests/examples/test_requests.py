"""What a person decides on is known in every conversation of the customer who asked for it."""

import asyncio
from typing import Any

import pytest

from evals.house import House
from evals.runner import signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKED = {
    "pt": ("quero reembolso do jogo de lençol", "sim"),
    "en": ("I want a refund for the bed sheets", "yes"),
}


class Visitor:
    """A customer who writes, whose conversation a person closes, and whose request one decides on."""

    def __init__(self, house: House, headers: dict[str, Any]) -> None:
        self.house, self.headers, self.known = house, headers, {}

    async def says(self, *texts: str) -> str:
        reply = ""
        for text in texts:
            body = {"message": text, **self.known}
            answer = (await self.house.http.post("/chat", json=body, headers=self.headers)).json()
            self.known = {"conversation_id": answer["conversation_id"]}
            reply = "\n".join(one["text"] for one in answer["replies"])
        return reply

    async def begins_anew(self) -> None:
        path = f"/conversations/{self.known['conversation_id']}/close"
        await self._staff(path, {"outcome": "solved", "message": "Estamos cuidando disso."})
        self.known = {}

    async def is_answered(self, decision: dict[str, str]) -> None:
        approval_id = (await self._approvals())[0]["approval_id"]
        await self._staff(f"/approvals/{approval_id}", decision)
        for _ in range(100):  # until it was carried out
            known = {one["approval_id"]: one["state"] for one in await self._approvals("decided")}
            if approval_id not in known:
                return
            await asyncio.sleep(0.1)
        raise AssertionError("what was decided was not carried out")

    async def _approvals(self, state: str = "pending") -> list[dict[str, Any]]:
        given = {"state": state}
        listed = await self.house.http.get("/approvals", params=given, headers=self.house.staff)
        return listed.json()["approvals"]

    async def _staff(self, path: str, body: dict[str, str]) -> None:
        done = await self.house.http.post(path, headers=self.house.staff, json=body)
        assert done.status_code == 200


async def visitor(house: House) -> Visitor:
    await house.fresh()
    return Visitor(house, await signed_in(house, "C-1006"))


@pytest.mark.parametrize(
    ("language", "asks", "told"),
    [
        ("pt", "cade o estorno q pedi?", "não foi decidido"),
        ("pt", "oi ja resolveram meu estorno?", "não foi decidido"),
        ("pt", "e o meu reembolso, já saiu?", "não foi decidido"),
        ("en", "where is the refund I asked for?", "not been decided"),
        ("en", "hey did u guys sort out my refund", "not been decided"),
        ("en", "has my refund been approved?", "not been decided"),
    ],
)
async def test_what_waits_is_told_in_a_new_conversation(
    aurora: House, language: str, asks: str, told: str
) -> None:
    her = await visitor(aurora)
    await her.says(*ASKED[language])
    await her.begins_anew()
    reply = await her.says(asks)
    assert told in reply and "A-1062" in reply


@pytest.mark.parametrize(
    ("language", "asks", "told"),
    [
        ("pt", "oi ja resolveram meu estorno?", "O motivo: já foi usado"),
        ("pt", "cadê meu dinheiro?", "O motivo: já foi usado"),
        ("en", "where is my refund?", "já foi usado"),
    ],
)
async def test_a_no_is_told_with_its_reason_wherever_she_asks(
    aurora: House, language: str, asks: str, told: str
) -> None:
    her = await visitor(aurora)
    await her.says(*ASKED[language])
    await her.is_answered({"decision": "reject", "reason": "já foi usado"})
    assert told in await her.says(asks)
    await her.begins_anew()
    assert told in await her.says(asks)


@pytest.mark.parametrize(
    ("language", "takes_back", "asks"),
    [
        ("pt", "quero desistir do reembolso", "cadê o estorno?"),
        ("en", "cancel the refund request please", "where is my refund?"),
    ],
)
async def test_it_can_be_taken_back_in_a_new_conversation(
    aurora: House, language: str, takes_back: str, asks: str
) -> None:
    her = await visitor(aurora)
    await her.says(*ASKED[language])
    await her.begins_anew()
    taken = await her.says(takes_back)
    assert "retirei o pedido" in taken or "taken back the request" in taken
    after = await her.says(asks)
    assert "decidido" not in after and "decided" not in after


@pytest.mark.parametrize(
    ("language", "asks", "told"),
    [("pt", "cadê a calça?", "A-1063"), ("en", "where are my jeans?", "A-1063")],
)
async def test_another_matter_is_answered_for_itself(
    aurora: House, language: str, asks: str, told: str
) -> None:
    her = await visitor(aurora)
    await her.says(*ASKED[language])
    await her.begins_anew()
    reply = await her.says(asks)
    assert told in reply and "A-1062" not in reply


@pytest.mark.parametrize("asks", ["cadê o estorno que pedi?", "did you make my refund?"])
async def test_who_asked_for_nothing_is_told_of_nothing(aurora: House, asks: str) -> None:
    her = await visitor(aurora)
    reply = await her.says(asks)
    assert "A-1062" not in reply and "decidido" not in reply and "decided" not in reply
