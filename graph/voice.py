"""What is shown of a turn while it runs: reviewed sentences, provisional until the commit."""

from core.injected import visible
from core.sentences import sentences
from graph.reviewing import Grounds, objection
from graph.turn import Live


class Voice:
    """Shows sentences of one turn, and takes them back when the reply turns out otherwise."""

    def __init__(self, live: Live | None) -> None:
        self._live = live
        self._shown: list[str] = []
        self._silent = live is None

    async def say(self, sentence: str, grounds: Grounds, *, notice: str = "") -> None:
        """Show a sentence that the review lets through; after one that it does not, wait for the end."""
        if self._silent or not sentence.strip():
            return
        sentence = visible(sentence)
        if objection(sentence, grounds):
            self._silent = True
            return
        await self._show(*([notice] if notice and not self._shown else []), sentence)

    async def finish(self, text: str) -> None:
        """Show what is still missing of the reviewed reply; what does not belong to it is taken back."""
        if self._live is None:
            return
        shown = _flat(" ".join(self._shown))
        if shown and not _flat(text).startswith(shown):
            await self.retract()
            shown = ""
        said, missing = "", []
        for sentence in sentences(text):
            said = _flat(f"{said} {sentence}")
            if len(said) > len(shown):
                missing.append(sentence)
        if missing:
            await self._show(*missing)

    async def retract(self) -> None:
        """Take back what was shown."""
        if self._live is not None and self._shown:
            await self._live.retract()
        self._shown = []

    async def _show(self, *said: str) -> None:
        if self._live is None:
            return
        stripped = [sentence.strip() for sentence in said]
        if await self._live.release(*stripped):
            self._shown += stripped
        else:
            self._silent = True


def _flat(text: str) -> str:
    return " ".join(text.split())
