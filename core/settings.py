"""Settings: environment variables that begin with `REGENTE_`, or lines of a `.env` file."""

import os
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from core.errors import BadInput

ENV_FILE = ".env"
Role = Literal["route", "answer", "write", "judge"]
ROLES: tuple[Role, ...] = get_args(Role)
Method = Literal["function_calling", "json_schema", "json_mode"]


class RoleSettings(BaseModel):
    """What one role of the models has of its own; what is left out is as for all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str | None = Field(default=None, min_length=1)
    """`embedded`, or a model's name."""

    base_url: str | None = Field(default=None, min_length=1)
    """A server of its own; the key of the other one is not sent to it."""

    key_env: str | None = Field(default=None, pattern=r"^[A-Za-z_]\w*$")
    """The name of the variable that holds the key, never the key itself."""

    method: Method | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    timeout_s: float | None = Field(default=None, gt=0, le=30)
    retries: int | None = Field(default=None, ge=0, le=5)
    price_per_million_input: float | None = Field(default=None, ge=0)
    price_per_million_output: float | None = Field(default=None, ge=0)


class Settings(BaseSettings):
    """What one deployment of Regente is told from outside; the workspace's folder says the rest."""

    model_config = SettingsConfigDict(
        env_prefix="REGENTE_", env_file=ENV_FILE, extra="ignore", frozen=True
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

    model_retries: int = Field(default=2, ge=0, le=5)
    """Times that a model server which is busy or away is asked again, before its first word."""

    model_temperature: float | None = Field(default=None, ge=0, le=2)
    """How freely the model chooses its words; empty: as its server has it. Reasoning models are told none."""

    model_method: Method = "function_calling"
    """How a form is asked for: `function_calling`, `json_schema`, or `json_mode` (told in the prompt)."""

    roles: dict[Role, RoleSettings] = {}
    """What `route`, `answer`, `write` or `judge` has of its own, as JSON. See docs/models.md."""

    model_cool_down_s: float = Field(default=15, gt=0)
    """Seconds a model server that keeps failing is left alone before it is tried again."""

    price_per_million_input: float = Field(default=0, ge=0)
    """What a million prompt tokens cost, in US dollars; for the turn records."""

    price_per_million_output: float = Field(default=0, ge=0)
    """What a million answer tokens cost, in US dollars."""

    spend_warn_usd: float = Field(default=0, ge=0)
    """US dollars that models may cost in a day before people are warned; 0: any amount."""

    spend_limit_usd: float = Field(default=0, ge=0)
    """US dollars of a day after which the embedded model answers until the next day; 0: any amount."""

    turn_limit_usd: float = Field(default=0, ge=0)
    """US dollars after which the embedded model answers the rest of a turn; 0: any amount."""

    route_sample: float = Field(default=0.02, ge=0, le=1)
    """Share of the messages read without the routing model that it is shown afterwards; 0: none, 1: all."""

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
        wrong = "; ".join(_said(one["loc"], one["type"], one["msg"]) for one in error.errors())
        raise BadInput(f"{wrong}. See .env.example.") from None
    except SettingsError as error:
        name = str(error).partition('"')[2].partition('"')[0].upper()
        raise BadInput(
            f'REGENTE_{name} is not JSON; write it like {{"name": 1}}, with double quotes.'
        ) from None


def _said(place: tuple[int | str, ...], kind: str, wrong: str) -> str:
    """Say what is wrong with a setting, or with a part of one, and what may stand there instead."""
    name, *inside = (str(part) for part in place if part != "[key]")
    where = ".".join([f"REGENTE_{name.upper()}", *inside])
    if kind == "extra_forbidden":
        return (
            f"{where}: there is no such field; choose from {', '.join(RoleSettings.model_fields)}"
        )
    if kind == "string_pattern_mismatch" and inside[-1:] == ["key_env"]:
        return f"{where}: give the name of a variable that holds the key, not the key itself"
    return f"{where}: {wrong}"


def variable(name: str) -> str:
    """Give a variable of the environment or of the `.env` file, for what a setting names; empty: unset."""
    return (os.environ.get(name) or dotenv_values(ENV_FILE).get(name) or "").strip()
