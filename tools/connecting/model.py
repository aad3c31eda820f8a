"""`connectors.yaml`: which back offices there are, and what the AI may do with each of their operations.

salon:
  kind: openapi                       # or mcp
  url: https://salon.example/openapi.json
  server: https://salon.example/v1    # where calls go; an MCP server is called at its url
  private: false                      # true: its address may be one of the company's own network
  key_env: SALON_KEY                  # the NAME of the environment variable with the key
  key_in: [header, Authorization, "Bearer "]
  document: 3f2a...                   # what was accepted; `refresh` tells what has changed since
  timeout_s: 10
  labels: {starts_at: {pt-BR: início, en: start}}
  operations:
    list_visits:
      effect: read                    # write: only after the customer's yes
      enabled: true
      needs: verified                 # anonymous | claimed | verified | strong
      purpose: {pt-BR: ver suas visitas, en: see your visits}
      examples: {pt-BR: ["cadê minha visita?"], en: ["when is my visit?"]}
      arguments:
        customer_id: {from: customer} # who is signed in, never what somebody says
    cancel_visit:
      effect: write
      enabled: false
      needs: verified
      approval: {approval: always}    # a person decides; left out: the customer's yes is enough
      purpose: {pt-BR: cancelar uma visita, en: cancel a visit}
      arguments:
        visit_id:
          ask: {pt-BR: "Qual visita?", en: "Which visit?"}
          choose: {operation: list_visits, value: id}   # only one of her own
"""

import re
from pathlib import Path
from typing import Any, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from core.errors import WorkspaceError
from core.workspace import Autonomy, Text, Workspace, check, read_yaml
from tools import Effect, Verification
from tools.connecting import KeyIn

FILE = "connectors.yaml"
FOLDER = "connectors"
NAME = r"^[a-z][a-z0-9_]{0,31}$"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Choose(_Part):
    """Where the possible values of an argument come from; no other value is ever sent."""

    operation: str
    """A read of the same connector that works without anything being asked."""

    value: str
    """Field of an item that is the argument's value."""


class Argument(_Part):
    """How an argument gets its value: as bound here, or by asking the customer."""

    from_: Literal["customer", "name", "conversation", ""] = Field(default="", alias="from")
    """`customer`: her number in the company's records, as a verified identity gave it."""

    value: Any = None
    """Always this."""

    ask: Text = {}
    labels: dict[str, Text] = {}
    """How customers call the values of an enumeration."""

    choose: Choose | None = None

    @property
    def bound(self) -> bool:
        """Whether neither a customer nor a model chooses it."""
        return bool(self.from_) or self.value is not None


class Chosen(_Part):
    """What a person decided, or was proposed, for an operation."""

    effect: Effect
    enabled: bool
    needs: Verification = "verified"
    approval: Autonomy | None = None
    """How far the AI may go with a write; none: the customer's yes is enough."""

    own: str = ""
    """Field of what it answers that is the number of a customer: only what is hers is given to her."""

    amount: str = ""
    """Argument that is the money which moves, held against `approval.up_to`."""

    purpose: Text = {}
    """Completes "I can help you to ..."."""

    examples: dict[str, list[str]] = {}
    """What customers say when they want it: it is recognised by these."""

    bank: str | list[str] | bool = False
    """The starter bank's intents that it learns from as well, by name."""

    arguments: dict[str, Argument] = {}
    note: str = ""
    """Why it is proposed like this, for the person who decides."""

    @model_validator(mode="after")
    def _sensible(self) -> "Chosen":
        if self.effect == "read" and (self.approval or self.amount):
            raise ValueError("a read moves nothing, so leave out `approval` and `amount`")
        return self


class Connector(_Part):
    """One back office."""

    kind: Literal["openapi", "mcp"]
    url: str
    server: str = ""
    private: bool = False
    key_env: str = Field(default="", pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")
    key_in: KeyIn = ("header", "Authorization", "Bearer ")
    document: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of `connectors/NAME.json` as it was accepted."""

    timeout_s: float = Field(default=10, gt=0, le=60)
    labels: dict[str, Text] = {}
    """What fields of its answers are called."""

    operations: dict[str, Chosen] = {}

    @field_validator("url", "server")
    @classmethod
    def _web(cls, url: str) -> str:
        if not url:
            return ""
        try:
            read = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise ValueError(f"{url!r} is no address ({error})") from error
        if read.userinfo:
            raise ValueError("it has a key or password in it: name a variable by `key_env` instead")
        if read.scheme not in ("http", "https") or not read.host:
            raise ValueError(f"{url!r} should begin with https:// or http:// and a host")
        return url.rstrip("/")

    @property
    def target(self) -> str:
        """Where its operations are called."""
        return self.server or self.url


def read(workspace: Workspace) -> dict[str, Connector]:
    """Give the connectors of a workspace by name; `{}` without the file.

    Raises:
        WorkspaceError: something in it is wrong; the message names connector and field.
    """
    path = workspace.path / FILE
    if not path.is_file():
        return {}
    listed = read_yaml(path) or {}
    if not isinstance(listed, dict):
        raise WorkspaceError(f"{path} should be a list of connectors by name; see `add`.")
    return {str(name): checked(path, str(name), said) for name, said in listed.items()}


def checked(path: Path, name: str, said: Any) -> Connector:
    """Give a connector as it is written down at `path`, or would be; raises as `read`."""
    if not re.match(NAME, name):
        raise WorkspaceError(
            f"{path}: {name!r} cannot be a connector's name; use lower-case letters, digits and '_'."
        )
    place = Path(f"{path}: {name}")
    if not isinstance(said, dict):
        raise WorkspaceError(f"{place} should have `kind`, `url` and `operations`.")
    return check(place, Connector, said)
