"""The chat in the terminal: reads event streams however they arrive, and writes each reply once."""

import json
from collections.abc import Callable

import httpx
import pytest

from channels.webchat.terminal import Event, Refused, Screen, Talk, events, main

STREAM = (
    ": hello\n"
    'event: delta\ndata: {"turn_id": "t", "text": "Olá. "}\n\n'
    ": heartbeat\n\n"
    'id: 7\nevent: done\ndata: {"turn_id": "t",\ndata: "status": "answered"}\n\n'
)
READ = [
    Event("delta", {"turn_id": "t", "text": "Olá. "}),
    Event("done", {"turn_id": "t", "status": "answered"}, "7"),
]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_read_however_the_stream_is_cut(ending: str, size: int) -> None:
    text = STREAM.replace("\n", ending)
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    assert list(events(chunks)) == READ


def test_comments_unknown_fields_and_broken_data_are_passed_over() -> None:
    text = ":\nfoo: 1\nretry: 5\n\nevent: delta\ndata: {oops\n\ndata: [1]\n\n" + STREAM
    assert list(events([text])) == READ


def test_an_unfinished_event_at_the_end_is_dropped() -> None:
    assert list(events(['event: delta\ndata: {"text": "half"}\n'])) == []


def test_an_event_is_given_as_soon_as_it_is_whole() -> None:
    def chunks():
        yield 'data: {"a": 1}\n\n'
        raise AssertionError("read on before giving what was there")

    assert next(events(chunks())) == Event("message", {"a": 1})


def shown(*heard: Event) -> str:
    written: list[str] = []
    screen = Screen(written.append)
    for event in heard:
        screen.show(event)
    return "".join(written)


def test_a_reply_shown_live_is_not_written_again_and_its_sources_follow() -> None:
    cited = {"title": "Prazos", "url": "https://example.org"}
    text = shown(
        Event("delta", {"text": "Três dias. "}),
        Event("message", {"role": "ai", "text": "Três dias.", "citations": [cited]}),
    )
    assert text == "Três dias. \n  [1] Prazos https://example.org\n"


def test_what_was_taken_back_is_said_to_be() -> None:
    text = shown(
        Event("delta", {"text": "Sim."}),
        Event("retract", {}),
        Event("message", {"role": "ai", "text": "Não."}),
    )
    assert text == "Sim.\n  (taken back)\nNão.\n"


def test_states_are_told() -> None:
    text = shown(Event("done", {"status": "handoff", "approvals": [{}]}))
    assert text == "  (waiting for a person)\n  (waiting for approval)\n"


def test_sentences_that_arrive_one_by_one_are_shown_once_and_apart() -> None:
    text = shown(
        Event("delta", {"text": "Saiu hoje."}),
        Event("delta", {"text": "Chega na sexta."}),
        Event("message", {"role": "ai", "text": "Saiu hoje. Chega na sexta."}),
    )
    assert text == "Saiu hoje. Chega na sexta.\n"


def talk(answer: Callable[[httpx.Request], httpx.Response]) -> Talk:
    transport = httpx.MockTransport(answer)
    return Talk(httpx.Client(base_url="http://server", transport=transport))


def test_the_conversation_goes_on_with_the_token_it_was_given() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        body = 'event: done\ndata: {"conversation_id": "c", "conversation_token": "k"}\n\n'
        return httpx.Response(200, text=body, headers={"content-type": "text/event-stream"})

    visitor = talk(answer)
    for text in ("oi", "e aí"):
        list(visitor.say(text))
    first, second = (json.loads(request.content) for request in asked)
    assert "conversation_id" not in first and "X-Conversation-Token" not in asked[0].headers
    assert second["conversation_id"] == "c" and asked[1].headers["X-Conversation-Token"] == "k"
    assert first["message_id"] != second["message_id"]


def test_what_came_in_the_meantime_is_given_once() -> None:
    transcript = [{"sequence": 1, "role": "customer", "text": "oi"}]
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        after = int(request.url.params["after"])
        page = [said for said in transcript if said["sequence"] > after][:1]
        more = page[0]["sequence"] if page and page[0] is not transcript[-1] else None
        return httpx.Response(200, json={"messages": page, "next_after": more})

    visitor = talk(answer)
    assert visitor.news() == [] and asked == []
    visitor.conversation_id, visitor.token = "c", "k"
    visitor.news()
    transcript.append({"sequence": 2, "role": "person", "text": "Olá, sou a Marta."})
    transcript.append({"sequence": 3, "role": "person", "text": "Já resolvi."})
    assert [event.data["sequence"] for event in visitor.news()] == [2, 3]
    assert visitor.news() == []
    assert set(asked) == {"/conversations/c/messages"}


def test_an_answer_in_one_piece_is_shown_as_well() -> None:
    answer = {"replies": [{"text": "Oi"}], "status": "answered", "conversation_id": "c"}
    heard = list(talk(lambda _: httpx.Response(200, json=answer)).say("oi"))
    assert [event.name for event in heard] == ["message", "done"]


def test_a_refusal_says_what_the_server_said() -> None:
    refusal = {"error": "TooManyRequests", "message": "Wait a minute."}
    visitor = talk(lambda _: httpx.Response(429, json=refusal))
    with pytest.raises(Refused, match=r"Wait a minute\."):
        list(visitor.say("oi"))


def test_without_a_server_it_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "http://127.0.0.1:9"]) == 1
    assert "make run" in capsys.readouterr().err
