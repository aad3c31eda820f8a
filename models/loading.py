"""Which models serve a workspace, by the settings; wrong ones are refused at start."""

from urllib.parse import urlsplit

import structlog

from core.errors import BadInput, ModelFailed
from core.settings import Settings
from core.workspace import Workspace
from models import Embedder, Models

log = structlog.get_logger(__name__)


def load(settings: Settings, workspace: Workspace) -> Models:
    """Give the models of a workspace by role; loads weights, so call it on a thread.

    Raises:
        BadInput: the settings name a model that cannot be reached like this; says what to set.
    """
    from models.embedded.chat import EmbeddedChatModel

    check(settings)
    sentences = embedder(settings)
    embedded = EmbeddedChatModel(languages=tuple(workspace.profile.languages))
    if settings.model == "embedded":
        return Models(
            route=embedded, answer=embedded, write=embedded, judge=embedded,
            embedded=embedded, embedder=sentences, external=False,
        )  # fmt: skip
    from models.breaker import Breaker
    from models.fallback import FallbackChatModel
    from models.openai.client import LeanChatOpenAI

    remote = LeanChatOpenAI(
        model=settings.model,
        base_url=_base_url(settings),
        api_key=settings.openai_api_key or "none",  # pyright: ignore[reportArgumentType]
        timeout=settings.model_timeout_s,
        price_per_million_input=settings.price_per_million_input,
        price_per_million_output=settings.price_per_million_output,
    )
    # One object for all roles: they share the breaker, for they share the server.
    chat = FallbackChatModel(
        remote=remote,
        embedded=embedded,
        breaker=Breaker(cool_down_s=settings.model_cool_down_s),
        timeout_s=settings.model_timeout_s,
    )
    return Models(
        route=chat, answer=chat, write=chat, judge=chat,
        embedded=embedded, embedder=sentences, external=True,
    )  # fmt: skip


def check(settings: Settings) -> None:
    """Refuse settings that cannot work.

    Raises:
        BadInput: says which setting, and what to do.
    """
    url, key = settings.openai_base_url.strip(), settings.openai_api_key
    reachable = bool(url or (key and key.get_secret_value().strip()))
    if not settings.model.strip():
        raise BadInput("REGENTE_MODEL is empty; set it to 'embedded' or to a model's name.")
    if settings.model != "embedded" and not reachable:
        raise BadInput(
            f"REGENTE_MODEL is {settings.model!r}, and nothing says where it runs; set "
            "REGENTE_OPENAI_BASE_URL (a server of your own) or REGENTE_OPENAI_API_KEY, "
            "or set REGENTE_MODEL to 'embedded'."
        )
    if settings.embedder == "openai" and not reachable:
        raise BadInput(
            "REGENTE_EMBEDDER is 'openai', and nothing says where it runs; set "
            "REGENTE_OPENAI_BASE_URL or REGENTE_OPENAI_API_KEY, or set REGENTE_EMBEDDER to 'auto'."
        )
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise BadInput(
            f"REGENTE_OPENAI_BASE_URL is {url!r}; it should look like 'http://localhost:8080/v1'."
        )


def _base_url(settings: Settings) -> str:
    return settings.openai_base_url.strip().rstrip("/") or "https://api.openai.com/v1"


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
            base_url=_base_url(settings),
            api_key=settings.openai_api_key.get_secret_value() if settings.openai_api_key else "",
            model=settings.embedding_model,
            timeout_s=settings.model_timeout_s,
        )
    except ModelFailed as failure:
        embedder = load_embedder("auto")
        log.warning("embedder_degraded", reason=str(failure), instead=embedder.name)
        return embedder
