"""Nodes that run without LangChain's callbacks where nobody listens to them.

LangGraph tells listeners of the start and the end of every node and of each of its writers, and makes a
task and a manager for each of those, also when there are no listeners: a sixth of what a turn costs.
With one, as in Studio or under `stream_mode="messages"`, everything is told as ever.
"""

from typing import Any

from langchain_core.callbacks.base import BaseCallbackManager
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import var_child_runnable_config
from langgraph._internal._runnable import RunnableSeq
from langgraph.graph.state import CompiledStateGraph


class Unheard(RunnableSeq):
    """A node and its writers, one after the other."""

    async def ainvoke(
        self,
        input: Any,  # noqa: A002 - as LangGraph calls it
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Any:
        """Run the node and then its writers; with a listener, as LangGraph does."""
        if config is None or _listened_to(config):
            return await super().ainvoke(input, config, **kwargs)
        # What runs inside finds its configuration here, as `interrupt` and chat models do.
        before = var_child_runnable_config.set(config)
        try:
            node, *writers = self.steps
            result = await node.ainvoke(input, config, **kwargs)
            for writer in writers:
                result = await writer.ainvoke(result, config)
            return result
        finally:
            var_child_runnable_config.reset(before)


def unheard(graph: CompiledStateGraph[Any, Any, Any, Any]) -> None:
    """Let the nodes of a compiled graph run that way."""
    for node in graph.nodes.values():
        whole = node.node
        if type(whole) is RunnableSeq:
            node.node = Unheard(*whole.steps, trace_policy=whole.trace_policy)


def _listened_to(config: RunnableConfig) -> bool:
    told = config.get("callbacks")
    if isinstance(told, BaseCallbackManager):
        return bool(told.handlers or told.inheritable_handlers)
    return bool(told)
