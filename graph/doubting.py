"""The question whether it was what she wanted to know, put where that was guessed."""

from collections.abc import Iterable

from agents.phrases import phrases

say = phrases(__file__)


def question(language: str) -> str:
    """Give the question that ends a reply of which it is not sure that it answers hers."""
    return say("asks", language)


def asked(reply: str, languages: Iterable[str]) -> str:
    """Give the question if a reply of ours ended with it; she may have gone on in another language."""
    questions = map(question, languages)
    return next((one for one in questions if reply.rstrip().endswith(one)), "")
