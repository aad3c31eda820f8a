"""A workspace: the folder that says which company is served. Here stands what every folder reads of it.

workspace.yaml   name, languages, time zone, hours, tone; this module
policies.yaml    autonomy limits, notices, promises that may be made; this module
agents/*.md      specialists in plain language; `agents`
tools/*.py       what may be done outside; `tools`
connectors.yaml  back offices by their address, and what the AI may do there; `tools.connecting`
connectors/      what those back offices said of themselves when they were accepted
journeys/*.yaml  procedures; `journeys`
knowledge/       articles per language; `knowledge`
answers.yaml     what people have agreed to say; `knowledge.answers`
offers.yaml      what may be offered; `decisions`
evals/*.yaml     dialogues that must go well; `evals`
"""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.errors import WorkspaceError

Text = dict[str, str]
"""The same words in each of the workspace's languages, by language tag (`pt-BR`, `en`)."""

LANGUAGES = {"pt-BR": "Portuguese", "en": "English"}
"""Languages the product speaks itself; a workspace may restrict them."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChannelAccount(_File):
    """One of the company's own addresses at a channel's provider."""

    url: str
    """Root of the provider's interface."""

    secret_env: str
    """Environment variable with the secret that signs its webhooks and our requests."""

    per_minute: float = Field(default=600, gt=0)
    """Messages a minute that it lets out."""

    burst: int = Field(default=10, ge=1)
    """Messages that may go out at once."""


class Profile(_File):
    """`workspace.yaml`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]{1,40}$")
    """Key of this workspace in every table."""

    name: str
    """The company, as customers know it."""

    assistant: str = "Regente"
    """The name the AI gives itself."""

    languages: list[str] = Field(default=["pt-BR", "en"], min_length=1)
    """First is the default."""

    time_zone: str = "America/Sao_Paulo"
    about: Text = {}
    """One sentence on the company; the page and the greeting use it."""

    hours: dict[str, list[str]] = {}
    """When people answer, by weekday: `mon: ["09:00", "18:00"]`; a missing day is closed."""

    tone: Text = {}
    """How replies should sound; goes into prompts."""

    channels: dict[str, dict[str, ChannelAccount]] = {}
    """By channel, then by the account's name there, which its webhooks have in their address."""

    token_secret_env: str = ""
    """Environment variable with the secret that signs customers' tokens (HS256)."""

    demo: bool = False
    demo_customers: list[dict[str, Any]] = []
    """Who a visitor may sign in as: `{id, name, email?, phone?, about: {pt-BR, en}}`."""

    @field_validator("languages")
    @classmethod
    def _spoken(cls, languages: list[str]) -> list[str]:
        if unknown := [language for language in languages if language not in LANGUAGES]:
            raise ValueError(f"{unknown} are not spoken; choose from {sorted(LANGUAGES)}")
        return languages

    @field_validator("time_zone")
    @classmethod
    def _on_earth(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            wrong = f"{zone!r} is no time zone; write one such as 'America/Sao_Paulo'"
            raise ValueError(wrong) from None
        return zone


class Autonomy(_File):
    """How far the AI may go with one tool that writes."""

    up_to: float | None = None
    """Largest amount it may do alone; none: any amount."""

    approval: Literal["never", "always", "above"] = "above"
    """`above`: a person approves what is larger than `up_to`."""


class Policies(_File):
    """`policies.yaml`."""

    ai_notice: bool = True
    """Say at the start, and after a person's stretch, that an AI is speaking."""

    ai_notice_text: Text = {}
    autonomy: dict[str, Autonomy] = {}
    """By tool name; a tool that writes and is not listed is confirmed by the customer alone."""

    approval_hours: float = Field(default=24, gt=0)
    """Hours after which a pending approval expires."""

    never_promise: dict[str, list[str]] = {}
    """Phrases per language that no reply may contain unless a tool's result says so."""

    avoid_words: dict[str, list[str]] = {}
    """Words and phrases per language that a model must not use, whatever it is about."""

    reply_characters: int = Field(default=1500, gt=0)
    """Length up to which a model's part of a reply goes out; further sentences are left out."""

    waiting_notice: Text = {}
    """What a customer hears while she waits for a person."""

    case_hours: float = Field(default=48, gt=0)
    """Hours within which a case is followed up."""

    close_after_hours: float = Field(default=168, gt=0)
    """Hours of silence after which a conversation of the AI is closed."""


class Workspace:
    """One company's folder, read and checked."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        if not (self.path / "workspace.yaml").is_file():
            raise WorkspaceError(
                f"REGENTE_WORKSPACE is {str(path)!r}, and there is no workspace.yaml in it; "
                "point it at a folder such as examples/aurora."
            )
        self.profile = read_model(self.path / "workspace.yaml", Profile)
        policies = self.path / "policies.yaml"
        self.policies = read_model(policies, Policies) if policies.is_file() else Policies()

    @property
    def workspace_id(self) -> str:
        """The key of this workspace in every table."""
        return self.profile.id

    @property
    def default_language(self) -> str:
        """The language spoken when nothing says which."""
        return self.profile.languages[0]

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.profile.time_zone)

    def files(self, folder: str, pattern: str) -> list[Path]:
        """Give the files of a folder of the workspace, in alphabetical order; `[]` without folder."""
        return sorted(
            path
            for path in (self.path / folder).glob(pattern)
            if not path.name.startswith((".", "_"))
        )

    def version(self) -> str:
        """Give a short hash that changes with every file that shapes the graph."""
        digest = hashlib.sha256()
        for pattern in (
            "*.yaml",
            "agents/*.md",
            "tools/*.py",
            "journeys/*.yaml",
            "connectors/*.json",
        ):
            for path in sorted(self.path.glob(pattern)):
                status = path.stat()
                digest.update(f"{path.name}:{status.st_mtime_ns}:{status.st_size};".encode())
        return digest.hexdigest()[:12]

    def people_answer(self, at: datetime) -> bool:
        """Say whether people of the company are at work at `at`; always, where no hours are given."""
        if not self.profile.hours:
            return True
        local = at.astimezone(self.zone)
        opening = self.profile.hours.get(local.strftime("%a").lower())
        return bool(opening) and opening[0] <= local.strftime("%H:%M") < opening[1]


M = TypeVar("M", bound=BaseModel)


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises:
        WorkspaceError: it is not YAML; the message names file and line.
    """
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - both are safe
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{path} is not readable YAML: {error}") from error


def read_model(path: Path, model: type[M]) -> M:
    """Read a YAML file as `model`.

    Raises:
        WorkspaceError: something in it is unknown or wrong; the message names file and field.
    """
    return check(path, model, read_yaml(path))


def check(path: Path, model: type[M], data: Any) -> M:
    """Hold what a file said against `model`; `WorkspaceError` names file and field."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'the file'}: {item['msg']}"
            for item in error.errors()
        )
        raise WorkspaceError(f"{path}: {wrong}.") from error


def said(text: Text, language: str) -> str:
    """Give a text in `language`, else in the first language it has, else nothing."""
    return text.get(language) or next(iter(text.values()), "")
