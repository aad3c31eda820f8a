"""Attack: a provider that is late, throttles, fails, answers garbage or closes the socket.

By default a few seeds; `REGENTE_ATTACKS=full` runs many. `REGENTE_SEED=...` runs one again.
"""

import asyncio
import os
import random
from collections import deque

import pytest

from channels.loopback.provider import FAULTS
from conversations import sending
from tests.conversations.echo import House
from tests.conversations.post import Post, post, served, until

FULL = os.environ.get("REGENTE_ATTACKS") == "full"
GIVEN = os.environ.get("REGENTE_SEED")
SEEDS = [int(GIVEN)] if GIVEN else list(range(20)) if FULL else [1]
FOR_GOOD = ("400",)
TIMEOUT_S = 2.0
"""Only the provider is late: a busy machine needs less, else its phones would be late as well."""


async def settled(mail: Post, deliveries: int = 1) -> bool:
    """Say whether there are so many, and nothing is left to do."""
    rows = await mail.rows()
    return len(rows) >= deliveries and all(row["due_at"] is None for row in rows)


@pytest.mark.attack
@pytest.mark.parametrize("repeatable", [True, False], ids=["repeatable", "unrepeatable"])
async def test_whatever_the_provider_does_nothing_is_sent_twice_and_nothing_is_lost_unseen(
    home: House, monkeypatch: pytest.MonkeyPatch, repeatable: bool
) -> None:
    monkeypatch.setattr(sending, "RECONCILE_S", 1.0)
    async with post(home, repeatable=repeatable, timeout_s=TIMEOUT_S) as mail, served(mail):
        mail.provider.late_s, mail.provider.retry_after_s = 1.5 * TIMEOUT_S, 0.3
        mail.provider.faults_of = {fault: deque([fault]) for fault in FAULTS}
        for words in ("one", "two"):
            said = [asyncio.to_thread(mail.provider.write, fault, words) for fault in FAULTS]
            await asyncio.gather(*said)
            await until(lambda: begun(mail, len(FAULTS)))
        await until(lambda: settled(mail, 2 * len(FAULTS)))
        rows = await mail.rows()
        for fault in FAULTS:
            first, second = (row for row in rows if row["body"]["to"] == fault)
            ended = (first["state"], mail.texts(fault), second["state"])
            assert ended == (*expected(fault, repeatable=repeatable), "sent"), fault


def expected(fault: str, *, repeatable: bool) -> tuple[str, list[str]]:
    """Give how a delivery ends that a fault met, and what its phone has in the end."""
    both = ["You said one.", "You said two."]
    if fault in FOR_GOOD:
        return "dead", both[1:]
    if fault in ("500", "close") and not repeatable:
        # Nobody can tell it from a message that went out: it is not sent again, and people see it.
        return "unknown", both[1:]
    return "sent", both


async def begun(mail: Post, phones: int) -> bool:
    """Say whether the provider was asked for a message of each phone."""
    return len({key for key, _ in mail.provider.requests}) >= phones


@pytest.mark.attack
@pytest.mark.parametrize("repeatable", [True, False], ids=["repeatable", "unrepeatable"])
@pytest.mark.parametrize("seed", SEEDS)
async def test_under_any_mixture_of_faults_each_customer_gets_each_reply_once_and_in_order(
    home: House, monkeypatch: pytest.MonkeyPatch, seed: int, repeatable: bool
) -> None:
    print(f"seed {seed}")
    monkeypatch.setattr(sending, "RECONCILE_S", 0.6)
    chance = random.Random(seed)
    faults = [fault for fault in FAULTS if fault not in FOR_GOOD]
    async with post(home, repeatable=repeatable, timeout_s=TIMEOUT_S) as mail, served(mail):
        mail.provider.late_s, mail.provider.retry_after_s = 1.5 * TIMEOUT_S, 0.2
        mail.provider.report_after_s = 0.1
        mail.provider.faults.extend(
            chance.choice(faults) if chance.random() < 0.5 else "" for _ in range(60)
        )
        phones = [f"+{number}" for number in range(4)]
        for number in range(4):
            said = [asyncio.to_thread(mail.provider.write, phone, f"{number}") for phone in phones]
            assert {answer.status_code for answer in await asyncio.gather(*said)} == {200}
            await asyncio.sleep(chance.random() * 0.2)
        await until(lambda: answered(mail, 4 * 4), 60)
        await until(lambda: settled(mail), 60)
        rows = await mail.rows()
        for phone in phones:
            theirs = [row for row in rows if row["body"]["to"] == phone]
            arrived = [got.key for got in mail.provider.received if got.address == phone]
            kept = [row["key"] for row in theirs if row["key"] in arrived]
            assert arrived == kept, f"seed {seed}: in order, and each once"
            for row in theirs:
                assert row["state"] in ("sent", "unknown"), row
                assert (row["state"] == "sent") == (row["key"] in arrived), f"seed {seed}"
        if repeatable:
            assert {row["state"] for row in rows} == {"sent"}, f"seed {seed}"


async def answered(mail: Post, messages: int) -> bool:
    """Say whether so many messages of customers are answered, in however many replies."""
    said = "".join(row["body"]["text"] for row in await mail.rows())
    return sum(letter.isdigit() for letter in said) == messages
