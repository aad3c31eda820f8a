"""Words that are nobody's slip: of the workspace's articles, and of this conversation with its names."""

from collections.abc import Iterator

import sqlalchemy as sa

from core.database import Tx
from core.workspace import Workspace
from desk.writing.spelling import Own, words_of
from desk.writing.thread import Thread
from knowledge.tables import index_versions, passages, sources

_kept: dict[str, tuple[str, frozenset[str]]] = {}
"""By workspace: the version of its knowledge, and its words."""


def own(tx: Tx, workspace: Workspace, here: Thread) -> Own:
    """Give the words that are right in this conversation whatever the lists say."""
    return Own(
        workspace=_of_workspace(tx, workspace),
        conversation=words_of(_of_conversation(here)),
        languages=tuple(workspace.profile.languages),
    )


def _of_conversation(here: Thread) -> Iterator[str]:
    yield from (message["text"] for message in here.messages)
    yield from (message["agent"] for message in here.said_by("person"))
    yield here.row["owner_name"]
    yield here.customer.name or ""
    yield from here.customer.claims.values()


def _of_workspace(tx: Tx, workspace: Workspace) -> frozenset[str]:
    """Give the words of the articles, read anew when there is a new version of them."""
    of = workspace.workspace_id
    version = (
        tx.scalar(sa.select(index_versions.c.version).where(index_versions.c.workspace_id == of))
        or ""
    )
    known = _kept.get(of)
    if known is None or known[0] != version:
        known = _kept[of] = version, words_of(_written(tx, workspace))
    return known[1]


def _written(tx: Tx, workspace: Workspace) -> Iterator[str]:
    profile = workspace.profile
    yield from (profile.name, profile.assistant, *profile.about.values())
    texts = sa.select(passages.c.title, passages.c.text).where(
        passages.c.workspace_id == workspace.workspace_id
    )
    for title, text in tx.execute(texts):
        yield from (title, text)
    asked = sa.select(sources.c.title).where(sources.c.workspace_id == workspace.workspace_id)
    yield from tx.scalars(asked)
