"""What a person is proposed for each operation: careful where a wrong guess would cost something.

A read that is tied to the customer, or that plainly is about nobody, works at once. A write is off. So is a
read that takes a number which nothing ties to her (whoever is signed in could name anybody's), or that may
list what is everybody's.
"""

from collections.abc import Mapping
from typing import Any

from core.workspace import Autonomy
from tools.connecting import Document, Operation, naming, rough
from tools.connecting.borrowing import borrowed
from tools.connecting.model import Argument, Choose, Chosen
from tools.connecting.text import words_of
from tools.connecting.wording import BY_NUMBER, LISTS

OWNERS = {"customer", "client", "user", "patient", "member", "subscriber", "student", "guest", "owner",
          "holder", "cliente", "usuario", "paciente", "aluno", "assinante", "socio", "titular",
          "external"}  # fmt: skip
MOST_BESIDE = 2
LONGEST_SAID = 10
"""Words of a summary that may be what a customer says."""

PRICES = {"price", "cost", "fee", "preco", "valor", "custo"}
NUMBERS = {"id", "number", "code", "key", "uuid", "ref", "reference", "numero", "codigo"}
MONEY = {"amount", "valor", "price", "total"}
PUBLIC = {"service", "product", "item", "slot", "availability", "catalog", "menu", "dish", "store", "branch",
          "location", "plan", "course", "class", "event", "hotel", "room", "show", "tour", "flight", "seat",
          "professional", "doctor", "specialty", "category", "time", "hour", "price", "fee", "rate", "book",
          "table", "vaccine", "stock", "coverage", "status_page", "servico", "produto", "horario", "vaga",
          "unidade", "loja", "curso", "aula", "evento", "cardapio", "prato", "profissional", "medico",
          "plano", "disponibilidade", "quote", "estimate", "car", "vehicle"}  # fmt: skip
"""What companies show to everybody; of whatever else is listed, each may be somebody's own."""


def proposed(document: Document) -> dict[str, Chosen]:
    """Give a proposal for every operation of a document."""
    lists = {
        name: operation
        for name, operation in document.operations.items()
        if operation.reads
        and _works_alone(operation)
        and (_items_of(operation) or not operation.answer)
    }
    chosen = {name: _proposed(operation, lists) for name, operation in document.operations.items()}
    taken: list[Any] = [False]
    for name, one in chosen.items():  # what customers say for one operation is said for no other
        if one.bank in taken:
            chosen[name] = one.model_copy(update={"bank": False})
        taken.append(one.bank)
    for name, one in chosen.items():
        lists_off = [
            given.choose.operation
            for given in one.arguments.values()
            if given.choose and not chosen[given.choose.operation].enabled
        ]
        if one.enabled and lists_off:
            note = f"it is chosen from {lists_off[0]}, which is off"
            chosen[name] = one.model_copy(update={"enabled": False, "note": note})
    return chosen


def _proposed(operation: Operation, lists: Mapping[str, Operation]) -> Chosen:
    arguments = {
        name: _argument(name, schema, operation, lists)
        for name, schema in operation.parameters["properties"].items()
    }
    bound = any(argument.from_ == "customer" for argument in arguments.values())
    own = "" if bound or not operation.reads else _own_field(operation)
    mine = bound or bool(own)
    writes = not operation.reads
    risk = "" if mine else _risk(operation, arguments)
    thing = naming.thing_of(_names(operation))
    deed = naming.deed_of(
        [operation.name], thing, reads=operation.reads, method=_method(operation), mine=mine
    )
    priced = deed.name == "look" and any({*words_of(key)} & PRICES for key in _items_of(operation))
    beside = [one for one in _beside(arguments, lists) if one != thing]
    said = _with_summary(naming.examples(deed, thing, beside, priced=priced), operation.summary)
    money = next((name for name in arguments if writes and set(words_of(name)) & MONEY), "")
    return Chosen(
        effect="write" if writes else "read",
        enabled=not (writes or risk or operation.retired),
        needs="anonymous" if not (writes or mine or risk) and _is_public(operation) else "verified",
        approval=Autonomy(approval="always") if money else None,
        own=own,
        amount=money,
        purpose=naming.purpose(deed, thing),
        examples=said,
        bank=borrowed(said, thing) or False,
        arguments={name: one for name, one in arguments.items() if one != Argument()},
        note=_note(operation, risk),
    )


def _beside(
    arguments: Mapping[str, Argument], lists: Mapping[str, Operation]
) -> list[naming.Thing]:
    """Give the things that an operation is about beside its own: what is chosen, and what that is of."""
    names: list[str] = []
    for name, argument in arguments.items():
        if argument.choose:
            names += [name, *_items_of(lists[argument.choose.operation])]
    return naming.things_in(one for one in names if not is_owner(one))[:MOST_BESIDE]


def _with_summary(said: dict[str, list[str]], summary: str) -> dict[str, list[str]]:
    """Add what the back office itself says of an operation, in its own language."""
    bare = summary.rstrip(". ")
    if not 2 <= len(bare.split()) <= LONGEST_SAID:
        return said
    language = "pt-BR" if any(map(rough.english, words_of(bare))) else "en"
    return {**said, language: [*said[language], bare]}


def _note(operation: Operation, risk: str) -> str:
    if operation.retired:
        return "the back office says that this should no longer be used"
    if operation.reads:
        return f"{risk}; enable it if the back office sees to that" if risk else ""
    return f"it changes something{f', and {risk}' if risk else ''}; a person switches it on"


