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
    text, shown = "", 0
    async for chunk in model.astream(list(prompt)):
        text += chunk.text
        finished = sentences(text)[:-1]
        for sentence in finished[shown:]:
            if say is not None:
                await say(sentence.strip())
        shown = len(finished)
    for sentence in sentences(text)[shown:]:
        if say is not None:
            await say(sentence.strip())
    return text.strip()
