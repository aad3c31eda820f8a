"""What is erased is nowhere any more, and what was under way for her ends with a reason."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

from conversations import acting, approvals, effects, feed, handoffs, parting, settling, transcript
from conversations.accept import open_conversation
from conversations.attachments import Shelf, checked, link
from conversations.outcomes import Outcome
from conversations.rows import found
from conversations.sending import take as take_delivery
from conversations.tables import conversations, merges, messages, turns
from conversations.visitors import Taken, Visitor
from core import audit, personal
from core.access import Caller, issue_key
from core.database import Tx, metadata
from core.errors import BadInput, Conflict, NotFound, Unauthenticated
from customers import Assertion, cases, identity
from customers.verification import issue_code
from desk.erasing import _erase
from tests.conversations.echo import House, W
from tests.conversations.post import ANA, post
from tests.conversations.site import client

NAME, MAIL, PHONE, NUMBER = (
    "Anabela Quixote",
    "anabela@quixote.example",
    "+5511955554444",
    "C-77001",
)
WORDS = "my heirloom samovar never arrived"
SECRETS = (NAME, "Anabela", MAIL, "quixote", PHONE, NUMBER, "samovar", "heirloom", "whiskers.png")
SHE = Assertion(external_id=NUMBER, name=NAME, email=MAIL, phone=PHONE)
PNG = b"\x89PNG\r\n\x1a\n" + b"whiskers" * 20


async def admin(home: House, role: Any = "admin") -> dict[str, str]:
    made = await home.database.writing(issue_key, W, "Chief", scopes=("staff",), role=role)
    return {"Authorization": f"Bearer {made}"}


async def says(home: House, text: str, *, she: Assertion = SHE) -> Taken:
    return await home.take(text, Visitor(asserted=she))


async def lived(home: House) -> str:
    """Let her be known by much; give her id."""
    await home.say("somebody else's words, kept")
    taken = await says(home, f"{WORDS}, it came broken")
    it = taken.accepted.conversation_id
    await home.runner.answer(it)
    await says(home, f"something big for my samovar, {MAIL}")
    await home.runner.answer(it)
    await says(home, "pay for the samovar, a person please")
    await home.runner.answer(it)
    home.database.write(handoffs.take_over, W, it, person="Bia", actor="k")
    home.database.write(
        handoffs.reply, W, it, text=f"Dear {NAME}, I look for the samovar.", person="Bia", actor="k"
    )
    home.database.write(
        handoffs.hand_back, W, it, person="Bia", actor="k",
        wrap_up={"did": "samovar", "promised": "a samovar", "changed": "", "follow_up": ""},
    )  # fmt: skip
    await home.runner.answer(it)
    customer_id = home.database.read(found, W, it)["customer_id"]
    home.database.write(identity.claim, W, customer_id, {"nickname": "Anabela"})
    home.database.write(issue_code, W, "email", MAIL)
    (case,) = home.database.read(cases.open_cases, W, customer_id)
    home.database.write(
        cases.add_note, W, case.case_id, author="Bia", text="she misses her samovar"
    )
    shelf = Shelf(home.settings.data_dir, W)
    upload = checked("whiskers.png", PNG)
    part = home.database.write(shelf.keep, upload, shelf.set_aside(upload))
    home.database.write(_sent, part["id"], it)
    return customer_id


def _sent(tx: Tx, attachment_id: str, conversation_id: str) -> None:
    link(tx, W, [{"id": attachment_id}], conversation_id)


def everything(tx: Tx) -> str:
    """Give the whole database as one text."""
    told = []
    for table in metadata.sorted_tables:
        for row in tx.execute(sa.select(table)):
            values = [
                value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                for value in row
            ]
            told.append(f"{table.name}: {' '.join(values)}")
    return "\n".join(told)


def erased(home: House, customer_id: str) -> None:
    caller = Caller(
        workspace_id=W, key_id="key_1", name="Chief", role="admin", scopes=frozenset({"staff"})
    )
    home.database.write(_erase, caller, customer_id, home.settings.data_dir)


async def test_after_an_erasure_no_word_of_hers_is_found_anywhere_and_the_rest_is_kept(
    home: House,
) -> None:
    customer_id = await lived(home)
    before = home.database.read(everything)
    assert all(secret in before for secret in SECRETS if secret != "quixote")
    async with client(home) as http:
        known = await http.get(f"/customers/{customer_id}/personal-data", headers=await admin(home))
        assert known.status_code == 200, known.text
        assert all(secret in known.text for secret in (NAME, MAIL, PHONE, "samovar", "whiskers"))
        done = await http.post(f"/customers/{customer_id}/erase", headers=await admin(home))
        assert done.status_code == 200, done.text
        assert done.json()["counts"]["conversations"]["messages"] >= 6
        again = await http.post(f"/customers/{customer_id}/erase", headers=await admin(home))
        counted = [count for folder in again.json()["counts"].values() for count in folder.values()]
        assert sum(counted) <= 1, "the line that tells open pages"
    left = home.database.read(everything)
    for secret in SECRETS:
        lines = [line for line in left.splitlines() if secret.lower() in line.lower()]
        assert lines == [], (secret, lines)
    assert "somebody else's words, kept" in left
    assert home.database.read(audit.verify, W).broken_at is None
    for path in home.settings.data_dir.rglob("*"):
        if path.is_file() and path.name != "book":
            raw = path.read_bytes()
            found_in = [one for one in SECRETS if one.encode() in raw]
            assert found_in == [], (path, found_in)
            assert b"whiskerswhiskers" not in raw


@pytest.mark.parametrize("role", ["agent", "lead", "builder", "analyst"])
async def test_only_admins_erase_or_read_it_all(home: House, role: str) -> None:
    taken = await says(home, WORDS)
    customer_id = home.database.read(found, W, taken.accepted.conversation_id)["customer_id"]
    async with client(home) as http:
        headers = await admin(home, role)
        ways = [
            await http.post(f"/customers/{customer_id}/erase", headers=headers),
            await http.get(f"/customers/{customer_id}/personal-data", headers=headers),
            await http.post(f"/customers/{customer_id}/erase"),
        ]
    assert [way.status_code for way in ways] == [403, 403, 401]
    assert WORDS in home.database.read(everything)


async def test_whoever_is_not_known_cannot_be_erased(home: House) -> None:
    async with client(home) as http:
        gone = await http.post("/customers/customer_none/erase", headers=await admin(home))
    assert gone.status_code == 404


def test_every_table_that_names_a_customer_or_a_conversation_is_thought_of() -> None:
    """A new one fails here until its folder's `personal` erases it, or it is known to hold no words."""
    erased_or_scrubbed = {
        "conversations", "conversation_tokens", "messages", "outbox", "summaries", "message_terms",
        "attachments", "turns", "effects", "approvals", "handoffs", "feed", "checkpoints",
        "customers", "identities", "cases", "case_notes", "customer_codes",
    }  # fmt: skip
    theirs = {
        table.name
        for table in metadata.sorted_tables
        if {"conversation_id", "customer_id", "case_id"} & set(table.c.keys())
    }
    assert theirs <= erased_or_scrubbed
    assert set(personal.folders()) == {"conversations", "customers"}


