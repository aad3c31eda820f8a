"""What a trace says of a turn."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from langsmith.utils import get_env_var

from graph import tracing
from graph.context import Services, TurnContext
from graph.ensemble import Ensemble
from graph.saver import TurnSaver
from tests.graph.club import talk


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Everything that is sent to where traces are kept."""
    kept: list[str] = []

    class Keeper(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"{}")

        def do_POST(self) -> None:
            kept.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._answer(b"{}")

        def _answer(self, body: bytes) -> None:
            self.send_response(202)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keeper)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # The older names win where they are set, and whatever ran before in this process may have.
    for older in (
        "LANGSMITH_TRACING_V2",
        "LANGCHAIN_TRACING_V2",
        "LANGSMITH_TRACING_SAMPLING_RATE",
    ):
        monkeypatch.delenv(older, raising=False)
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "none")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("LANGSMITH_DISABLE_RUN_COMPRESSION", "true")
    get_env_var.cache_clear()  # pyright: ignore[reportFunctionMemberAccess]
    tracing._client.cache_clear()
    yield kept
    tracing._client().cleanup()
    tracing._client.cache_clear()
    get_env_var.cache_clear()  # pyright: ignore[reportFunctionMemberAccess]
    server.shutdown()
    server.server_close()


SAID = "CPF 529.982.247-25, rita@exemplo.com, +55 11 98765-4321: how many days may I keep a book?"


async def test_a_trace_has_the_turn_and_nothing_personal(
    ensemble: Ensemble, traces: list[str]
) -> None:
    seen = replace(ensemble, settings=ensemble.settings.model_copy(update={"tracing": True}))
    await talk(seen).says(SAID)
    tracing._client().flush()
    sent = "".join(traces)
    assert "how many days may I keep a book" in sent
    assert "cpf·" in sent or "cpf\\u00b7" in sent
    assert not [one for one in ("529.982", "rita@exemplo", "98765") if one in sent]


async def test_a_trace_of_a_decision_has_no_number_of_hers(
    ensemble: Ensemble, traces: list[str]
) -> None:
    seen = replace(ensemble, settings=ensemble.settings.model_copy(update={"tracing": True}))
    reader = talk(seen)
    await reader.says("I want my money back for loan L-201, 80 reais")
    (pending,) = (await reader.says("yes")).approvals
    turn = TurnContext(external_id="M-77410", services=Services(ledger=reader.ledger))
    await reader.conductor.act(
        pending.proposal,
        {"decision": "reject", "reason": "M-77410 has had her book"},
        TurnSaver(pending.rows),
        ledger=reader.ledger,
        context=seen.tool_context(turn, "c1:2", "en"),
    )
    tracing._client().flush()
    sent = "".join(traces)
    assert "has had her book" in sent
    assert "M-77410" not in sent


async def test_without_the_setting_nothing_is_traced(ensemble: Ensemble, traces: list[str]) -> None:
    await talk(ensemble).says(SAID)
    tracing._client().flush()
    assert traces == []
