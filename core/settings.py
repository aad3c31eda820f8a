"""Settings: environment variables that begin with `REGENTE_`, or lines of a `.env` file."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import BadInput


class Settings(BaseSettings):
    """What one deployment of Regente is told from outside; the workspace's folder says the rest."""

    model_config = SettingsConfigDict(
        env_prefix="REGENTE_", env_file=".env", extra="ignore", frozen=True
    )

    host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` to be reached from other machines."""

    port: int = Field(default=8000, ge=1, le=65535)
    """TCP port to listen on."""

    processes: int = Field(default=1, ge=1, le=64)
    """Server processes behind the port; more than one needs PostgreSQL."""

    data_dir: Path = Path("data")
    """Folder for the embedded database, Chroma and caches; made at start."""

    database_url: str = ""
    """`postgresql://user:password@host/name`; empty keeps everything in SQLite under `data_dir`."""

    workspace: Path = Path("examples/aurora")
    """Folder of the company that is served."""

    demo: bool = False
    """Let the demo's sign-in be used from other machines; only in a workspace with `demo: true`."""

    demo_life: bool = True
    """Load the demo's past, lived by simulated customers, into a database without conversations."""

    model: str = "embedded"
    """`embedded`, or the name of a model that the OpenAI-compatible server offers."""

    openai_base_url: str = ""
    """Root of an OpenAI-compatible API, ending in `/v1`; empty is OpenAI's own."""

    openai_api_key: SecretStr | None = None
    """Key for that API; servers of your own often need none."""

    model_timeout_s: float = Field(default=20, gt=0, le=30)
    """Seconds a model call may take before the embedded model answers instead."""

    model_cool_down_s: float = Field(default=15, gt=0)
    """Seconds a model server that keeps failing is left alone before it is tried again."""

    price_per_million_input: float = Field(default=0, ge=0)
    """What a million prompt tokens cost, in US dollars; for the turn records."""

    price_per_million_output: float = Field(default=0, ge=0)
    """What a million answer tokens cost, in US dollars."""

    embedder: Literal["auto", "lexical", "minilm", "openai"] = "auto"
    """Sentence vectors: `auto` takes `minilm` where its weights are installed, else `lexical`."""

    embedding_model: str = "text-embedding-3-small"
    """Name of the model that the OpenAI-compatible server embeds with; used by `openai`."""

    chroma_url: str = ""
    """Chroma server, such as `http://localhost:8001`; empty: Chroma in this process, under `data_dir`."""

    messages_per_minute: int = Field(default=60, ge=0)
    """Messages a minute that are taken from one customer, as many at once; 0: any number."""

    strangers_per_minute: int = Field(default=120, ge=0)
    """New conversations a minute from one address; behind a proxy name it in FORWARDED_ALLOW_IPS. 0: any."""

    max_waiting: int = Field(default=1000, ge=0)
    """Conversations that may wait for their turn; further ones are asked to try again. 0: any number."""

    attachment_mb: float = Field(default=10, gt=0, le=100)
    """Millions of bytes that a file may have which a customer sends; they lie under `data_dir`."""

    turn_timeout_s: float = Field(default=25, gt=0)
    """Seconds `POST /chat` waits for a turn before it answers 202."""

    keep_days: dict[str, float | None] = {}
    """Days that rows are kept, such as `{"events": 7, "jobs": null}`; null: for ever. See docs/running.md."""

    clock_file: str = ""
    """File with the seconds by which the clock of conversations runs ahead; only where `demo: true`."""

    lease_s: float = Field(default=15, gt=0)
    """Seconds a process holds a conversation without a sign of life before another may take it."""

    tracing: bool = False
    """Let turns be traced to where the LANGSMITH_ variables say; off, no word of a customer leaves by it."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least severe log line that is written."""

    log_format: Literal["auto", "text", "json"] = "auto"
    """`auto` writes text to a terminal and JSON elsewhere."""

    @property
    def database(self) -> str:
        """The URL of the database in use."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'regente.sqlite').resolve()}"


@cache
def settings() -> Settings:
    """Give the settings, read once; a change needs a restart.

    Raises:
        BadInput: one of them cannot be used; names each, but no value: it may be a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"REGENTE_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors()
        )
        raise BadInput(f"{wrong}. See .env.example.") from None
