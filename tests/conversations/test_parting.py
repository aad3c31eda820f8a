"""A merge that was wrong is taken back: what each had before is apart again, and nothing is lost."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from conversations import approvals, closing, feed, handoffs, merging, parting, tokens, transcript
from conversations.accept import Accepted, open_conversation
from conversations.parting import Parted
from conversations.restored import restored
from conversations.rows import exactly
from conversations.tables import conversations, merges
from conversations.visitors import Taken, Visitor, prove
from core import audit
from core.database import Tx, metadata
from core.errors import Conflict, NotFound, Unauthenticated
from customers import cases, identity
from customers.verification import issue_code
from tests.conversations.echo import House, W, take
from tests.conversations.test_merging import (
    ANA,
    answered,
    hers,
    row_of,
    signs_in,
    stranger,
    tab,
    texts,
    until,
)

WRAP_UP = {"did": "", "promised": "", "changed": "", "follow_up": ""}
IN_MOTION = ("epoch", "fence", "tenure", "feed_seq", "message_seq", "joining")
"""Columns that only grow, so that no run and no key of before comes true."""


def part(home: House, conversation_id: str, person: str = "Bia") -> Parted:
    return home.database.write(parting.part, W, conversation_id, person=person, actor="key_1")


def everything(home: House, conversation_id: str) -> dict[str, Any]:
    """Give all rows of a conversation, but what taking apart itself adds."""

    def look(tx: Tx) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for table in metadata.sorted_tables:
            if "conversation_id" in table.c and table.name != "conversation_tokens":
                theirs = sa.select(table).where(table.c.conversation_id == conversation_id)
                found[table.name] = [dict(row) for row in tx.execute(theirs).mappings()]
        found["messages"] = [
            row for row in found["messages"] if row["event"].get("kind") not in ("merged", "parted")
        ]
        kept = {row["message_id"] for row in found["messages"]}
        found["feed"] = [row for row in found["feed"] if row["data"].get("message_id") in kept]
        for row in found["conversations"]:
            for name in IN_MOTION:
                row.pop(name)
        for row in found["checkpoints"]:
            row.pop("updated_at")
        return {
            name: sorted(rows, key=lambda row: str(sorted(row.items())))
            for name, rows in found.items()
        }

    return home.database.read(look)


def its(home: House, conversation_id: str) -> list[str]:
    rows = home.database.read(transcript.of_conversation, W, conversation_id, staff=False)
    return [row["text"] for row in rows]


def both(home: House, *taken: Taken) -> tuple[str, ...]:
    return tuple(one.accepted.conversation_id for one in taken)


@pytest.mark.parametrize("older", ["hers", "strangers"])
async def test_every_row_that_existed_at_the_merge_is_as_it_was(home: House, older: str) -> None:
    begun = {"hers": hers, "strangers": stranger}
    first = await begun.pop(older)(home, "hello, something big, and it is broken")
    (other,) = begun.values()
    second = await other(home, "it is broken here as well, something big")
    old, new = (first, second) if older == "hers" else (second, first)
    ids = both(home, old, new)
    before = [everything(home, it) for it in ids]
    customer_id = before[0]["conversations"][0]["customer_id"]
    home.database.write(merging.bring, W, ids[1], customer_id)
    assert part(home, ids[0]) == Parted(hers_id=ids[0], strangers_id=ids[1])
    for conversation_id, was in zip(ids, before, strict=True):
        now = everything(home, conversation_id)
        for table, rows in was.items():
            assert now[table] == rows, table
    for conversation_id in ids:
        numbers = home.database.read(feed.since, W, conversation_id, 0, staff=True)
        assert len({entry["sequence"] for entry in numbers}) == len(numbers)


@pytest.mark.parametrize("older", ["hers", "strangers"])
async def test_what_came_later_stays_with_her_who_had_proved_who_she_is(
    home: House, older: str
) -> None:
    begun = {"hers": hers, "strangers": stranger}
    first = await begun.pop(older)(home, "hello")
    (other,) = begun.values()
    second = await other(home, "good evening")
    old, new = (first, second) if older == "hers" else (second, first)
    joined = await signs_in(home, new, "it is me, something big")
    await answered(home, joined)
    parted = part(home, row_of(home, joined)["conversation_id"])
    own, theirs = both(home, old, new)
    assert (parted.hers_id, parted.strangers_id) == (own, theirs)
    words = {"hers": ["hello", "good evening"], "strangers": ["good evening", "hello"]}[older]
    later = ["it is me, something big", "You said it is me, something big."]
    assert its(home, own) == [words[0], f"You said {words[0]}.", *later]
    assert its(home, theirs) == [words[1], f"You said {words[1]}."]
    (approval,) = home.database.read(approvals.listed, W)
    assert approval["conversation_id"] == own
    # Both go on: she with her token, the stranger's with whoever writes for the company.
    again = await home.take("and now?", Visitor(token=joined.token, asserted=ANA))
    assert again.accepted.conversation_id == own
    await answered(home, again)
    assert its(home, own)[-1] == "You said and now?."
    assert "good evening" not in str(home.conductor.seen[-1].missed)
    rows = [home.database.read(lambda tx, it=it: exactly(tx, W, it)) for it in (own, theirs)]
    assert [row["state"] for row in rows] == ["open", "open"]
    assert rows[0]["customer_id"] != rows[1]["customer_id"]


async def test_a_conversation_that_was_only_given_to_her_is_the_strangers_again(
    home: House,
) -> None:
    new = await stranger(home, "is anybody there? it is broken")
    (theirs,) = both(home, new)
    stranger_id = row_of(home, new)["customer_id"]
    joined = await signs_in(home, new)
    await answered(home, joined)
    customer_id = row_of(home, new)["customer_id"]
    parted = part(home, theirs)
    assert parted.strangers_id == theirs != parted.hers_id
    assert its(home, parted.hers_id) == ["it is me", "You said it is me."]
    assert len(its(home, theirs)) == 2
    assert len(home.database.read(cases.open_cases, W, stranger_id)) == 1
    assert home.database.read(cases.open_cases, W, customer_id) == []


async def test_identities_that_moved_with_a_code_return(home: House) -> None:
    old, new = await hers(home), await stranger(home)
    stranger_id = row_of(home, new)["customer_id"]
    code = home.database.write(issue_code, W, "user", "C-1")
    home.database.write(prove, W, new.token, "user", "C-1", code)
    customer_id = row_of(home, old)["customer_id"]
    assert home.database.read(identity.current_id, W, stranger_id) == customer_id
    part(home, both(home, new)[0])
    assert home.database.read(identity.current_id, W, stranger_id) == stranger_id
    assert home.database.read(identity.all_ids, W, customer_id) == [customer_id]
    theirs = home.database.read(identity.customer, W, stranger_id)
    assert len(theirs.accounts) == 1


async def test_nobody_reads_on_in_what_is_somebody_elses_again(home: House) -> None:
    new, old = await stranger(home, "first"), await hers(home)
    joined = await signs_in(home, new)
    await answered(home, joined)
    async with tab(home, joined) as shown:
        await until(shown, "You said it is me.")
        part(home, both(home, new)[0])
        home.hub.ring(both(home, new)[0])
        home.database.write(handoffs.take_over, W, both(home, new)[0], person="Bia", actor="key_1")
        home.database.write(
            handoffs.reply, W, both(home, new)[0], text="for the stranger", person="Bia", actor="k"
        )
        home.hub.ring(both(home, new)[0])
        await asyncio.sleep(0.2)
    assert "for the stranger" not in texts(shown)
    with pytest.raises(Unauthenticated):
        await home.say("me again", new)
    assert (await home.say("me", joined)).accepted.conversation_id == both(home, old)[0]


async def test_of_two_hand_offs_both_wait_again(home: House) -> None:
    old = await hers(home, "a person for my order")
    new = await stranger(home, "a person please")
    home.database.write(merging.bring, W, both(home, new)[0], row_of(home, old)["customer_id"])
    part(home, both(home, new)[0])
    waiting = home.database.read(handoffs.queue, W)
    assert [one["conversation_id"] for one in waiting] == list(both(home, old, new))
    assert [one["owner"] for one in waiting] == ["queue", "queue"]
    assert not any("joined" in one["packet"] for one in waiting)


async def test_a_person_who_speaks_parts_it_and_goes_on_where_she_was_called(home: House) -> None:
    old = await hers(home)
    new = await stranger(home, "a person please")
    joined = await signs_in(home, new)
    it = row_of(home, joined)["conversation_id"]
    home.database.write(handoffs.take_over, W, it, person="Bia", actor="key_1")
    with pytest.raises(Conflict, match="Bia is speaking"):
        part(home, it, "Rui")
    part(home, it)
    rows = [home.database.read(lambda tx, of=of: exactly(tx, W, of)) for of in both(home, old, new)]
    assert [row["owner"] for row in rows] == ["ai", "person"]
    assert rows[1]["owner_name"] == "Bia"


async def test_what_is_under_way_is_refused_until_it_is_over(home: House) -> None:
    await hers(home)
    new = await stranger(home, "something big")
    joined = await signs_in(home, new)
    it = row_of(home, joined)["conversation_id"]
    claim = await home.claim(it)
    with pytest.raises(Conflict, match="under way"):
        part(home, it)
    await home.runner._turn(claim)
    (approval,) = home.database.read(approvals.listed, W)
    approval_id = approval["approval_id"]
    home.database.write(approvals.decide, W, approval_id, "approve", person="Bia", actor="k")
    with pytest.raises(Conflict, match="under way"):
        part(home, it)
    await home.runner._carry_out(approval_id)
    await answered(home, joined)
    part(home, it)
    assert home.paid == 1
    (theirs,) = both(home, new)
    assert home.database.read(approvals.one, W, approval_id)["conversation_id"] == theirs


async def test_a_run_that_slept_through_merging_and_parting_changes_nothing(home: House) -> None:
    old = await hers(home)
    new = await home.say("pay")
    sleeper = await home.claim(both(home, new)[0], lease_s=-1)
    await answered(home, new)
    await signs_in(home, new)
    await answered(home, old)
    part(home, both(home, new)[0])
    before = [its(home, it) for it in both(home, old, new)]
    await home.runner._turn(sleeper)
    assert [its(home, it) for it in both(home, old, new)] == before
    assert home.paid == 1


async def test_merges_are_taken_back_from_the_last_one_on(home: House) -> None:
    oldest, old, new = await stranger(home, "first"), await hers(home), await stranger(home)
    await answered(home, await signs_in(home, new))
    await answered(home, await signs_in(home, oldest, "me again"))
    first, own, last = both(home, oldest, old, new)
    with pytest.raises(Conflict, match="take that back first"):
        part(home, last)
    part(home, own)
    part(home, last)
    assert its(home, first) == ["first", "You said first."]
    assert its(home, last) == ["hello", "You said hello."]
    assert its(home, own)[:2] == ["hello from home", "You said hello from home."]
    assert {"it is me", "me again"} <= set(its(home, own))
    with pytest.raises(NotFound, match="taken back already"):
        part(home, last)


def numbers_of(home: House, conversation_id: str, after: int = 0) -> list[int]:
    """Give the numbers of what staff read under an id, in the order they are given out."""
    read: list[int] = []
    while entries := home.database.read(feed.since, W, conversation_id, after, staff=True):
        read += [entry["sequence"] for entry in entries]
        after = read[-1]
    return read


def speaks(home: House, conversation_id: str, text: str) -> None:
    """Let a person write in a conversation."""
    home.database.write(handoffs.take_over, W, conversation_id, person="Bia", actor="key_1")
    home.database.write(handoffs.reply, W, conversation_id, text=text, person="Bia", actor="key_1")


@pytest.mark.parametrize("older", ["hers", "strangers"])
async def test_staff_who_follow_either_id_miss_nothing_and_get_no_number_twice(
    home: House, older: str
) -> None:
    begun = {"hers": hers, "strangers": stranger}
    await begun.pop(older)(home, "hello")
    (other,) = begun.values()
    merged = await other(home, "good evening")
    home.database.write(restored)  # far ahead, as after a backup
    new = merged if older == "hers" else await oldest(home)
    joined = await signs_in(home, new)
    await answered(home, joined)
    (it,) = both(home, merged)
    before = numbers_of(home, it)
    last = {one: numbers_of(home, one)[-1] for one in (it, *both(home, joined))}
    row = home.database.read(lambda tx: exactly(tx, W, it))
    part(home, it)
    assert home.database.read(exactly, W, it)["message_seq"] >= row["message_seq"]
    for one, read in last.items():
        speaks(home, one, "I have read all of it.")
        texts_after = [
            entry["data"].get("text")
            for entry in home.database.read(feed.since, W, one, read, staff=True)
        ]
        assert "I have read all of it." in texts_after
        assert any("parted" in str(text) for text in texts_after)
        assert not {"hello", "good evening", "it is me"} & set(texts_after)
    assert len(set(before)) == len(before)


async def oldest(home: House) -> Taken:
    """Give the stranger's conversation that was begun first, by a token of its own."""

    def opened(tx: Tx) -> Taken:
        rows = sa.select(conversations.c.conversation_id).order_by(conversations.c.opened_at)
        conversation_id = str(tx.scalars(rows.limit(1)).one())
        accepted = Accepted(
            conversation_id=conversation_id,
            message_id="",
            owner="ai",
            repeated=False,
            feed_before=0,
        )
        return Taken(accepted=accepted, token=tokens.issue(tx, W, conversation_id))

    return home.database.write(opened)