def _risk(operation: Operation, arguments: Mapping[str, Argument]) -> str:
    """Say how it could touch what is not hers; nothing where it cannot."""
    loose = [
        name
        for name, argument in arguments.items()
        if _is_number(name, operation) and not (argument.bound or argument.choose)
    ]
    public = _is_public(operation)
    if loose and not (public and operation.reads):
        return f"nothing ties {', '.join(loose)} to the customer: she could name anybody's"
    tied = any(argument.choose for argument in arguments.values())
    if operation.reads and not (public or tied):
        return "it may list what is not hers"
    return ""


def _is_public(operation: Operation) -> bool:
    about = {naming.singular(word) for one in _names(operation) for word in words_of(one)}
    return bool(about & PUBLIC)


def _own_field(operation: Operation) -> str:
    """Give the field of what it answers that says whose it is."""
    fields = _items_of(operation) or operation.answer.get("properties", {})
    return next((name for name in fields if is_owner("_".join(words_of(name)))), "")


def _names(operation: Operation) -> list[str]:
    return (
        [operation.name]
        if len(words_of(operation.name)) > 1
        else [operation.name, *_nouns(operation)]
    )


def _method(operation: Operation) -> str:
    return operation.wire.partition(" ")[0].lower() if " " in operation.wire else ""


def _argument(
    name: str, schema: Mapping[str, Any], operation: Operation, lists: Mapping[str, Operation]
) -> Argument:
    if is_owner(name):
        return Argument.model_validate({"from": "customer"})
    if len(only := schema.get("enum", [])) == 1:
        return Argument(value=only[0])
    ask = naming.question(name)
    labels = {
        str(value): naming.value(str(value))
        for value in schema.get("enum", [])
        if isinstance(value, str)
    }
    number = _is_number(name, operation)
    choose = _choice(name, operation, lists) if number else _kind(name, operation, lists)
    return Argument(ask=ask, labels=labels, choose=choose)


def is_owner(name: str) -> bool:
    """Say whether an argument is the number of the customer herself."""
    words = [word for word in words_of(name) if word != "x"]
    return 0 < len(words) < 4 and words[0] in OWNERS and (len(words) == 1 or words[-1] in NUMBERS)


def _is_number(name: str, operation: Operation) -> bool:
    """Say whether an argument names one thing among many."""
    if is_owner(name):
        return False
    place = operation.places[name]
    schema = operation.parameters["properties"][name]
    if "enum" in schema or schema.get("format") in ("date", "date-time", "time"):
        return False
    in_path = place.where == "path" and schema.get("type") in ("string", "integer", "number", None)
    words = words_of(name)
    return in_path or (words[-1] in NUMBERS and len(words) > 1) or words == ["id"]


def _choice(name: str, operation: Operation, lists: Mapping[str, Operation]) -> Choose | None:
    """Give the list of which an argument names one: the list of what it is the number of."""
    about = _about(name, operation)
    for listing, one in lists.items():
        same = about and about in {naming.singular(word) for word in words_of(listing)}
        if not same or listing == operation.name:
            continue
        plain = {"_".join(words_of(field)): field for field in _items_of(one)}
        if not plain:
            return Choose(operation=listing, value=name)
        for number in (name, *BY_NUMBER):
            if number in plain:
                return Choose(operation=listing, value=plain[number])
    return None


def _kind(name: str, operation: Operation, lists: Mapping[str, Operation]) -> Choose | None:
    """Give the list of the kinds that an argument names: `service`, where `list_services` has it."""
    for listing, one in lists.items():
        about = {naming.singular(word) for word in words_of(listing)}
        plain = {"_".join(words_of(field)): field for field in _items_of(one)}
        if listing != operation.name and name in plain and name in about:
            return Choose(operation=listing, value=plain[name])
    return None


def _about(name: str, operation: Operation) -> str:
    """Give the word for what an argument names: of itself, else of what stands before it in the path."""
    words = [word for word in words_of(name) if word not in NUMBERS]
    if words:
        return naming.singular(words[-1])
    before = operation.wire.partition(f"/{{{'/'.join(operation.places[name].path)}}}")[0]
    if operation.places[name].where != "path":
        before = operation.name
    return naming.singular((words_of(before.rpartition("/")[2]) or [""])[-1])


def _nouns(operation: Operation) -> list[str]:
    """Give the names in its path."""
    if " " not in operation.wire:
        return []
    path = operation.wire.split(" ", 1)[1]
    return [part for part in path.split("/") if part and not part.startswith("{")]


def _works_alone(operation: Operation) -> bool:
    """Say whether it needs nothing of the customer but who she is."""
    return all(is_owner(name) for name in operation.parameters["required"])


def _items_of(operation: Operation) -> dict[str, Any]:
    """Give the fields of what it lists; `{}` where it lists nothing."""
    schema = operation.answer
    if schema.get("type") == "object":
        inner = schema.get("properties", {})
        lists = {key: one for key, one in inner.items() if one.get("type") == "array"}
        key = next((key for key in LISTS if key in lists), None) or next(iter(lists), "")
        schema = lists.get(key, {})
    items = schema.get("items") if schema.get("type") == "array" else None
    return dict(items.get("properties", {})) if isinstance(items, Mapping) else {}
