"""Whatever is sent over HTTP: a sound answer that does nothing, or a refusal that says what is wrong."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.places import product
from conversations.tables import approvals, conversations, effects
from core.access import issue_key
from core.database import Database
from core.settings import Settings
from core.workspace import Workspace
from evals.scoring import language_of

AURORA = Path(__file__).parents[1] / "examples" / "aurora"
CUSTOMER = "C-1002"
"""Has an order that could be cancelled and one that could be sent back."""

HARMLESS = {"engagement", "knowledge", "care"}
INSIDE = re.compile(r"[Tt]raceback|\.py\b|sqlalchemy|sqlite|psycopg|pydantic|[Ee]xception|\bNone\b")
UNSPOKEN = re.compile(r"(?s)(?=.*portugu[eê]s)(?=.*\b(?:ingl[eê]s|english)\b)", re.IGNORECASE)
SMALL = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Door:
    """A running product, a signed-in customer, and somebody of the company."""

    http: httpx.Client
    database: Database
    customer: dict[str, str]
    staff: dict[str, str]

    def says(self, text: str, **more: Any) -> httpx.Response:
        return self.post("/chat", json.dumps({"message": text, **more}).encode())

    def post(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        given = self.customer | {"Content-Type": "application/json"} | headers
        return self.http.post(path, content=body, headers=given)

    def anew(self) -> None:
        """Let the customer's next message open a conversation."""
        over = conversations.update().values(state="closed", ready_at=None)
        self.database.write(lambda tx: tx.execute(over) and None)

    def written(self) -> int:
        """Count what was done, and what waits to be done."""
        counts = (sa.select(sa.func.count()).select_from(table) for table in (effects, approvals))
        return self.database.read(lambda tx: sum(tx.scalar(count) or 0 for count in counts))

    def acted(self, answer: dict[str, Any]) -> set[str]:
        """Give which specialists had a part in a turn."""
        path = f"/conversations/{answer['conversation_id']}/turns"
        listed = self.http.get(path, headers=self.staff).json()["turns"]
        turn = next(turn for turn in listed if turn["turn_id"] == answer["turn_id"])
        return {agent["agent"] for agent in turn["agents"]}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("garbage")
    deployment = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        data_dir=folder / "data", workspace=AURORA, embedder="lexical",
    )  # fmt: skip
    with product(folder / "data", deployment) as server:
        database = Database(f"sqlite:///{folder}/data/regente.sqlite")
        workspace_id = Workspace(AURORA).workspace_id
        key = database.write(issue_key, workspace_id, "test", scopes=["staff"], role="lead")
        with httpx.Client(base_url=server.url, timeout=60) as http:
            signed = http.post("/demo/login", json={"customer": CUSTOMER}).json()["token"]
            yield Door(http, database, {"Authorization": f"Bearer {signed}"}, {"X-API-Key": key})
        database.close()


@pytest.fixture(autouse=True)
def afresh(door: Door) -> None:
    """Begin each test with a conversation of its own: after two misses a person has been called."""
    door.anew()


def refused(response: httpx.Response) -> str:
    """Give what a refusal says, once it is one that helps."""
    assert 400 <= response.status_code < 500, (response.status_code, response.text[:300])
    body = response.json()
    assert set(body) == {"error", "message"}, body
    assert len(body["message"]) > 15, body
    assert not INSIDE.search(body["message"]), body
    return body["message"]


def sound(door: Door, response: httpx.Response) -> dict[str, Any]:
    """Give an answer, once it is one reply in a spoken language with nothing of our inside."""
    assert response.status_code == 200, (response.status_code, response.text[:300])
    answer = response.json()
    (reply,) = answer["replies"]
    assert reply["text"].strip()
    assert language_of(reply["text"]) or UNSPOKEN.search(reply["text"]), reply["text"]
    assert not INSIDE.search(reply["text"]), reply["text"]
    assert answer["approvals"] == []
    return answer


MEANINGLESS = {
    "letters": "asdkjh qwpoeiru zmxnbv",
    "more letters": "xkcdq wvvz prrt blorf gnik",
    "keyboard": "qwertyuiop asdfghjkl",
    "one letter": "k",
    "emoji": "🙃🙃🙃🦑🛸",
    "family emoji": "👨‍👩‍👧‍👦 👩🏽‍🚒",
    "punctuation": "?!...;;;---***",
    "only dots": "...........",
    "only small numbers": "82 99 17 4 42",
    "several long numbers": "8231 99 17 1051 4 42",
    "huge number": "9" * 4_000,
    "zalgo": "h̷̢̛͍̺e̸̙͐͝l̵̰̋p̴͉̑ ̶̤̏m̷̨̛e̷̱̿ x̶̛y̷z",
    "zero width": "a\u200bb\u200cc\u200dd\ufeffe",
    "only zero width": "\u200b\u200c\u200d\ufeff",
    "right to left marks": "\u202eevil\u202c \u2066x\u2069",
    "control characters": "a\x01\x02\x07\x1b[31mb\x7f",
    "thousand newlines": "a" + "\n" * 1_000 + "b",
    "tabs": "\t\tx\t\t",
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "sql": "'; DROP TABLE messages; -- ' OR 1=1",
    "template": "{{7*7}} ${7*7} $name %(x)s {0} <%= 7 %>",
    "json": '{"role": "system", "content": [1, 2, {"a": null}]}',
    "base64": base64.b64encode(bytes(range(256)) * 8).decode(),
    "hexadecimal": "deadbeef" * 60,
    "lorem": "lorem ipsum dolor sit amet consectetur adipiscing elit",
    "regular expression": r"^(a+)+$ (?P<x>[^\W_]*)\1{2,}",
    "eight thousand letters": "x" * 8_000,
    "eight thousand of two": "ab " * 2_666,
    "slashes": "../../../../etc/passwd\\..\\..",
    "byte order": "\ufeffzxcvb",
    "private use": "\ue000\uf8ff\U000f0000",
    "mathematical": "𝔵𝔶𝔷 𝕨𝕢𝕛",
    "many scripts": "ж あ ב ع 한 ñ ß",
}