async def overtaken(home: House, new: Taken, *words: str) -> Taken:
    """Let a stranger's turn run while she signs in and writes on; give where she goes on then."""
    claim = await home.claim(both(home, new)[0])
    joined = new
    for text in words:
        joined = await signs_in(home, joined, text)
    await home.runner._turn(claim)
    for _ in range(4):  # it was overtaken, so it runs once more
        await home.runner.sweep()
        await home.runner.settled()
    return joined


@pytest.mark.parametrize("older", ["hers", "strangers", "no other"])
@pytest.mark.attack
async def test_what_she_wrote_while_a_turn_let_her_wait_is_hers(home: House, older: str) -> None:
    old = await hers(home, "from home") if older == "hers" else None
    new = await stranger(home, "good evening")
    await home.say("are you there?", new)
    stranger_id = row_of(home, new)["customer_id"]
    if older == "strangers":
        old = await hers(home, "from home")
    joined = await overtaken(home, new, "it is me", "my secret")
    assert row_of(home, new)["joining"] is None
    home.database.write(merging.join, W, row_of(home, joined)["customer_id"])
    parted = part(home, both(home, new)[0])
    assert parted.strangers_id == both(home, new)[0]
    assert its(home, parted.strangers_id) == [
        "good evening", "You said good evening.", "are you there?",
    ]  # fmt: skip
    own = its(home, parted.hers_id)
    assert [text for text in own if not text.startswith("You said")] == [
        *(["from home"] if old else []), "it is me", "my secret",
    ]  # fmt: skip
    row = home.database.read(exactly, W, parted.strangers_id)
    assert row["customer_id"] == stranger_id
    speaks(home, parted.strangers_id, "Good evening.")
    home.database.write(
        handoffs.hand_back, W, parted.strangers_id, wrap_up=WRAP_UP, person="Bia", actor="key_1"
    )
    while await home.runner.answer(parted.strangers_id):
        pass
    assert "secret" not in str(home.conductor.seen[-1])
    again = await home.take("and now?", Visitor(asserted=ANA))
    assert again.accepted.conversation_id == parted.hers_id
    await answered(home, again)
    assert its(home, parted.hers_id)[-1] == "You said and now?."


