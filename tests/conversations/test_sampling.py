"""Messages that were read without the routing model are shown to it afterwards, a sample of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from conversations.sampling import AGENT, _drawn
from conversations.tables import route_samples
from core.access import issue_key
from jobs import operating
from models import Spent, spending
from models.scripted.mind import call
from models.spending import Limits
from tests import postgres
from tests.conftest import BACKENDS
from tests.learned import Learned
from tests.serving import Served, served

CLUB = Path(__file__).parents[1] / "workspaces" / "clube"
SURE = {
    "en": ("How many days may I keep a book?", "question"),
    "pt-BR": ("Péssimo atendimento, quero fazer uma reclamação!", "complaint"),
}
"""Messages that are read surely, and what is wanted."""

WARNED_AT = 1000.0
"""US dollars of a day, far beyond what the other tests spend."""

DOUBTFUL = "The letters in your books swim before me"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module", params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('data')}/regente.sqlite"
        return
    with postgres.new_database(request.getfixturevalue("postgresql_server")) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    url: str, tmp_path_factory: pytest.TempPathFactory, learned: Learned
) -> AsyncIterator[Served]:
    """One server on each database, which shows its model every such message."""
    folder = tmp_path_factory.mktemp("club")
    with learned(folder):
        async with served(
            CLUB, folder, database_url=url, **GIVEN, route_sample=1, spend_warn_usd=WARNED_AT
        ) as club:
            await club.app.state.models.route.ainvoke(
                "Hello"
            )  # the first call imports and connects
            club.http.headers["X-API-Key"] = club.key
            yield club


GIVEN: dict[str, Any] = {
    "scopes": ("staff", "chat:assert"),
    "embedder": "lexical",
    "model_timeout_s": 2,
    "model_retries": 0,
    "price_per_million_input": 1000,
}


@pytest_asyncio.fixture(loop_scope="module")
async def club(running: Served) -> AsyncIterator[Served]:
    """The server with a model that is well and asked nothing, and no samples yet."""
    running.model.recover()
    running.model.script.answers = None
    running.model.script.latency_s = 0
    await running.app.state.models.route.governor.succeeded(running.model.url)
    await rested(running)
    await running.app.state.database.writing(lambda tx: tx.execute(route_samples.delete()))
    running.model.requests.clear()
    yield running
    await rested(running)


async def said(club: Served, text: str, **known: Any) -> dict[str, Any]:
    """Let a customer write, and give the answer."""
    response = await club.http.post("/chat", json={"message": text, **known})
    assert response.status_code == 200, response.text
    return response.json()


async def sampling(club: Served) -> list[dict[str, Any]]:
    """Give the jobs that show messages to the model."""
    workspace_id = club.app.state.workspace_id
    return await club.app.state.database.reading(operating.listed, workspace_id, name=AGENT)


async def rested(club: Served) -> list[dict[str, Any]]:
    """Wait until no sample is under way, and give the jobs."""
    async with asyncio.timeout(30):
        while any(one["state"] in ("waiting", "running") for one in await sampling(club)):
            await asyncio.sleep(0.05)
    return await sampling(club)


async def of_turn(club: Served, answer: dict[str, Any]) -> dict[str, Any] | None:
    """Give how the job of a turn ended; None: it was not drawn."""
    ended = {one["ids"]["turn_id"]: one for one in await rested(club)}
    return ended.get(answer["turn_id"])


async def agreement(club: Served, **within: str) -> dict[str, Any]:
    response = await club.http.get("/models/agreement", params=within)
    assert response.status_code == 200, response.text
    return response.json()


def wanting(*intents: str) -> Any:
    """Make the model route to these, and answer other requests by itself."""

    def answer(body: dict[str, Any]) -> dict[str, Any] | None:
        if not routes(body):
            return None
        wishes = [
            {"intent": intent, "words": body["messages"][-1]["content"]} for intent in intents
        ]
        return {"content": None, "tool_calls": [call("Wishes", {"wishes": wishes})]}

    return answer


def routes(body: dict[str, Any]) -> bool:
    return any(tool["function"]["name"] == "Wishes" for tool in body.get("tools", ()))


@pytest.mark.parametrize(("text", "intent"), SURE.values(), ids=SURE)
async def test_a_message_that_was_read_surely_is_shown_to_the_model_afterwards(
    club: Served, text: str, intent: str
) -> None:
    club.model.script.answers = wanting(*{intent} - {"question"})
    answer = await said(club, text)
    job = await of_turn(club, answer)
    assert job is not None and (job["state"], job["attempt"]) == ("done", 1)
    assert [body["messages"][-1]["content"] for body in club.model.requests if routes(body)] == [
        text
    ]
    told = await agreement(club)
    assert (told["samples"], told["agreed"], told["disagreements"]) == (1, 1.0, [])
    assert [(one["intent"], one["samples"]) for one in told["by_intent"]] == [(intent, 1)]
    (band,) = told["by_confidence"]
    assert 0.8 <= band["least"] < band["below"] <= 1


async def test_who_writes_does_not_wait_for_it_and_her_turn_does_not_pay_for_it(
    club: Served,
) -> None:
    club.model.script.answers = wanting()
    before = await spent(club)
    answer = await said(club, SURE["en"][0])
    path = f"/conversations/{answer['conversation_id']}/turns/{answer['turn_id']}/why"
    why = (await club.http.get(path)).json()
    assert why["signals"]["lane"] >= 0.8
    assert {one["role"] for one in why["spent"]} == {"answer"}
    await rested(club)
    after = await spent(club)
    assert after["calls"] == before["calls"] + 1
    assert after["cost_usd"] > before["cost_usd"]


async def spent(club: Served) -> dict[str, Any]:
    """Give what samples have cost so far."""
    rows = (await club.http.get("/models/spending", params={"by": "agent"})).json()["spending"]
    nothing = {"calls": 0, "cost_usd": 0.0}
    return next((row for row in rows if row["agent"] == AGENT), nothing)


async def test_where_they_disagree_it_is_told_with_the_messages(club: Served) -> None:
    text, intent = SURE["pt-BR"]
    club.model.script.answers = wanting("loan", "large_print")
    answers = [await said(club, text), await said(club, text)]
    await rested(club)
    told = await agreement(club)
    assert (told["samples"], told["agreed"]) == (2, 0.0)
    (one,) = told["disagreements"]
    assert (one["taken"], one["times"]) == ([intent], 2)
    assert set(one["routed"]) <= {"loan", "large_print"} and one["routed"]
    shown = {example["turn_id"]: example for example in one["examples"]}
    for answer in answers:
        example = shown[answer["turn_id"]]
        assert example["conversation_id"] == answer["conversation_id"]
        path = f"/conversations/{answer['conversation_id']}/messages"
        (hers, _) = (await club.http.get(path)).json()["messages"]
        assert example["message_ids"] == [hers["message_id"]]
    assert (await agreement(club, until="2026-01-01"))["samples"] == 0
    assert (await agreement(club, since="2026-01-01", until="9999-12-31"))["samples"] == 2


async def test_a_model_that_names_no_wish_takes_it_for_a_question(club: Served) -> None:
    club.model.script.answers = wanting()
    await said(club, SURE["pt-BR"][0])
    await rested(club)
    (one,) = (await agreement(club))["disagreements"]
    assert (one["taken"], one["routed"]) == (["complaint"], ["question"])


async def test_what_the_model_has_routed_and_what_answers_a_question_of_ours_are_no_samples(
    club: Served,
) -> None:
    club.model.script.answers = wanting("loan")
    asked = await said(club, DOUBTFUL)
    assert await of_turn(club, asked) is None
    known = {name: asked[name] for name in ("conversation_id", "conversation_token")}
    path = f"/conversations/{asked['conversation_id']}/turns/{asked['turn_id']}/why"
    assert (await club.http.get(path)).json()["next"].startswith("waits for")
    answered = await said(club, "never mind", **known)
    assert await of_turn(club, answered) is None


async def test_while_models_are_switched_off_the_sample_is_left_out(club: Served) -> None:
    await club.http.post("/models/stop", json={"reason": "test"})
    try:
        await asyncio.sleep(1.1)  # it is heard of within a second
        answer = await said(club, SURE["en"][0])
        job = await of_turn(club, answer)
    finally:
        await club.http.post("/models/go")
        await asyncio.sleep(1.1)
    assert job is not None and (job["state"], job["failures"]) == ("done", 0)
    assert club.model.requests == []
    assert (await agreement(club))["samples"] == 0


async def test_when_a_limit_of_the_day_is_passed_what_is_left_is_for_customers(
    club: Served,
) -> None:
    club.model.script.answers = wanting()
    await spend(club, WARNED_AT)
    try:
        job = await of_turn(club, await said(club, SURE["en"][0]))
    finally:
        await spend(club, -WARNED_AT)
    assert job is not None and (job["state"], job["failures"]) == ("done", 0)
    assert not [body for body in club.model.requests if routes(body)]
    assert (await agreement(club))["samples"] == 0


async def spend(club: Served, usd: float) -> None:
    """Write down money of today."""
    state = club.app.state
    today = datetime.now(state.workspace.zone).date().isoformat()
    spent = [Spent("knowledge", "answer", "big", cost_usd=usd)]
    await state.database.writing(spending.add, state.workspace_id, today, spent, Limits())


@pytest.mark.parametrize("mode", ["503", "wrong_schema", "empty"])
async def test_where_the_model_gives_nothing_usable_it_is_not_asked_again(
    club: Served, mode: str
) -> None:
    club.model.fail(mode, times=None)
    answer = await said(club, SURE["pt-BR"][0])
    job = await of_turn(club, answer)
    assert job is not None and (job["state"], job["failures"]) == ("done", 0)
    asked = len([body for body in club.model.requests if routes(body)])
    assert 1 <= asked <= 2, "asked once, mended once"
    assert await agreement(club) == {
        "samples": 0, "agreed": None, "by_confidence": [], "by_intent": [], "disagreements": []
    }  # fmt: skip


async def test_nothing_personal_goes_out_with_it(club: Served) -> None:
    club.model.script.answers = wanting()
    her = {"id": "M-1", "name": "Catarina Vasques"}
    text = "I am Catarina, cvasques@exemplo.com. How many days may I keep a book?"
    answer = await said(club, text, customer=her)
    assert await of_turn(club, answer) is not None
    sent = [body["messages"][-1]["content"] for body in club.model.requests if routes(body)]
    assert len(sent) == 1
    assert "cvasques" not in sent[0] and "Catarina" not in sent[0]
    rows = await club.app.state.database.reading(
        lambda tx: [tuple(row) for row in tx.execute(sa.select(route_samples))]
    )
    assert len(rows) == 1 and "Catarina" not in str(rows) and "keep" not in str(rows)


@pytest.mark.parametrize("when", ["before", "meanwhile", "after"])
async def test_of_a_customer_who_is_erased_no_sample_is_left(club: Served, when: str) -> None:
    club.model.script.answers = wanting()
    club.model.script.latency_s = 0.6 if when == "meanwhile" else 0
    engine = club.app.state.jobs
    if when == "before":
        await engine.stop()
    admin = await club.app.state.database.writing(
        issue_key, club.app.state.workspace_id, "chief", scopes=("staff",), role="admin"
    )
    answer = await said(club, SURE["en"][0], customer={"id": f"M-{when}"})
    if when == "meanwhile":
        async with asyncio.timeout(10):
            while not any(routes(body) for body in club.model.requests):
                await asyncio.sleep(0.01)
    if when == "after":
        await rested(club)
        assert (await agreement(club))["samples"] == 1
    shown = await club.http.get(f"/conversations/{answer['conversation_id']}")
    path = f"/customers/{shown.json()['customer_id']}/erase"
    erased = await club.http.post(path, headers={"X-API-Key": admin})
    assert erased.status_code == 200, erased.text
    if when == "before":
        engine._stopping = False
        engine.start()
    job = await of_turn(club, answer)
    assert job is not None and job["state"] == "done"
    assert len([body for body in club.model.requests if routes(body)]) == (when != "before")
    assert (await agreement(club))["samples"] == 0


async def test_the_figures_are_for_analysts(club: Served) -> None:
    state = club.app.state
    for role, status in (("agent", 403), ("analyst", 200)):
        key = await state.database.writing(
            issue_key, state.workspace_id, role, scopes=("staff",), role=role
        )
        got = await club.http.get("/models/agreement", headers={"X-API-Key": key})
        assert got.status_code == status
    assert (await club.http.get("/models/agreement", headers={"X-API-Key": ""})).status_code == 401


async def test_a_sample_that_waits_is_asked_about_after_a_restart(
    tmp_path: Path, learned: Learned
) -> None:
    with learned(tmp_path):
        async with served(
            CLUB, tmp_path, **GIVEN, route_sample=1, spend_warn_usd=WARNED_AT
        ) as club:
            await club.app.state.jobs.stop()
            answer = await said(club, SURE["en"][0])
        async with served(CLUB, tmp_path, **GIVEN, route_sample=0) as club:
            club.http.headers["X-API-Key"] = club.key
            club.model.script.answers = wanting()
            job = await of_turn(club, answer)
            assert job is not None and job["state"] == "done"
            assert (await agreement(club))["samples"] == 1


async def test_which_turns_are_drawn_is_told_by_their_ids() -> None:
    ids = [f"conversation_{number}:1" for number in range(4000)]
    drawn = {share: {one for one in ids if _drawn(one, share)} for share in (0, 0.02, 0.5, 1)}
    assert drawn[0] == set() and drawn[1] == set(ids)
    assert drawn[0.02] < drawn[0.5]
    assert 50 <= len(drawn[0.02]) <= 110
    assert drawn[0.5] == {one for one in ids if _drawn(one, 0.5)}


async def test_none_is_drawn_where_no_share_is_wanted(tmp_path: Path, learned: Learned) -> None:
    with learned(tmp_path):
        async with served(CLUB, tmp_path, **GIVEN, route_sample=0) as club:
            await said(club, SURE["en"][0])
            assert await sampling(club) == []
