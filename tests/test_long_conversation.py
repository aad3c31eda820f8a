"""Three hundred turns through the real runner: turn 3 is still remembered, and a turn costs the same."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from bench.places import Opened, opened
from conversations.runner import Runner
from conversations.tables import checkpoints, messages
from core.database import Database
from core.settings import Settings

CLUB = Path(__file__).parent / "workspaces" / "clube"
MOST_STEPS = 8_000
"""Of SQLite's machine, for a turn that recalls: at any length."""

BEGINNING = {
    "en": [
        "Hello!",
        "How many days may I keep a book?",
        "Loan L-2077 is a birthday gift, for aunt Olga.",
    ],
    "pt-BR": [
        "Olá!",
        "Por quanto tempo posso ficar com o livro?",
        "O empréstimo L-2077 é um presente de aniversário, para a tia Olga.",
    ],
}
MIDDLE = {
    "en": [
        "Do you have large print books?",
        "thanks",
        "Where is loan L-201?",
        "nice weather today",
    ],
    "pt-BR": [
        "Vocês têm audiolivros?",
        "obrigada",
        "Onde está o empréstimo L-201?",
        "que dia lindo",
    ],
}
ASKED = {
    "en": {
        "what was the first thing I asked you?": "How many days may I keep a book?",
        "which loan number did I give you at the beginning?": "L-2077",
        "what did you tell me about the period?": "21 days",
        "what did I say about the gift?": "aunt Olga",
    },
    "pt-BR": {
        "qual foi a primeira coisa que eu te perguntei?": "Por quanto tempo posso ficar com o livro?",
        "que número de empréstimo eu passei no começo?": "L-2077",
        "o que você me disse sobre o prazo?": "21 dias",
        "o que eu disse sobre o presente?": "tia Olga",
    },
}


class Long:
    """A conversation of one visitor, turn by turn."""

    def __init__(self, place: Opened, runner: Runner) -> None:
        self.place, self.runner = place, runner
        self.token = self.conversation_id = ""

    @property
    def workspace_id(self) -> str:
        return self.place.workspace.workspace_id

    async def says(self, text: str) -> str:
        """Say something and give the reply."""
        taken = await self.place.database.writing(self.place.take, text, self.token)
        self.token, self.conversation_id = taken.token, taken.accepted.conversation_id
        self.runner.ring(self.conversation_id)
        await self.settled()
        replies = sa.select(messages.c.text).where(
            messages.c.workspace_id == self.workspace_id,
            messages.c.conversation_id == self.conversation_id,
            messages.c.role == "ai",
        )
        newest = replies.order_by(messages.c.sequence.desc()).limit(1)
        return await self.place.database.reading(lambda tx: tx.scalar(newest) or "")

    async def settled(self) -> None:
        """Wait until nothing is being answered or summed up."""
        await self.runner.settled()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder = tmp_path_factory.mktemp("long")
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        data_dir=folder, workspace=CLUB, embedder="lexical", log_level="ERROR",
    )  # fmt: skip
    with opened(settings) as ready:
        yield ready


@contextmanager
def steps_of(database: Database) -> Iterator[Callable[[], int]]:
    """Count the steps of SQLite's machine: what its work is measured in, whatever else runs here."""
    counted = [0]

    def step() -> int:
        counted[0] += 1
        return 0

    def watch(connection: sa.Connection, *_: object) -> None:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(step, 1)

    engines = (database._read_engine, database._write_engine)
    for engine in engines:
        event.listen(engine, "begin", watch, insert=True)
    try:
        yield lambda: counted[0]
    finally:
        for engine in engines:
            event.remove(engine, "begin", watch)


@pytest.mark.parametrize(("language", "turns"), [("en", 300), ("pt-BR", 120)])
async def test_turn_three_is_remembered_after_three_hundred_and_costs_no_more(
    place: Opened, language: str, turns: int
) -> None:
    talk = Long(place, place.runner())
    said = [*BEGINNING[language], *MIDDLE[language] * turns][:turns]
    for text in said[:14]:
        await talk.says(text)
    with steps_of(place.database) as steps:
        before = steps()
        for text in MIDDLE[language]:
            await talk.says(text)
        early = steps() - before
        before = steps()
        await talk.says(next(iter(ASKED[language])))
        early_recall = steps() - before
    for text in said[19:]:
        await talk.says(text)
    # A batch that is due is summed up now: it must not count for the turns below.
    await talk.says(MIDDLE[language][1])
    with steps_of(place.database) as steps:
        before = steps()
        for text in MIDDLE[language]:
            await talk.says(text)
        late = steps() - before
        recalls = {}
        for asked, expected in ASKED[language].items():
            before = steps()
            reply = await talk.says(asked)
            assert expected in reply, (asked, reply)
            recalls[asked] = steps() - before
    assert late <= 1.05 * early, (early, late)
    assert max(recalls.values()) <= MOST_STEPS, (early_recall, recalls)


async def test_nothing_of_what_is_remembered_is_kept_in_state(place: Opened) -> None:
    talk = Long(place, place.runner())
    said = [*BEGINNING["en"], *MIDDLE["en"] * 30]
    for text in said:
        await talk.says(text)
    await talk.says("what did I say about the gift?")

    def size(tx: sa.Connection) -> int:
        length = sa.func.sum(sa.func.length(checkpoints.c.checkpoint))
        theirs = checkpoints.c.thread_id == talk.conversation_id
        return tx.scalar(sa.select(length).where(theirs)) or 0

    assert await place.database.reading(size) < 40_000
