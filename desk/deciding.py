"""Deciding approvals: what a person says, held against the tool before anything is stored."""

from collections.abc import Mapping
from typing import Any

from conversations import approvals
from conversations.approvals import Kind
from core.access import Caller
from core.database import Database
from core.errors import BadInput
from tools import Tool


def check_arguments(tool: Tool | None, name: str, arguments: Mapping[str, Any]) -> None:
    """Hold edited arguments against the tool's schema, all of them at once.

    Raises:
        BadInput: the tool is gone, or an argument is missing, unknown or of the wrong form.
    """
    from jsonschema import Draft202012Validator

    if tool is None:
        raise BadInput(f"There is no tool {name!r} any more; reject the approval.")
    schema = {"additionalProperties": False, **tool.parameters}
    wrong = [
        f"{'.'.join(map(str, error.absolute_path)) or 'arguments'}: {error.message}"
        for error in Draft202012Validator(schema).iter_errors(dict(arguments))
    ]
    if wrong:
        raise BadInput(f"The arguments do not fit {name!r}: {'; '.join(sorted(wrong))}.")


async def decide(
    database: Database,
    tools: Mapping[str, Tool],
    approval_id: str,
    kind: Kind,
    *,
    caller: Caller,
    arguments: dict[str, Any] | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """Decide an approval, exactly once; the caller then rings the runner.

    Raises:
        Conflict: somebody, or time, or the customer was faster.
    """
    if kind == "edit":
        approval = await database.reading(approvals.one, caller.workspace_id, approval_id)
        name = approval["proposal"]["tool"]
        check_arguments(tools.get(name), name, arguments or {})
    return await database.writing(
        approvals.decide,
        caller.workspace_id,
        approval_id,
        kind,
        person=caller.name,
        actor=caller.key_id,
        arguments=arguments,
        reason=reason,
    )
