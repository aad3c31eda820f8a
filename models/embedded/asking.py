"""Follows a talk about tools from its messages alone: what was chosen, asked for, and answered."""

from collections.abc import Callable, Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from models.embedded.calling import Choice

Choose = Callable[[str, str], Choice | None]
"""Chooses a tool for a text, with what was said before it."""

Answer = Callable[[Choice, str], Choice]
"""Takes a text as the answer to what a choice lacks."""


def followed(
    messages: Sequence[BaseMessage], choose: Choose, answer: Answer, ask: Callable[[Choice], str]
) -> Choice | None:
    """Give what to do about the last message; an answer to our own question stays with its tool.

    `ask` gives words of the question that a choice leads to, by which our own is known.
    """
    said = [one for one in messages if isinstance(one, HumanMessage | AIMessage | ToolMessage)]
    people = [at for at, one in enumerate(said) if isinstance(one, HumanMessage)]
    if not people:
        return None
    first = next(at for at in reversed(people) if at == people[0] or not _asks(said[at - 1]))
    held: Choice | None = None
    for at in (at for at in people if at >= first):
        text = said[at].text
        if held is not None and held.missing and _asked(said[at - 1], held, ask):
            held = _anew(held, answer(held, text), text, choose)
        else:
            before = (said[earlier].text for earlier in people if earlier < at)
            held = choose(text, "\n".join(before))
    return held


def _asks(message: BaseMessage) -> bool:
    return isinstance(message, AIMessage) and not message.tool_calls and "?" in message.text


def _anew(held: Choice, taken: Choice, text: str, choose: Choose) -> Choice:
    """Leave the tool that was asked about only for another that the text alone is plainly for."""
    if taken.missing != held.missing:
        return taken
    other = choose(text, "")
    return other if other and other.tool not in ("", held.tool) else taken


def _asked(before: BaseMessage, held: Choice, ask: Callable[[Choice], str]) -> bool:
    """Say whether the message is our question; other writers' questions are none of ours."""
    if not isinstance(before, AIMessage):
        return False
    kept = before.additional_kwargs
    by_name = (kept.get("tool"), kept.get("asks")) == (held.tool, held.missing)
    return by_name or ask(held) in before.text


__all__ = ["followed"]
