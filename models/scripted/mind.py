"""What the scripted model answers by itself: it picks tools, asks for what is missing, and cites."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.scripted.filling import fill, missing, stems, words

PASSAGE = re.compile(r"^\s*\[(\d+)\]\s*(.+?)\s*$", re.MULTILINE)
APOLOGY = re.compile(r"\b(?:say sorry|apologi[sz]e|peça desculpas?)\b", re.IGNORECASE)
NAMED = re.compile(r"\bnaming (\S+)")
TOLD_FORM = re.compile(r"JSON schema:\s*(\{.*)", re.DOTALL)
REPAIRING = "Your last answer could not be used"
WRITE_IN = re.compile(r"\b(?:in|em) (pt|en)(?:-\w+)?\b", re.IGNORECASE)

PORTUGUESE = frozenset(
    {"nao", "voce", "meu", "minha", "quero", "qual", "quanto", "onde", "esta", "este", "ola", "bom"}
    | {"obrigado", "que", "quem", "com", "para", "uma", "por", "dia", "posso", "como", "preciso"}
    | {"de", "eu", "e", "o", "os", "as", "no", "na", "em", "ou", "se", "ao", "foi"}
)

Message = dict[str, Any]


def answer(body: Mapping[str, Any]) -> Message:
    """Give the message a sound model would answer a chat completion request with."""
    messages: Sequence[Message] = body.get("messages") or []
    said = last_said(messages)
    if (schema := _wanted(body.get("response_format"), messages)) is not None:
        return {"content": json.dumps(fill(schema, said, invent=True), ensure_ascii=False)}
    results = _results(messages)
    tools = [tool["function"] for tool in body.get("tools") or () if "function" in tool]
    choice = body.get("tool_choice")
    if tools and choice != "none" and (not results or _forced(choice)):
        return _with_tools(tools, choice, said, messages)
    return {"content": _text(messages, said, results)}


def last_said(messages: Sequence[Message]) -> str:
    """Give the last words of the user; those that ask for a better answer leave the question as it was."""
    said = (text_of(m) for m in reversed(messages) if m.get("role") == "user")
    return next((text for text in said if not text.startswith(REPAIRING)), "")


def text_of(message: Message) -> str:
    """Give a message's text, without images."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content if isinstance(part, dict))


def call(name: str, arguments: Mapping[str, Any], number: int = 0) -> dict[str, Any]:
    """Write a tool call."""
    return {
        "id": f"call_{name}_{number}",
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)},
    }


def _wanted(response_format: Any, messages: Sequence[Message]) -> dict[str, Any] | None:
    """Give the schema of the form that is asked for; one that is only told stands in the prompt."""
    kind = (response_format or {}).get("type")
    if kind == "json_schema":
        return response_format["json_schema"].get("schema", {})
    if kind != "json_object":
        return None
    told = TOLD_FORM.search("\n".join(text_of(m) for m in messages if m.get("role") == "system"))
    return json.JSONDecoder().raw_decode(told[1])[0] if told else {}


def _forced(choice: Any) -> bool:
    return choice == "required" or isinstance(choice, dict)


def _results(messages: Sequence[Message]) -> list[str]:
    """Give the tool results that came after the user's last words."""
    results: list[str] = []
    for message in reversed(messages):
        if message.get("role") == "user":
            break
        if message.get("role") == "tool":
            results.insert(0, text_of(message))
    return results


def _with_tools(
    tools: list[dict[str, Any]], choice: Any, said: str, messages: Sequence[Message]
) -> Message:
    named = choice["function"]["name"] if isinstance(choice, dict) else None
    tool = next((tool for tool in tools if tool["name"] == named), None)
    tool = tool or _best(tools, said, at_least=0 if choice == "required" else 1)
    if tool is None:
        return {"content": _text(messages, said, [])}
    schema = tool.get("parameters") or {}
    arguments = fill(schema, said, invent=_forced(choice))
    if lacking := missing(schema, arguments):
        return {"content": _question(lacking[0], schema, said)}
    return {"content": None, "tool_calls": [call(tool["name"], arguments)]}


