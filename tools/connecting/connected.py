"""An operation of a back office as a plain `Tool`, within what a person decided for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import ToolFailed, ToolNeedsVerification
from core.injected import plain_data
from core.workspace import said
from tools import Context, Preview, Result, Tool
from tools.calling import require, say
from tools.connecting import Operation, mcp, naming
from tools.connecting.model import Choose, Chosen, Connector
from tools.connecting.reaching import Unclear, Unreached
from tools.connecting.requesting import broken, put, request, signed
from tools.connecting.text import described, words_of
from tools.connecting.wording import BY_NUMBER, Worder, data_of, listed


def tool_name(connector: str, operation: str) -> str:
    """Give the name of an operation's tool."""
    return operation if operation.startswith(f"{connector}_") else f"{connector}_{operation}"


@dataclass(frozen=True)
class BackOffice:
    """One connector with what its document describes."""

    name: str
    connector: Connector
    operations: Mapping[str, Operation]

    def tools(self) -> list[Tool]:
        """Give a tool for each operation that is switched on."""
        return [
            self.tool(name, self.operations[name])
            for name, chosen in self.connector.operations.items()
            if chosen.enabled
        ]

    def tool(self, name: str, operation: Operation) -> Tool:
        """Give the tool of an operation, switched on or not."""
        chosen = self.connector.operations[name]
        one = _Connected(self, operation, chosen)
        writes = chosen.effect == "write"
        return Tool(
            name=tool_name(self.name, name),
            description=operation.summary or said(chosen.purpose, "en"),
            parameters=one.parameters(),
            function=one.act,
            effect=chosen.effect,
            needs=chosen.needs,
            entity=tuple(name for name, given in chosen.arguments.items() if given.choose),
            preview=one.preview if writes else None,
            retry="key" if operation.key_header or operation.repeatable else "never",
            timeout_s=self.connector.timeout_s,
            examples={language: tuple(texts) for language, texts in chosen.examples.items()},
            purpose=chosen.purpose,
            slots=one.slots(),
            limit=chosen.approval,
            bank=chosen.bank,
            office=self.name,
        )


