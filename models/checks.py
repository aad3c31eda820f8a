"""What the doctor looks at in models: what each role's model can do, its money, and sentences' vectors."""

import time
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import get_args

import httpx
import numpy as np
from sqlalchemy.exc import DatabaseError

from core.errors import BadInput, ModelFailed, RegenteError
from core.findings import Check, Deployment, Finding
from core.settings import Method, Role
from models import loading, standing
from models.blocking import run
from models.embedded.embedder import minilm_folder
from models.roles import Endpoint, endpoints
from models.spending import Limits

PATIENCE_S = 10.0
FORMS: tuple[Role, ...] = ("route",)
"""The roles of which forms are asked while customers wait."""

MEANWHILE = "The embedded model answers instead meanwhile."


def _model(deployment: Deployment) -> Iterator[Finding]:
    given = deployment.settings
    try:
        loading.check(given)
        found = endpoints(given)
    except BadInput as error:
        yield Finding("BROKEN", str(error), "The server does not start like this.")
        return
    if not found:
        yield Finding("well", "The embedded model answers; nothing is asked outside.")
        return
    paused = _paused(deployment)
    languages = tuple(deployment.workspace.profile.languages)
    for shared in _groups(found):
        usable = yield from _listed(shared[0])
        if usable and paused:
            what = f"{_named(shared)} was asked nothing: {paused}."
            yield Finding("note", what, "Look again when that is over.")
        elif usable:
            yield from _asked(shared, languages)


def _groups(found: dict[Role, Endpoint]) -> list[list[Endpoint]]:
    """Put together the roles that one model of one server plays."""
    groups: dict[tuple[str, str, str], list[Endpoint]] = {}
    for one in found.values():
        key = (one.base_url, one.model, one.key.get_secret_value())
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _named(shared: list[Endpoint]) -> str:
    return f"{shared[0].model} ({', '.join(one.role for one in shared)})"


def _paused(deployment: Deployment) -> str:
    """Say why the product would ask nothing now: then the doctor does not either."""
    try:
        state = _state(deployment)
    except (RegenteError, DatabaseError):
        return ""  # no tables yet, or no database: that is said elsewhere
    if state.stopped is not None:
        return "models are switched off"
    passed = Limits.of(deployment.settings).passed(state.spent_usd)
    return "the limit of the day is reached" if "reached" in passed else ""


def _state(deployment: Deployment) -> standing.State:
    today = datetime.now(deployment.workspace.zone).date().isoformat()
    return deployment.database.read(standing.read, deployment.workspace_id, today)


def _listed(endpoint: Endpoint) -> Generator[Finding, None, bool]:
    """Ask the server for its list of models, which costs nothing; say whether to go on."""
    url, names, key = endpoint.base_url, endpoint.names, endpoint.key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    began = time.perf_counter()
    try:
        answer = httpx.get(f"{url}/models", headers=headers, timeout=PATIENCE_S)
    except httpx.HTTPError as error:
        what = f"{url} did not answer ({type(error).__name__}). {MEANWHILE}"
        yield Finding("BROKEN", what, f"Start that server, or mend {names.base_url}.")
        return False
    ms = (time.perf_counter() - began) * 1000
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        what = f"{url} refuses the key ({answer.status_code}). {MEANWHILE}"
        yield Finding("BROKEN", what, f"Mend {names.key}.")
        return False
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        what = f"{url} answers with {answer.status_code}. {MEANWHILE}"
        yield Finding("BROKEN", what, "Look at that server, or at its provider's status page.")
        return False
    listed = _names_in(answer)
    if listed and endpoint.model not in listed:
        few = ", ".join(sorted(listed)[:5])
        what = f"{url} answers in {ms:.0f} ms, and does not list {endpoint.model!r} (it has {few})."
        yield Finding("RISK", what, f"Set {names.model} to one that it has.")
    else:
        yield Finding("well", f"{url} answers in {ms:.0f} ms.")
    return True


