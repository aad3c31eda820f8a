"""Of two customers who sign in with one stranger's token, one gets the conversation and the other nothing."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from conversations import merging, tokens, transcript
from conversations.rows import found
from conversations.visitors import Proved, Taken, Visitor, prove
from core.database import Tx
from core.errors import Unauthenticated
from customers import Assertion, identity
from customers.verification import issue_code
from tests.conversations.echo import House, W, take

ANA = Assertion(external_id="C-1", name="Ana")
BIA = Assertion(external_id="C-2", name="Bia")
SECRET = "Ana's secret"

on_postgresql = pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
"""Where two transactions write at once; SQLite lets one after the other in."""

Step = Callable[[Tx], Any]


def ana_signs_in(first: Taken) -> Step:
    return lambda tx: take(tx, SECRET, Visitor(token=first.token, asserted=ANA))


def bia_signs_in(first: Taken) -> Step:
    return lambda tx: take(tx, "I am Bia", Visitor(token=first.token, asserted=BIA))


def proves(home: House, first: Taken, external_id: str) -> Step:
    code = home.database.write(issue_code, W, "user", external_id)

    def step(tx: Tx) -> Proved:
        proved = prove(tx, W, first.token, "user", external_id, code)
        assert proved is not None
        return proved

    return step


async def at_once(home: House, one: Step, other: Step) -> tuple[Any, Any]:
    """Let `other` begin after `one` has done all it does, and before it is committed."""
    done, may_end = threading.Event(), threading.Event()

    def held(tx: Tx) -> Any:
        try:
            return one(tx)
        finally:
            done.set()
            may_end.wait(10)

    first = asyncio.create_task(asyncio.to_thread(home.database.write, held))
    await asyncio.to_thread(done.wait, 10)
    second = asyncio.create_task(asyncio.to_thread(home.database.write, other))
    await asyncio.sleep(0.3)
    assert not second.done(), "it waits for the first"
    may_end.set()
    return await first, (await asyncio.gather(second, return_exceptions=True))[0]


def of(got: Taken | Proved) -> str:
    return got.conversation_id if isinstance(got, Proved) else got.accepted.conversation_id


async def joined(home: House) -> None:
    """Let what waits for the end of a turn come to it; the turn was overtaken and runs once more."""
    while home.database.read(merging.due, W):
        await home.runner.sweep()
        await home.runner.settled()


def customer_of(home: House, conversation_id: str) -> str | None:
    row = home.database.read(found, W, conversation_id)
    return home.database.read(identity.customer, W, row["customer_id"]).external_id


def said(home: House, conversation_id: str) -> list[str]:
    rows = home.database.read(transcript.of_conversation, W, conversation_id, staff=False)
    return [row["text"] for row in rows]


def apart(home: House, stranger: Taken, anas: Any, bias: Any) -> None:
    """Check that Ana has the stranger's conversation, Bia another, and each token opens its own."""
    assert customer_of(home, of(anas)) == customer_of(home, of(stranger)) == "C-1"
    assert customer_of(home, of(bias)) == "C-2"
    assert not {"hello", SECRET} & set(said(home, of(bias)))
    assert "I am Bia" not in said(home, of(anas))
    opened = home.database.read(tokens.conversation_of, W, bias.token)
    assert opened == of(bias)
    assert home.database.read(tokens.conversation_of, W, anas.token) == of(anas)


@on_postgresql
@pytest.mark.attack
@pytest.mark.parametrize("has_another", [False, True])
@pytest.mark.parametrize("by", ["the company's word", "a code"])
async def test_at_once_the_second_begins_anew_and_sees_nothing_of_the_firsts(
    home: House, has_another: bool, by: str
) -> None:
    if has_another:
        await home.take("from home", Visitor(asserted=ANA))
    first = await home.say("hello")
    bia = bia_signs_in(first) if by == "the company's word" else proves(home, first, "C-2")
    anas, bias = await at_once(home, ana_signs_in(first), bia)
    apart(home, first, anas, bias)


@on_postgresql
@pytest.mark.attack
async def test_of_two_codes_at_once_the_first_says_who_the_stranger_was(home: House) -> None:
    first = await home.say("hello")
    stranger_id = home.database.read(found, W, of(first))["customer_id"]
    anas, bias = await at_once(home, proves(home, first, "C-1"), proves(home, first, "C-2"))
    apart(home, first, anas, bias)
    assert home.database.read(identity.customer, W, stranger_id).external_id == "C-1"


