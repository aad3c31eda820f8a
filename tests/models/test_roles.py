"""Roles: each with a server, a model, a key and a manner of its own, and all else as for all of them."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel, Field

import core.settings
from core.errors import BadInput
from core.settings import ROLES, Settings
from core.workspace import Workspace
from models import Models
from models.loading import load
from models.roles import endpoints
from models.scripted import ScriptedServer, scripted_server
from models.usage import metered

CLUB = Path(__file__).parents[1] / "workspaces" / "clube"


class Visit(BaseModel):
    """A visit to be booked."""

    people: int
    visit_id: str = Field(pattern=r"^V-\d+$")


ASKED = [SystemMessage("You book."), HumanMessage("Book visit V-12 for 2 people.")]


@pytest.fixture
async def other() -> AsyncIterator[ScriptedServer]:
    """A second model server."""
    async with scripted_server() as running:
        yield running


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, embedder="lexical", **given)  # pyright: ignore


def models(**given: Any) -> Models:
    return load(settings(**given), Workspace(CLUB))


async def test_each_role_asks_its_own_server_with_its_own_model_and_key(
    server: ScriptedServer, other: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRITERS_KEY", "k-2")
    roles = {
        "route": {"model": "small"},
        "write": {"model": "poet", "base_url": f"{other.url}/", "key_env": "WRITERS_KEY"},
        "judge": {"model": "embedded"},
    }
    those = models(model="big", openai_base_url=server.url, openai_api_key="k-1", roles=roles)
    assert those.external == {"route", "answer", "write"}
    assert those.judge is those.embedded
    for role in ROLES:
        await getattr(those, role).ainvoke("Hello")
    assert [request["model"] for request in server.requests] == ["small", "big"]
    assert [request["model"] for request in other.requests] == ["poet"]
    assert (server.script.keys, other.script.keys) == ({"k-1"}, {"k-2"})


async def test_the_key_of_one_server_is_not_sent_to_another(
    server: ScriptedServer, other: ScriptedServer
) -> None:
    roles = {"route": {"base_url": other.url}}
    those = models(model="m", openai_base_url=server.url, openai_api_key="secret", roles=roles)
    await those.route.ainvoke("Hello")
    assert other.script.keys == {"none"}


async def test_a_role_may_have_a_model_where_the_others_have_none(server: ScriptedServer) -> None:
    those = models(roles={"answer": {"model": "m", "base_url": server.url}})
    assert those.external == {"answer"}
    assert those.route is those.embedded


METHODS = {
    "function_calling": lambda body: body["tools"][0]["function"]["name"] == "Visit",
    "json_schema": lambda body: body["response_format"]["type"] == "json_schema",
    "json_mode": lambda body: body["response_format"] == {"type": "json_object"},
}


@pytest.mark.parametrize("method", METHODS)
async def test_a_form_is_asked_for_by_the_method_of_the_role_and_mended_once(
    server: ScriptedServer, method: str
) -> None:
    roles = {"route": {"method": method}}
    route = models(model="m", openai_base_url=server.url, roles=roles).route
    server.fail("wrong_schema", times=1)
    with metered() as usage:
        visit = await route.with_structured_output(Visit).ainvoke(ASKED)
    assert isinstance(visit, Visit) and visit.visit_id == "V-12"
    assert usage.degraded == ""
    first, second = server.requests
    assert METHODS[method](first)
    assert len(second["messages"]) == len(first["messages"]) + 1
    told = second["messages"][-1]["content"]
    assert "could not be used" in told and ("people" in told or "visit_id" in told), told
    if method == "json_mode":
        (system,) = [one["content"] for one in first["messages"] if one["role"] == "system"]
        assert system.startswith("You book.")
        form = json.loads(system.partition("JSON schema:")[2])
        assert form["properties"]["visit_id"]["pattern"] == r"^V-\d+$"


@pytest.mark.parametrize("method", METHODS)
async def test_a_form_that_is_wrong_twice_is_filled_by_the_embedded_model(
    server: ScriptedServer, method: str
) -> None:
    those = models(model="m", openai_base_url=server.url, model_method=method)
    server.fail("wrong_schema", times=None)
    with metered() as usage:
        visit = await those.answer.with_structured_output(Visit).ainvoke(ASKED)
    assert isinstance(visit, Visit)
    assert usage.degraded and len(server.requests) == 2


async def test_an_answer_that_broke_off_is_asked_for_by_the_same_words(
    server: ScriptedServer,
) -> None:
    answer = models(model="m", openai_base_url=server.url).answer
    server.fail("cut", times=1)
    await answer.ainvoke(ASKED)
    first, second = server.requests
    assert first == second


@pytest.mark.parametrize(
    ("model", "sent"),
    [("o3-mini", False), ("openai/gpt-5.2", False), ("deepseek-reasoner", False), ("llama3", True)],
)
async def test_models_that_reason_are_told_no_temperature(
    server: ScriptedServer, model: str, sent: bool
) -> None:
    await models(model=model, openai_base_url=server.url, model_temperature=0).answer.ainvoke("Hi")
    assert ("temperature" in server.requests[0]) == sent


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_a_temperature_that_the_server_refuses_is_not_sent_again(
    server: ScriptedServer, streamed: bool
) -> None:
    server.script.refuses = ("temperature",)
    roles = {"answer": {"temperature": 0.2}}
    answer = models(model="m", openai_base_url=server.url, roles=roles).answer
    with metered() as usage:
        for _ in range(2):
            if streamed:
                assert "".join([str(part.content) async for part in answer.astream("Hello")])
            else:
                assert (await answer.ainvoke("Hello")).content
    assert usage.degraded == ""
    assert ["temperature" in one for one in server.requests] == [True, False, False]


async def test_what_else_a_server_refuses_is_left_to_the_embedded_model(
    server: ScriptedServer,
) -> None:
    server.script.refuses = ("tools",)
    answer = models(model="m", openai_base_url=server.url, model_temperature=1).answer
    with metered() as usage:
        await answer.with_structured_output(Visit).ainvoke(ASKED)
    assert "answered 400" in usage.degraded and len(server.requests) == 1
    for _ in range(3):
        await answer.with_structured_output(Visit).ainvoke(ASKED)
    with metered() as usage:
        await answer.ainvoke("Hello")
    assert usage.degraded == "", "a server that refuses a request is well, and not left alone"


async def test_roles_with_one_server_leave_it_alone_together(
    server: ScriptedServer, other: ScriptedServer
) -> None:
    roles = {"route": {"retries": 0}, "answer": {"retries": 0}, "write": {"base_url": other.url}}
    those = models(model="m", openai_base_url=server.url, roles=roles)
    server.fail("500", times=None)
    for _ in range(3):
        await those.route.ainvoke("Hello")
    with metered() as usage:
        await those.answer.ainvoke("Hello")
    assert "left alone" in usage.degraded and len(server.requests) == 3
    with metered() as usage:
        await those.write.ainvoke("Hello")
    assert usage.degraded == ""


@pytest.mark.parametrize("retries", [0, 2])
async def test_a_busy_server_is_asked_as_often_as_the_role_says(
    server: ScriptedServer, retries: int
) -> None:
    server.fail("429_after", times=None, argument=0.01)
    roles = {"route": {"retries": retries}}
    await models(model="m", openai_base_url=server.url, roles=roles).route.ainvoke("Hello")
    assert len(server.requests) == retries + 1


async def test_what_fails_names_the_setting_of_the_role(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUDGES_KEY", "wrong")
    roles = {"judge": {"model": "m", "base_url": server.url, "key_env": "JUDGES_KEY"},
             "write": {"model": "m", "base_url": "http://127.0.0.1:1/v1", "retries": 0}}  # fmt: skip
    those = models(roles=roles)
    server.fail("401", times=1)
    with metered() as usage:
        await those.judge.ainvoke("Hello")
    assert "Check REGENTE_ROLES.judge.key_env" in usage.degraded
    with metered() as usage:
        await those.write.ainvoke("Hello")
    assert "cannot be reached" in usage.degraded
    assert "Check REGENTE_ROLES.write.base_url" in usage.degraded


WRONG = {
    "unknown role": ('{"rout": {}}', "REGENTE_ROLES.rout: Input should be 'route', 'answer'"),
    "unknown field": (
        '{"route": {"modle": "m"}}',
        "REGENTE_ROLES.route.modle: there is no such field; choose from model, base_url, key_env",
    ),
    "unknown method": ('{"route": {"method": "xml"}}', "REGENTE_ROLES.route.method: Input should"),
    "too patient": ('{"route": {"timeout_s": 31}}', "REGENTE_ROLES.route.timeout_s: .* 30"),
    "a key for its name": ('{"route": {"key_env": "sk-123"}}', "the name of a variable"),
    "no JSON": ("route=m", "REGENTE_ROLES is not JSON"),
}


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Settings that are read anew, in a folder without `.env`."""
    monkeypatch.chdir(tmp_path)
    core.settings.settings.cache_clear()
    yield
    core.settings.settings.cache_clear()


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(("given", "says"), WRONG.values(), ids=WRONG)
def test_wrong_roles_are_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, given: str, says: str
) -> None:
    monkeypatch.setenv("REGENTE_ROLES", given)
    with pytest.raises(BadInput, match=says) as refused:
        core.settings.settings()
    assert "sk-123" not in str(refused.value)


