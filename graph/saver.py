"""`TurnSaver`: a checkpointer that belongs to one run.

It serves the last *committed* checkpoint of a thread and keeps what the run saves in memory. The commit
of the turn stores `rows()` in its own transaction; a run that is refused there is simply forgotten, so
neither its reply nor its slots, journey step or interrupt can be seen by the next one. Only the newest
checkpoint of a namespace is kept: storage does not grow with the conversation.
"""

import inspect
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")

import orjson
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from core.errors import RegenteError
from graph import packing

MESSAGES = "messages"
"""The channel of what was said, in every graph that has one."""


@dataclass(frozen=True)
class Row:
    """What is stored of one namespace of a thread; opaque outside of this module."""

    namespace: str
    checkpoint_id: str
    checkpoint: bytes
    metadata: bytes
    """JSON."""

    writes: bytes
    """Pending writes, such as an interrupt; empty when there are none."""


@dataclass
class _Saved:
    checkpoint: Checkpoint
    metadata: CheckpointMetadata
    writes: dict[tuple[str, int], tuple[str, str, Any]]


class TurnSaver(BaseCheckpointSaver[str]):
    """Serves what is committed, keeps what is new."""

    def __init__(self, committed: Sequence[Row] = ()) -> None:
        super().__init__(serde=JsonPlusSerializer())
        self._saved = {row.namespace: self._read(row) for row in committed}
        self._changed: set[str] = set()

    def rows(self) -> list[Row]:
        """Give what the run changed, for the commit to store over what was there."""
        return [self._row(namespace) for namespace in sorted(self._changed)]

    def values(self, namespace: str = "") -> dict[str, Any]:
        """Give the state as the newest checkpoint of a namespace has it; `{}`: there is none."""
        saved = self._saved.get(namespace)
        return saved.checkpoint["channel_values"] if saved else {}

    def change(self, values: Mapping[str, Any], namespace: str = "") -> None:
        """Put values into the newest checkpoint, in the place of what it has; what waits in it waits on."""
        checkpoint = self._saved[namespace].checkpoint
        versions = checkpoint["channel_versions"]
        newest = max(versions.values(), default=1)
        checkpoint["channel_values"].update(values)
        for channel in values.keys() - versions.keys():
            versions[channel] = newest
        self._changed.add(namespace)

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Give the newest checkpoint of the namespace that `config` names."""
        wanted = config.get("configurable", {})
        namespace = wanted.get("checkpoint_ns", "")
        saved = self._saved.get(namespace)
        if saved is None or wanted.get("checkpoint_id") not in (None, "", saved.checkpoint["id"]):
            return None
        return CheckpointTuple(
            config=_config(config, namespace, saved.checkpoint["id"]),
            checkpoint=saved.checkpoint,
            metadata=saved.metadata,
            parent_config=None,
            pending_writes=[write for _, write in sorted(saved.writes.items())],
        )

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Keep a checkpoint in the place of the one before it."""
        namespace = config.get("configurable", {}).get("checkpoint_ns", "")
        self._saved[namespace] = _Saved(checkpoint, metadata, {})
        self._changed.add(namespace)
        return _config(config, namespace, checkpoint["id"])

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Keep what a task wrote before its superstep was over, such as an interrupt."""
        namespace = config.get("configurable", {}).get("checkpoint_ns", "")
        saved = self._saved.get(namespace)
        if (
            saved is None
            or config.get("configurable", {}).get("checkpoint_id") != saved.checkpoint["id"]
        ):
            return
        for index, (channel, value) in enumerate(writes):
            place = (task_id, WRITES_IDX_MAP.get(channel, index))
            if place[1] < 0 or place not in saved.writes:
                saved.writes[place] = (task_id, channel, value)
        self._changed.add(namespace)

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Give the one checkpoint there is; history stands in the turn records."""
        if config and not before and (found := self.get_tuple(config)):
            yield found

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self.get_tuple(config)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return self.put(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        self.put_writes(config, writes, task_id, task_path)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        for found in self.list(config, filter=filter, before=before, limit=limit):
            yield found

    def delete_thread(self, thread_id: str) -> None:
        """Forget everything; erasure of what is stored is one delete in the database."""
        self._saved.clear()
        self._changed.clear()

    def _read(self, row: Row) -> _Saved:
        checkpoint = self._loaded(row.checkpoint)
        if not isinstance(checkpoint, dict):
            raise RegenteError(
                f"The checkpoint {row.checkpoint_id!r} is broken; restore it from a backup."
            )
        writes = self.serde.loads_typed(("msgpack", row.writes)) if row.writes else []
        return _Saved(
            checkpoint=checkpoint,  # type: ignore[arg-type]
            metadata=orjson.loads(row.metadata),
            writes={
                (task, index): (task, channel, value) for task, index, channel, value in writes
            },
        )

    def _row(self, namespace: str) -> Row:
        saved = self._saved[namespace]
        writes = [
            [task, index, channel, value]
            for (task, index), (_, channel, value) in sorted(saved.writes.items())
        ]
        return Row(
            namespace=namespace,
            checkpoint_id=saved.checkpoint["id"],
            checkpoint=self._dumped(saved.checkpoint),
            metadata=orjson.dumps(saved.metadata, default=str),
            writes=self.serde.dumps_typed(writes)[1] if writes else b"",
        )

    def _dumped(self, checkpoint: Checkpoint) -> bytes:
        values = checkpoint["channel_values"]
        if MESSAGES in values:
            values = {**values, MESSAGES: packing.packed(values[MESSAGES])}
        return self.serde.dumps_typed({**checkpoint, "channel_values": values})[1]

    def _loaded(self, written: bytes) -> Any:
        checkpoint = self.serde.loads_typed(("msgpack", written))
        if isinstance(checkpoint, dict) and MESSAGES in (values := checkpoint["channel_values"]):
            values[MESSAGES] = packing.unpacked(values[MESSAGES])
        return checkpoint


# LangGraph asks at each run whether a saver takes `task_path`; a signature that is kept answers at once.
TurnSaver.aput_writes.__signature__ = inspect.signature(TurnSaver.aput_writes)  # type: ignore[attr-defined]


def _config(config: RunnableConfig, namespace: str, checkpoint_id: str) -> RunnableConfig:
    return {
        "configurable": {
            "thread_id": config.get("configurable", {})["thread_id"],
            "checkpoint_ns": namespace,
            "checkpoint_id": checkpoint_id,
        }
    }