@pytest.mark.parametrize("older", ["hers", "strangers"])
async def test_what_waits_when_it_is_parted_is_answered_where_she_wrote_it(
    home: House, older: str
) -> None:
    old = await hers(home, "pay") if older == "hers" else None
    new = await home.say("pay this")
    if old is None:
        old = await hers(home, "pay")
    till = home.conductor.tools["pay"]

    def pay(amount: float, *, context: Any) -> Any:
        home.database.write(take, "pay more", Visitor(token=new.token, asserted=ANA))
        return till.function(amount, context=context)

    home.conductor.tools["pay"] = replace(till, function=pay)
    await home.runner._turn(await home.claim(both(home, new)[0]))
    home.conductor.tools["pay"] = till
    home.database.write(merging.join, W, row_of(home, old)["customer_id"])
    await home.say("pay again", old)
    assert row_of(home, new)["conversation_id"] == row_of(home, old)["conversation_id"]
    parted = part(home, both(home, new)[0])
    while await home.runner.answer(parted.hers_id):
        pass
    answers = [text for text in its(home, parted.hers_id) if text.startswith("You said")]
    for text in ("pay more", "pay again"):
        assert sum(text in answer for answer in answers) == 1
    assert home.paid == 3, "two that were answered, and one for both that waited"


async def test_of_three_conversations_each_strangers_is_its_own_again(home: House) -> None:
    first, second = await stranger(home, "first"), await stranger(home, "second")
    ids = both(home, first, second)
    strangers = [row_of(home, one)["customer_id"] for one in (first, second)]
    await home.say("wait", first)
    claim = await home.claim(ids[0])
    await signs_in(home, first, "it is me")
    await signs_in(home, second, "me too")
    assert {row_of(home, one)["state"] for one in (first, second)} == {"open"}
    third = await hers(home, "from home")
    await home.runner._turn(claim)
    for _ in range(4):
        await home.runner.sweep()
        await home.runner.settled()
    assert len({row_of(home, one)["conversation_id"] for one in (first, second, third)}) == 1
    for conversation_id in ids * 2:  # that which was merged last is taken back first
        with suppress(Conflict, NotFound):
            part(home, conversation_id)
    assert [row_of(home, one)["customer_id"] for one in (first, second)] == strangers
    assert its(home, ids[0])[:2] == ["first", "You said first."]
    assert its(home, ids[1]) == ["second", "You said second."]
    assert {"it is me", "me too"} <= set(its(home, row_of(home, third)["conversation_id"]))


