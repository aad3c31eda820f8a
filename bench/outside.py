"""What is measured over HTTP: the model client's calls, whole streamed turns, idle conversations."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from bench.figures import Figure, cpu_ms_of, median
from bench.inside import FLOOR, FLOOR_THEN_MS
from bench.places import Child, bare, copied, model_server, product
from core.settings import Settings

CLIENTS = 8
TOKENS = 55
STOCK_THEN_MS = 8.3
TALK = [SystemMessage("You help customers."), HumanMessage("How long may I keep it?")]


def client(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Calls of the lean client and of the stock one, to a server whose CPU is not counted."""
    from langchain_openai import ChatOpenAI

    from models.openai.client import LeanChatOpenAI

    calls = 10 if quick else 60
    with model_server(folder) as server:
        given: dict[str, Any] = {"model": "scripted", "base_url": f"{server.url}/v1"}
        given |= {"api_key": "none", "stream_usage": True}
        answers = [" ".join(["words"] * TOKENS)] * (2 * calls + 6)
        httpx.post(f"{server.url}/v1/script", json={"answers": answers}).raise_for_status()

        async def both() -> list[float]:
            # One loop for both, and closed in it: langchain-openai keeps its client across loops.
            stock = ChatOpenAI(**given)
            try:
                return await _both([LeanChatOpenAI(**given), stock], calls)
            finally:
                await stock.root_async_client.close()

        lean, stock = asyncio.run(both())
    yield Figure(
        what=f"model client, CPU of a streamed call of {TOKENS} tokens",
        value=lean,
        unit="ms",
        reference=stock,
        against="stock ChatOpenAI",
        then=STOCK_THEN_MS,
        gate=1.5,
        stretch=1.1,
    )


async def _both(models: Sequence[BaseChatModel], calls: int) -> list[float]:
    spent: list[list[float]] = [[] for _ in models]
    for number in range(calls + 3):
        for model, own in zip(models, spent, strict=True):
            ms = await cpu_ms_of(_streamed(model))
            if number >= 3:  # the first ones import and connect
                own.append(ms)
    return [median(own) for own in spent]


async def _streamed(model: BaseChatModel) -> None:
    text = "".join([chunk.text async for chunk in model.astream(TALK)])
    if text.count("words") != TOKENS:
        raise RuntimeError(f"The call gave {text[:80]!r}; the scripted server is out of step.")


def http(
    data_dir: Path, settings: Settings, said: Sequence[str], *, quick: bool, speed: float
) -> Iterator[Figure]:
    """Whole streamed turns of the product's server, next to a server that only echoes."""
    each = 3 if quick else 25
    with bare(data_dir.parent) as server:
        floor_per_s, floor_cpu = asyncio.run(_load(server, said, 20 * each))
    with product(data_dir, settings) as server:
        asyncio.run(_load(server, said, 1))  # loads what is loaded at first use
        per_s, cpu = asyncio.run(_load(server, said, each))
    machine: dict[str, Any] = {"reference": speed, "against": FLOOR, "then": FLOOR_THEN_MS}
    yield Figure(
        what="streamed turn over HTTP, CPU", value=cpu, unit="ms", gate=14.0, stretch=8.0, **machine
    )
    yield Figure(
        what=f"turns a second of one core, {CLIENTS} clients",
        value=1000 / cpu, unit="/s", gate=80.0, stretch=150.0, least=True, **machine,
    )  # fmt: skip
    yield Figure(
        what="  turns a second as the clock says, with what else runs here",
        value=per_s, unit="/s", reference=floor_per_s, against=f"bare FastAPI, {floor_cpu:.2f} ms",
    )  # fmt: skip


async def _load(server: Child, said: Sequence[str], each: int) -> tuple[float, float]:
    """Let all clients talk at once; give turns a second and the server's CPU a turn in ms."""
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        await _conversation(http, said[:2])
    cpu = server.cpu_ms()
    per_s = await talks(server.url, said, each)
    return per_s, (server.cpu_ms() - cpu) / (CLIENTS * each)


async def talks(url: str, said: Sequence[str], each: int) -> float:
    """Let all clients talk at once, so many turns each; give turns a second."""
    begun = time.perf_counter()
    texts = [
        [said[(number + turn) % len(said)] for turn in range(each)] for number in range(CLIENTS)
    ]
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as http:
        await asyncio.gather(*(_conversation(http, talk) for talk in texts))
    return CLIENTS * each / (time.perf_counter() - begun)


async def _conversation(http: httpx.AsyncClient, said: Sequence[str]) -> None:
    headers = {"Accept": "text/event-stream"}
    for text in said:
        async with http.stream("POST", "/chat", json={"message": text}, headers=headers) as answer:
            answer.raise_for_status()
            event = ""
            async for line in answer.aiter_lines():
                if line.startswith("event:"):
                    event = line[6:].strip()
                elif line.startswith("data:") and event == "status":
                    token = json.loads(line[5:]).get("conversation_token")
                    if token:
                        headers["Authorization"] = f"Bearer {token}"
        if event != "done":
            raise RuntimeError(f"A streamed turn ended with {event!r}.")


def memory(
    data_dir: Path, settings: Settings, said: Sequence[str], *, quick: bool
) -> Iterator[Figure]:
    """Growth of fresh servers by conversations that nobody talks in any more.

    What is loaded or cached by the first conversations is no conversation's: growth is that of the
    last ones, and the median of several servers, for an allocator takes memory in large pieces.
    """
    # Every question once: what is read of words and texts is kept for whoever says them next.
    warm, idle, repeats = (len(said) + 60, 240, 1) if quick else (2 * len(said), 1000, 3)
    grown, before = [], 0.0
    for number in range(repeats):
        folder = copied(data_dir, data_dir.with_name(f"{data_dir.name}-{number}"))
        with product(folder, settings) as server:
            asyncio.run(_begin(server, said, warm))
            before = server.memory_mb()
            asyncio.run(_begin(server, said, idle))
            grown.append(server.memory_mb() - before)
    yield Figure(
        what="memory of 1,000 idle conversations",
        value=median(grown) * 1000 / idle,
        unit="MB",
        reference=before,
        against="the server before",
        gate=5.0,
        stretch=2.0,
    )


async def _begin(server: Child, said: Sequence[str], number: int) -> None:
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:

        async def begin(numbers: range) -> None:
            for which in numbers:
                body = {"message": said[which % len(said)]}
                (await http.post("/chat", json=body)).raise_for_status()

        await asyncio.gather(*(begin(range(part, number, CLIENTS)) for part in range(CLIENTS)))
