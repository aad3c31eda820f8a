"""A workspace of an address and a two-line agent books, looks up, moves and cancels, in both languages."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.settings import Settings
from graph.ensemble import Ensemble
from tests.graph.club import Talk, talk, text
from tests.graph.opening import opened
from tools.connecting import __main__ as command

EXAMPLE = Path(__file__).parents[2] / "examples" / "backoffice"
KEY = "sesame"
AGENT = """---
purpose: Looks after appointments.
tools: [salon]
---
You are $assistant at the reception of $company.
"""


@pytest.fixture(scope="module")
def salon() -> Iterator[str]:
    """The sample back office, run as its README says."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port), "--app-dir", str(EXAMPLE),
         "--log-level", "error"],
        env={**os.environ, "SALON_KEY": KEY},
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                httpx.get(f"{url}/openapi.json")
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        yield url
    finally:
        running.terminate()
        running.wait(10)


@pytest.fixture(scope="module")
def ensemble(salon: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    folder = tmp_path_factory.mktemp("salon")
    (folder / "workspace" / "agents").mkdir(parents=True)
    (folder / "workspace" / "workspace.yaml").write_text("id: salao\nname: Salão Bela\n", "utf-8")
    (folder / "workspace" / "agents" / "reception.md").write_text(AGENT, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALON_KEY", KEY)
        patch.setenv("REGENTE_DATA_DIR", str(folder / "data"))
        at = ["--workspace", str(folder / "workspace")]
        assert (
            command.main([*at, "add", "salon", f"{salon}/openapi.json", "--key-env", "SALON_KEY"])
            == 0
        )
        assert command.main([*at, "enable", "salon", "--all"]) == 0
        settings = Settings(
            data_dir=folder / "data", workspace=folder / "workspace", embedder="lexical"
        )
        with opened(settings) as ensemble:
            yield ensemble


def booked(url: str, customer: str) -> list[dict[str, Any]]:
    """Give what the back office itself has for a customer."""
    answer = httpx.get(f"{url}/customers/{customer}/appointments", headers={"X-Api-Key": KEY})
    return answer.json()


async def says(who: Talk, *lines: str) -> str:
    """Say lines one after the other; give the last reply."""
    told = ""
    for line in lines:
        told = text(await who.says(line))
    return told


WORDS = {
    "pt-BR": {
        "nothing": ("cadê meu agendamento?", "Não encontrei nada"),
        "book": ("marca um corte pra mim na terça às 15h", "sim", ("corte", "3 de março de 2026", "15:00")),
        "ask": ("quando é o meu horário?", ("corte", "3 de março de 2026, 15:00", "confirmado")),
        "move": ("preciso remarcar meu horário para quinta", "pode", "5 de março de 2026, 15:00"),
        "cancel": ("desmarca meu horário", "sim"),
        "which": ("quero marcar pra sexta", ("corte", "coloração", "manicure"), "a manicure", "manicure"),
        "closed": ("marca uma manicure no domingo", "sim", "Não abrimos aos domingos."),
    },
    "en": {
        "nothing": ("where is my appointment?", "I found nothing"),
        "book": ("book me a haircut for tuesday at 3pm", "yes", ("haircut", "3 March 2026", "15:00")),
        "ask": ("when is my appointment?", ("haircut", "3 March 2026, 15:00", "confirmed")),
        "move": ("I need to reschedule my appointment to thursday", "go ahead", "5 March 2026, 15:00"),
        "cancel": ("cancel my appointment please", "yes"),
        "which": ("book me in for friday", ("haircut", "colouring", "manicure"), "the manicure", "manicure"),
        "closed": ("book me a manicure for sunday", "yes", "We are closed on Sundays."),
    },
}  # fmt: skip


@pytest.mark.parametrize("language", WORDS)
class TestACustomer:
    async def test_books_after_a_yes_looks_up_moves_and_cancels(
        self, language: str, ensemble: Ensemble, salon: str
    ) -> None:
        words: dict[str, Any] = WORDS[language]
        member = f"K-life-{language}"
        who = talk(ensemble, member=member, language=language)
        asked, told = words["nothing"]
        assert told in await says(who, asked)
        wish, yes, parts = words["book"]
        proposed = await says(who, wish)
        assert all(part in proposed for part in parts)
        assert booked(salon, member) == []
        await says(who, yes)
        assert [one["starts_at"] for one in booked(salon, member)] == ["2026-03-03T15:00:00"]
        asked, parts = words["ask"]
        answer = await says(who, asked)
        assert all(part in answer for part in parts)
        wish, yes, told = words["move"]
        assert told in await says(who, wish, yes)
        assert [one["starts_at"] for one in booked(salon, member)] == ["2026-03-05T15:00:00"]
        await says(who, *words["cancel"])
        assert booked(salon, member) == []

    async def test_is_asked_for_what_is_missing_by_what_there_is(
        self, language: str, ensemble: Ensemble, salon: str
    ) -> None:
        wish, parts, choice, told = WORDS[language]["which"]
        member = f"K-which-{language}"
        who = talk(ensemble, member=member, language=language)
        question = await says(who, str(wish))
        assert all(part in question for part in parts)
        assert str(told) in await says(who, str(choice))
        assert booked(salon, member) == []

    async def test_hears_the_back_offices_own_refusal(
        self, language: str, ensemble: Ensemble, salon: str
    ) -> None:
        wish, yes, told = WORDS[language]["closed"]
        who = talk(ensemble, member=f"K-closed-{language}", language=language)
        assert str(told) in await says(who, str(wish), str(yes))

    async def test_who_is_not_signed_in_is_asked_to_and_nothing_is_looked_at(
        self, language: str, ensemble: Ensemble
    ) -> None:
        who = talk(ensemble, member=None, language=language)
        told = await says(who, str(WORDS[language]["ask"][0]))
        assert ("entre na sua conta" if language == "pt-BR" else "sign in") in told


def test_the_example_begins_with_appointments_of_two_customers(salon: str) -> None:
    assert [one["id"] for one in booked(salon, "K-7")] == ["S1000"]
    assert [one["id"] for one in booked(salon, "K-8")] == ["S1001"]
