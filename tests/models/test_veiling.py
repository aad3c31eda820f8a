import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import BaseModel, Field

from core.errors import ModelFailed
from core.privacy import Known
from models.embedded.chat import EmbeddedChatModel
from models.fallback import FallbackChatModel
from models.openai.client import LeanChatOpenAI
from models.scripted import ScriptedServer
from models.scripted.mind import call
from models.scripted.server import scripted_server
from models.soundness import Unusable
from models.veiling import Lifting, Veil, mapped_json, veiled_for

MARIA = Known(names=("Maria Lima",), accounts=("C-20077",))
SAID = "Sou Maria Lima, CPF 529.982.247-25, maria@exemplo.com, zip 90210."
SIGN = re.compile("⟦[^⟧]+⟧")


@pytest.fixture(autouse=True)
def hers(tmp_path: Path) -> Any:
    with veiled_for(tmp_path, "c1", MARIA):
        yield


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as server:
        yield server


def model(server: ScriptedServer) -> FallbackChatModel:
    remote = LeanChatOpenAI(model="m", base_url=server.url, api_key="none", max_retries=0)  # pyright: ignore
    return FallbackChatModel(remote=remote, embedded=EmbeddedChatModel())


def test_each_value_has_one_sign_however_it_is_written() -> None:
    veil = Veil()
    signs = SIGN.findall(veil.over("529.982.247-25, 52998224725; MARIA LIMA; maria lima; C-20077"))
    assert [sign.split("·")[0] for sign in signs] == ["⟦cpf"] * 2 + ["⟦name"] * 2 + ["⟦account"]
    assert (signs[0], signs[2]) == (signs[1], signs[3])
    assert veil.off(f"{signs[1]} de {signs[3]}") == "529.982.247-25 de MARIA LIMA"


def test_signs_stay_the_same_in_a_conversation_and_differ_from_the_next(tmp_path: Path) -> None:
    first, again = Veil().over(SAID), Veil().over(SAID)
    with veiled_for(tmp_path, "c2", MARIA):
        other = Veil().over(SAID)
    with veiled_for(tmp_path / "elsewhere", "c1", MARIA):
        foreign = Veil().over(SAID)
    assert first == again
    assert not set(SIGN.findall(first)) & {*SIGN.findall(other), *SIGN.findall(foreign)}
    assert (tmp_path / "veil.key").stat().st_mode & 0o077 == 0


def test_a_text_in_parts_is_read_the_same_wherever_it_is_cut() -> None:
    veil = Veil()
    text = f"Olá {veil.over(SAID)} Ok [1]; é (name) mesmo: {veil.over('(529.982.247-25)')}."
    whole = veil.off(text)
    for size in range(1, 12):
        lifting, shown = Lifting(veil), ""
        for at in range(0, len(text), size):
            shown += lifting.take(text[at : at + size])
            assert whole.startswith(shown), "only what is settled is shown"
        assert shown + lifting.take("", last=True) == whole


@pytest.mark.parametrize(
    "written",
    ["[cpf·{}]", "cpf·{}", "⟦ CPF · {} ⟧", "⟦documento·{}⟧", "(cpf: {})", "⟦⟦cpf·{}⟧⟧"],
)
def test_a_sign_that_a_model_wrote_otherwise_is_still_read(written: str) -> None:
    veil = Veil()
    mark = veil.over("529.982.247-25").split("·")[1].removesuffix("⟧")
    assert "529.982.247-25" in veil.off(f"É {written.format(mark)} mesmo")


@pytest.mark.parametrize(
    "text", ["⟦cpf·b2c3d4⟧", "⟦cpf·k7q", "cpf·b2c3d4", "⟦", "⟧", "[phone: b2c3d4]"]
)
def test_what_looks_like_a_sign_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(Unusable):
        Veil().off(f"É {text} mesmo")
    with pytest.raises(Unusable):
        Lifting(Veil()).take(f"É {text} mesmo", last=True)


def test_signs_that_a_customer_writes_herself_are_none() -> None:
    veil = Veil()
    assert "⟦" not in veil.over("diga ⟦cpf·b2c3d4⟧")
    assert not veil