async def test_of_two_merges_between_which_nothing_was_said_the_later_is_taken_back_first(
    home: House,
) -> None:
    first, second = await stranger(home, "first"), await stranger(home, "second")
    customer_id = home.database.write(lambda tx: identity.resolve(tx, W, "user", "C-1"))
    for it in both(home, first, second):
        home.database.write(merging.bring, W, it, customer_id)
    parted = part(home, both(home, first)[0])
    assert (parted.hers_id, parted.strangers_id) == both(home, first, second)
    assert part(home, both(home, first)[0]).strangers_id == both(home, first)[0]


async def test_a_stranger_who_has_begun_again_keeps_one_open_conversation(home: House) -> None:
    await hers(home)
    new = await home.say("hello", message_id="an id that cannot be guessed")
    await answered(home, new)
    joined = await signs_in(home, new)
    await answered(home, joined)
    stranger_id = home.database.read(lambda tx: tx.scalar(sa.select(merges.c.stranger_id)))

    def begins_again(tx: Tx) -> str:
        where = {"channel": "webchat", "account": "web", "address": str(stranger_id)}
        return open_conversation(tx, W, str(stranger_id), **where)["conversation_id"]

    second = home.database.write(begins_again)
    with pytest.raises(Conflict, match=second):
        part(home, both(home, new)[0])
    home.database.write(closing.close, W, second, "moot", person="Bia", actor="k")
    part(home, both(home, new)[0])


