"""The embedded chat model: quotes with citations, tools, structured output, streaming."""

import json
from datetime import date
from typing import Any, Literal

import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import tool
from pydantic import BaseModel, Field, create_model

from core.errors import ModelFailed
from models.embedded.chat import EmbeddedChatModel
from models.embedded.extracting import extract

PASSAGES = [
    {"passage_id": "p1", "title": "Devoluções › Prazo",
     "text": "Você pode devolver em até 30 dias depois de receber. O frete é por nossa conta.\n\n"
             "Itens que não aceitamos:\n- roupas íntimas\n- cosméticos abertos"},
    {"passage_id": "p2", "title": "Entrega", "text": "Entregamos em todo o Brasil em 5 dias úteis."},
]  # fmt: skip
MODEL = EmbeddedChatModel(languages=("pt-BR", "en"))


@tool
def visit_status(visit_id: str) -> str:
    """Say when a visit takes place and with which doctor.

    Args:
        visit_id: the number of your visit
    """
    return visit_id


@tool
def renew_prescription(medicine: str) -> str:
    """Renew a prescription for a medicine."""
    return medicine


def told(question: str, content: Any, **known: Any) -> str:
    result = ToolMessage(
        content if isinstance(content, str) else json.dumps(content), tool_call_id="1", **known
    )
    call = {"name": known.get("name", "t"), "args": {}, "id": "1"}
    answer = MODEL.invoke([HumanMessage(question), AIMessage("", tool_calls=[call]), result])
    return answer.text


def test_an_answer_quotes_the_passage_and_cites_it() -> None:
    said = told("qual o prazo para devolver?", PASSAGES, name="search_knowledge")
    assert said == "Você pode devolver em até 30 dias depois de receber. [1]"


def test_a_list_item_keeps_its_heading() -> None:
    said = told("vocês aceitam cosméticos abertos?", PASSAGES, name="search_knowledge")
    assert "Itens que não aceitamos: cosméticos abertos. [1]" in said


def test_what_no_passage_says_is_not_known() -> None:
    assert "Não encontrei" in told(
        "vocês vendem tratores em Marte?", PASSAGES, name="search_knowledge"
    )
    assert "couldn't find" in told("Do you sell tractors on the moon?", [], name="search_knowledge")


def test_every_quote_is_in_the_passages_own_words() -> None:
    quotes = extract("em quantos dias vocês entregam?", PASSAGES, "pt-BR")
    assert (quotes[0].n, quotes[0].sentence) == (2, PASSAGES[1]["text"])


def test_what_a_tool_says_is_repeated_and_an_error_told() -> None:
    assert told("e aí?", "Your visit is on Monday.") == "Your visit is on Monday."
    assert told("and?", "no such visit", status="error") == "That didn't work: no such visit"


def test_one_question_is_asked_for_what_is_missing() -> None:
    bound = MODEL.bind_tools([visit_status, renew_prescription])
    answer = bound.invoke("when is my visit with the doctor?")
    assert not answer.tool_calls
    assert "number of your visit" in answer.text
    assert answer.text.count("?") == 1


def test_no_tool_is_called_for_something_else() -> None:
    answer = MODEL.bind_tools([visit_status, renew_prescription]).invoke(
        "what is the capital of France?"
    )
    assert not answer.tool_calls
    assert "can't answer" in answer.text


def test_arguments_come_from_the_customers_words() -> None:
    schema = {"type": "function", "function": {
        "name": "visit_status", "description": "Say when a visit takes place.",
        "parameters": {"type": "object", "required": ["visit_id"],
                       "properties": {"visit_id": {"type": "string", "pattern": "V-[0-9]{3}"}}}}}  # fmt: skip
    answer = MODEL.bind_tools([schema]).invoke("when is my visit v-204?")
    assert [(call["name"], call["args"]) for call in answer.tool_calls] == [
        ("visit_status", {"visit_id": "V-204"})
    ]


def test_structured_output_is_filled_from_the_text() -> None:
    class Ticket(BaseModel):
        """A ticket."""

        kind: Literal["complaint", "question", "refund"]
        email: str | None = None
        note: str | None

    ticket = MODEL.with_structured_output(Ticket).invoke(
        "I want a refund, my mail is a@example.com"
    )
    assert ticket == Ticket(kind="refund", email="a@example.com", note=None)


@pytest.mark.parametrize(
    "field",
    [
        (Literal["low", "high"], ...), (int, Field(ge=10)), (str, ...), (bool, ...),
    ],
)  # fmt: skip
@pytest.mark.parametrize("text", ["quero saber do meu pedido", "I want to know about my order"])
def test_a_form_never_gets_a_value_that_nobody_said(field: Any, text: str) -> None:
    form = create_model("Form", priority=field)
    with pytest.raises(ModelFailed, match="'priority'"):
        MODEL.with_structured_output(form).invoke(text)


def test_the_system_prompt_states_the_language() -> None:
    messages = [
        SystemMessage("You write in pt-BR."),
        HumanMessage("hello there, what now my friend?"),
    ]
    assert "Não consigo" in MODEL.invoke(messages).text


@pytest.mark.parametrize("tools", [[], [visit_status]])
async def test_a_stream_adds_up_to_the_answer(tools: list[Any]) -> None:
    model = MODEL.bind_tools(tools) if tools else MODEL
    whole: AIMessageChunk | None = None
    pieces = 0
    async for chunk in model.astream("when is my visit with the doctor?"):
        whole = chunk if whole is None else whole + chunk  # pyright: ignore[reportAssignmentType]
        pieces += 1
    assert whole is not None
    assert pieces > 1
    assert whole.text == model.invoke("when is my visit with the doctor?").text
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["total_tokens"] > 0


@tool
def book_table(day: date, people: int, name: str) -> str:
    """Book a table in the restaurant.

    Args:
        day: day of the dinner
        people: how many people will come
        name: name for the booking
    """
    return f"{day} {people} {name}"


def test_an_answer_is_taken_for_what_was_asked_and_never_for_another_tool() -> None:
    model = MODEL.bind_tools([book_table, visit_status, renew_prescription])
    history: list[Any] = [HumanMessage("I would like to book a table at the restaurant")]
    asked = []
    for answer in ("15/03/2031", "4", "Odette"):
        reply = model.invoke(history)
        asked.append((reply.additional_kwargs["tool"], reply.additional_kwargs["asks"]))
        # Over HTTP only the words of a question come back.
        history += [AIMessage(reply.text), HumanMessage(answer)]
    assert asked == [("book_table", "day"), ("book_table", "people"), ("book_table", "name")]
    (call,) = model.invoke(history).tool_calls
    assert call["args"] == {"day": "2031-03-15", "people": 4, "name": "Odette"}


def test_a_new_wish_leaves_the_tool_that_was_asked_about() -> None:
    model = MODEL.bind_tools([book_table, visit_status, renew_prescription])
    history: list[Any] = [HumanMessage("I would like to book a table at the restaurant")]
    history += [model.invoke(history), HumanMessage("no, renew my prescription for a medicine")]
    assert model.invoke(history).additional_kwargs["tool"] == "renew_prescription"


def test_a_stream_says_what_it_asks_for() -> None:
    model = MODEL.bind_tools([book_table])
    whole: Any = None
    for chunk in model.stream([HumanMessage("book a table in the restaurant")]):
        whole = chunk if whole is None else whole + chunk
    assert whole.additional_kwargs == {"tool": "book_table", "asks": "day"}
