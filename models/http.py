"""Routes of models: how they stand and what they cost, and the switch that stops all paid calls."""

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from core.access import Analyst, Lead
from core.clock import moment
from core.database import Tx, database_now
from core.settings import ROLES
from models import spending, standing
from models.roles import EMBEDDED, endpoints
from models.spending import By, Limits

router = APIRouter(tags=["models"])


class Standing(BaseModel):
    """How the models stand. Moments are seconds since 1970 in UTC, money is in US dollars."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "roles": {
                        "route": "small",
                        "answer": "big",
                        "write": "big",
                        "judge": "embedded",
                    },
                    "stopped": False,
                    "reason": "",
                    "by": "",
                    "changed_at": None,
                    "left_alone": {"https://models.example.com/v1": "took longer than 20 s"},
                    "today": "2026-11-28",
                    "spent_usd": 3.2,
                    "limits": {"warn_usd": 5.0, "day_usd": 8.0, "turn_usd": 0.05},
                }
            ]
        }
    )

    roles: dict[str, str]
    stopped: bool
    reason: str
    by: str
    """The key that put the switch where it is."""

    changed_at: float | None
    left_alone: dict[str, str]
    """Servers that get no call for a while, and why."""

    today: str
    """The day in the workspace's zone."""

    spent_usd: float
    limits: dict[str, float]
    """0: any amount."""


class Sum(BaseModel):
    """What was spent; of `day`, `agent`, `role` and `model` those that were asked for."""

    day: str | None = None
    agent: str | None = None
    role: str | None = None
    model: str | None = None
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


class Spending(BaseModel):
    """Sums, the newest day first, then the dearest."""

    spending: list[Sum]


class Stop(BaseModel):
    """Why models are switched off."""

    reason: str = Field(default="", max_length=200, pattern=r"^[^\x00-\x1f]*$")


@router.get("/models", summary="How the models stand")
async def show(request: Request, caller: Analyst) -> Standing:
    """Give who is asked in which role, what today has cost, and whether anything is stopped."""
    return await _shown(request, caller.workspace_id)


@router.get("/models/spending", summary="What models cost, by day, agent, role or model")
async def show_spending(
    request: Request,
    caller: Analyst,
    by: Annotated[Sequence[By], Query()] = ("day",),
    since: date | None = None,
    until: date | None = None,
) -> Spending:
    """Give sums over days of the workspace's zone, both included; `by` may be given several times.

    The turns behind them say the same in their records.
    """
    within = {"since": since, "until": until}
    rows = await request.app.state.database.reading(
        spending.summed, caller.workspace_id, tuple(dict.fromkeys(by)),
        **{name: day.isoformat() for name, day in within.items() if day},
    )  # fmt: skip
    return Spending(spending=[Sum(**row) for row in rows])


@router.post("/models/stop", summary="Ask no paid model any more")
async def stop(body: Stop, request: Request, caller: Lead) -> Standing:
    """Let the embedded model answer everything, in all processes within a second, until `go`."""
    return await _turned(request, caller, stopped=True, reason=body.reason)


@router.post("/models/go", summary="Ask paid models again")
async def go(request: Request, caller: Lead) -> Standing:
    """End a stop. A limit that is passed is none: it ends with the day, or is raised in the settings."""
    return await _turned(request, caller, stopped=False)


async def _turned(request: Request, caller: Lead, **position: Any) -> Standing:
    await request.app.state.database.writing(
        standing.turn, caller.workspace_id, by=caller.key_id, **position
    )
    return await _shown(request, caller.workspace_id)


async def _shown(request: Request, workspace_id: str) -> Standing:
    state = request.app.state
    shown = await state.database.reading(_standing, workspace_id, state.workspace.zone)
    found = endpoints(state.settings)
    roles = {role: found[role].model if role in found else EMBEDDED for role in ROLES}
    return Standing(roles=roles, limits=vars(Limits.of(state.settings)), **shown)


def _standing(tx: Tx, workspace_id: str, zone: tzinfo) -> dict[str, Any]:
    now = database_now(tx)
    today = moment(now).astimezone(zone).date().isoformat()
    found = standing.read(tx, workspace_id, today)
    position = standing.switch(tx, workspace_id) or {}
    alone = {url: one.reason for url, one in found.servers.items() if one.left_alone(now)}
    return {
        "stopped": found.stopped is not None,
        **{name: position.get(name, "") for name in ("reason", "by")},
        "changed_at": position.get("changed_at"),
        "left_alone": alone,
        "today": today,
        "spent_usd": found.spent_usd,
    }