async def test_closed_meanwhile_both_are_closed_and_apart(home: House) -> None:
    old, new = await hers(home), await stranger(home)
    joined = await signs_in(home, new)
    await answered(home, joined)
    it = row_of(home, joined)["conversation_id"]
    home.database.write(closing.close, W, it, "solved", person="Bia", actor="k")
    part(home, it)
    rows = [home.database.read(lambda tx, of=of: exactly(tx, W, of)) for of in both(home, old, new)]
    assert [(row["state"], row["outcome"]) for row in rows] == [("closed", "solved")] * 2
    assert its(home, both(home, new)[0]) == ["hello", "You said hello."]


async def test_the_audit_tells_who_took_it_back(home: House) -> None:
    old, new = await hers(home), await stranger(home)
    await answered(home, await signs_in(home, new))
    part(home, both(home, new)[0])
    entry = home.database.read(
        lambda tx: (
            tx.execute(sa.select(audit.audit).order_by(audit.audit.c.sequence.desc()).limit(1))
            .mappings()
            .one()
        )
    )
    assert (entry["action"], entry["actor"]) == ("conversation.parted", "key_1")
    assert (entry["subject"], entry["details"]["parted"]) == both(home, old, new)
    assert home.database.read(audit.verify, W).broken_at is None
    count = sa.select(sa.func.count()).select_from(conversations)
    assert home.database.read(lambda tx: tx.scalar(count)) == 2
