"""Two back offices that no code names, in whole conversations: what is wanted is done, and nothing else."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from core.settings import Settings
from graph.ensemble import Ensemble
from tests.graph.club import talk, text
from tests.graph.opening import opened
from tests.tools.connecting.office import Answering, Asked, McpTool, mcp, office
from tools.connecting import __main__ as command

STRING = {"type": "string"}
DATE = {"type": "string", "format": "date"}
MEMBER = {"name": "member_id", "in": "path", "required": True, "schema": STRING}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties]}


def _list(**properties: Any) -> dict[str, Any]:
    schema = {"type": "array", "items": _object(**properties)}
    return {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}


def _body(**properties: Any) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": _object(**properties)}}}


GYM = {
    "openapi": "3.1.0",
    "paths": {
        "/classes": {"get": {"operationId": "get_classes", "summary": "Weekly classes",
                             "responses": _list(class_id=STRING, name=STRING, time=STRING)}},
        "/members/{member_id}/bookings": {
            "parameters": [MEMBER],
            "get": {"operationId": "get_member_bookings",
                    "responses": _list(booking_id=STRING, class_name=STRING, day=DATE)},
            "post": {"operationId": "create_member_booking", "summary": "Book a place in a class",
                     "requestBody": _body(class_id=STRING, day=DATE)},
        },
        "/members/{member_id}/tickets": {"post": {
            "parameters": [MEMBER], "operationId": "open_ticket", "requestBody": _body(subject=STRING)}},
    },
}  # fmt: skip


class Gym:
    """What the gym has."""

    def __init__(self) -> None:
        self.bookings = [{"booking_id": "b1", "class_name": "Yoga", "day": "2026-03-04"}]
        self.tickets: list[str] = []

    def __call__(self, asked: Asked) -> Answering:
        if asked.path == "/openapi.json":
            return Answering(GYM)
        if asked.path == "/classes":
            listed = (("yoga", "Yoga", "18:00"), ("spin", "Spinning", "07:00"))
            return Answering(
                [{"class_id": key, "name": name, "time": at} for key, name, at in listed]
            )
        if not re.match("/members/M-1/", asked.path):
            return Answering({"message": "not hers"}, status=404)
        if asked.path.endswith("tickets"):
            self.tickets.append(asked.body["subject"])
        elif asked.method == "POST":
            self.bookings.append(
                {"booking_id": "b2", "class_name": asked.body["class_id"], "day": asked.body["day"]}
            )
        return Answering(self.bookings if asked.method == "GET" else {"status": "confirmed"})


class Clinic:
    """What the clinic has, served over MCP."""

    def __init__(self) -> None:
        self.booked: list[tuple[str, str, str]] = []

    def tools(self) -> list[McpTool]:
        kinds = {"type": "string", "enum": ["cardiology", "dermatology"]}

        def schedule(given: dict[str, Any]) -> str:
            self.booked.append((given["patient_id"], given["specialty"], given["date"]))
            return "It is scheduled."

        return [
            McpTool({
                "name": "getExamResults", "inputSchema": _object(patient_id=STRING),
                "annotations": {"readOnlyHint": True},
            }, lambda given: {"results": [{"exam": "Hemogram", "status": "ready"}]}),
            McpTool({
                "name": "scheduleAppointment", "description": "Schedule an appointment.",
                "inputSchema": _object(patient_id=STRING, specialty=kinds, date=DATE),
            }, schedule),
        ]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ensemble, Gym, Clinic]]:
    folder = tmp_path_factory.mktemp("world")
    (folder / "workspace").mkdir()
    (folder / "workspace" / "workspace.yaml").write_text("id: world\nname: World\n", "utf-8")
    gym, clinic = Gym(), Clinic()
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGENTE_DATA_DIR", str(folder / "data"))
        at = ["--workspace", str(folder / "workspace")]
        served = stack.enter_context(office(gym))
        assert command.main([*at, "add", "gym", f"{served.url}/openapi.json"]) == 0
        served = stack.enter_context(office(mcp(clinic.tools(), streams=True)))
        assert command.main([*at, "add", "clinic", f"{served.url}/mcp", "--mcp"]) == 0
        for name in ("gym", "clinic"):
            assert command.main([*at, "enable", name, "--all"]) == 0
        settings = Settings(
            data_dir=folder / "data", workspace=folder / "workspace", embedder="lexical"
        )
        with opened(settings) as ensemble:
            yield ensemble, gym, clinic


Check = Callable[[Gym, Clinic, str], bool]
TASKS: dict[str, tuple[str, tuple[str, ...], Check]] = {
    "asks what is hers": (
        "en", ("what's the status of my booking?",),
        lambda gym, clinic, told: "Yoga" in told and "4 March" in told,
    ),
    "pergunta o que é seu": (
        "pt-BR", ("cadê minha reserva?",),
        lambda gym, clinic, told: "Yoga" in told and "4 de março" in told,
    ),
    "is understood by the values in her words": (
        "en", ("book me a spot in spinning for friday", "yes"),
        lambda gym, clinic, told: [*gym.bookings[-1].values()] == ["b2", "spin", "2026-03-06"],
    ),
    "escolhe entre o que há": (
        "pt-BR", ("quero marcar uma aula para sexta", "spinning", "sim"),
        lambda gym, clinic, told: gym.bookings[-1]["class_name"] == "spin",
    ),
    "answers in words of her own": (
        "en", ("I want to open a ticket", "the shower is cold every day", "yes"),
        lambda gym, clinic, told: gym.tickets == ["the shower is cold every day"],
    ),
    "responde com as suas palavras": (
        "pt-BR", ("quero abrir um chamado", "o chuveiro está frio toda hora", "sim"),
        lambda gym, clinic, told: len(gym.tickets) == 1,
    ),
    "reads over MCP": (
        "pt-BR", ("qual a situação do meu resultado?",), lambda gym, clinic, told: "pronto" in told,
    ),
    "chooses by words that the document does not have": (
        "pt-BR", ("quero marcar uma consulta para quinta", "dermatologia", "sim"),
        lambda gym, clinic, told: clinic.booked == [("M-1", "dermatology", "2026-03-05")],
    ),
    "says no": (
        "en", ("schedule an appointment in cardiology for monday", "no"),
        lambda gym, clinic, told: clinic.booked == [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("task", TASKS)
async def test_a_customer(task: str, world: tuple[Ensemble, Gym, Clinic]) -> None:
    ensemble, gym, clinic = world
    gym.bookings[1:], gym.tickets[:], clinic.booked[:] = [], [], []
    language, lines, check = TASKS[task]
    who = talk(ensemble, member="M-1", language=language)
    told = ""
    for line in lines:
        done = (len(gym.bookings), len(gym.tickets), len(clinic.booked))
        assert done == (1, 0, 0), "nothing is done before the last word"
        told = text(await who.says(line))
    assert check(gym, clinic, told), told