def _names_in(answer: httpx.Response) -> list[str]:
    try:
        return [str(one["id"]) for one in answer.json()["data"]]
    except (ValueError, KeyError, TypeError):
        return []  # not every server has that list


def _asked(shared: list[Endpoint], languages: tuple[str, ...]) -> Iterator[Finding]:
    """Ask a model for all that the product asks of it, a few words each."""
    from models.embedded.chat import EmbeddedChatModel
    from models.probing import STREAMS, TOOLS, probed

    one, named = shared[0], _named(shared)
    try:
        found = run(probed(one, EmbeddedChatModel(languages=languages)))
    except ModelFailed as failure:
        what = f"{named} gives no answer: {failure} {MEANWHILE}"
        do = f"Mend that, or set {one.names.model} to 'embedded' until it is mended."
        yield Finding("BROKEN", what, do)
        return
    spent = found.usage
    cost = f"{spent.cost_usd:.4f} USD" if one.priced else "no price is set"
    tokens = f"{spent.input_tokens} tokens read, {spent.output_tokens} written"
    within = f"first word after {found.first_ms:.0f} ms" if STREAMS in found.can else "no stream"
    can = ", ".join(found.can) or "nothing else"
    what = f"{named} can: {can}; {within}. Asking took {spent.calls} calls, {tokens}, {cost}."
    yield Finding("well", what)
    roles = {endpoint.role for endpoint in shared}
    if STREAMS in found.cannot and "answer" in roles:
        what = f"{named} does not stream: {found.cannot[STREAMS]}. The embedded model answers."
        yield Finding(
            "RISK", what, f"Set {one.names.model} to one that does, or take `answer` off it."
        )
    if TOOLS in found.cannot and "answer" in roles:
        what = (
            f"{named} calls no tools: {found.cannot[TOOLS]}. The embedded model leads procedures."
        )
        yield Finding(
            "RISK", what, f"Set {one.names.model} to one that does, or take `answer` off it."
        )
    yield from _methods(shared, found.cannot)
    if not one.priced:
        what = f"No price is set for {named}: what turns cost is recorded as 0."
        yield Finding(
            "note", what, "Set REGENTE_PRICE_PER_MILLION_INPUT and _OUTPUT, or the role's."
        )


def _methods(shared: list[Endpoint], cannot: dict[str, str]) -> Iterator[Finding]:
    """Say which roles ask for forms in a way that their model does not know, and which way it does."""
    named = _named(shared)
    others = [method for method in get_args(Method) if method not in cannot]
    for one in shared:
        if one.role not in FORMS or one.method not in cannot:
            continue
        what = f"{named} fills no form by {one.method}: {cannot[one.method]}. {MEANWHILE}"
        way = f"REGENTE_MODEL_METHOD, or `method` of {one.role} in REGENTE_ROLES"
        do = f"Set {way}, to {others[0]}." if others else f"Take {one.role} off this model."
        yield Finding("RISK", what, do)
    unused = [f"{name} ({why})" for name, why in cannot.items() if name in get_args(Method)]
    if unused:
        yield Finding("well", f"{named} cannot: {'; '.join(unused)}.")


def _standing(deployment: Deployment) -> Iterator[Finding]:
    """Look at what stops calls, and at what they may cost."""
    try:
        found = endpoints(deployment.settings)
    except BadInput:
        return  # said already
    if not found:
        return
    limits = Limits.of(deployment.settings)
    state = _state(deployment)
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
    passed = limits.passed(spent_usd)
    if "reached" in passed:
        what = f"{what}; the limit of {limits.day_usd:g} is reached. {MEANWHILE}"
        yield Finding("RISK", what, "Wait for the next day, or raise REGENTE_SPEND_LIMIT_USD.")
    elif "warned" in passed:
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
        with loading.opened_embedder(given) as embedder:
            vector = embedder.embed(["ok"])[0]
    except RegenteError as error:
        yield Finding("BROKEN", str(error), "Mend REGENTE_EMBEDDER.")
        return
    if given.embedder == "openai" and not embedder.name.startswith("openai:"):
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
