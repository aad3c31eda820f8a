"""What the doctor looks at in models: whether the server answers, and whether sentences get vectors."""

import time
from collections.abc import Iterator
from datetime import datetime

import httpx
import numpy as np

from core.errors import BadInput, RegenteError
from core.findings import Check, Deployment, Finding
from models import loading, standing
from models.embedded.embedder import minilm_folder
from models.roles import endpoints
from models.spending import Limits

PATIENCE_S = 10.0
MEANWHILE = "The embedded model answers instead meanwhile."


def _model(deployment: Deployment) -> Iterator[Finding]:
    given = deployment.settings
    try:
        loading.check(given)
    except BadInput as error:
        yield Finding("BROKEN", str(error), "The server does not start like this.")
        return
    if given.model == "embedded":
        yield Finding("well", "The embedded model answers; nothing is asked outside.")
        return
    url = given.openai_base_url.strip().rstrip("/") or "https://api.openai.com/v1"
    key = given.openai_api_key.get_secret_value() if given.openai_api_key else ""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    began = time.perf_counter()
    try:
        answer = httpx.get(f"{url}/models", headers=headers, timeout=PATIENCE_S)
    except httpx.HTTPError as error:
        what = f"{url} did not answer ({type(error).__name__}). {MEANWHILE}"
        yield Finding("BROKEN", what, "Start that server, or mend REGENTE_OPENAI_BASE_URL.")
        return
    ms = (time.perf_counter() - began) * 1000
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        what = f"{url} refuses the key ({answer.status_code}). {MEANWHILE}"
        yield Finding("BROKEN", what, "Mend REGENTE_OPENAI_API_KEY.")
    elif answer.status_code == httpx.codes.OK:
        yield from _listed(answer, given.model, f"{url} answers in {ms:.0f} ms")
    elif answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        what = f"{url} answers with {answer.status_code}. {MEANWHILE}"
        yield Finding("BROKEN", what, "Look at that server, or at its provider's status page.")
    else:
        what = f"{url} is there, and does not say which models it has ({answer.status_code})."
        yield Finding(
            "note", what, "Write a message and see whether the turn's record is degraded."
        )
    if not given.price_per_million_input and not given.price_per_million_output:
        what = "No price is set: what turns cost is recorded as 0."
        yield Finding("note", what, "Set REGENTE_PRICE_PER_MILLION_INPUT and _OUTPUT.")


def _listed(answer: httpx.Response, model: str, well: str) -> Iterator[Finding]:
    try:
        names = [str(one["id"]) for one in answer.json()["data"]]
    except (ValueError, KeyError, TypeError):
        names = []
    if names and model not in names:
        few = ", ".join(sorted(names)[:5])
        what = f"{well}, and does not list {model!r} (it has {few})."
        yield Finding("RISK", what, "Set REGENTE_MODEL to one that it has.")
    else:
        yield Finding("well", f"{well}.")


def _standing(deployment: Deployment) -> Iterator[Finding]:
    """Look at what stops calls, and at what they may cost."""
    try:
        found = endpoints(deployment.settings)
    except BadInput:
        return  # said already
    if not found:
        return
    limits = Limits.of(deployment.settings)
    today = datetime.now(deployment.workspace.zone).date().isoformat()
    state = deployment.database.read(standing.read, deployment.workspace_id, today)
    if state.stopped is not None:
        what = f"Models are switched off ({state.stopped or 'no reason given'})."
        yield Finding("RISK", what, "When that is over: python -m models go")
    for url, health in state.servers.items():
        if health.left_alone(state.now):
            what = f"{url} is left alone: {health.reason} {MEANWHILE}"
            yield Finding("RISK", what, "Look at that server; it is tried again by itself.")
    yield from _money(limits, state.spent_usd)
    if any(vars(limits).values()) and not all(one.priced for one in found.values()):
        roles = ", ".join(role for role, one in found.items() if not one.priced)
        what = f"What models may cost is limited, and no price is set for {roles}: it counts as 0."
        yield Finding("RISK", what, "Set REGENTE_PRICE_PER_MILLION_INPUT and _OUTPUT.")


def _money(limits: Limits, spent_usd: float) -> Iterator[Finding]:
    what = f"Models have cost {spent_usd:.2f} USD today"
    if limits.day_usd and spent_usd >= limits.day_usd:
        what = f"{what}; the limit of {limits.day_usd:g} is reached. {MEANWHILE}"
        yield Finding("RISK", what, "Wait for the next day, or raise REGENTE_SPEND_LIMIT_USD.")
    elif limits.warn_usd and spent_usd >= limits.warn_usd:
        what = f"{what}; people are to be warned from {limits.warn_usd:g} on."
        yield Finding("RISK", what, "See who spends it: python -m models spend --by agent --days 1")
    else:
        yield Finding("well", f"{what}.")


def _embedder(deployment: Deployment) -> Iterator[Finding]:
    given = deployment.settings
    if given.embedder in ("auto", "minilm") and minilm_folder() is None:
        level = "note" if given.embedder == "auto" else "BROKEN"
        what = "The sentence model's weights are not installed; meaning is found by words alone."
        yield Finding(level, what, "make minilm")
    try:
        embedder = loading.embedder(given)
        vector = embedder.embed(["ok"])[0]
    except RegenteError as error:
        yield Finding("BROKEN", str(error), "Mend REGENTE_EMBEDDER.")
        return
    if given.embedder == "openai" and "openai" not in type(embedder).__name__.lower():
        what = (
            f"The server of the embedder does not answer; a start now would take {embedder.name}."
        )
        yield Finding("RISK", what, "Start it before the server: articles are embedded anew else.")
    elif not np.isfinite(vector).all() or not vector.any():
        yield Finding("BROKEN", f"{embedder.name} gives no usable vectors.", "Report it.")
    else:
        yield Finding("well", f"{embedder.name} gives vectors of {embedder.dimensions}.")


checks = (
    Check("model", _model),
    Check("spending", _standing, reads_tables=True),
    Check("embedder", _embedder),
)
