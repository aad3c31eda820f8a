"""Whether it was a guess what a specialist was called for: then the reply asks whether it was that."""

from agents import Brief, Kit
from agents.clauses import DOUBTFUL
from agents.numbered import only_a_number, only_looks


def guessed(brief: Brief, kit: Kit) -> bool:
    """Say whether what she wants was read from a number among other words, or from little."""
    text, language = brief["text"], brief["language"]
    if only_looks(text, language) or only_a_number(text, language, kit):
        return False
    read = (one for one in brief["signals"]["intents"] if one["name"] == brief["intent"])
    return any(one["confidence"] < DOUBTFUL for one in read)
