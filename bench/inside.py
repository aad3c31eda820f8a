"""What is measured in this process: orchestration alone, perceiving, a whole turn, what it stores."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count, cycle, islice
from typing import Annotated, Any, NamedTuple, TypedDict

import sqlalchemy as sa
from langgraph.checkpoint.base import Checkpoint
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages

from bench.figures import Figure, cpu_ms, cpu_ms_of, median
from bench.places import Opened
from conversations import checkpoints
from conversations.runner import Runner
from conversations.tables import checkpoints as checkpoint_rows
from conversations.tables import conversations as conversation_rows
from conversations.tables import feed, messages, turns
from core.audit import audit
from core.database import Tx
from core.events import events
from core.settings import Settings
from graph.saver import Row, TurnSaver
from models import Answered, Embedder, Understanding

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
FLOOR_NODES = 8
"""As many as a message passes in the product's graph."""

FLOOR = f"{FLOOR_NODES} empty nodes and one commit"
FLOOR_THEN_MS = 1.9
"""What that took on the machine where the gates were set: figures of CPU are scaled by it."""

LENGTHS = (100, 300)

NEAR = 3
"""Turns whose median stands for the last of them."""


class Greeted:
    """A `models.Understanding` that hears a greeting in everything: nothing is understood, so it is free."""

    def __init__(self, language: str) -> None:
        self._language = language

    def language(self, text: str, prior: str, *, needed: int = 2) -> str:
        return self._language

    def spoken(self, text: str) -> bool:
        return True

    def intents(self, text: str, language: str) -> list[dict[str, Any]]:
        return [{"name": "greeting", "confidence": 1.0, "text": text}]

    def likely(self, text: str, language: str, limit: int = 5) -> list[tuple[str, float]]:
        return [("greeting", 1.0)]

    def sentiment(self, text: str, language: str) -> float:
        return 0.0

    def bitter(self, text: str, language: str) -> bool:
        return False

    def complains(self, text: str, language: str) -> bool:
        return False

    def opts_out(self, text: str, language: str, *, surely: bool = False) -> bool:
        return False

    def urgent(self, text: str, language: str) -> bool:
        return False

    def entities(self, text: str, language: str, now: datetime) -> list[dict[str, Any]]:
        return []

    def readings(
        self, schemas: Any, text: str, language: str, now: datetime, *, asked: str = ""
    ) -> dict[str, list[Any]]:
        return {}

    def agreement(self, text: str, language: str, about: str = "") -> bool | None:
        return None

    def answer(self, text: str, language: str, question: str, about: str = "") -> Answered:
        return Answered()

    def regrets(self, text: str, language: str, done: str = "") -> bool:
        return False

    def gives_up(self, text: str, language: str) -> bool:
        return False

    def values(
        self, schemas: Mapping[str, dict[str, Any]], text: str, language: str, now: datetime,
        *, asked: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        return {}

    def choose(
        self, options: Sequence[str], text: str, language: str, question: str = ""
    ) -> int | None:
        return None


async def talk(place: Opened, runner: Runner, said: Sequence[str]) -> tuple[list[float], str]:
    """Hold a conversation; give the CPU of each turn in ms, from claim to commit, and its id."""
    spent: list[float] = []
    token = conversation_id = ""
    for text in said:
        taken = await place.database.writing(place.take, text, token)
        token, conversation_id = taken.token, taken.accepted.conversation_id
        spent.append(await cpu_ms_of(runner.answer(conversation_id)))
        await runner.settled()  # the summary, which is no turn's, and would claim the next one
    return spent, conversation_id


def orchestration(place: Opened, *, quick: bool) -> Iterator[Figure]:
    """Turns of a greeting that costs nothing to understand: graph, saver, commit."""
    runner = place.runner(understanding=Greeted(place.workspace.default_language))
    yield from asyncio.run(_orchestration(place, runner, *((2, 12) if quick else (3, 100))))


async def _orchestration(place: Opened, runner: Runner, times: int, length: int) -> list[Figure]:
    await talk(place, runner, ["-"] * 5)
    first = [(await talk(place, runner, ["-"]))[0][0] for _ in range(5 * times)]
    long = [(await talk(place, runner, ["-"] * length))[0] for _ in range(times)]
    floor = await _floor(place, 10 * times)
    figures = []
    for turn in sorted({1, 10, length}):
        spent = first if turn == 1 else [ms for talked in long for ms in talked[turn - NEAR : turn]]
        figures.append(
            Figure(
                what=f"orchestration alone, CPU of turn {turn}",
                value=median(spent),
                unit="ms",
                reference=floor,
                against=FLOOR,
                then=FLOOR_THEN_MS,
                gate=3.0,
                stretch=2.2,
            )
        )
    return figures


class _FloorSaver(TurnSaver):
    """Writes messages as LangGraph does: the product once did, and a yardstick stays as long as it was."""

    def _dumped(self, checkpoint: Checkpoint) -> bytes:
        return self.serde.dumps_typed(checkpoint)[1]


class _Floor(TypedDict):
    messages: Annotated[list[Any], add_messages]


def floor(place: Opened) -> float:
    """Give the CPU in ms of a turn that does nothing, now: how fast this machine is."""
    return asyncio.run(_floor(place, 60))


async def _floor(place: Opened, times: int) -> float:
    """Give the CPU of a LangGraph turn that does nothing but remember what was said."""
    graph = StateGraph(_Floor)

    async def nothing(state: _Floor) -> dict[str, Any]:
        return {}

    for number in range(FLOOR_NODES):
        graph.add_node(f"n{number}", nothing)
        graph.add_edge(f"n{number - 1}" if number else START, f"n{number}")
    compiled = graph.compile()
    rows: list[Row] = []

    async def turn() -> None:
        nonlocal rows
        compiled.checkpointer = saver = _FloorSaver(rows)
        config: Any = {"configurable": {"thread_id": "floor"}}
        said: Any = {"messages": [("human", "-")]}
        await compiled.ainvoke(said, config, durability="exit")
        rows = saver.rows()
        await place.database.writing(
            checkpoints.store, place.workspace.workspace_id, "floor", rows, conversation_id="floor"
        )

    return median([await cpu_ms_of(turn()) for _ in range(times)])


def perceive(place: Opened, *, quick: bool) -> Iterator[Figure]:
    """Reading a message: language, intents, mood, values, as the perceiving specialists do."""
    ensemble, speed = place.conductor.ensemble, floor(place)
    embedder, prior = ensemble.models.embedder, place.workspace.default_language
    lexical = embedder.name.startswith("lexical")
    for characters, gate in ((20, 2.0 if lexical else 4.0), (200, 4.0 if lexical else 12.0)):
        texts = list(islice(_texts(place.words(), characters), 15 if quick else 60))
        read = [cpu_ms(lambda: _read(ensemble.understanding, text, prior)) for text in texts]  # noqa: B023
        yield Figure(
            what=f"perceive {characters} characters, {embedder.name}, CPU",
            value=median(read[5:]),
            unit="ms",
            reference=speed,
            against=FLOOR,
            then=FLOOR_THEN_MS,
            gate=gate,
            stretch=gate / 2,
        )
    texts = list(islice(_texts(place.words(), 200), 15))
    yield Figure(
        what="  of that: embedding 200 characters once",
        value=_embedding(embedder, texts),
        unit="ms",
    )


def _texts(words: Sequence[str], characters: int) -> Iterator[str]:
    """Give texts of one length that are all different, so that nothing comes out of a cache."""
    for number in count():
        start = number % len(words)
        joined = " ".join([*words[start:], *words[:start]])
        begin = 7 * (number // len(words))
        yield ((joined[begin:] + " ") * (1 + characters // len(joined)))[:characters]


def _read(understanding: Understanding, text: str, prior: str) -> None:
    language = understanding.language(text, prior)
    understanding.intents(text, language)
    understanding.urgent(text, language)
    understanding.entities(text, language, NOW)
    understanding.sentiment(text, language)
    understanding.complains(text, language)
    understanding.opts_out(text, language)
    understanding.spoken(text)
    understanding.gives_up(text, language)


def _embedding(embedder: Embedder, texts: Sequence[str]) -> float:
    return median([cpu_ms(lambda: embedder.embed([text])) for text in texts][5:])  # noqa: B023


def turn(place: Opened, *, quick: bool) -> Iterator[Figure]:
    """Whole turns of questions to the workspace's articles, on the embedded models."""
    first, late = asyncio.run(_turns(place, 1 if quick else 3))
    yield Figure(
        what="whole turn in process, CPU of turn 1", value=first, unit="ms",
        reference=floor(place), against=FLOOR, then=FLOOR_THEN_MS, gate=10.0, stretch=6.0,
    )  # fmt: skip
    for length, spent in late.items():
        yield Figure(
            what=f"CPU of turn {length} ÷ turn 1", value=spent / first, unit="",
            reference=first, against="ms of turn 1", gate=1.3, stretch=1.1,
        )  # fmt: skip


async def _turns(place: Opened, times: int) -> tuple[float, dict[int, float]]:
    """Give turn 1 and late turns in ms; the same questions are asked first and late."""
    runner, words = place.runner(), place.words()[:10]
    await talk(place, runner, words)
    first = [(await talk(place, runner, [text]))[0][0] for _ in range(times + 1) for text in words]
    late: dict[int, list[float]] = {length: [] for length in LENGTHS}
    for _ in range(times):
        spent, _ = await talk(place, runner, list(islice(cycle(words), max(LENGTHS))))
        for length in LENGTHS:
            late[length] += spent[length - len(words) : length]
    again = [(await talk(place, runner, [text]))[0][0] for _ in range(times) for text in words]
    return median([*first, *again]), {length: median(ms) for length, ms in late.items()}


def stored(place: Opened, *, quick: bool) -> Iterator[Figure]:
    """Bytes in the database after a talk: what the turns need, and apart from it the records."""
    yield from asyncio.run(_stored(place, (10, 50, 100, 300)))


class _Kept(NamedTuple):
    turns: int
    own: int
    spoken: int


async def _stored(place: Opened, lengths: Sequence[int]) -> list[Figure]:
    runner, figures = place.runner(), []
    said, token, done = list(islice(cycle(place.words()), max(lengths))), "", 0
    before: _Kept | None = None
    for length in lengths:
        conversation_id = ""
        for text in said[done:length]:
            taken = await place.database.writing(place.take, text, token)
            token, conversation_id = taken.token, taken.accepted.conversation_id
            await runner.answer(conversation_id)
            await runner.settled()
        done = length
        size: Callable[..., Any] = place.database.reading
        kept = {
            table.name: await size(_bytes, table, conversation_id)
            for table in (checkpoint_rows, messages, turns, feed, conversation_rows)
        }
        spoken = await size(_spoken, conversation_id)
        apart = await size(_all_bytes, (audit, events))
        every = await size(_turns_kept)
        own = sum(kept[name] for name in ("checkpoints", "messages", "turns"))
        if before:  # what a conversation has once, its checkpoint, is no turn's
            since = length - before.turns
            figures.append(
                Figure(
                    what=f"stored a turn, {before.turns} to {length}: checkpoint, messages, record",
                    value=(own - before.own) / since / 1000,
                    unit="kB",
                    reference=(spoken - before.spoken) / since / 1000,
                    against="its words alone",
                    gate=4.0,
                    stretch=2.5,
                )
            )
        before = _Kept(length, own, spoken)
        if length == max(lengths):
            figures += [
                Figure(what=f"  of that: {name}", value=kept[name] / length / 1000, unit="kB")
                for name in ("checkpoints", "messages", "turns")
            ]
            figures += [
                Figure(what="  apart: feed", value=kept["feed"] / length / 1000, unit="kB"),
                Figure(what="  apart: audit, events", value=apart / every / 1000, unit="kB"),
            ]
    return figures


def _size(table: sa.Table) -> Any:
    return sum(
        (
            sa.func.coalesce(sa.func.length(sa.cast(column, sa.LargeBinary)), 0)
            for column in table.c
        ),
        sa.literal(0),
    )


def _bytes(tx: Tx, table: sa.Table, conversation_id: str) -> int:
    """Give the bytes of a conversation's rows, without indexes."""
    asked = sa.select(sa.func.sum(_size(table))).where(table.c.conversation_id == conversation_id)
    return tx.scalar(asked) or 0


def _all_bytes(tx: Tx, tables: Sequence[sa.Table]) -> int:
    return sum(tx.scalar(sa.select(sa.func.sum(_size(table)))) or 0 for table in tables)


def _turns_kept(tx: Tx) -> int:
    return tx.scalar(sa.select(sa.func.count()).select_from(turns)) or 1


def _spoken(tx: Tx, conversation_id: str) -> int:
    size = sa.func.sum(sa.func.length(sa.cast(messages.c.text, sa.LargeBinary)))
    return tx.scalar(sa.select(size).where(messages.c.conversation_id == conversation_id)) or 0


def small(settings: Settings) -> Settings:
    """Write a workspace of two lines, for what depends on no company, and give settings for it."""
    folder = settings.data_dir.with_name("small-workspace")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.yaml").write_text("id: bench\nname: Bench\nlanguages: [en, pt-BR]\n")
    return settings.model_copy(update={"workspace": folder, "embedder": "lexical"})
