"""Lead a dialogue through the product's HTTP API, as a customer and as people of the company."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from core.errors import RegenteError
from evals.cases import Case, Expect, Reject, StaffHandBack, StaffReply, Step, worded
from evals.scoring import Seen, objections

EVENT_TIMEOUT_S = 20.0
POLL_S = 0.1
IN_A_ROW_S = 0.01
"""Seconds between messages in a row: enough to arrive in order, too little to be answered."""


@dataclass(frozen=True)
class Facts:
    """What the product's records say of a conversation, beyond what its API shows."""

    effects: list[str]
    """Tools that have written."""

    cases: int
    """Open cases of the customer."""


class Place(Protocol):
    """Where a dialogue takes place."""

    @property
    def http(self) -> httpx.AsyncClient: ...

    @property
    def staff(self) -> Mapping[str, str]:
        """Headers of somebody of the company."""
        ...

    @property
    def stream(self) -> bool:
        """Whether replies are read as they are written."""
        ...

    async def fresh(self) -> None:
        """Forget all conversations and everything that was done."""
        ...

    async def pass_days(self, days: int) -> None:
        """Let days pass for the product."""
        ...

    async def facts(self, conversation_id: str) -> Facts:
        """Read the records of a conversation."""
        ...


@dataclass
class Talk:
    """How a case went."""

    case: Case
    transcript: list[tuple[str, str]] = field(default_factory=list)
    """Who and what, in order: `customer`, `ai`, `staff`."""

    wrong: list[str] = field(default_factory=list)
    """Every objection, with the step it is about; `[]`: it passed."""

    seconds: float = 0.0
    turns_ms: list[float] = field(default_factory=list)
    calls: int = 0
    """Calls of a model outside of the product, in all turns."""

    degraded: dict[str, str] = field(default_factory=dict)
    """Why the embedded model answered for another, by turn."""

    reviewed: list[str] = field(default_factory=list)
    """Sentences that the review did not let through as they were, with the reasons."""


@dataclass
class _Led:
    """A dialogue under way."""

    place: Place
    talk: Talk
    conversation_id: str = ""
    conversation_token: str = ""
    customer: dict[str, str] = field(default_factory=dict)
    heard: int = 0
    """Sequence number of the last message that was looked at."""


async def lead(place: Place, case: Case) -> Talk:
    """Lead one wording of a dialogue, to its end or to the first step that goes wrong."""
    talk, started = Talk(case), time.perf_counter()
    led = _Led(place, talk)
    try:
        await place.fresh()
        led.customer = await signed_in(place, case.dialogue.customer)
        for number, step in enumerate(case.dialogue.steps, 1):
            seen = await _step(led, step)
            expect = step.expect or (Expect() if step.speaks else None)
            wrong = objections(expect, seen, case.language) if expect and seen else []
            talk.wrong += [f"step {number}: {objection}" for objection in wrong]
            if wrong:
                break
    except (httpx.HTTPError, RegenteError, LookupError) as error:
        talk.wrong.append(f"{type(error).__name__}: {error}")
    talk.seconds = time.perf_counter() - started
    return talk


async def signed_in(place: Place, customer: str | None) -> dict[str, str]:
    """Sign in as a demo customer and give the headers that say so; a stranger has none."""
    if customer is None:
        return {}
    body = _body(await place.http.post("/demo/login", json={"customer": customer}))
    return {"Authorization": f"Bearer {body['token']}"}


async def _step(led: _Led, step: Step) -> Seen | None:
    """Do a step and give what came of it; None when nothing is to be waited for."""
    if step.speaks:
        return await _customer_says(led, step)
    if step.days:
        led.talk.transcript.append(("staff", f"{step.days} days pass"))
        await led.place.pass_days(step.days)
        return None
    await _staff_does(led, step)
    return await _overheard(led, step.expect) if step.expect else None


async def _customer_says(led: _Led, step: Step) -> Seen:
    said = led.talk.case.wording[step.customer] if step.customer else ""
    texts = said if isinstance(said, list) else [said]
    messages = [{"message": text, "language": None} for text in texts]
    led.talk.transcript += [("customer", text) for text in texts if text]
    if step.attach:
        messages[-1]["attachments"] = [step.attach.model_dump()]
        led.talk.transcript.append(("customer", f"[{step.attach.name}]"))
    began = time.perf_counter()
    bodies = await _sent(led, messages)
    led.talk.turns_ms.append((time.perf_counter() - began) * 1000)
    last = bodies[-1]
    await _new_messages(led)
    replies = [
        *{reply["message_id"]: reply for body in bodies for reply in body["replies"]}.values()
    ]
    led.talk.transcript += [("ai", reply["text"]) for reply in replies]
    return await _seen(led, replies, status=last["status"], turn_id=last["turn_id"])


