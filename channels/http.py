"""The chat page and what it needs to know of the company; public."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response

from channels.media import MAX_FILES, TYPES
from channels.webchat import channel
from core.clock import system_clock
from core.errors import NotFound, WorkspaceError
from core.workspace import Workspace, read_yaml

router = APIRouter(tags=["web chat"])

PAGE = Path(__file__).parent / "webchat" / "page"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
MAX_SUGGESTIONS = 6


@router.get("/", include_in_schema=False)
async def page(request: Request) -> Response:
    """Give the page on which visitors chat."""
    return _file(request, "index.html")


@router.get("/webchat/config", summary="What the chat page shows of the company")
async def config(request: Request) -> dict[str, Any]:
    """Give the company's name, languages, hours, suggestions of what to ask, and what may be sent."""
    workspace: Workspace = request.app.state.workspace
    profile = workspace.profile
    return {
        "company": profile.name,
        "assistant": profile.assistant,
        "about": profile.about,
        "languages": profile.languages,
        "demo": profile.demo,
        "time_zone": profile.time_zone,
        "hours": profile.hours,
        "people_answer": workspace.people_answer(system_clock()),
        "suggestions": _suggestions(workspace, workspace.version()),
        "max_characters": channel.max_characters,
        "files": {
            "max": MAX_FILES,
            "max_bytes": int(request.app.state.settings.attachment_mb * 1_000_000),
            "types": TYPES,
        },
    }


@router.get("/webchat/{file}", include_in_schema=False)
async def asset(request: Request, file: str) -> Response:
    """Give a file of the page."""
    return _file(request, file)


def _file(request: Request, name: str) -> Response:
    files = _files()
    if name not in files:
        raise NotFound(f"The chat page has no file {name!r}; it has {sorted(files)}.")
    body, tag = files[name]
    headers = {
        "ETag": tag,
        # Asked for again each time, answered with 304: its files always belong together.
        "Cache-Control": "no-cache",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    known = request.headers.get("if-none-match", "")
    if tag in [given.strip().removeprefix("W/") for given in known.split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=KINDS[Path(name).suffix], headers=headers)


@lru_cache(maxsize=1)
def _files() -> dict[str, tuple[bytes, str]]:
    """Give the page's files with their tags, read once: a new version comes with a new process."""
    return {
        path.name: (body := path.read_bytes(), f'"{hashlib.sha256(body).hexdigest()[:20]}"')
        for path in sorted(PAGE.iterdir())
        if path.suffix in KINDS
    }


@lru_cache(maxsize=4)
def _suggestions(workspace: Workspace, version: str) -> dict[str, list[str]]:
    """Give what a visitor may try, per language: the first example that starts each journey.

    `version` changes with the workspace's files, and makes them be read again.
    """
    found: dict[str, list[str]] = {language: [] for language in workspace.profile.languages}
    for path in workspace.files("journeys", "*.yaml"):
        for language, said in _first_examples(path).items():
            if language in found and said not in found[language]:
                found[language].append(said)
    return {language: said[:MAX_SUGGESTIONS] for language, said in found.items()}


def _first_examples(path: Path) -> dict[str, str]:
    """Give the first example per language of a journey; `{}` when the file has none or is broken."""
    try:
        journey = read_yaml(path)
    except WorkspaceError:
        return {}
    trigger = journey.get("trigger") if isinstance(journey, dict) else None
    examples = trigger.get("examples") if isinstance(trigger, dict) else None
    if not isinstance(examples, dict):
        return {}
    return {
        str(language): said[0].strip()
        for language, said in examples.items()
        if isinstance(said, list) and said and isinstance(said[0], str) and said[0].strip()
    }
