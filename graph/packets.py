"""What a person gets with a conversation, so that the customer need not repeat anything. Pure."""

from typing import Any

from graph.state import Conversation, said

QUOTED = 6


def packet(state: Conversation, reason: str) -> dict[str, Any]:
    """Give the facts of a hand-off: why, what she wants, what is known, what was tried."""
    signals = state.get("signals")
    reports = list(state.get("reports", {}).values())
    return {
        "reason": reason,
        "language": signals["language"] if signals else "",
        "wants": [intent["name"] for intent in signals["intents"]] if signals else [],
        "sentiment": signals["sentiment"] if signals else 0.0,
        "urgent": bool(signals and signals["urgent"]),
        "known": {
            name: slot["value"]
            for name, slot in state.get("slots", {}).items()
            if slot["value"] is not None
        },
        "open_questions": [question["text"] for question in state.get("awaiting", [])],
        "procedures": [
            {"journey": instance["journey"], "step": instance["step"]}
            for instance in state.get("journey", [])
            if instance["state"] in ("running", "waiting")
        ],
        "tried": [line for report in reports for line in report.get("tried", [])],
        "last_words": said(state["messages"])[-QUOTED:],
    }
