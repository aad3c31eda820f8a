"""What of the customer's own is spoken of, and what the records say of it."""

import asyncio
from collections.abc import Collection
from typing import Any

from agents import Brief, Kit
from agents.rehearsing import Stage
from agents.settling import PATIENCE_S
from core.errors import ToolError
from tools import Tool
from tools.calling import call


def schemas(kit: Kit) -> dict[str, Any]:
    """Give the arguments of the look-ups by which a thing of hers is known."""
    return {
        name: schema
        for tool in _lookups(kit)
        for name, schema in tool.parameters.get("properties", {}).items()
    }


def names(kit: Kit) -> tuple[str, ...]:
    """Give the names of those arguments."""
    return tuple(schemas(kit))


async def described(text: str, brief: Brief, kit: Kit, wanted: Collection[str]) -> Any:
    """Find what of hers a text describes ("the blue ones"), if it is one and no other; else None."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await Stage(brief["language"], brief, kit).about(text, wanted)
    except TimeoutError:
        return None


async def facts(kit: Kit, subject: str) -> str:
    """Say what is known of the subject; nothing when it cannot be told to this customer."""
    for tool in _lookups(kit):
        required = tool.parameters.get("required", [])
        if not subject or len(required) != 1:
            continue
        try:
            return (await call(tool, {required[0]: subject}, kit.context)).text
        except ToolError:
            continue
    return ""


def _lookups(kit: Kit) -> list[Tool]:
    """Give the workspace's tools that tell what happened."""
    return [tool for tool in kit.tools.values() if "care" in tool.serves and tool.effect == "read"]