def _best(tools: list[dict[str, Any]], said: str, *, at_least: int) -> dict[str, Any] | None:
    """Give the tool whose words the customer used most; rare words count, words of all do not."""
    about = [stems(f"{tool['name']} {tool.get('description', '')}") for tool in tools]
    common = set.intersection(*about) if len(about) > 1 else set()
    scores = [len((known - common) & stems(said)) for known in about]
    best = max(range(len(tools)), key=scores.__getitem__)
    return tools[best] if scores[best] >= at_least else None


def _question(name: str, schema: Mapping[str, Any], said: str) -> str:
    about = schema["properties"][name].get("description") or name.replace("_", " ")
    return f"Qual é: {about}?" if portuguese(said) else f"Which one is it: {about}?"


def _text(messages: Sequence[Message], said: str, results: list[str]) -> str:
    """Answer from tool results and from numbered passages, each with its number."""
    given = [
        *results,
        *(text_of(m) for m in messages if m.get("role") not in ("assistant", "user")),
    ]
    passages = [passage for text in dict.fromkeys(given) for passage in _passages(text)]
    if quoted := _quotation(passages, said):
        return quoted
    if results and not passages and not all(map(_found_nothing, results)):
        return " ".join(_readable(one) for one in results if not _found_nothing(one))
    system = " ".join(text_of(m) for m in messages if m.get("role") == "system")
    if APOLOGY.search(system):
        return _apology(system, said)
    if _in_portuguese(system, said):
        return "Não tenho essa informação. Quer que eu chame uma pessoa da equipe?"
    return "I do not have that information. Shall I fetch a person from the team?"


def _passages(text: str) -> list[tuple[str, str, str]]:
    """Read numbered passages, number, title and text: lines `[1] ...`, or JSON objects with an `n`."""
    try:
        data = json.loads(text)
    except ValueError:
        return [(number, "", passage) for number, passage in PASSAGE.findall(text)]
    listed = data if isinstance(data, list) else []
    return [
        (str(one["n"]), str(one.get("title") or ""), str(one["text"]))
        for one in listed
        if isinstance(one, dict) and "n" in one and "text" in one
    ]


def _found_nothing(result: str) -> bool:
    return result.strip() in ("", "[]", "{}", "null")


def _apology(system: str, said: str) -> str:
    """Say sorry for what the customer wrote, naming what the prompt says is to be named."""
    named = next((name.strip("\"'") for name in NAMED.findall(system)), "-")
    about = "" if named == "-" else named
    if _in_portuguese(system, said):
        return f"Sinto muito pelo que aconteceu{f' com {about}' if about else ''}."
    return f"I am sorry about what happened{f' with {about}' if about else ''}."


def _quotation(passages: list[tuple[str, str, str]], said: str) -> str:
    """Quote the sentences that answer best, each with its number, as a sound model would choose them."""
    from models.embedded.extracting import extract

    language = "pt-BR" if _in_portuguese("", said) else "en"
    found = [{"n": n, "title": title, "text": text} for n, title, text in passages]
    quotes = extract(said, found, language)
    return " ".join(f"{quote.sentence} [{quote.n}]" for quote in quotes)


def _readable(result: str) -> str:
    """Give a tool's sentence; of data the sentence in it, else all of it."""
    try:
        data = json.loads(result)
    except ValueError:
        return result
    return str(data.get("text") or result) if isinstance(data, dict) else result


def _in_portuguese(system: str, said: str) -> bool:
    """Say whether to write Portuguese: as the prompt says, else as the customer does."""
    told = WRITE_IN.search(system)
    return told[1].lower() == "pt" if told else portuguese(said)


def portuguese(text: str) -> bool:
    """Say whether a text looks Portuguese rather than English."""
    said = words(text)
    return sum(word in PORTUGUESE for word in said) * 4 > len(said)