@pytest.mark.parametrize("text", MEANINGLESS.values(), ids=MEANINGLESS)
def test_nonsense_gets_one_sound_reply_and_starts_nothing(door: Door, text: str) -> None:
    before = door.written()
    answer = sound(door, door.says(text))
    assert door.acted(answer) <= HARMLESS
    assert answer["replies"][0]["citations"] == []
    assert door.written() == before


FOREIGN = {
    "arabic": "أين طلبي؟ أريد أن أعرف متى يصل",
    "chinese": "我的订单在哪里?我想退货",
    "japanese": "注文した商品はどこですか。返品したいです",
    "russian": "Где мой заказ? Я хочу вернуть деньги за покупку",
    "german": "Guten Tag, ich möchte gerne wissen, wo meine Bestellung ist und wann sie ankommt",
    "hebrew": "איפה ההזמנה שלי? אני רוצה לבטל אותה",
    "greek": "Πού είναι η παραγγελία μου; Θέλω να την επιστρέψω",
    "korean": "제 주문은 어디에 있나요? 환불하고 싶어요",
    "french": "Bonjour, je voudrais savoir où est ma commande et quand elle va arriver",
    "polish": "Dzień dobry, chciałbym się dowiedzieć, gdzie jest moje zamówienie",
    "short chinese": "退款",
    "turkish": "Merhaba, siparişimin nerede olduğunu öğrenmek istiyorum, yardımcı olur musunuz",
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_a_language_that_is_not_spoken_is_answered_in_those_that_are_with_a_person_offered(
    door: Door, text: str
) -> None:
    before = door.written()
    answer = sound(door, door.says(text))
    reply = answer["replies"][0]["text"]
    assert UNSPOKEN.search(reply), reply
    assert re.search(r"pessoa|person", reply), reply
    assert door.acted(answer) <= HARMLESS
    assert door.written() == before


@pytest.mark.parametrize(
    "text",
    [
        "oi, where is meu pedido A-1051 please, danke schön",
        "Guten Tag! where is my order A-1051?",
        "你好 cadê o meu pedido A-1051?",
        "<b>where is my order A-1051?</b>",
        "w\u200bhere is my order A-1051?" + "\n" * 300,
        "🙃🙃 cadê meu pedido A-1051??? 🙃",
        "1051",
    ],
)
def test_a_wish_in_the_midst_of_it_is_still_heard(door: Door, text: str) -> None:
    answer = sound(door, door.says(text))
    assert "A-1051" in answer["replies"][0]["text"]


EMPTY = ["", " ", "\n\n\t", "\u3000", "\u00a0\u2003"]


@pytest.mark.parametrize("text", EMPTY, ids=repr)
def test_an_empty_message_is_refused_and_told_what_to_send(door: Door, text: str) -> None:
    assert "message" in refused(door.says(text))


BODIES = {
    "nothing": b"",
    "no JSON": b"hello",
    "half": b'{"message": "hel',
    "invalid UTF-8": b'{"message": "\xff\xfe\x80"}',
    "NUL byte": b'{"message": "a\x00b"}',
    "NUL escaped": rb'{"message": "a\u0000b"}',
    "lone surrogate": rb'{"message": "a\ud800b"}',
    "surrogate in a name": rb'{"message": "a", "customer": {"name": "\udfff"}}',
    "deep list": b'{"message": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "deep object": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "list": b"[1, 2]",
    "number": b"42",
    "null": b"null",
    "string": b'"hi"',
    "huge int": b'{"message": ' + b"9" * 5_000 + b"}",
    "huge int beside": b'{"message": "hi", "customer": ' + b"9" * 5_000 + b"}",
    "infinity": b'{"message": Infinity}',
    "not a number": b'{"message": "hi", "language": NaN}',
    "wrong type": b'{"message": {"text": "hi"}}',
    "list for text": b'{"message": ["hi"]}',
    "true for text": b'{"message": true}',
    "text for list": b'{"message": "hi", "attachments": "x"}',
    "attachment of nothing": b'{"message": "hi", "attachments": [{}]}',
    "unknown attachment": b'{"message": "hi", "attachments": [{"id": "attachment_none"}]}',
    "many attachments": json.dumps(
        {"message": "hi", "attachments": [{"name": "a"}] * 500}
    ).encode(),
    "script as a link": b'{"message": "hi", "attachments": [{"name": "a", "url": "javascript:1"}]}',
    "long language": json.dumps({"message": "hi", "language": "p" * 500}).encode(),
    "control in id": rb'{"message": "hi", "message_id": "a\u0007bbbbbbbbbbbbbbbbbb"}',
    "too long": json.dumps({"message": "x" * 8_001}).encode(),
    "a megabyte": json.dumps({"message": "x" * 1_100_000}).encode(),
    "unknown token": b'{"message": "hi", "conversation_token": "ct_x"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_wrong_is_refused_with_what_is_wrong(door: Door, body: bytes) -> None:
    refused(door.post("/chat", body))


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Authorization": "Bearer ct_nothing"},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Bearer " + "x" * 4_000},
        {"X-Conversation-Token": "ct_" + "x" * 300},
    ],
    ids=str,
)
def test_headers_that_are_wrong_are_refused(door: Door, headers: dict[str, str]) -> None:
    refused(door.post("/chat", b'{"message": "hi"}', **headers))


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**30, max_value=10**40),
    st.floats(allow_nan=False),
    st.text(max_size=60),
)
JSON = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
TEXT = st.text(st.characters(codec="utf-16-be", exclude_categories=()), max_size=200)
NAME = st.text(
    st.characters(exclude_characters="/.", exclude_categories=("Cs",)), min_size=1, max_size=30
)
"""With a slash it would be another path."""


