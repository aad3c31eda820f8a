"""What takes the place of a sentence that failed, where only one thing can."""

import re

from graph.reviewing import facts, people, reading
from graph.reviewing.grounds import Grounds

NEAR = 0.45
"""Likeness from which a sentence of a passage is what a wrong one meant to say."""

APART = 0.15
"""Likeness by which it must be ahead of every other sentence: else the mend is not certain."""


def mended(sentence: str, grounds: Grounds) -> str | None:
    """Give what can go out in place of a sentence; None when nothing is certain."""
    bold = reading.MARKDOWN.sub("", sentence)
    if bold != sentence:
        return bold
    return people.without_greeted_name(sentence) or _quoted(sentence, grounds)


def cited(sentence: str, grounds: Grounds) -> str:
    """Give a sentence that stands word for word in a cited passage with the marker it lacks."""
    if not grounds.cited or reading.MARKER.search(sentence):
        return sentence
    passage = grounds.passage_of(sentence)
    places = {passage_id: place for place, passage_id in grounds.cited.items()}
    if passage is None or passage["passage_id"] not in places:
        return sentence
    return _marked(sentence, places[passage["passage_id"]])


def _quoted(sentence: str, grounds: Grounds) -> str | None:
    """Give the one sentence of the cited passage that a wrong one meant to say."""
    places = [int(place) for place in re.findall(r"\[(\d+)\]", sentence)]
    wanted = {grounds.cited.get(place): place for place in places}
    turned = facts.source_of(sentence, grounds)
    if turned and turned[0] in wanted:
        return _as(turned[1], sentence, wanted[turned[0]])
    sense = reading.opposed(sentence)
    near = sorted(
        (
            (reading.likeness(sense, reading.opposed(statement)), passage_id, statement)
            for passage_id, statement in grounds.statements
            if passage_id in wanted
        ),
        reverse=True,
    )
    if not near or near[0][0] < NEAR or (len(near) > 1 and near[0][0] - near[1][0] < APART):
        return None
    return _as(near[0][2], sentence, wanted[near[0][1]])


def _as(statement: str, sentence: str, place: int) -> str:
    """Give a passage's sentence with the citation, and the space after it, of the one it replaces."""
    plain = " ".join(reading.MARKDOWN.sub("", statement).split())
    return _marked(plain, place) + sentence[len(sentence.rstrip()) :]


def _marked(sentence: str, place: int) -> str:
    body = sentence.rstrip()
    return f"{body} [{place}]{sentence[len(body) :]}"
