"""Call a tool: who asks is checked first, then the arguments, then the function runs with a limit.

What comes out is always a `Result` or a `ToolError` whose message can be told to the customer.
"""

import asyncio
import contextvars
import inspect
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import orjson
import structlog

from core.errors import ToolError, ToolFailed, ToolNeedsVerification, ToolUnknown
from tools import LEVELS, Context, Preview, Result, Tool
from tools.schemas import checked

MAX_RESULT_BYTES = 20_000
MAX_IDENTICAL_CALLS = 3
log = structlog.get_logger(__name__)

# Its own threads: tools that hang must not hold up the rest of the process.
_threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="tool")

SAID = {
    "sign_in": {
        "pt-BR": "Para isso, preciso primeiro confirmar quem você é: entre na sua conta, por favor.",
        "en": "For that, I first need to confirm who you are: please sign in to your account.",
    },
    "failed": {
        "pt-BR": "Não consegui concluir isso agora por um problema técnico.",
        "en": "I could not complete this right now because of a technical problem.",
    },
    "slow": {
        "pt-BR": "O sistema demorou demais para responder. Tente de novo daqui a pouco.",
        "en": "The system took too long to answer. Please try again in a little while.",
    },
    "unknown": {
        "pt-BR": "Não consegui confirmar se isso foi concluído.",
        "en": "I could not confirm whether this went through.",
    },
    "large": {
        "pt-BR": "A resposta do sistema é grande demais para eu ler.",
        "en": "The system's answer is too large for me to read.",
    },
    "missing": {
        "pt-BR": "Não encontrei isso no sistema.",
        "en": "I could not find that in the system.",
    },
    "not_taken": {
        "pt-BR": "O sistema não aceitou esse valor.",
        "en": "The system did not accept that value.",
    },
    "rehearsed": {
        "pt-BR": "Isto é um ensaio: nada foi feito fora daqui.",
        "en": "This is a rehearsal: nothing was done outside.",
    },
    "repeated": {
        "pt-BR": "Já consultei isso {count} vezes nesta mensagem e a resposta não muda.",
        "en": "I have already looked this up {count} times for this message, and the answer stays the same.",
    },
}


def say(key: str, language: str, **values: object) -> str:
    """Give one of the sentences that stand in for a tool's own."""
    return SAID[key].get(language, SAID[key]["en"]).format(**values)


class Repeats:
    """Counts the identical calls of one turn, so that a loop ends with a reason."""

    def __init__(self, most: int = MAX_IDENTICAL_CALLS) -> None:
        self._most = most
        self._counts: Counter[tuple[str, bytes]] = Counter()

    def objection(self, tool: str, arguments: Mapping[str, Any], language: str) -> str | None:
        """Count a call that is about to be made; say why it must not be, or None."""
        key = (tool, orjson.dumps(dict(arguments), option=orjson.OPT_SORT_KEYS, default=str))
        if self._counts[key] >= self._most:
            return say("repeated", language, count=self._most)
        self._counts[key] += 1
        return None


async def call(
    tool: Tool, arguments: Mapping[str, Any], context: Context, *, repeats: Repeats | None = None
) -> Result:
    """Call a tool.

    Raises:
        ToolNeedsVerification: the caller is not known surely enough; the function was not looked at.
        ToolRetry: an argument is missing or wrong; the message names it.
        ToolFailed: the tool says no, or a read broke.
        ToolUnknown: a write broke off or took too long, so that it may have acted.
    """
    require(tool, context)
    given = checked(tool.parameters, arguments, context.language)
    if repeats and (reason := repeats.objection(tool.name, given, context.language)):
        raise ToolFailed(reason)
    answer = await _run(tool, tool.function, given, context, acts=tool.effect == "write")
    return _result(tool, answer, context)


async def preview(tool: Tool, arguments: Mapping[str, Any], context: Context) -> Preview | None:
    """Say what a write would do, or None if the tool cannot; raises as `call`, and changes nothing."""
    require(tool, context)
    given = checked(tool.parameters, arguments, context.language)
    if tool.preview is None:
        return None
    answer = await _run(tool, tool.preview, given, context, acts=False)
    if isinstance(answer, str):
        return Preview(text=answer)
    if not isinstance(answer, Preview):
        raise _broken(tool, f"its preview gave {type(answer).__name__}, not a Preview", context)
    return answer


def require(tool: Tool, context: Context) -> None:
    """Raise `ToolNeedsVerification` unless the caller is known surely enough for this tool."""
    if LEVELS.index(context.verification) < LEVELS.index(tool.needs):
        raise ToolNeedsVerification(say("sign_in", context.language))


async def _run(
    tool: Tool, function: Callable[..., Any], given: dict[str, Any], context: Context, *, acts: bool
) -> Any:
    """Run a function within its time; whatever it raises becomes a `ToolError`."""
    failure: type[ToolError] = ToolUnknown if acts else ToolFailed
    running: Future[Any] | None = None
    try:
        async with asyncio.timeout(tool.timeout_s):
            if inspect.iscoroutinefunction(function):
                return await function(**given, context=context)
            work = partial(function, **given, context=context)
            running = _threads.submit(contextvars.copy_context().run, work)
            answer = await asyncio.wrap_future(running)
            return await answer if inspect.isawaitable(answer) else answer
    except ToolError:
        raise
    except TimeoutError as error:
        log.warning("tool_slow", tool=tool.name, timeout_s=tool.timeout_s)
        if running is not None and running.cancel():  # no thread was free: it has surely not acted
            raise ToolFailed(say("slow", context.language)) from error
        raise failure(say("unknown" if acts else "slow", context.language)) from error
    except Exception as error:
        log.warning("tool_broken", tool=tool.name, error=type(error).__name__, exc_info=True)
        raise failure(say("unknown" if acts else "failed", context.language)) from error


def _result(tool: Tool, answer: Any, context: Context) -> Result:
    """Give what a tool answered as a `Result` of plain JSON types and bounded size."""
    if isinstance(answer, str):
        answer = Result(text=answer)
    if not isinstance(answer, Result):
        raise _broken(tool, f"it gave {type(answer).__name__}, not a Result or a sentence", context)
    try:
        data = orjson.loads(orjson.dumps(answer.data, default=str, option=orjson.OPT_NON_STR_KEYS))
    except TypeError:
        data = {}
        log.warning("tool_broken", tool=tool.name, error="its data has no JSON form")
    room = MAX_RESULT_BYTES - len(answer.text.encode())
    fitting = _fitted(data, room)
    if room > 0 and fitting is not None:
        return Result(text=answer.text, data=fitting)
    log.warning("tool_verbose", tool=tool.name, most=MAX_RESULT_BYTES)
    if tool.effect == "write":  # it has acted: that must be told, even if its papers are too thick
        return Result(text=answer.text[: MAX_RESULT_BYTES // 8], data={})
    raise ToolFailed(say("large", context.language))


def _fitted(data: dict[str, Any], room: int) -> dict[str, Any] | None:
    """Give data that fits: of its longest list only the first part is kept; None if nothing helps."""
    while len(orjson.dumps(data)) > room:
        lists = [
            (len(value), key) for key, value in data.items() if isinstance(value, list) and value
        ]
        if not lists:
            return None
        length, key = max(lists)
        data = {**data, key: data[key][: length // 2]}
    return data


def _broken(tool: Tool, problem: str, context: Context) -> ToolError:
    log.warning("tool_broken", tool=tool.name, error=problem)
    if tool.effect == "write":
        return ToolUnknown(say("unknown", context.language))
    return ToolFailed(say("failed", context.language))