@dataclass(frozen=True)
class _Connected:
    office: BackOffice
    operation: Operation
    chosen: Chosen

    def parameters(self) -> dict[str, Any]:
        """Give the schema of what may be said: what is bound is nobody's to choose."""
        schema = self.operation.parameters
        bound = {name for name, given in self.chosen.arguments.items() if given.bound}
        free = {name: one for name, one in schema["properties"].items() if name not in bound}
        return {
            **schema,
            "properties": {name: {"title": _title(name), **one} for name, one in free.items()},
            "required": [name for name in schema["required"] if name not in bound],
        }

    def slots(self) -> dict[str, dict[str, Any]]:
        """Say how each argument is asked for where the tool stands for itself."""
        found: dict[str, dict[str, Any]] = {}
        for name, given in self.chosen.arguments.items():
            if given.bound:
                continue
            found[name] = {"ask": given.ask, "labels": given.labels}
            if given.choose:
                listing = tool_name(self.office.name, given.choose.operation)
                found[name]["options"] = {
                    "call": listing, "items": "items", "value": name, "label": "label", "also": "known_by",
                }  # fmt: skip
        return found

    async def act(self, *, context: Context, **given: Any) -> Result:
        """Call the operation and word what it answers."""
        await self._hers(given, context)
        answer = plain_data(await self._answer(given, context))
        wrote = self.chosen.effect == "write"
        worder = self._worder(context)
        data = self._keyed(data_of(answer), worder)
        return Result(text=worder.told(answer, wrote=wrote), data=data)

    async def preview(self, *, context: Context, **given: Any) -> Preview:
        """Say what would be done, with what; what she cannot have is found out here."""
        rows = await self._hers(given, context)
        worder = self._worder(context)
        told = [
            worder.item(rows[name]) if name in rows else self._told(name, value, worder, context)
            for name, value in given.items()
        ]
        purpose = said(self.chosen.purpose, context.language) or self.operation.name.replace(
            "_", " "
        )
        amount = given.get(self.chosen.amount)
        return Preview(
            text=f"{purpose} ({'; '.join(filter(None, told))})" if any(told) else purpose,
            amount=float(amount) if isinstance(amount, int | float) else None,
        )

    def _told(self, name: str, value: Any, worder: Worder, context: Context) -> str:
        arguments = self.chosen.arguments
        labels = arguments[name].labels if name in arguments else {}
        own = said(labels.get(str(value), {}), context.language)
        return f"{worder.label(name)}: {own or worder.value(name, value)}"

    def _worder(self, context: Context) -> Worder:
        connector = self.office.connector
        codes = frozenset(
            given.choose.value
            for chosen in connector.operations.values()
            for given in chosen.arguments.values()
            if given.choose
        )
        return Worder(context.language, connector.labels, context.now.tzinfo, codes)

    async def _hers(self, given: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Give the row of each argument that names one of a list; refuse what is not in it."""
        rows: dict[str, Any] = {}
        for name, argument in self.chosen.arguments.items():
            if argument.choose is None or name not in given:
                continue
            items = await self._rows(argument.choose, context)
            wanted, choose = str(given[name]), argument.choose
            row = next((one for one in items if str(_number(one, choose)) == wanted), None)
            if row is None:
                raise ToolFailed(say("missing", context.language))
            rows[name] = row
        return rows

    async def _rows(self, choose: Choose, context: Context) -> list[Any]:
        office = self.office
        listing = _Connected(
            office,
            office.operations[choose.operation],
            office.connector.operations[choose.operation],
        )
        require(office.tool(choose.operation, listing.operation), context)
        return listed(await listing._answer({}, context)) or []

    async def _answer(self, given: Mapping[str, Any], context: Context) -> Any:
        """Call the operation; of what it answers only what is hers is given."""
        arguments = {**given, **self._bound(context)}
        if self.office.connector.kind == "mcp":
            answer = await self._by_mcp(arguments, context)
        else:
            writes = self.chosen.effect == "write"
            connector = self.office.connector
            answer = await request(connector, self.operation, arguments, context, writes=writes)
        own = self.chosen.own
        if not own:
            return answer
        if not context.external_id:
            raise ToolNeedsVerification(say("sign_in", context.language))
        items = listed(answer)
        if items is not None:
            return [one for one in items if _is_of(one, own, context)]
        if not _is_of(answer, own, context):
            raise ToolFailed(say("missing", context.language))
        return answer

    def _bound(self, context: Context) -> dict[str, Any]:
        """Give the values that nobody chooses; who she is comes from a verified identity only."""
        found: dict[str, Any] = {}
        for name, argument in self.chosen.arguments.items():
            if argument.from_ == "customer":
                if not context.external_id:
                    raise ToolNeedsVerification(say("sign_in", context.language))
                kind = self.operation.parameters["properties"][name].get("type")
                number = context.external_id
                found[name] = int(number) if kind == "integer" and number.isdigit() else number
            elif argument.from_ == "name":
                found[name] = context.facts.get("name", "")
            elif argument.from_ == "conversation":
                found[name] = context.conversation_id
            elif argument.value is not None:
                found[name] = argument.value
        return found

    async def _by_mcp(self, arguments: Mapping[str, Any], context: Context) -> Any:
        connector, body = self.office.connector, {}
        for name, value in arguments.items():
            body = put(body, self.operation.places[name].path, value)
        _, header, key = signed(connector)
        try:
            async with mcp.session(
                connector.target, headers={header: key} if key else {}, private=connector.private,
                timeout_s=connector.timeout_s,
            ) as session:  # fmt: skip
                result = await session.call(
                    "tools/call", {"name": self.operation.wire, "arguments": body}
                )
        except (mcp.Refusal, Unreached, Unclear) as problem:
            acted = isinstance(problem, Unclear) and self.chosen.effect == "write"
            raise broken(problem, self.operation, context, acted=acted) from problem
        answer = mcp.content(result)
        if result.get("isError"):
            raise ToolFailed(described(str(answer)) or say("failed", context.language))
        return answer

    def _keyed(self, data: dict[str, Any], worder: Worder) -> dict[str, Any]:
        """Give every listed thing the words that a customer knows it by, to choose among."""
        rows = data.get("items")
        if not isinstance(rows, list):
            return data
        choosing = [
            (
                name,
                argument.choose,
                self.office.operations[operation].parameters["properties"][name],
            )
            for operation, chosen in self.office.connector.operations.items()
            for name, argument in chosen.arguments.items()
            if argument.choose and argument.choose.operation == self.operation.name
        ]
        if not choosing:
            return data
        return {**data, "items": [_choice(row, choosing, worder) for row in rows]}


def _title(name: str) -> str:
    """Give what an argument is called in either language: by these words a value is known as its own."""
    return "; ".join(dict.fromkeys(naming.label(name).values()))


def _choice(
    row: Any, choosing: list[tuple[str, Choose, Mapping[str, Any]]], worder: Worder
) -> dict[str, Any]:
    made = dict(row) if isinstance(row, Mapping) else {"value": row}
    numbers: list[str] = []
    for name, choose, schema in choosing:
        number = _number(row, choose)
        if number is not None:
            made[name] = str(number) if schema.get("type", "string") == "string" else number
            numbers.append(str(number))
    made.setdefault("label", worder.brief(row) or ", ".join(numbers))
    made.setdefault("known_by", " ".join(dict.fromkeys(numbers)))
    return made


def _number(row: Any, choose: Choose) -> Any:
    """Give the value that names a listed thing; None where it has none."""
    if not isinstance(row, Mapping):
        return row
    plain = {"_".join(words_of(str(key))): value for key, value in row.items()}
    wanted = "_".join(words_of(choose.value))
    return next((plain[key] for key in (wanted, *BY_NUMBER) if plain.get(key) is not None), None)


def _is_of(row: Any, field: str, context: Context) -> bool:
    return isinstance(row, Mapping) and str(row.get(field)) == context.external_id