# --- what was under way ----------------------------------------------------------------------------


async def begun(home: House, text: str) -> tuple[str, str]:
    """Let her write; give the conversation and her id."""
    it = (await says(home, text)).accepted.conversation_id
    return it, home.database.read(found, W, it)["customer_id"]


@pytest.mark.attack
async def test_an_approval_of_hers_ends_with_a_reason_and_nothing_is_done(home: House) -> None:
    it, customer_id = await begun(home, "something big")
    await home.runner.answer(it)
    (approval,) = home.database.read(approvals.listed, W)
    erased(home, customer_id)
    with pytest.raises(Conflict, match="was erased"):
        home.database.write(
            approvals.decide, W, approval["approval_id"], "approve", person="Bia", actor="k"
        )
    (ended,) = home.database.read(approvals.listed, W, "erased")
    assert ended["outcome"]["reason"] == "the customer was erased"
    assert ended["proposal"]["preview"] == ""
    await home.runner.sweep()
    await home.runner.settled()
    assert home.paid == 0


@pytest.mark.attack
async def test_an_approval_that_is_being_carried_out_ends_the_same_way(home: House) -> None:
    it, customer_id = await begun(home, "something big")
    await home.runner.answer(it)
    (approval,) = home.database.read(approvals.listed, W)
    home.database.write(
        approvals.decide, W, approval["approval_id"], "approve", person="Bia", actor="k"
    )
    action = home.database.write(
        acting.claim, W, approval["approval_id"], process_id="me", lease_s=15
    )
    assert action is not None
    erased(home, customer_id)
    assert await home.runner._act(action) is None
    assert home.database.write(acting.failed, action, failure="Late") is None
    await home.runner.sweep()
    await home.runner.settled()
    assert home.paid == 0
    assert home.database.read(approvals.one, W, approval["approval_id"])["state"] == "erased"
    assert home.database.read(open_ones) == []