@on_postgresql
@pytest.mark.attack
@pytest.mark.parametrize("joins", ["sign-in", "sweep"])
async def test_while_a_turn_lets_the_first_wait_the_second_begins_anew(
    home: House, joins: str
) -> None:
    first = await home.say("hello")
    claim = await home.claim(of(first))
    if joins == "sign-in":
        anas, bias = await at_once(home, ana_signs_in(first), bia_signs_in(first))
        await home.runner._turn(claim)
    else:
        anas = await home.database.writing(ana_signs_in(first))
        await home.runner._turn(claim)
        ana_id = home.database.write(identity.resolve, W, "user", "C-1")
        bia_id = home.database.write(identity.resolve, W, "user", "C-2")
        _, (kept, merged) = await at_once(
            home,
            lambda tx: merging.join(tx, W, ana_id),
            lambda tx: merging.bring(tx, W, of(first), bia_id),
        )
        assert (kept, merged) == ("", [])
        bias = await home.take("I am Bia", Visitor(asserted=BIA))
    await joined(home)
    apart(home, first, anas, bias)


@on_postgresql
@pytest.mark.attack
@pytest.mark.parametrize("has_another", [False, True])
async def test_who_does_not_sign_in_writes_nothing_into_what_became_hers_at_that_moment(
    home: House, has_another: bool
) -> None:
    if has_another:
        await home.take("from home", Visitor(asserted=ANA))
    first = await home.say("hello")
    anas, refused = await at_once(
        home, ana_signs_in(first), lambda tx: take(tx, "hm?", Visitor(token=first.token))
    )
    assert isinstance(refused, Unauthenticated)
    assert "hm?" not in said(home, of(anas))


# --- one after the other ---------------------------------------------------------------------------


@pytest.mark.attack
@pytest.mark.parametrize("has_another", [False, True])
async def test_one_after_the_other_the_second_begins_anew(home: House, has_another: bool) -> None:
    if has_another:
        await home.take("from home", Visitor(asserted=ANA))
    first = await home.say("hello")
    anas = await home.database.writing(ana_signs_in(first))
    again: Step
    for again in (bia_signs_in(first), proves(home, first, "C-2")):
        with pytest.raises(Unauthenticated):
            await home.database.writing(again)
    bia_id = home.database.write(identity.resolve, W, "user", "C-2")
    assert home.database.write(merging.bring, W, of(first), bia_id) == ("", [])
    bias = await home.take("I am Bia", Visitor(asserted=BIA))
    apart(home, first, anas, bias)


@pytest.mark.attack
@pytest.mark.parametrize("waits", [False, True])
async def test_who_signs_in_with_the_token_of_another_customer_gets_nothing_of_hers(
    home: House, waits: bool
) -> None:
    first = await home.say("hello")
    claim = await home.claim(of(first)) if waits else None
    anas = await home.database.writing(ana_signs_in(first))
    bias = await home.database.writing(bia_signs_in(anas))
    if claim is not None:
        await home.runner._turn(claim)
        await joined(home)
    apart(home, first, anas, bias)


@pytest.mark.attack
async def test_who_proves_with_the_token_of_another_customer_takes_over_no_account_of_hers(
    home: House,
) -> None:
    ana_id = home.database.write(identity.resolve, W, "user", "C-1")
    first = await home.say("hello")
    anas = await home.database.writing(proves(home, first, "C-1"))
    home.database.write(_phone_of, ana_id)
    bias = await home.database.writing(
        proves(home, Taken(accepted=first.accepted, token=anas.token), "C-2")
    )
    assert home.database.read(identity.find, W, "whatsapp", "+5511900000001") == ana_id
    apart(home, first, anas, bias)
    row = home.database.read(found, W, of(bias))
    assert row["address"] == row["customer_id"], "nothing for her goes to Ana"


def _phone_of(tx: Tx, customer_id: str) -> None:
    """Let a channel vouch for a customer's number."""
    number = identity.resolve(tx, W, "whatsapp", "+5511900000001")
    identity.move(tx, W, number, customer_id)
