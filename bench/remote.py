"""What is measured with a language model over HTTP: the first sentence, calls and tokens, bad answers."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

from bench.figures import Figure, median
from bench.places import Child, copied, model_server, product
from core.settings import Settings
from models.scripted.completion import tokens

TTFT_S, TOKENS_PER_S = 0.3, 50
GATES_MS = {1: (None, None), 15: (None, None), 32: (25.0, 15.0), 128: (80.0, 60.0)}
"""Clients, and what may and should be added to the model's own time for the first sentence.

One alone tells what nobody has to wait for a core for; 15 are to two slow cores what 32 are to fast ones.
"""

TURN = 50
FAULTS = ("malformed", "cut", "hang")


def first_sentence(
    data_dir: Path, settings: Settings, said: Sequence[str], *, quick: bool
) -> Iterator[Figure]:
    """Time to the first reviewed sentence, beyond what the model itself takes to write it."""
    turns = 3 if quick else 5
    for clients, (gate, stretch) in GATES_MS.items():
        folder = copied(data_dir, data_dir.with_name(f"first-{clients}"))
        with model_server(folder.parent) as model, product(folder, settings, model=model) as server:
            asyncio.run(_talks(server, said, 8, 2))
            _order(model, latency_s=TTFT_S, tokens_per_s=TOKENS_PER_S)
            heard = asyncio.run(_talks(server, said, clients, turns))
        added = [first - own for first, own in heard if first]
        yield Figure(
            what=f"added before the first reviewed sentence, {clients} clients",
            value=median(added) if added else float("inf"),
            unit="ms",
            reference=median([own for _, own in heard]),
            against="the model's own time for it",
            gate=gate,
            stretch=stretch,
        )


async def _talks(
    server: Child, said: Sequence[str], clients: int, turns: int
) -> list[tuple[float, float]]:
    """Let clients talk, begun one after the other; give their turns' times to a sentence, in ms."""
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=90) as http:

        async def talk(number: int) -> list[tuple[float, float]]:
            await asyncio.sleep(number / clients * (TTFT_S + 1))
            headers = {"Accept": "text/event-stream"}
            heard = [
                await _first(http, said[(number + turn) % len(said)], headers)
                for turn in range(turns)
            ]
            return heard[1:]  # in the first turn the assistant introduces itself before the model

        heard = await asyncio.gather(*map(talk, range(clients)))
    return [one for each in heard for one in each]


async def _first(
    http: httpx.AsyncClient, text: str, headers: dict[str, str]
) -> tuple[float, float]:
    """Give the time to the first sentence, and the model's own share: its first token and the others."""
    begun, first, own, event = time.perf_counter(), 0.0, TTFT_S, ""
    async with http.stream("POST", "/chat", json={"message": text}, headers=headers) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if line.startswith("event:"):
                event = line[6:].strip()
            elif line.startswith("data:"):
                data = json.loads(line[5:])
                if token := data.get("conversation_token"):
                    headers["Authorization"] = f"Bearer {token}"
                if event == "delta" and not first:
                    first = (time.perf_counter() - begun) * 1000
                    # All its tokens come after the one that opens the answer, and one more tells its end.
                    own = TTFT_S + (len(tokens(data["text"])) + 1) / TOKENS_PER_S
    return first, own * 1000


def spent(
    data_dir: Path, settings: Settings, said: Sequence[str], *, quick: bool
) -> Iterator[Figure]:
    """Calls of the model in a turn, and how long its prompt is late in a conversation."""
    turns = TURN
    with model_server(data_dir.parent) as model, product(data_dir, settings, model=model) as server:
        calls, tokens = asyncio.run(_spent(model, server, said, turns))
    yield Figure(what="model calls a turn", value=calls, unit="", gate=1.5, stretch=1.1)
    yield Figure(
        what=f"prompt tokens at turn {turns}", value=tokens, unit="", gate=3500.0, stretch=2500.0
    )


