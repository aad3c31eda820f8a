"""Knowledge against a Chroma server, by several processes."""

import gc
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from chromadb.api.shared_system_client import SharedSystemClient

from core import crew
from core.database import Database
from core.errors import Unavailable
from core.settings import Settings
from core.workspace import Workspace
from knowledge import dense
from knowledge.retrieval import Knowledge, open_knowledge
from models import Models
from tests.knowledge.conftest import write

on_postgresql = pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
QUESTION = "what if i dont show up to my appt"


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chroma server."""
    child, url = crew.chroma_server(tmp_path_factory.mktemp("served") / "chroma")
    yield url
    crew.stop([child], crew.CHROMA_STOP_S)


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """Close connections here and now: Chroma's clients leave them to the garbage collector."""
    yield
    SharedSystemClient.clear_system_cache()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def served(settings: Settings, chroma: str) -> Settings:
    """Settings of processes that share that server."""
    return settings.model_copy(update={"chroma_url": chroma})


@on_postgresql
async def test_processes_that_open_it_at_once_on_an_empty_database_answer_alike(
    database: Database, clinic: Path, models: Models, served: Settings
) -> None:
    start = threading.Barrier(4)

    def opened(_: int) -> Knowledge:
        start.wait()
        return open_knowledge(database, Workspace(clinic), models, served)

    with ThreadPoolExecutor(4) as processes:
        four = list(processes.map(opened, range(4)))
    answers = [(await one(QUESTION, language="en"))[0] for one in four]
    assert {answer["source_id"] for answer in answers} == {"en/cancel.md"}
    assert len({round(answer["score"], 6) for answer in answers}) == 1
    assert not (served.data_dir / "chroma").exists(), "nothing is kept beside the server"
    client = dense.connect(served.data_dir, served.chroma_url)
    kept = {one.name: one.count() for one in client.list_collections()}
    assert len(kept) == 3 and all(kept.values()), "a collection a language and audience"
    write(
        clinic,
        "en/missed.md",
        "---\ntitle: Fee\nquestions:\n  - what is the fee?\n---\nR$ 80.00.\n",
    )
    with ThreadPoolExecutor(4) as processes:
        assert list(processes.map(Knowledge.reload, four)) == [True] * 4
    assert {(await one("what is the fee?", language="en"))[0]["source_id"] for one in four} == {
        "en/missed.md"
    }
    for one in four:
        one.close()


@on_postgresql
async def test_what_is_found_goes_on_while_the_server_is_away(
    database: Database, clinic: Path, models: Models, settings: Settings, tmp_path: Path
) -> None:
    child, url = crew.chroma_server(tmp_path / "chroma")
    away = settings.model_copy(update={"chroma_url": url})
    try:
        knowledge = open_knowledge(database, Workspace(clinic), models, away)
    finally:
        crew.stop([child], 0.0)
    assert (await knowledge(QUESTION, language="en"))[0]["source_id"] == "en/cancel.md"
    knowledge.close()
    with pytest.raises(Unavailable, match="REGENTE_CHROMA_URL='http://127.0.0.1.*does not answer"):
        dense.connect(tmp_path, url)
