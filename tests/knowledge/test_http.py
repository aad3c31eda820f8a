"""What a citation opens."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from core.database import Database
from core.errors import RegenteError
from knowledge.http import router
from knowledge.retrieval import Knowledge


@pytest.fixture
def client(knowledge: Knowledge, database: Database) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(router)
    app.state.database, app.state.workspace_id = database, "clinic"

    @app.exception_handler(RegenteError)
    async def render(request: Request, error: RegenteError) -> JSONResponse:
        return JSONResponse({"message": str(error)}, status_code=error.status)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_a_citation_opens_its_passage(
    client: httpx.AsyncClient, knowledge: Knowledge
) -> None:
    (passage, *_) = await knowledge("can I cancel my appointment?", language="en")
    shown = (await client.get(f"/passages/{passage['passage_id']}")).json()
    assert shown == {
        key: passage[key] for key in ("passage_id", "title", "text", "url", "language")
    }


async def test_what_is_for_staff_looks_like_nothing(
    client: httpx.AsyncClient, knowledge: Knowledge
) -> None:
    (secret,) = await knowledge(
        "qual desconto posso dar a um paciente?", language="pt-BR", audience="staff"
    )
    answers = [
        await client.get(f"/passages/{passage_id}")
        for passage_id in (secret["passage_id"], "passage_none", "%00", "a" * 9_000)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert "15%" not in answers[0].text


async def test_another_companys_passage_looks_like_nothing(
    client: httpx.AsyncClient, knowledge: Knowledge, tmp_path: Path
) -> None:
    (passage, *_) = await knowledge("can I cancel my appointment?", language="en")
    client._transport.app.state.workspace_id = "bank"  # type: ignore[attr-defined]
    assert (await client.get(f"/passages/{passage['passage_id']}")).status_code == 404
