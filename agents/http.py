"""Who is on the team and what it may do: for staff."""

from typing import Any

from fastapi import APIRouter, Request

from core.access import Staff

router = APIRouter(tags=["agents"])


@router.get("/agents", summary="The team, as it plays now")
async def list_agents(request: Request, staff: Staff) -> dict[str, Any]:
    """List specialists, tools and journeys of the version that plays now, and what could not be read."""
    ensemble = request.app.state.versions.current.ensemble
    return {
        "version": ensemble.version,
        "agents": [
            {
                "name": name,
                "purpose": member.purpose,
                "intents": sorted(
                    intent for intent, owner in ensemble.team.owners.items() if owner == name
                ),
                "perceives": member.perceives,
                "source": member.source,
            }
            for name, member in sorted(ensemble.team.members.items())
        ],
        "tools": [
            {
                "name": tool.name,
                "description": tool.description,
                "effect": tool.effect,
                "needs": tool.needs,
            }
            for _, tool in sorted(ensemble.tools.items())
        ],
        "journeys": [
            {"name": journey.journey, "version": journey.version, "purpose": journey.purpose}
            for _, journey in sorted(ensemble.journeys.items())
        ],
        "problems": [*ensemble.problems, *filter(None, [request.app.state.versions.problem])],
    }
