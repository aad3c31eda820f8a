"""Which model stands behind each role, by the settings; what cannot work is refused before it is tried."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from core.errors import BadInput
from core.settings import ROLES, Method, Role, RoleSettings, Settings, variable

EMBEDDED = "embedded"
OPENAI = "https://api.openai.com/v1"
_NOTHING = RoleSettings()


@dataclass(frozen=True)
class Names:
    """What an operator calls the settings of a role: errors name them."""

    model: str = "REGENTE_MODEL"
    base_url: str = "REGENTE_OPENAI_BASE_URL"
    key: str = "REGENTE_OPENAI_API_KEY"


AS_FOR_ALL = Names()


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where the model of a role is, how it is spoken to, and what it costs."""

    role: Role
    model: str
    base_url: str
    """Without a slash at its end; roles with the same one share a server."""

    key: SecretStr
    method: Method
    temperature: float | None
    timeout_s: float
    retries: int
    price_per_million_input: float
    price_per_million_output: float
    names: Names = AS_FOR_ALL

    @property
    def priced(self) -> bool:
        """Whether what it costs is known."""
        return bool(self.price_per_million_input or self.price_per_million_output)


def endpoints(settings: Settings) -> dict[Role, Endpoint]:
    """Give the endpoint of each role that has one; the embedded model stands behind the others.

    Raises:
        BadInput: a role cannot be reached like this; says which setting, and what to do.
    """
    found: dict[Role, Endpoint] = {}
    for role in ROLES:
        if (endpoint := _endpoint(settings, role)) is not None:
            found[role] = endpoint
    return found


def check(settings: Settings) -> None:
    """Refuse settings that cannot work.

    Raises:
        BadInput: says which setting, and what to do.
    """
    endpoints(settings)
    _checked_url(settings.openai_base_url.strip(), AS_FOR_ALL)
    if settings.embedder == "openai" and not _flat_reachable(settings):
        raise BadInput(
            "REGENTE_EMBEDDER is 'openai', and nothing says where it runs; set "
            "REGENTE_OPENAI_BASE_URL or REGENTE_OPENAI_API_KEY, or set REGENTE_EMBEDDER to 'auto'."
        )


def base_url(settings: Settings) -> str:
    """Give the server of all that has none of its own."""
    return settings.openai_base_url.strip().rstrip("/") or OPENAI


def _endpoint(settings: Settings, role: Role) -> Endpoint | None:
    own = settings.roles.get(role, _NOTHING)
    names = _names(role, own)
    model = (settings.model if own.model is None else own.model).strip()
    if not model:
        raise BadInput(f"{names.model} is empty; set it to 'embedded' or to a model's name.")
    if model == EMBEDDED:
        return None
    url, key = _server(settings, own, names)
    if not url and not key:
        raise BadInput(
            f"{names.model} is {model!r}, and nothing says where it runs; set "
            "REGENTE_OPENAI_BASE_URL (a server of your own) or REGENTE_OPENAI_API_KEY, "
            f"or set {names.model} to 'embedded'."
        )
    chosen = {
        field: getattr(settings if value is None else own, flat if value is None else field)
        for field, flat in _FLAT.items()
        for value in (getattr(own, field),)
    }
    url = (url or OPENAI).rstrip("/")
    return Endpoint(role=role, model=model, base_url=url, key=SecretStr(key), names=names, **chosen)


_FLAT = {
    "method": "model_method",
    "temperature": "model_temperature",
    "timeout_s": "model_timeout_s",
    "retries": "model_retries",
    "price_per_million_input": "price_per_million_input",
    "price_per_million_output": "price_per_million_output",
}
"""What a role may have of its own, and the setting that says it for all of them."""


def _names(role: Role, own: RoleSettings) -> Names:
    mine = {
        "model": (own.model, "model"),
        "base_url": (own.base_url, "base_url"),
        # A server of its own is sent no key but the one that is named for it.
        "key": (own.key_env or own.base_url, "key_env"),
    }
    return Names(
        **{
            name: f"REGENTE_ROLES.{role}.{field}"
            for name, (given, field) in mine.items()
            if given is not None
        }
    )


def _server(settings: Settings, own: RoleSettings, names: Names) -> tuple[str, str]:
    """Give URL and key of a role, each empty where there is none."""
    url = settings.openai_base_url.strip() if own.base_url is None else own.base_url.strip()
    _checked_url(url, names)
    if own.key_env is not None:
        if not (key := variable(own.key_env)):
            raise BadInput(
                f"{names.key} names the variable {own.key_env!r}, which is not set; set it to the key, "
                "or leave key_env out where the server wants none."
            )
        return url, key
    if own.base_url is not None and url.rstrip("/") != base_url(settings):
        return url, ""
    return url, _flat_key(settings)


def _flat_key(settings: Settings) -> str:
    given = settings.openai_api_key
    return given.get_secret_value().strip() if given else ""


def _flat_reachable(settings: Settings) -> bool:
    return bool(settings.openai_base_url.strip() or _flat_key(settings))


def _checked_url(url: str, names: Names) -> None:
    if not url:
        return
    if "@" in url:  # whoever reads how models stand reads it; no address of a server needs one
        raise BadInput(
            f"{names.base_url} has a user or a password in it; leave them out, and set {names.key}."
        )
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise BadInput(
            f"{names.base_url} is {url!r}; it should look like 'http://localhost:8080/v1'."
        )
