"""`EmbeddedChatModel`: a LangChain chat model that quotes, fills tools' arguments, and asks.

It writes nothing of its own but a few fixed sentences: what tools and passages say is repeated in
their words, and what is not known is said not to be known.
"""

import re
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import cached_property
from string import Template
from typing import Any

import orjson
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, SkipValidation

from core.clock import Clock, system_clock
from core.sentences import sentences
from models import Embedder
from models.embedded import words
from models.embedded.asking import followed
from models.embedded.calling import Choice, choose_tool, filled
from models.embedded.embedder import Lexical
from models.embedded.extracting import extract
from models.embedded.forms import form
from models.embedded.language import Languages
from models.embedded.nearness import Nearness, nearness

KNOWLEDGE_TOOL = "search_knowledge"
CHARACTERS_PER_TOKEN = 4
PIECE = re.compile(r"(?:\s*\S+){1,8}")
"""What a stream gives at once: an answer is there as a whole, and each piece costs what a token does."""

LANGUAGE_SAID = re.compile(
    r"\b(?:in|em|language|idioma|lingua|responda em|answer in|write in|reply in)\W{0,3}\s*"
    r"(?P<code>pt-br|pt|en-us|en-gb|en|es|portugu[eê]s|portuguese|ingl[eê]s|english|espa[nñ]ol|spanish|espanhol)\b",
    re.IGNORECASE,
)
NAMED = {"portugues": "pt", "portuguese": "pt", "ingles": "en", "english": "en", "espanol": "es",
         "spanish": "es", "espanhol": "es"}  # fmt: skip


