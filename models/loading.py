"""Which models serve a workspace, by the settings; wrong ones are refused at start."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from core.database import Database
from core.errors import ModelFailed
from core.settings import ROLES, Role, Settings
from core.workspace import Workspace
from models import Embedder, Models, Spent
from models.roles import Endpoint, base_url, check, endpoints

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from models.governor import Governor
    from models.openai.client import LeanChatOpenAI

log = structlog.get_logger(__name__)


def load(settings: Settings, workspace: Workspace, database: Database | None = None) -> Models:
    """Give the models of a workspace by role; loads weights, so call it on a thread.

    What they spend and how their servers do is kept in the database, if there is one.

    Raises:
        BadInput: the settings name a model that cannot be reached like this; says what to set.
    """
    from models.embedded.chat import EmbeddedChatModel

    check(settings)
    found = endpoints(settings)
    sentences = embedder(settings)
    embedded = EmbeddedChatModel(languages=tuple(workspace.profile.languages), embedder=sentences)
    chats = _remote(found, embedded, _governor(settings, workspace, database)) if found else {}
    return Models(
        **{role: chats.get(role, embedded) for role in ROLES},
        embedded=embedded,
        embedder=sentences,
        external=frozenset(found),
    )


def _governor(settings: Settings, workspace: Workspace, database: Database | None) -> "Governor":
    from models.governor import Governor
    from models.spending import Limits
    from models.standing import Rows

    return Governor(
        Rows(database, workspace.workspace_id) if database else None,
        limits=Limits.of(settings),
        zone=workspace.zone,
        cool_down_s=settings.model_cool_down_s,
    )


def _remote(
    found: dict[Role, Endpoint], embedded: "BaseChatModel", governor: "Governor"
) -> dict[Role, "BaseChatModel"]:
    """Make the models of the roles that have an endpoint."""
    from models.fallback import FallbackChatModel

    return {
        role: FallbackChatModel(
            remote=remote(endpoint, told=governor.note),
            embedded=embedded,
            governor=governor,
            server=endpoint.base_url,
            method=endpoint.method,
            timeout_s=endpoint.timeout_s,
        )
        for role, endpoint in found.items()
    }


def remote(
    endpoint: Endpoint, *, told: Callable[[Spent], object] = lambda _: None
) -> "LeanChatOpenAI":
    """Give the model of an endpoint as it is, with nothing behind it; `told` hears what it spends."""
    from models.openai.client import LeanChatOpenAI

    return LeanChatOpenAI(
        model=endpoint.model,
        base_url=endpoint.base_url,
        api_key=endpoint.key if endpoint.key.get_secret_value() else "none",  # pyright: ignore[reportArgumentType]
        timeout=endpoint.timeout_s,
        max_retries=endpoint.retries,
        temperature=endpoint.temperature,
        price_per_million_input=endpoint.price_per_million_input,
        price_per_million_output=endpoint.price_per_million_output,
        names=endpoint.names,
        role=endpoint.role,
        told=told,
    )


def embedder(settings: Settings) -> Embedder:
    """Give the embedder; when the server of the chosen one is down at start, an embedded one.

    It is never changed afterwards: vectors of two embedders cannot be compared.
    """
    from models.embedded.embedder import load_embedder

    if settings.embedder != "openai":
        return load_embedder(settings.embedder)
    from models.openai.embedder import OpenAIEmbedder

    try:
        return OpenAIEmbedder(
            base_url=base_url(settings),
            api_key=settings.openai_api_key.get_secret_value() if settings.openai_api_key else "",
            model=settings.embedding_model,
            timeout_s=settings.model_timeout_s,
        )
    except ModelFailed as failure:
        embedder = load_embedder("auto")
        log.warning("embedder_degraded", reason=str(failure), instead=embedder.name)
        return embedder


@contextmanager
def opened_embedder(settings: Settings) -> Iterator[Embedder]:
    """Give the embedder for a moment, as a start now would choose it; its connections are closed after."""
    given = embedder(settings)
    try:
        yield given
    finally:
        if (close := getattr(given, "close", None)) is not None:
            close()