def bodies(*names: str) -> st.SearchStrategy[Any]:
    """Give bodies with the fields of a route, each with whatever, and bodies that are something else."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON | TEXT)) | JSON


def fuzzed(door: Door, response: httpx.Response) -> None:
    """Take whatever is no fault of ours."""
    if response.status_code in (200, 201):
        assert not re.search(r"Traceback", response.text)
        return
    refused(response)


@SMALL
@given(bodies("message", "customer", "message_id", "language", "attachments", "conversation_id"))
def test_whatever_is_posted_to_the_chat_is_answered_or_refused(door: Door, body: Any) -> None:
    fuzzed(door, door.post("/chat", json.dumps(body).encode()))


@SMALL
@given(TEXT)
def test_whatever_is_written_is_answered_and_does_nothing(door: Door, text: str) -> None:
    door.anew()
    before = door.written()
    response = door.says(text)
    if response.status_code == 200:
        sound(door, response)
    else:
        refused(response)
    assert door.written() == before


@SMALL
@given(bodies("customer"))
def test_whatever_is_posted_to_the_demos_sign_in_is_refused(door: Door, body: Any) -> None:
    refused(door.post("/demo/login", json.dumps(body).encode()))


@SMALL
@given(bodies("kind", "value", "code"), TEXT)
def test_whatever_is_posted_as_a_proof_is_refused(door: Door, body: Any, token: str) -> None:
    shown = token.encode("ascii", "ignore").decode()
    header = "".join(sign for sign in shown if sign.isprintable()).strip()
    refused(
        door.post("/chat/verify", json.dumps(body).encode(), **{"X-Conversation-Token": header})
    )


STAFF = {
    "/approvals/{}": ("decision", "reason", "arguments"),
    "/conversations/{}/takeover": (),
    "/conversations/{}/reply": ("text", "message_id"),
    "/conversations/{}/handback": ("did", "promised", "changed", "follow_up"),
}


@pytest.mark.parametrize("path", STAFF)
def test_whatever_is_posted_to_the_staffs_routes_is_refused(door: Door, path: str) -> None:
    @SMALL
    @given(bodies(*STAFF[path]), NAME)
    def holds(body: Any, named: str) -> None:
        place = path.format(quote(named, safe=""))
        response = door.http.post(place, content=json.dumps(body).encode(), headers=door.staff)
        refused(response)

    holds()


@SMALL
@given(st.binary(max_size=400), st.text(max_size=80))
def test_whatever_is_brought_as_a_file_is_taken_or_refused(
    door: Door, content: bytes, name: str
) -> None:
    response = door.http.post("/attachments", params={"name": name}, content=content)
    fuzzed(door, response)
    if response.status_code == 201:
        kept = response.json()
        assert "/" not in kept["name"]
        assert "\\" not in kept["name"]
        assert kept["size"] == len(content)


@SMALL
@given(NAME)
def test_whatever_is_asked_for_by_name_is_not_found_or_not_told(door: Door, name: str) -> None:
    quoted = quote(name, safe="")
    for path in (
        "/conversations/{}",
        "/conversations/{}/messages",
        "/attachments/{}",
        "/passages/{}",
    ):
        response = door.http.get(path.format(quoted), headers=door.customer)
        refused(response)
