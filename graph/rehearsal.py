"""What stands in for the house when the graph runs alone, as in LangGraph Studio.

Writes are executed against a throw-away folder, each proposal once, and nothing is kept after the
process ends.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from core.errors import ToolError, ToolUnknown
from graph.context import Services
from tools import Context, Outcome, Proposal, Tool
from tools.calling import call, say


class RehearsalLedger:
    """A `tools.Ledger` in memory; with `alone`, what acts on systems outside is not carried out."""

    def __init__(self, tools: Mapping[str, Tool], *, alone: bool = False) -> None:
        self._tools = tools
        self._alone = alone
        self._outcomes: dict[str, Outcome] = {}

    async def perform(self, proposal: Proposal, context: Context) -> Outcome:
        """Execute the proposal, or give the outcome it had before."""
        key = proposal["proposal_id"]
        if key not in self._outcomes:
            self._outcomes[key] = await self._executed(
                proposal, replace(context, idempotency_key=key)
            )
        return self._outcomes[key]

    async def _executed(self, proposal: Proposal, context: Context) -> Outcome:
        tool = self._tools[proposal["tool"]]
        if tool.office and self._alone:
            return Outcome(state="failed", text=say("rehearsed", context.language), data={})
        try:
            result = await call(tool, proposal["arguments"], context)
        except ToolUnknown as error:
            return Outcome(state="unknown", text=str(error), data={})
        except ToolError as error:
            return Outcome(state="failed", text=str(error), data={})
        return Outcome(state="done", text=result.text, data=result.data)

    def done(self) -> list[str]:
        """Nothing: a rehearsal has no dropped runs."""
        return []


@cache
def folder() -> Path:
    """Make the throw-away folder of this process."""
    return Path(tempfile.mkdtemp(prefix="regente-rehearsal-"))


def studio_services(tools: Mapping[str, Tool]) -> Services:
    """Give services that reach nothing real."""
    return Services(ledger=RehearsalLedger(tools, alone=True), data_dir=folder())