def open_ones(tx: Tx) -> list[str]:
    open_now = sa.select(conversations.c.conversation_id).where(conversations.c.state == "open")
    return list(tx.scalars(open_now))


@pytest.mark.attack
async def test_an_effect_that_is_under_way_is_kept_without_its_words(home: House) -> None:
    it, customer_id = await begun(home, "pay for the samovar")
    pays = home.conductor.tools["pay"]

    def pay(amount: float, *, context: Any) -> Any:
        result = pays.function(amount=amount, context=context)
        erased(home, customer_id)
        return result

    home.conductor.tools["pay"] = pays.__class__(**{**vars(pays), "function": pay})
    await home.runner.answer(it)
    await home.runner.sweep()
    assert home.paid == 1
    (done,) = home.database.read(effects.of_turn, W, f"{it}:1")
    assert (done["state"], done["text"], done["proposal"]) == ("done", "", {})
    assert "samovar" not in home.database.read(everything)


@pytest.mark.attack
async def test_a_turn_that_runs_is_refused_and_who_waits_for_it_is_told(home: House) -> None:
    it, customer_id = await begun(home, WORDS)

    async def erase_now(_request: Any) -> None:
        erased(home, customer_id)

    home.conductor.before = erase_now
    assert await home.runner.answer(it)
    home.conductor.before = None
    assert not await home.runner.answer(it)
    row = home.database.read(found, W, it)
    assert (row["state"], row["outcome"], row["ready_at"]) == ("closed", "erased", None)
    for table in (messages, turns):
        count = sa.select(sa.func.count()).select_from(table)
        assert home.database.read(lambda tx, counted=count: tx.scalar(counted)) == 0
    (told,) = home.database.read(lambda tx: feed.since(tx, W, it, 0, staff=False))
    assert told["data"] == {"status": "closed", "outcome": "erased"}


async def test_a_person_who_speaks_to_her_is_told_that_nobody_is_there(home: House) -> None:
    it, customer_id = await begun(home, WORDS)
    home.database.write(handoffs.take_over, W, it, person="Bia", actor="k")
    erased(home, customer_id)
    assert home.database.read(handoffs.queue, W) == []
    with pytest.raises(Conflict, match="was erased"):
        home.database.write(handoffs.reply, W, it, text="hello", person="Bia", actor="k")
    with pytest.raises(Conflict, match="was erased"):
        home.database.write(handoffs.hand_back, W, it, wrap_up={}, person="Bia", actor="k")


@pytest.mark.attack
async def test_nothing_more_is_sent_and_what_is_on_its_way_settles_nowhere(home: House) -> None:
    async with post(home) as mail:
        it = await mail.answered("hello")
        await mail.answered("again")
        customer_id = home.database.read(found, W, it)["customer_id"]
        taken = home.database.write(
            take_delivery, W, it, process_id="me", lease_s=15, accounts=mail.accounts
        )
        erased(home, customer_id)
        sent = Outcome(kind="sent", provider_message_id="x")
        assert home.database.write(settling.settle, taken, sent) is None  # pyright: ignore[reportArgumentType]
        assert not await mail.courier.deliver(it)
        assert mail.texts() == []
        assert ANA not in home.database.read(everything)
        anew = await mail.write("it is me again", message_id="another")
        assert anew.conversation_id != it
        assert home.database.read(found, W, anew.conversation_id)["customer_id"] != customer_id


