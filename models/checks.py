"""What the doctor looks at in models: whether the server answers, and whether sentences get vectors."""

import time
from collections.abc import Iterator

import httpx
import numpy as np

from core.errors import BadInput, RegenteError
from core.findings import Check, Deployment, Finding
from models import loading
from models.embedded.embedder import minilm_folder

PATIENCE_S = 10.0


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
    meanwhile = "The embedded model answers instead meanwhile."
    began = time.perf_counter()
    try:
        answer = httpx.get(f"{url}/models", headers=headers, timeout=PATIENCE_S)
    except httpx.HTTPError as error:
        what = f"{url} did not answer ({type(error).__name__}). {meanwhile}"
        yield Finding("BROKEN", what, "Start that server, or mend REGENTE_OPENAI_BASE_URL.")
        return
    ms = (time.perf_counter() - began) * 1000
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        what = f"{url} refuses the key ({answer.status_code}). {meanwhile}"
        yield Finding("BROKEN", what, "Mend REGENTE_OPENAI_API_KEY.")
    elif answer.status_code == httpx.codes.OK:
        yield from _listed(answer, given.model, f"{url} answers in {ms:.0f} ms")
    elif answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        what = f"{url} answers with {answer.status_code}. {meanwhile}"
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


checks = (Check("model", _model), Check("embedder", _embedder))
