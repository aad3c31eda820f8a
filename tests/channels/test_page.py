"""The page in a browser: what a visitor sees, presses, hears and gets back after a reload."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn

from channels.http import router as page_routes
from core.database import Database
from core.upgrade import load_tables
from core.workspace import Workspace
from graph.turn import Reply, TurnResult
from knowledge.http import router as knowledge_routes
from knowledge.tables import passages, sources
from tests.channels.browser import CHROMIUM, Page, browser
from tests.conversations.echo import EchoConductor, House, W, house, kept
from tests.conversations.site import application, key

if not CHROMIUM:
    pytest.skip("no Chromium: the page is NOT tested in a browser", allow_module_level=True)

PASSAGE = "passage_" + "0" * 24
QUOTE = "You may return it within **7 days**."
EVIL = '<img src=x onerror="window.evil=1"><script>window.evil=1</script> **b** [1] A-1'
PICTURE = {
    "version": "1",
    "nodes": [
        {"name": "__start__", "kind": "start", "purpose": ""},
        {"name": "perceive", "kind": "stage", "purpose": ""},
        {"name": "echo", "kind": "specialist", "purpose": "Repeats."},
        {"name": "other", "kind": "specialist", "purpose": "Is silent."},
        {"name": "review", "kind": "stage", "purpose": ""},
        {"name": "__end__", "kind": "end", "purpose": ""},
    ],
    "edges": [
        ["__start__", "perceive"], ["perceive", "echo"], ["perceive", "other"], ["echo", "perceive"],
        ["other", "perceive"], ["perceive", "review"], ["review", "__end__"],
    ],
}  # fmt: skip


class Talkative(EchoConductor):
    """An echo with sources and buttons; `slowly` waits between its sentence and its end."""

    async def conduct(self, request: Any, saver: Any, **more: Any) -> TurnResult:
        done = await super().conduct(request, saver, **more)
        (reply,) = done.replies
        text, buttons = reply.text, []
        citations: list[Any] = []
        if "how long" in text:
            text = "Seven days. [1]"
            citations = [{"passage_id": PASSAGE, "title": "Returns", "url": "", "quote": QUOTE}]
        if "buttons" in text:
            buttons = ["Yes", "No"]
        record = {
            "path": ["perceive", "echo", "perceive", "review"],
            "next": "waits for the customer",
            "agents": [
                {"agent": "echo", "why": "she wants talk (0.90)", "rejected": ["other: it is late"]}
            ],
            "context": {"echo": ["messages"]},
            "person": {"needed": False, "why": ""},
            "review": [{"sentence": "It costs 5.", "reason": "nothing it rests on says 5"}],
            "tried": ["look_up(id=1): found"],
        }
        replies = [Reply(text=text, agent="echo", citations=citations, buttons=buttons)]
        return TurnResult(**vars(done) | {"replies": replies, "record": record})


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    database = Database(f"sqlite:///{tmp_path}/regente.sqlite")
    database.write(load_tables().create_all)
    made = house(database, tmp_path)
    file = made.workspace.path / "workspace.yaml"
    file.write_text("id: acme\nname: Acme\nassistant: Ada\nlanguages: [en, pt-BR]\ndemo: true\n")
    conductor = Talkative(tools=made.conductor.tools)
    made.runner._conductor = lambda: conductor  # pyright: ignore[reportAttributeAccessIssue]
    made.conductor, made.workspace = conductor, Workspace(made.workspace.path)
    yield made
    database.close()


@pytest.fixture
async def site(home: House) -> AsyncIterator[str]:
    app = application(home)
    app.include_router(page_routes)
    app.include_router(knowledge_routes)
    app.state.versions = SimpleNamespace(current=SimpleNamespace(picture=PICTURE))
    home.runner.start()
    config = uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    home.hub.stop()
    server.should_exit = True
    await serving
    await home.runner.stop()


@pytest.fixture
async def page(site: str) -> AsyncIterator[Page]:
    async with browser() as tab:
        await tab.open(site)
        yield tab
        assert tab.complaints == []


def texts(role: str) -> str:
    """What was said, drawn already or not: `innerText` is empty for what is not drawn yet."""
    return f"[...document.querySelectorAll('.message.{role} .body')].map((one) => one.textContent)"


async def conversation(page: Page) -> str:
    return json.loads(await page.js("sessionStorage.getItem('regente.session')"))["conversation_id"]


async def post(home: House, site: str, path: str, body: dict[str, Any]) -> None:
    """Do as a person of the staff does."""
    import httpx

    async with httpx.AsyncClient(base_url=site) as desk:
        answer = await desk.post(path, json=body, headers=await key(home, "Ana"))
        assert answer.status_code == 200, answer.text


async def test_a_message_is_answered_read_out_once_and_survives_a_reload(page: Page) -> None:
    await page.say("hello")
    await page.until(f"{texts('ai')}.includes('You said hello.')")
    await page.until(
        "document.querySelector('.message.customer .delivery .hidden')?.textContent === 'Sent'"
    )
    assert await page.js("document.querySelectorAll('.draft').length") == 0
    heard = await page.js("document.getElementById('heard').textContent")
    assert heard.count("You said hello.") == 1
    assert await page.js("document.getElementById('log').ariaLive") == "off"
    await page.write("not yet sent")
    await page.reload()
    await page.until(f"{texts('ai')}.length === 1 && {texts('customer')}.length === 1")
    assert await page.js("document.getElementById('message').value") == "not yet sent"


async def test_the_box_has_room_for_what_is_written_and_none_for_nothing(page: Page) -> None:
    rows = "document.getElementById('message').rows"
    await page.js("document.querySelector('.line').style.width = '90px'")
    await page.js("document.getElementById('message').placeholder = 'Escreva sua mensagem aqui'")
    await page.write("one, two, three, four, five, six")
    assert await page.js(rows) > 1
    await page.press("Enter")
    await page.until(f"{rows} === 1")


async def test_the_way_down_to_the_newest_message_takes_no_room_from_the_talk(page: Page) -> None:
    await page.say("hello")
    await page.until(f"{texts('ai')}.length === 1")
    wide = "document.querySelector('.hall > .scroll').clientWidth"
    before = await page.js(wide)
    await page.js("document.getElementById('down').hidden = false")
    assert await page.js(wide) == before


async def test_what_is_written_is_text_and_nothing_else(page: Page) -> None:
    await page.say(EVIL)
    await page.until(f"{texts('ai')}.length === 1")
    await page.reload()
    await page.until(f"{texts('ai')}.length === 1")
    assert await page.js("window.evil") is None
    assert "<script>" in (await page.js(texts("customer")))[0]
    assert await page.js("document.querySelectorAll('.body img, .body script').length") == 0


async def test_a_sentence_that_is_taken_back_goes_and_the_committed_message_takes_its_place(
    page: Page, home: House
) -> None:
    going_on = asyncio.Event()

    async def wait(_: Any) -> None:
        await going_on.wait()

    home.conductor.before = wait
    await page.say("one")
    await page.until("document.querySelector('.draft .body')?.textContent.includes('You said one')")
    assert await page.js("document.querySelector('.draft').ariaHidden") == "true"
    await page.js("window.kept = document.querySelector('.draft')")
    going_on.set()
    await page.until("!document.querySelector('.draft') && window.kept.isConnected")
    assert await page.js("window.kept.textContent.includes('You said one.')")

    going_on.clear()
    await page.say("two")
    await page.until("document.querySelector('.draft')")
    await page.say("three")
    await kept(home, 3)
    going_on.set()
    await page.until(f"{texts('ai')}.at(-1) === 'You said two + three.'")
    assert await page.js(f"{texts('ai')}.length") == 2


async def test_a_reply_shows_its_source_with_the_quoted_sentence_marked(
    page: Page, home: House
) -> None:
    await home.database.writing(with_passage)
    await page.say("how long")
    await page.until("document.querySelector('.body .chip')")
    await page.js("document.querySelector('.body .chip').focus()")
    await page.press("Enter")
    marked = "[...document.querySelectorAll('#source mark')].map((one) => one.textContent).join('')"
    await page.until(f"{marked} === 'You may return it within 7 days.'")
    assert await page.js("document.getElementById('source-title').innerText") == "Returns"
    await page.press("Escape")
    await page.until("!document.getElementById('source').open")
    assert await page.js("document.activeElement.className") == "chip"


def with_passage(tx: Any) -> None:
    common = {"workspace_id": W, "source_id": "returns", "title": "Returns"}
    tx.execute(
        sources.insert().values(
            **common, digest="", language="en", audience="customer", url="", tags=[], questions=[],
            ingested_at=0,
        )
    )  # fmt: skip
    text = f"It is easy.\n{QUOTE} It costs nothing."
    tx.execute(passages.insert().values(**common, passage_id=PASSAGE, position=0, text=text))


async def test_buttons_are_reached_by_keyboard_and_go_when_answered(page: Page) -> None:
    await page.say("buttons")
    await page.until("document.querySelectorAll('#buttons button').length === 2")
    await page.press("Tab", 8)
    await page.press("Tab", 8)
    await page.press("Tab", 8)
    await page.until("document.activeElement.closest('#buttons')")
    await page.js("document.querySelector('#buttons button').focus()")
    await page.press("Enter")
    await page.until(f"{texts('customer')}.at(-1) === 'Yes'")
    assert await page.js("document.getElementById('buttons').hidden")
    await page.until(f"{texts('ai')}.at(-1) === 'You said Yes.'")
    await page.reload()
    await page.until(f"{texts('ai')}.length === 2")
    assert await page.js("document.getElementById('buttons').hidden")


async def test_files_are_shown_before_they_go_and_come_back_after_a_reload(
    page: Page, tmp_path: Path
) -> None:
    photo = tmp_path / "<b>photo.png"
    photo.write_bytes(PNG)
    (tmp_path / "page.svg").write_text("<svg/>")
    (tmp_path / "note.txt").write_text("hello")
    await page.choose_files("#files", photo, tmp_path / "page.svg", tmp_path / "note.txt")
    await page.until("document.querySelectorAll('#stash .item:not(.busy)').length === 2")
    assert "page.svg cannot be sent" in await page.js(
        "document.getElementById('refused').innerText"
    )
    assert await page.js("document.querySelector('#stash img').naturalWidth") == 1
    await page.js("document.querySelector('#stash .item:nth-child(2) .icon').click()")
    await page.until("document.querySelectorAll('#stash .item').length === 1")
    await page.press("Enter")
    await page.until("document.querySelector('.message.customer .photo img')?.naturalWidth === 1")
    assert await page.js("document.getElementById('stash').hidden")
    await page.reload()
    await page.until("document.querySelector('.message.customer .photo img')?.naturalWidth === 1")
    assert await page.js("document.querySelector('.photo img').alt") == "<b>photo.png"


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)


async def test_what_waits_for_a_person_stands_there_until_it_is_decided(
    page: Page, home: House, site: str
) -> None:
    state = "document.getElementById('state').innerText"
    await page.say("something big")
    await page.until(f"{state}.includes('Pay 5.00') && {state}.includes('since')")
    await page.reload()
    await page.until(f"{state}.includes('Pay 5.00')")
    from conversations import approvals

    (pending,) = await home.database.reading(approvals.listed, W)
    await post(
        home, site, f"/approvals/{pending['approval_id']}", {"decision": "reject", "reason": "no"}
    )
    await page.until(f"!{state}.includes('Pay 5.00')")


async def test_who_speaks_is_said_from_the_call_to_the_hand_back(
    page: Page, home: House, site: str
) -> None:
    shown = "document.getElementById('presence-text').innerText"
    await page.say("a person please")
    await page.until(f"{shown} === 'Waiting for a person'")
    address = f"/conversations/{await conversation(page)}"
    await post(home, site, f"{address}/takeover", {})
    await page.until(f"{shown} === 'Ana is with you'")
    await post(home, site, f"{address}/reply", {"text": "Good morning."})
    await page.until(f"{texts('person')}.includes('Good morning.')")
    await page.until("document.querySelector('.message.person .name').textContent === 'Ana'")
    await page.reload()
    await page.until(f"{shown} === 'Ana is with you'")
    await post(home, site, f"{address}/handback", {"did": "looked"})
    await page.until(f"{shown} === 'AI assistant'")


async def test_what_cannot_be_sent_is_kept_through_a_reload_and_sent_when_the_line_is_back(
    page: Page, home: House
) -> None:
    await page.say("hello")
    await page.until(f"{texts('ai')}.length === 1")
    await page.offline(True)
    await page.say("are you there")
    await page.until(
        "document.querySelector('.message.customer .trouble')?.textContent.includes('Try again')"
    )
    assert "offline" in await page.js("document.getElementById('banner').innerText")
    await page.offline(False)
    await page.js("document.querySelector('.trouble .quiet')?.click()")
    await page.until(f"{texts('ai')}.includes('You said are you there.')")
    await page.until("!document.querySelector('.trouble:not(:empty)')")
    assert [said.messages[0].text for said in home.conductor.seen] == ["hello", "are you there"]


async def test_why_an_answer_is_as_it_is_can_be_read_and_seen(page: Page) -> None:
    await page.say("hello")
    await page.until("document.querySelector('.why-open')")
    await page.js("document.querySelector('.why-open').focus()")
    await page.press("Enter")
    await page.until("document.querySelector('#why .graph')")
    body = await page.js("document.getElementById('why-body').innerText")
    for said in (
        "Waits for the customer.", "recognised as talk (90% sure)", "the conversation",
        "It costs 5.", "nothing it rests on says 5", "look_up(id=1)", "Time and cost",
    ):  # fmt: skip
        assert said in body, said
    drawn = "[...document.querySelectorAll('#why .node{} title')].map((one) => one.textContent)"
    assert await page.js(drawn.format(".ran")) == ["start", "perceive", "Repeats.", "review", "end"]
    assert await page.js(drawn.format(".idle")) == ["Is silent."]
    assert await page.js("document.querySelector('.graph').getAttribute('aria-label')") == (
        "Path: perceive → echo → perceive → review"
    )
    await page.press("Escape")
    await page.until("document.activeElement.className === 'why-open'")


async def test_a_long_conversation_opens_at_its_end_and_does_not_fight_the_reader(
    page: Page, home: House
) -> None:
    await page.say("hello")
    await page.until(f"{texts('ai')}.length === 1")
    await home.database.writing(many_messages, await conversation(page))
    await page.reload()
    await page.until("document.querySelectorAll('.message').length > 300")
    box = "document.getElementById('scroll')"
    away = f"{box}.scrollHeight - {box}.scrollTop - {box}.clientHeight"
    await page.until(f"{away} < 5")
    assert await page.js("document.querySelectorAll('.message').length") == 302
    await page.js(f"{box}.scrollTop = 0")
    await page.until("document.getElementById('down')")
    await asyncio.sleep(0.2)
    news = "{ message_id: 'x', role: 'ai', text: 'News.' }"
    taken = f"import('/webchat/arriving.js').then(({{ take }}) => take('message', {news}, null))"
    await page.js(taken)
    assert await page.js(f"{box}.scrollTop") < 400
    assert not await page.js("document.getElementById('down').hidden")
    await page.js("document.getElementById('down').click()")
    await page.until(f"{away} < 5")


def many_messages(tx: Any, conversation_id: str) -> None:
    from conversations import transcript
    from conversations.rows import locked

    row = locked(tx, W, conversation_id)
    for number in range(300):
        said = transcript.Utterance(role="ai", text=f"Message {number}. " * 8, key=f"many:{number}")
        transcript.add(tx, row, said)


async def test_language_theme_and_narrow_screens(page: Page) -> None:
    await page.say("hello")
    await page.until(f"{texts('ai')}.length === 1")
    await page.js("document.getElementById('language').click()")
    assert await page.js("document.documentElement.lang") == "pt-BR"
    assert (
        await page.js("document.getElementById('message').placeholder") == "Escreva sua mensagem…"
    )
    before = await page.js("getComputedStyle(document.body).backgroundColor")
    await page.js("document.getElementById('theme').click()")
    assert await page.js("getComputedStyle(document.body).backgroundColor") != before
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    await page.do("Emulation.setDeviceMetricsOverride", **size)
    assert await page.js("document.documentElement.scrollWidth") == 360