async def _sent(led: _Led, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Send messages in a row, each as soon as the one before it was taken in; give all answers.

    Raises:
        LookupError: they begin a stranger's conversation, and there is nothing to hold them together.
    """
    if len(messages) > 1 and not (led.conversation_id or led.customer):
        raise LookupError("only somebody who is known can begin with several messages in a row")
    sending: list[asyncio.Task[dict[str, Any]]] = []
    for message in messages:
        if led.conversation_id:
            message["conversation_id"] = led.conversation_id
            message["conversation_token"] = led.conversation_token
        sending.append(asyncio.create_task(_chat(led.place, message, led.customer)))
        if message is not messages[-1]:
            await asyncio.sleep(IN_A_ROW_S)
    bodies = await asyncio.gather(*sending)
    led.conversation_id = bodies[-1]["conversation_id"]
    led.conversation_token = bodies[-1]["conversation_token"] or led.conversation_token
    return bodies


async def _chat(place: Place, message: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """Send a message and give the answer, read at once or as it is written."""
    if not place.stream:
        return _body(await place.http.post("/chat", json=message, headers=headers))
    headers = {**headers, "Accept": "text/event-stream"}
    async with place.http.stream("POST", "/chat", json=message, headers=headers) as response:
        if response.status_code >= 400:
            await response.aread()
            _body(response)
        async for event, data in events(response):
            if event == "error":
                raise LookupError(f"the stream ended with {data}")
            if event == "done":
                return data
    raise LookupError("the stream ended without `done`")


async def events(response: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    event = ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(":")
        if name == "event":
            event = value.strip()
        elif name == "data" and event:
            yield event, json.loads(value)


async def _staff_does(led: _Led, step: Step) -> None:
    act, language = step.staff, led.talk.case.language
    place = f"/conversations/{led.conversation_id}"
    if act == "take_over":
        await _staff(led, f"{place}/takeover", {}, "takes over")
    elif isinstance(act, StaffReply):
        text = worded(act.reply, language)
        await _staff(led, f"{place}/reply", {"text": text}, text)
    elif isinstance(act, StaffHandBack):
        wrap_up = {
            name: worded(value, language)
            for name, value in act.hand_back.model_dump().items()
            if value
        }
        await _staff(led, f"{place}/handback", wrap_up, f"hands back: {wrap_up}")
    elif isinstance(act, Reject):
        reason = worded(act.reject, language)
        await _decide(led, {"decision": "reject", "reason": reason}, f"rejects: {reason}")
    else:
        await _decide(led, {"decision": "approve"}, "approves")


async def _decide(led: _Led, decision: dict[str, str], told: str) -> None:
    """Decide what waits for a person in this conversation, the oldest first."""
    waiting = await _waiting(led)
    if not waiting:
        raise LookupError("nothing waits for approval in this conversation")
    await _staff(led, f"/approvals/{waiting[0]['approval_id']}", decision, told)


async def _staff(led: _Led, path: str, body: dict[str, Any], told: str) -> None:
    led.talk.transcript.append(("staff", told))
    await _new_messages(led)
    _body(await led.place.http.post(path, json=body, headers=led.place.staff))


async def _overheard(led: _Led, expect: Expect) -> Seen:
    """Wait for what the AI says on its own after something happened."""
    until = time.perf_counter() + EVENT_TIMEOUT_S
    replies: list[dict[str, Any]] = []
    while len(replies) < expect.replies and time.perf_counter() < until:
        await asyncio.sleep(POLL_S)
        replies += [message for message in await _new_messages(led) if message["role"] == "ai"]
    led.talk.transcript += [("ai", reply["text"]) for reply in replies]
    shown = _body(
        await led.place.http.get(f"/conversations/{led.conversation_id}", headers=led.place.staff)
    )
    turn_id = replies[-1]["turn_id"] if replies else None
    return await _seen(led, replies, status=shown["status"], turn_id=turn_id)


async def _new_messages(led: _Led) -> list[dict[str, Any]]:
    """Give the messages since the last look."""
    if not led.conversation_id:
        return []
    path = f"/conversations/{led.conversation_id}/messages"
    page = _body(
        await led.place.http.get(path, params={"after": led.heard}, headers=led.place.staff)
    )["messages"]
    led.heard = max([led.heard, *(message["sequence"] for message in page)])
    return page


async def _waiting(led: _Led) -> list[dict[str, Any]]:
    """Give the proposals of this conversation that wait for a person."""
    listed = _body(await led.place.http.get("/approvals", headers=led.place.staff))["approvals"]
    return [row for row in listed if row["conversation_id"] == led.conversation_id]


async def _seen(
    led: _Led, replies: list[dict[str, Any]], *, status: str, turn_id: str | None
) -> Seen:
    path = f"/conversations/{led.conversation_id}/turns"
    turns = _body(await led.place.http.get(path, headers=led.place.staff))["turns"]
    turn = next((turn for turn in turns if turn["turn_id"] == turn_id), {})
    led.talk.calls = sum(turn["calls"] for turn in turns)
    led.talk.degraded = {turn["turn_id"]: turn["degraded"] for turn in turns if turn["degraded"]}
    led.talk.reviewed = [
        f"{remark['sentence']!r}: {remark['reason']}"
        for turn in turns
        for remark in turn.get("review") or []
    ]
    facts = await led.place.facts(led.conversation_id)
    return Seen(
        replies=[reply["text"] for reply in replies],
        cited=[citation["title"] for reply in replies for citation in reply["citations"]],
        status=status,
        agents=[entry["agent"] for entry in turn.get("agents") or []],
        effects=facts.effects,
        approvals=[row["proposal"]["tool"] for row in await _waiting(led)],
        cases=facts.cases,
        buttons=[button for reply in replies for button in reply.get("buttons") or []],
    )


def _body(response: httpx.Response) -> dict[str, Any]:
    if response.status_code >= 400:
        raise LookupError(
            f"{response.request.method} {response.request.url.path} gave {response.status_code}: "
            f"{response.text[:300]}"
        )
    return response.json()