async def _spent(
    model: Child, server: Child, said: Sequence[str], turns: int
) -> tuple[float, float]:
    headers, tokens, before, late = {"Accept": "text/event-stream"}, 0.0, 0, 0
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        for turn in range(turns):
            await _first(http, said[turn % len(said)], headers)
            asked = (await http.get(f"{model.url}/v1/requests")).json()
            if len(asked) > before:  # of the last turn that asked the model at all
                late = sum(len(json.dumps(one.get("messages"))) for one in asked[before:])
                tokens = late / 4
            before = len(asked)
    return before / turns, tokens


def faults(
    data_dir: Path, settings: Settings, said: Sequence[str], *, quick: bool
) -> Iterator[Figure]:
    """Turns whose model answers badly: what the customer saw, held against what was committed."""
    turns = 3 if quick else 10
    for fault in FAULTS:
        # A server for each: one that has met many faults leaves the model alone for a while.
        folder = copied(data_dir, data_dir.with_name(f"faults-{fault}"))
        with model_server(folder.parent) as model, product(folder, settings, model=model) as server:
            faulty, longest = asyncio.run(_faulty(model, server, said[:turns], fault))
        if faulty:
            print(f"{fault}: {'; '.join(sorted(set(faulty)))}", file=sys.stderr)
        yield Figure(
            what=f"{fault} model: turns of {turns} with a broken answer, or none",
            value=len(faulty),
            unit="",
            reference=longest,
            against="the longest turn, s",
            gate=0.0,
        )


async def _faulty(
    model: Child, server: Child, said: Sequence[str], fault: str
) -> tuple[list[str], float]:
    """Ask while the model fails; give what was wrong with turns, and the longest one in seconds."""
    found: list[str] = []
    longest = 0.0
    async with httpx.AsyncClient(base_url=server.url, timeout=90) as http:
        for text in said:
            _order(model, fail=fault)
            begun = time.perf_counter()
            found += [wrong] if (wrong := await _wrong(http, text)) else []
            longest = max(longest, time.perf_counter() - begun)
        asked = (await http.get(f"{model.url}/v1/requests")).json()
    _order(model, fail=None)
    if not asked:
        raise RuntimeError(f"No turn asked the model: {fault!r} was not met.")
    return found, longest


async def _wrong(http: httpx.AsyncClient, text: str) -> str:
    """Say what is wrong with one streamed turn; nothing when it is sound.

    What was shown and not taken back must be the beginning of the message; the message must be the one
    that the transcript has; and it must end as a sentence does, or a person comes.
    """
    shown: list[str] = []
    replies: list[str] = []
    begun: dict[str, str] = {}
    ended: dict[str, object] = {}
    headers = {"Accept": "text/event-stream"}
    async with http.stream("POST", "/chat", json={"message": text}, headers=headers) as answer:
        event = ""
        async for line in answer.aiter_lines():
            if line.startswith("event:"):
                event = line[6:].strip()
            elif line.startswith("data:"):
                data = json.loads(line[5:])
                begun = data if "conversation_token" in data and not begun else begun
                shown = [*shown, data["text"]] if event == "delta" else shown
                shown = [] if event == "retract" else shown
                replies += [data["text"]] if event == "message" else []
                ended = data if event == "done" else ended
    token = {"Authorization": f"Bearer {begun['conversation_token']}"}
    kept = await http.get(f"/conversations/{begun['conversation_id']}/messages", headers=token)
    committed = [one["text"] for one in kept.json()["messages"] if one["role"] == "ai"]
    return _held_against(shown, replies, committed, handed_off=ended.get("status") == "handoff")


def _held_against(
    shown: Sequence[str], replies: Sequence[str], committed: Sequence[str], *, handed_off: bool
) -> str:
    """Hold what a customer saw of a turn against its committed messages."""
    whole = " ".join(" ".join(committed).split())
    if list(replies) != list(committed):
        return "other messages were sent than the transcript has"
    if not whole.startswith(" ".join(" ".join(shown).split())):
        return "what was shown is not how the committed message begins"
    if not whole:
        return "" if handed_off else "there was no reply, and no person comes"
    if whole[-1] not in '.!?…:)]"”' and not handed_off:
        return "the reply does not end as a sentence does"
    return ""


def _order(model: Child, **orders: object) -> None:
    httpx.post(f"{model.url}/v1/script", json=orders).raise_for_status()
