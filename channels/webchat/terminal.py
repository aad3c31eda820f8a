"""Chat in the terminal with a running server: `python -m channels.webchat.terminal`.

--url http://127.0.0.1:8000     where the server is
--as CUSTOMER_ID                sign in as a customer of the demo
--language pt-BR|en             what to speak; else what you write

/login CUSTOMER_ID   /login alone lists who there is
/new                 a new conversation
/quit                leave
Enter alone          what has come in the meantime: a person's reply, the outcome of an approval
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

STATES = {
    "handoff": "waiting for a person",
    "with_person": "a person has this conversation",
    "closed": "this conversation has ended",
    "waiting": "this takes longer; ask again in a moment",
}


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    name: str
    data: dict[str, Any]
    event_id: str = ""


def events(chunks: Iterable[str]) -> Iterator[Event]:
    """Give the events in a stream of text that arrives in any pieces.

    Lines end with LF, CR or CR LF; comments, unknown fields and data that is no JSON object are
    passed over; what is unfinished at the end is dropped, as the standard says.
    """
    name, event_id, data = "", "", []
    for line in _lines(chunks):
        if not line:
            if data and (read := _object("\n".join(data))) is not None:
                yield Event(name or "message", read, event_id)
            name, data = "", []
            continue
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if key == "event":
            name = value
        elif key == "data":
            data.append(value)
        elif key == "id":
            event_id = value


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    """Give the finished lines; a CR at the end of a chunk may be the first half of a CR LF."""
    rest = ""
    for chunk in chunks:
        rest += chunk
        held = "\r" if rest.endswith("\r") else ""
        *lines, rest = rest.removesuffix(held).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        rest += held
        yield from lines
    if rest.endswith("\r"):
        yield rest[:-1]


def _object(text: str) -> dict[str, Any] | None:
    try:
        read = json.loads(text)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


@dataclass
class Talk:
    """One visitor's talk with a server."""

    client: httpx.Client
    language: str = ""
    jwt: str = ""
    conversation_id: str = ""
    token: str = ""
    seen: int = 0
    """Number of the last message of the transcript that is known here."""

    def customers(self) -> list[dict[str, Any]]:
        """Give who one may sign in as."""
        given = self._checked(self.client.get("/demo/customers")).json()
        return given if isinstance(given, list) else given.get("customers", [])

    def login(self, customer_id: str) -> None:
        """Sign in as a customer of the demo, in a new conversation."""
        answer = self.client.post("/demo/login", json={"customer": customer_id})
        given = self._checked(answer).json()
        self.jwt = given.get("token") or given.get("access_token") or ""
        self.new()

    def new(self) -> None:
        """Begin a new conversation with the next message."""
        self.conversation_id = self.token = ""
        self.seen = 0

    def news(self) -> list[Event]:
        """Give what was said since the last look."""
        found: list[Event] = []
        after: int | None = self.seen if self.token else None
        while after is not None:
            path = f"/conversations/{self.conversation_id}/messages"
            answer = self.client.get(path, params={"after": after}, headers=self.headers())
            given = self._checked(answer).json()
            found += [Event("message", message) for message in given["messages"]]
            after = given.get("next_after")
        self.seen = max([self.seen, *(event.data["sequence"] for event in found)])
        return found

    def headers(self) -> dict[str, str]:
        """Give what says who is speaking, and in which conversation."""
        given = {"Accept": "text/event-stream"}
        if self.jwt:
            given["Authorization"] = f"Bearer {self.jwt}"
        if self.token:
            given["X-Conversation-Token"] = self.token
        return given

    def say(self, text: str) -> Iterator[Event]:
        """Send a message and give what comes back, as it comes."""
        body = {"message": text, "message_id": str(uuid4())}
        if self.language:
            body["language"] = self.language
        if self.conversation_id:
            body["conversation_id"] = self.conversation_id
        with self.client.stream("POST", "/chat", json=body, headers=self.headers()) as answer:
            if answer.is_error:
                answer.read()
            self._checked(answer)
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                heard = events(answer.iter_text())
            else:
                answer.read()
                heard = whole(answer.json())
            for event in heard:
                self.conversation_id = event.data.get("conversation_id") or self.conversation_id
                self.token = event.data.get("conversation_token") or self.token
                yield event

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_error:
            said = _object(answer.text) or {}
            raise Refused(said.get("message") or f"The server answered {answer.status_code}.")
        return answer