class EmbeddedChatModel(BaseChatModel):
    """Answers from tool results and passages, calls tools, fills structured output; never invents."""

    languages: tuple[str, ...] = ("pt-BR", "en")
    """What it may answer in; the first where nothing tells."""

    clock: Clock = system_clock
    """What "tomorrow" is held against; give one in the customer's zone."""

    embedder: SkipValidation[Embedder] = Field(default_factory=Lexical, repr=False)
    """What requests and tools are compared by; words where its vectors are of no sentences."""

    @cached_property
    def _near(self) -> Nearness:
        return nearness(self.embedder)

    @property
    def _llm_type(self) -> str:
        return "embedded"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": "embedded", "languages": self.languages}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Give the model with tools that it may call."""
        # LangChain marks a bound schema that is to be filled, and drops the mark before generating.
        structured = "ls_structured_output_format" in kwargs
        return self.bind(
            tools=[convert_to_openai_tool(tool) for tool in tools],
            tool_choice=tool_choice,
            structured=structured,
            **kwargs,
        )  # pyright: ignore[reportReturnType]

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = self._reply(messages, **kwargs)
        if stop and isinstance(reply.content, str):
            reply.content = _stopped(reply.content, stop)
        reply.usage_metadata = _usage(messages, reply)
        return ChatResult(generations=[ChatGeneration(message=reply)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in self._chunks(messages, stop, **kwargs):
            if run_manager and chunk.text:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        from langchain_core.runnables.config import run_in_executor

        # Reading takes milliseconds of CPU, which do not belong on the event loop.
        chunks = await run_in_executor(None, lambda: [*self._chunks(messages, stop, **kwargs)])
        for chunk in chunks:
            if run_manager and chunk.text:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _chunks(
        self, messages: list[BaseMessage], stop: list[str] | None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        reply = self._generate(messages, stop, **kwargs).generations[0].message
        assert isinstance(reply, AIMessage)
        for part in PIECE.findall(reply.text) if not reply.tool_calls else []:
            yield ChatGenerationChunk(message=AIMessageChunk(content=part, id=reply.id))
        calls = [
            tool_call_chunk(
                name=call["name"], args=orjson.dumps(call["args"]).decode(), id=call["id"], index=at
            )
            for at, call in enumerate(reply.tool_calls)
        ]
        last = AIMessageChunk(
            content="", id=reply.id, tool_call_chunks=calls, usage_metadata=reply.usage_metadata,
            chunk_position="last", additional_kwargs=reply.additional_kwargs,
        )  # fmt: skip
        yield ChatGenerationChunk(message=last)

    def _reply(
        self, messages: list[BaseMessage], tools: Sequence[dict[str, Any]] = (), tool_choice: Any = None,
        structured: bool = False, **_: Any,
    ) -> AIMessage:  # fmt: skip
        last = max((at for at, m in enumerate(messages) if isinstance(m, HumanMessage)), default=-1)
        asked = messages[last].text if last >= 0 else ""
        language = self._language(messages, asked)
        results = [m for m in messages[last + 1 :] if isinstance(m, ToolMessage)]
        forced = _forced(tool_choice, tools)
        if tools and tool_choice != "none" and (forced or not results):
            if forced and structured:
                return _called(
                    forced, form(_function(tools, forced), asked, language, self.clock())
                )
            made = self._chosen(tools, messages[: last + 1], language, tool_choice, forced)
            if made is not None:
                return made
        if results:
            return _said(" ".join(_told(result, asked, language) for result in results))
        return _said(_phrase("honest", language))

    def _chosen(
        self, tools: Sequence[dict[str, Any]], messages: Sequence[BaseMessage], language: str,
        tool_choice: Any, forced: str,
    ) -> AIMessage | None:  # fmt: skip
        must = bool(forced) or tool_choice in ("any", "required", True)
        now = self.clock()

        def choose(text: str, earlier: str) -> Choice | None:
            return choose_tool(
                tools, text, language, now, earlier=earlier, forced=forced, optional=not must,
                near=self._near,
            )  # fmt: skip

        def answer(held: Choice, text: str) -> Choice:
            function = _function(tools, held.tool)
            return filled(function, text, language, now, held=held.arguments, asked=held.missing)

        choice = followed(messages, choose, answer, lambda held: _clause(held.question))
        if choice is None:
            return None
        if choice.rivals:
            first, second = (_clause(rival) for rival in choice.rivals)
            return _said(_phrase("which", language, first=first, second=second))
        if choice.missing and not forced:
            return _asking(choice, language)
        return _called(choice.tool, choice.arguments)

    def _language(self, messages: list[BaseMessage], asked: str) -> str:
        """Give the language that the system prompt states, else the customer's."""
        spoken = {words.base(language): language for language in reversed(self.languages)}
        for message in messages:
            match = (
                LANGUAGE_SAID.search(message.text) if isinstance(message, SystemMessage) else None
            )
            if match:
                code = NAMED.get(words.folded(match["code"]), words.base(match["code"]))
                return spoken.get(code, code)
        return Languages(self.languages).language(asked, self.languages[0])


def _told(result: ToolMessage, asked: str, language: str) -> str:
    """Say what a tool gave back: quotes with citations from passages, else its own words."""
    text = result.text.strip()
    if result.status == "error":
        return (
            _phrase("failed", language, reason=text) if text else _phrase("failed_plain", language)
        )
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text or _phrase("done", language)
    if _passages(data) or (result.name == KNOWLEDGE_TOOL and isinstance(data, list)):
        return _quoted(data, asked, language)
    if isinstance(data, dict):
        for key in ("text", "message", "answer", "result"):
            if isinstance(data.get(key), str) and data[key].strip():
                return data[key].strip()
        return "; ".join(f"{key.replace('_', ' ')}: {value}" for key, value in data.items()
                         if isinstance(value, str | int | float))  # fmt: skip
    return str(data) if not isinstance(data, str) else data


def _passages(data: Any) -> bool:
    return (
        isinstance(data, list)
        and bool(data)
        and all(
            isinstance(one, dict) and "text" in one and ({"passage_id", "n"} & one.keys())
            for one in data
        )
    )


def _quoted(passages: list[dict[str, Any]], asked: str, language: str) -> str:
    quotes = extract(asked, passages, language)
    if not quotes:
        return _phrase("unknown", language)
    # Each sentence with its own source: they are read and shown one by one.
    said = [(part.strip(), quote.n) for quote in quotes for part in sentences(quote.sentence)]
    return " ".join(cited(part, n) for part, n in said)


def cited(sentence: str, n: int) -> str:
    """Give a sentence that ends with its citation, before nothing and after its end mark."""
    ended = sentence if sentence.rstrip()[-1:] in ".!?…" else f"{sentence.rstrip(' ;,:')}."
    return f"{ended} [{n}]"


def _question(choice: Choice, language: str) -> str:
    """Ask for what is missing, in the words of its description if they are of this language."""
    what = _clause(choice.question)
    if what.endswith("?"):
        return what
    return _phrase("ask", language, what=what)


def _asking(choice: Choice, language: str) -> AIMessage:
    asking = _said(_question(choice, language))
    # Whoever shows the question can tell what an answer to it is for.
    asking.additional_kwargs |= {"tool": choice.tool, "asks": choice.missing}
    return asking


def _clause(sentence: str) -> str:
    """Give a sentence as part of another: no end mark, no capital unless it is a name."""
    said = re.split(r"(?<=[.!])\s", sentence.strip())[0].rstrip(". ")
    if len(said) > 1 and said[0].isupper() and said[1].islower():
        return said[0].lower() + said[1:]
    return said


def _phrase(key: str, language: str, **given: str) -> str:
    phrases = words.load("chat_phrases")
    said = phrases.get(words.base(language), phrases["en"])
    return Template(said[key]).substitute(given)


def _forced(tool_choice: Any, tools: Sequence[dict[str, Any]]) -> str:
    """Give the name of the one tool that must be called, or nothing."""
    if isinstance(tool_choice, dict):
        return str(tool_choice.get("function", {}).get("name", ""))
    names = [tool["function"]["name"] for tool in tools]
    if tool_choice in names:
        return str(tool_choice)
    return names[0] if tool_choice in ("any", "required", True) and len(names) == 1 else ""


def _function(tools: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(tool["function"] for tool in tools if tool["function"]["name"] == name)


def _said(text: str) -> AIMessage:
    return AIMessage(content=text, id=f"run-{uuid.uuid4()}")


def _called(name: str, arguments: dict[str, Any]) -> AIMessage:
    call = {
        "name": name,
        "args": arguments,
        "id": f"call_{uuid.uuid4().hex[:16]}",
        "type": "tool_call",
    }
    return AIMessage(content="", id=f"run-{uuid.uuid4()}", tool_calls=[call])  # pyright: ignore[reportArgumentType]


def _stopped(text: str, stop: list[str]) -> str:
    return text[: min((at for mark in stop if (at := text.find(mark)) >= 0), default=len(text))]


def _usage(messages: list[BaseMessage], reply: AIMessage) -> UsageMetadata:
    """Give about how many tokens a model would have counted."""
    given = sum(len(message.text) for message in messages) // CHARACTERS_PER_TOKEN + 4 * len(
        messages
    )
    calls = sum(len(orjson.dumps(call["args"])) for call in reply.tool_calls)
    made = (len(reply.text) + calls) // CHARACTERS_PER_TOKEN + 1
    return UsageMetadata(input_tokens=given, output_tokens=made, total_tokens=given + made)
