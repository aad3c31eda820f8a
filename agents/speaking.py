"""Let a model speak, and show its sentences as they are finished."""

from collections.abc import Awaitable, Callable, Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AnyMessage

from core.sentences import sentences

Say = Callable[[str], Awaitable[None]]


async def streamed(model: BaseChatModel, prompt: Sequence[AnyMessage], say: Say | None) -> str:
    """Give what the model answers; each finished sentence goes to `say` while it speaks.

    Raises:
        ModelFailed: the model broke off; what was shown is taken back by the review.
    """
    text = coming = ""
    async for chunk in model.astream(list(prompt)):
        text += chunk.text
        *finished, coming = sentences(coming + chunk.text) or [""]
        await _said(finished, say)
    await _said(sentences(coming), say)
    return text.strip()


async def _said(finished: Sequence[str], say: Say | None) -> None:
    if say is None:
        return
    for sentence in finished:
        await say(sentence.strip())