class Refused(Exception):
    """The server did not take what was sent; the message says why."""


def whole(answer: dict[str, Any]) -> Iterator[Event]:
    """Give an answer that came as one JSON object as the events it would have been."""
    for reply in answer.get("replies", []):
        yield Event("message", {"role": "ai", **reply})
    yield Event("done", answer)


class Screen:
    """Writes a talk to the terminal; what was shown early is not written twice."""

    def __init__(self, write: Any = None) -> None:
        self._write = write or (lambda text: print(text, end="", flush=True))
        self._live = ""

    def show(self, event: Event) -> None:
        """Show one event."""
        if event.name == "delta":
            text = event.data.get("text", "")
            apart = bool(self._live) and not (self._live[-1:].isspace() or text[:1].isspace())
            self._live += (" " if apart else "") + text
            self._write((" " if apart else "") + text)
        elif event.name == "retract" and self._live:
            self._live = ""
            self._write("\n  (taken back)\n")
        elif event.name == "message" and event.data.get("role") != "customer":
            self._message(event.data)
        elif event.name in ("done", "status"):
            self._state(event)
        elif event.name == "error":
            self._write(f"\n  (error: {event.data.get('message', 'no answer')})\n")

    def _message(self, message: dict[str, Any]) -> None:
        text = message.get("text", "")
        if self._live.split() == text.split():
            self._write("\n")
        else:
            self._write(("\n" if self._live else "") + text + "\n")
        self._live = ""
        for place, cited in enumerate(message.get("citations", []), 1):
            self._write(
                " ".join(filter(None, (f"  [{place}]", cited.get("title"), cited.get("url"))))
                + "\n"
            )
        if buttons := message.get("buttons"):
            self._write("  " + "  ".join(f"({title})" for title in buttons) + "\n")

    def _state(self, event: Event) -> None:
        if event.name == "done":
            if state := STATES.get(event.data.get("status", "")):
                self._write(f"  ({state})\n")
            if event.data.get("approvals"):
                self._write("  (waiting for approval)\n")


def main(arguments: list[str] | None = None) -> int:
    """Talk until `/quit` or the end of input."""
    parser = argparse.ArgumentParser(
        prog="python -m channels.webchat.terminal", description=main.__doc__
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument(
        "--as", dest="customer", default="", help="sign in as a customer of the demo"
    )
    parser.add_argument("--language", default="")
    given = parser.parse_args(arguments)
    with httpx.Client(base_url=given.url, timeout=httpx.Timeout(60, connect=5)) as client:
        talk = Talk(client, given.language)
        try:
            company = client.get("/webchat/config").raise_for_status().json()
            if given.customer:
                talk.login(given.customer)
        except httpx.HTTPError:
            print(f"No Regente server answers at {given.url}.", file=sys.stderr)
            print("Start one with `make run`, or give --url.", file=sys.stderr)
            return 1
        except Refused as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{company['company']} · {company['assistant']}   /login  /new  /quit")
        return _converse(talk, Screen())


def _converse(talk: Talk, screen: Screen) -> int:
    while True:
        try:
            text = input("\n> ").strip()
        except (EOFError, KeyboardInterrupt):
            print()
            return 0
        if text == "/quit":
            return 0
        try:
            _do(talk, screen, text)
        except Refused as error:
            print(f"  ({error})")
        except httpx.HTTPError as error:
            print(f"  (the connection failed: {error}; say it again)")


def _do(talk: Talk, screen: Screen, text: str) -> None:
    command, _, rest = text.partition(" ")
    if command == "/new":
        talk.new()
        goes_on = "  (who has signed in has one conversation, and it goes on)"
        print(goes_on if talk.jwt else "  (a new conversation)")
    elif command == "/login" and rest:
        talk.login(rest.strip())
        print(f"  (signed in as {rest.strip()})")
    elif command == "/login":
        for person in talk.customers():
            print(f"  /login {person['id']}   {person.get('name', '')}")
    elif text.startswith("/"):
        print("  (/login CUSTOMER_ID, /new, /quit)")
    else:
        for event in talk.news():
            screen.show(event)
        for event in talk.say(text) if text else []:
            screen.show(event)
        talk.news()  # shown already


if __name__ == "__main__":
    sys.exit(main())