UNREACHABLE = {
    "no server": ({"route": {"model": "m"}}, "REGENTE_ROLES.route.model is 'm', and nothing says"),
    "no URL": ({"route": {"model": "m", "base_url": "models:80"}}, "should look like 'http://"),
    "no port": (
        {"route": {"model": "m", "base_url": "http://h:99999/v1"}},
        "should look like 'http:",
    ),
    "no host": ({"route": {"model": "m", "base_url": "http://[::1/v1"}}, "should look like 'http:"),
    "a password": (
        {"route": {"model": "m", "base_url": "http://me:pa55@h/v1"}},
        "REGENTE_ROLES.route.base_url has a user or a password .* set REGENTE_ROLES.route.key_env",
    ),
    "a password with a slash": (
        {"route": {"model": "m", "base_url": "http://me:pa/55@h/v1"}},
        "REGENTE_ROLES.route.base_url has a user or a password",
    ),
    "a password and no scheme": (
        {"route": {"model": "m", "base_url": "me:pa55@host/v1"}},
        "REGENTE_ROLES.route.base_url has a user or a password",
    ),
    "key unset": (
        {"write": {"model": "m", "base_url": "http://h/v1", "key_env": "NOT_SET_KEY"}},
        "REGENTE_ROLES.write.key_env names the variable 'NOT_SET_KEY', which is not set",
    ),
}


@pytest.mark.parametrize(("roles", "says"), UNREACHABLE.values(), ids=UNREACHABLE)
def test_roles_that_cannot_be_reached_are_refused_with_what_to_do(
    roles: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        endpoints(settings(roles=roles))
    assert "pa55" not in str(refused.value)


@pytest.mark.usefixtures("fresh")
def test_a_key_may_stand_in_the_file_of_settings() -> None:
    Path(".env").write_text("THEIR_KEY=k-3\n", encoding="utf-8")
    roles = {"answer": {"model": "m", "key_env": "THEIR_KEY"}}
    assert endpoints(settings(roles=roles))["answer"].key.get_secret_value() == "k-3"
