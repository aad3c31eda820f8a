"""What a customer asked of the team in any of her conversations, and what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from journeys import Instance, Journey
from journeys.interpreter import new
from journeys.model import Confirm

STATES = {"pending": "waiting", "decided": "waiting", "done": "done"}
"""How a procedure stands whose proposal a person decides on; whatever else became of it ended it."""

UNDER_WAY = ("pending", "decided")
"""A person has not decided, or has and it is being carried out: she is told as soon as that is known."""


def elsewhere(
    facts: Mapping[str, Any], journeys: Mapping[str, Journey], kept: Sequence[Instance]
) -> list[Instance]:
    """Give what a person was asked for in another conversation, as procedures that wait or have ended."""
    here = {(one.get("proposal") or {}).get("proposal_id") for one in kept}
    return [
        instance
        for request in facts.get("requests") or []
        if request["approval_id"] not in here and request["state"] != "withdrawn"
        for journey in journeys.values()
        if (instance := _of(request, journey)) is not None
    ]


def _of(request: Mapping[str, Any], journey: Journey) -> Instance | None:
    """Give a request as this procedure, if it is one that proposes such a thing."""
    proposal = request["proposal"]
    for step in journey.steps:
        if isinstance(step, Confirm) and step.confirm == proposal["tool"]:
            given: Mapping[str, Any] = proposal.get("arguments") or {}
            slots = {
                template[1:]: given[argument]
                for argument, template in step.arguments.items()
                if argument in given and isinstance(template, str) and template[1:] in journey.slots
            }
            done = [step.id] if request["state"] == "done" else []
            ended = {
                "state": STATES.get(request["state"], "cancelled"),
                "slots": slots,
                "proposal": proposal,
                "performed": done,
            }
            decided = {} if request["state"] in UNDER_WAY else {"decided": request["approval_id"]}
            return cast(Instance, {**new(journey, request["approval_id"]), **ended, **decided})
    return None
