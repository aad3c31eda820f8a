"""What the doctor looks at in knowledge: whether articles were taken in, and whether Chroma has them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import sqlalchemy as sa

from core.database import Tx
from core.findings import Check, Deployment, Finding
from knowledge import dense
from knowledge.tables import index_versions, passages, sources
from models import loading


def _articles(deployment: Deployment) -> Iterator[Finding]:
    articles, kept, version = deployment.database.read(_counted, deployment.workspace_id)
    files = len(list((deployment.workspace.path / "knowledge").rglob("*.md")))
    if files and not version:
        yield Finding("note", "No article was taken in yet.", "The first start does it.")
    elif files and not kept:
        what = f"There are {files} articles, and no passage of them in the database."
        yield Finding(
            "BROKEN", what, "Start the server anew, and read its log for knowledge_ready."
        )
    else:
        yield Finding(
            "well", f"{articles} articles in {kept} passages, version {version or 'none'}."
        )


def _chroma(deployment: Deployment) -> Iterator[Finding]:
    given, wanted = deployment.settings, f"{deployment.workspace_id}-"
    _, kept, version = deployment.database.read(_counted, deployment.workspace_id)
    if not given.chroma_url:
        # Opening it beside the server that owns it might harm it; that it is there must do.
        there = (given.data_dir / "chroma" / "chroma.sqlite3").is_file()
        if version and not there:
            what = f"There is no Chroma under {given.data_dir}; it is made anew at the next start."
            yield Finding(
                "note", what, "Nothing, but for the seconds or the calls of the embedder."
            )
        else:
            yield Finding("well", f"Chroma lies in {given.data_dir / 'chroma'}.")
        return
    try:
        client = dense.connect(given.data_dir / "chroma", given.chroma_url)
        mine = [one for one in client.list_collections() if one.name.startswith(wanted)]
        vectors = sum(one.count() for one in mine)
    except Exception as error:  # noqa: BLE001 - Chroma's client raises whatever its libraries do
        what = f"Chroma does not answer at {given.chroma_url} ({type(error).__name__})."
        do = "Start it (chroma run), or mend REGENTE_CHROMA_URL; without it no process can start."
        yield Finding("BROKEN", what, do)
        return
    if vectors < kept:
        what = f"Chroma has {vectors} vectors for {kept} passages."
        yield Finding("RISK", what, "Restart one process: what is missing is embedded anew.")
    else:
        yield Finding(
            "well", f"Chroma answers and has {vectors} vectors in {len(mine)} collections."
        )


def _vectors(deployment: Deployment) -> Iterator[Finding]:
    """Hold what the embedder's server gives now against what the articles were embedded with."""
    given = deployment.settings
    if given.embedder != "openai":
        return
    try:
        names = _collections(deployment)
        with loading.opened_embedder(given) as embedder:
            name = embedder.name
    except Exception:  # noqa: BLE001 - that either does not answer is said by another check
        return
    wanted = dense.name_of("", "", "", name, "").strip("-")
    if not names or any(f"-{wanted}-" in one for one in names):
        yield Finding("well", f"The articles' vectors are of {name}.")
        return
    what = f"The articles' vectors are not of {name}, which the embedder's server gives now"
    example = f"{what} (there is {min(names)})."
    yield Finding(
        "note", example, "Restart the server: it embeds the articles anew, which costs calls."
    )


def _collections(deployment: Deployment) -> list[str]:
    """Give the names of this workspace's collections, without opening what a server may own."""
    given = deployment.settings
    if given.chroma_url:
        client = dense.connect(given.data_dir / "chroma", given.chroma_url)
        names = [one.name for one in client.list_collections()]
    else:
        file = given.data_dir / "chroma" / "chroma.sqlite3"
        if not file.is_file():
            return []
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
            names = [name for (name,) in opened.execute("SELECT name FROM collections")]
    return [name for name in names if name.startswith(f"{deployment.workspace_id}-")]


def _counted(tx: Tx, workspace_id: str) -> tuple[int, int, str]:
    def number(table: sa.Table) -> int:
        counted = sa.select(sa.func.count()).where(table.c.workspace_id == workspace_id)
        return tx.execute(counted).scalar_one()

    version = sa.select(index_versions.c.version).where(
        index_versions.c.workspace_id == workspace_id
    )
    return number(sources), number(passages), tx.execute(version).scalar_one_or_none() or ""


checks = (
    Check("articles", _articles, reads_tables=True),
    Check("chroma", _chroma, reads_tables=True),
    Check("vectors", _vectors),
)