async def test_a_case_of_hers_asks_for_no_follow_up_and_says_why_it_ended(home: House) -> None:
    it, customer_id = await begun(home, "it came broken")
    await home.runner.answer(it)
    (case,) = home.database.read(cases.open_cases, W, customer_id)
    erased(home, customer_id)
    assert home.database.read(cases.due_cases, W, now=case.follow_up_at + 1) == []
    ended = home.database.read(cases.case, W, case.case_id)
    assert (ended.state, ended.resolution) == ("closed", "the customer was erased")


async def test_her_token_opens_nothing_and_nothing_is_begun_for_her_id(home: House) -> None:
    first = await home.say(WORDS)
    customer_id = home.database.read(found, W, first.accepted.conversation_id)["customer_id"]
    erased(home, customer_id)
    with pytest.raises(Unauthenticated):
        await home.say("hello?", first)
    with pytest.raises(NotFound, match="erased"):
        home.database.write(
            open_conversation, W, customer_id, channel="webchat", account="web", address=""
        )


async def test_what_was_merged_is_erased_with_it_under_every_id_she_had(home: House) -> None:
    it, customer_id = await begun(home, WORDS)
    await home.runner.answer(it)
    stranger = await home.say("the samovar of my aunt")
    await home.runner.answer(stranger.accepted.conversation_id)
    await home.take("it is me", Visitor(token=stranger.token, asserted=SHE))
    erased(home, customer_id)
    assert "samovar" not in home.database.read(everything)
    rows = home.database.read(transcript.of_conversation, W, it, staff=True)
    assert rows == []


async def test_a_merge_of_hers_cannot_be_taken_back_and_nothing_is_left_of_it(home: House) -> None:
    first = await home.say("hello")
    await home.runner.answer(first.accepted.conversation_id)
    customer_id = await lived(home)
    await home.take("it is me", Visitor(token=first.token, asserted=SHE))
    assert home.database.read(lambda tx: tx.scalar(sa.select(sa.func.count()).select_from(merges)))
    erased(home, customer_id)
    left = sa.select(sa.func.count()).select_from(merges)
    assert home.database.read(lambda tx: tx.scalar(left)) == 0
    with pytest.raises(NotFound, match="No merge"):
        home.database.write(
            parting.part, W, first.accepted.conversation_id, person="Bia", actor="k"
        )


@pytest.mark.attack
async def test_a_message_that_the_provider_sends_again_afterwards_does_not_come_back(
    home: House,
) -> None:
    async with post(home) as mail:
        it = await mail.answered(WORDS)
        erased(home, home.database.read(found, W, it)["customer_id"])
        with pytest.raises(BadInput, match="erased"):
            await mail.write(WORDS)
        assert not home.database.read(lambda tx: tx.execute(sa.select(messages)).all())
        anew = await mail.write("hello, it is me again")
        assert anew.conversation_id != it


async def test_a_message_that_comes_at_the_same_moment_is_hers_no_more(home: House) -> None:
    """Whichever is first: nothing of the erased customer is left, and nothing hangs."""
    for number in range(6):
        first = await home.say(f"hello {number}")
        customer_id = home.database.read(found, W, first.accepted.conversation_id)["customer_id"]

        async def erase(whom: str = customer_id) -> None:
            await asyncio.to_thread(erased, home, whom)

        async def write(taken: Taken = first) -> None:
            with suppress(Unauthenticated, NotFound):
                await home.say("at the same moment", taken)

        await asyncio.gather(write(), erase())
        count = sa.select(sa.func.count()).select_from(messages)
        assert home.database.read(lambda tx, counted=count: tx.scalar(counted)) == 0
