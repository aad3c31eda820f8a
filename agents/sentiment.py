"""Reads how the customer feels, smoothed over her last messages."""

from agents import Brief, Kit, Report, Specialist, reading

FRESH = 0.6
"""Weight of the newest message; the rest is what was felt before."""


async def respond(brief: Brief, kit: Kit) -> Report:
    """Report the sentiment: -1 (angry) to 1 (delighted)."""
    language = reading.language_of(brief, kit.understanding)
    felt = kit.understanding.sentiment(brief["text"], language)
    before = brief["signals"].get("sentiment", 0.0)
    return Report(
        agent="sentiment",
        text="",
        signals={"sentiment": round(FRESH * felt + (1 - FRESH) * before, 3)},
    )


agent = Specialist(
    purpose="Reads how the customer feels: angry, worried, neutral, delighted.",
    respond=respond,
    perceives=True,
)
