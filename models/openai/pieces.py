"""A streamed answer, handed on by the sentence: as bytes arrive, and not token by token."""

import asyncio
import re
from collections.abc import AsyncIterator

from models.openai.exchange import Exchange
from models.openai.stream import Answer, Piece

COALESCE_S = 0.1
"""Text that ends no sentence waits this long for more: nobody is shown less than a sentence."""

MARKS = ".!?…"
SENTENCE_OVER = re.compile(rf"[{MARKS}][\"”'’)]*(?:\s*\[\d+\])*\s+\S|\n")


class Bell:
    """Says when what has come of an answer is to be handed on; a token by itself is no reason."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._begun = False
        self._read = 0
        """Before this place in the text no sentence is over, whatever comes."""

    def arrived(self) -> None:
        """Something came: the first text and the end of a sentence are handed on at once."""
        if not self._begun or self._sentence_over():
            self._begun = True
            self.ring()
        elif self._timer is None:
            self._timer = self._loop.call_later(COALESCE_S, self.ring)

    def _sentence_over(self) -> bool:
        text = self._answer.piece.text
        if SENTENCE_OVER.search(text, self._read):
            return True
        last = max(text.rfind(mark, self._read) for mark in MARKS)
        self._read = len(text) if last < 0 else last
        return False

    def ring(self, _over: object = None) -> None:
        """Hand on what there is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._rung.set()

    async def wait(self) -> None:
        """Wait until there is something to hand on."""
        await self._rung.wait()
        self._rung.clear()
        self._read = 0


async def pieces(exchange: Exchange) -> AsyncIterator[Piece]:
    """Give a streamed answer in pieces: see `Bell` for where it is cut."""
    answer = Answer()
    bell = Bell(answer)
    reading = asyncio.create_task(exchange.streamed(answer, bell.arrived), name="read model answer")
    reading.add_done_callback(bell.ring)
    try:
        while True:
            await bell.wait()
            over = reading.done()
            if over and not reading.cancelled() and reading.exception() is None:
                answer.piece.last = True
            if answer.piece:
                yield answer.take()
            if over:
                await reading
                return
    finally:
        if not reading.done():
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        bell.ring()