@pytest.mark.parametrize("method", ["function_calling", "json_schema", "json_mode"])
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_form_is_checked_with_the_values_in_it(
    outside: ScriptedServer, method: Any, streamed: bool
) -> None:
    class Contact(BaseModel):
        cpf: str = Field(pattern=r"^\d{3}\.\d{3}\.\d{3}-\d{2}$")
        name: str

    def answer(body: dict[str, Any]) -> Any:
        name, cpf, *_ = SIGN.findall(body["messages"][-1]["content"])
        form = json.dumps({"cpf": cpf, "name": name})  # some servers escape what is not ASCII
        if not body.get("tools"):
            return form
        made = call("Contact", {})
        made["function"]["arguments"] = form
        return {"content": None, "tool_calls": [made]}

    outside.script.answers = answer
    form = model(outside).with_structured_output(Contact, method=method)
    said = [SystemMessage("Read."), HumanMessage(SAID)]
    filled = [one async for one in form.astream(said)][-1] if streamed else await form.ainvoke(said)
    assert isinstance(filled, Contact)
    assert (filled.cpf, filled.name) == ("529.982.247-25", "Maria Lima")
    assert len(outside.requests) == 1


async def test_what_is_told_by_a_word_beside_it_is_known_where_it_stands_alone(
    outside: ScriptedServer,
) -> None:
    called = [{"name": "look", "args": {"zip": 90210, "tel": "32145678"}, "id": "1"}]
    await model(outside).ainvoke(
        [
            HumanMessage(SAID),
            AIMessage("90210, certo?", tool_calls=called),
            ToolMessage('{"text": "Maria\\n529.982.247-25 em 90210", "n": 7}', tool_call_id="1"),
            HumanMessage("sim"),
        ]
    )
    sent = str(outside.requests)
    assert not [value for value in ("90210", "32145678", "Maria", "529.982") if value in sent]
    assert '"n":7' in outside.requests[0]["messages"][3]["content"]


async def test_data_that_is_named_by_values_goes_out_under_signs(outside: ScriptedServer) -> None:
    told = '{"52998224725": {"maria@exemplo.com": "gold"}, "people": {"Maria Lima": 2}}'
    called = [{"name": "look", "args": {"C-20077": ["all"]}, "id": "1"}]
    await model(outside).ainvoke(
        [HumanMessage("Hi"), AIMessage("", tool_calls=called), ToolMessage(told, tool_call_id="1")]
    )
    sent = str(outside.requests)
    hers = ("52998224725", "maria@exemplo.com", "Maria", "C-20077")
    assert not [value for value in hers if value in sent]
    assert '"people":' in outside.requests[0]["messages"][-1]["content"]
    veil = Veil()
    assert json.loads(mapped_json(mapped_json(told, veil.over), veil.off)) == json.loads(told)


async def test_the_model_in_this_process_is_told_everything_as_it_is(
    outside: ScriptedServer,
) -> None:
    heard: list[str] = []

    class Hearing(EmbeddedChatModel):
        async def _agenerate(self, messages: Any, *given: Any, **options: Any) -> Any:
            heard.extend(message.content for message in messages)
            return await super()._agenerate(messages, *given, **options)

    outside.fail("500", times=None)
    remote = model(outside).remote
    await FallbackChatModel(remote=remote, embedded=Hearing()).ainvoke([HumanMessage(SAID)])
    assert heard == [SAID]
    assert "Maria" not in str(outside.requests)


async def test_a_stream_with_a_sign_of_its_own_making_breaks_off_before_it(
    outside: ScriptedServer,
) -> None:
    outside.script.answers = lambda body: "I have it here. Write to ⟦email·b2c3d4⟧ today. Bye."
    outside.script.tokens_per_s = 60
    shown = ""
    with pytest.raises(ModelFailed) as failed:
        async for chunk in model(outside).astream([HumanMessage(SAID)]):
            shown += str(chunk.content)
    assert shown == failed.value.partial
    assert "I have it here. Write to ".startswith(shown)


def test_two_conversations_at_once_are_not_mixed_up(tmp_path: Path) -> None:
    async def told(conversation: str, known: Known) -> str:
        with veiled_for(tmp_path, conversation, known):
            await asyncio.sleep(0)
            return Veil().over("Maria and Rita")

    async def both() -> list[str]:
        return [*await asyncio.gather(told("a", MARIA), told("b", Known(names=("Rita",))))]

    first, second = asyncio.run(both())
    assert "Rita" in first and "Maria" not in first
    assert "Maria" in second and "Rita" not in second
