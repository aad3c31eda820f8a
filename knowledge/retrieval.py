"""Search: the articles of a workspace, opened, kept current, and asked."""

import asyncio
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from core.database import Database, Tx, alone, database_now
from core.settings import Settings
from core.statements import Prepared
from core.workspace import Workspace, read_yaml
from knowledge import Audience, Passage, dense, ingestion, matters
from knowledge.articles import articles
from knowledge.index import Asked, Entry, Hit, Index
from knowledge.spoken import speaking
from knowledge.tables import index_versions, passages, sources
from models import Models

log = structlog.get_logger(__name__)
OFF_TOPIC: dict[str, list[str]] = read_yaml(Path(__file__).with_name("off_topic.yaml"))


_KEPT = Prepared(
    sa.select(passages.c.passage_id).where(
        passages.c.workspace_id == sa.bindparam("workspace"),
        passages.c.passage_id == sa.bindparam("passage"),
    )
)


@dataclass(frozen=True)
class _Source:
    title: str
    language: str
    audience: str
    url: str
    tags: frozenset[str]
    questions: tuple[str, ...]
    valid_from: float
    valid_until: float


class Knowledge:
    """What a workspace knows; implements `knowledge.Search`."""

    def __init__(
        self, database: Database, workspace: Workspace, models: Models, settings: Settings
    ) -> None:
        self._database = database
        self._workspace = workspace
        self._embedder = models.embedder
        self._settings = settings
        self._client: Any = None
        self._indexes: dict[tuple[str, str], Index] = {}
        self._sources: dict[str, _Source] = {}
        self._seen = ""
        self._building = threading.Lock()

    async def __call__(
        self,
        question: str,
        *,
        language: str,
        audience: Audience = "customer",
        tags: tuple[str, ...] = (),
        limit: int = 4,
    ) -> list[Passage]:
        """Give passages that may answer, best first; in another language when this one has none."""
        return await asyncio.to_thread(self._search, question, language, audience, tags, limit)

    def questions(self) -> dict[str, tuple[str, ...]]:
        """Give what the articles say that customers ask, by language."""
        asked: dict[str, list[str]] = {}
        for source in self._sources.values():
            if source.audience == "customer":
                asked.setdefault(source.language, []).extend(source.questions)
        return {language: tuple(texts) for language, texts in asked.items()}

    def index(self, language: str, audience: Audience = "customer") -> Index | None:
        """Give the index that serves now; for measuring."""
        return self._indexes.get((language, audience))

    def _search(
        self, question: str, language: str, audience: Audience, tags: tuple[str, ...], limit: int
    ) -> list[Passage]:
        others = [other for other in self._workspace.profile.languages if other != language]
        wanted = frozenset(tags)
        for spoken in (language, *others):
            index = self._indexes.get((spoken, audience))
            if index is None:
                continue
            now = time.time()
            allowed = {
                source_id
                for source_id, source in self._sources.items()
                if source.valid_from <= now < source.valid_until
                and (not wanted or wanted & source.tags)
            }
            hits = index.search(question, limit, allowed)
            known = self._database.read(_known, self._workspace.workspace_id, hits) if hits else ()
            if found := [hit for hit in hits if hit.entry.passage_id in known]:
                return [self._passage(hit, spoken) for hit in found]
        return []

    def _passage(self, hit: Hit, language: str) -> Passage:
        entry = hit.entry
        return Passage(
            passage_id=entry.passage_id,
            source_id=entry.source_id,
            title=entry.title,
            text=entry.text,
            language=language,
            url=self._sources[entry.source_id].url,
            score=hit.score,
            alike=hit.alike,
        )

    def reload(self) -> bool:
        """Take in changed articles and switch to them; False when nothing changed. Slow: on a thread."""
        with self._building:
            seen = self._look()
            if seen == self._seen:
                return False
            found = articles(self._workspace)
            version = self._database.write(ingestion.ingest, self._workspace, found)
            name = f"{version}-{self._embedder.name}"
            loaded, by_index = self._database.read(_read, self._workspace.workspace_id)
            if self._client is None:
                self._client = dense.connect(
                    self._settings.data_dir / "chroma", self._settings.chroma_url
                )
            indexes, names = self._built(by_index, loaded, version)
            self._database.write(_switch, self._workspace.workspace_id, name)
            self._indexes, self._sources, self._seen = indexes, loaded, seen
            dense.prune(self._client, f"{self._workspace.workspace_id}-", names)
            log.info("knowledge_ready", articles=len(loaded), version=name)
            return True

    def _look(self) -> str:
        files = sorted((self._workspace.path / "knowledge").rglob("*.md"))
        stats = ((path, path.stat()) for path in files)
        return (
            ";".join(f"{path}:{stat.st_mtime_ns}:{stat.st_size}" for path, stat in stats) or "none"
        )

    def _built(
        self, by_index: dict[tuple[str, str], list[Entry]], loaded: dict[str, _Source], version: str
    ) -> tuple[dict[tuple[str, str], Index], set[str]]:
        """Build the indexes beside those that serve; what is in Chroma already is taken as it is."""
        indexes: dict[tuple[str, str], Index] = {}
        names: set[str] = set()
        directions = matters.directions(self._embedder)
        for (language, audience), entries in by_index.items():
            asked = [
                Asked(f"question_{source_id}_{number}", source_id, text)
                for source_id, source in loaded.items()
                if (source.language, source.audience) == (language, audience)
                for number, text in enumerate(source.questions)
            ]
            digest = f"{version}.{_digest(asked)}"
            embedder = speaking(self._embedder, language)
            name = dense.name_of(
                self._workspace.workspace_id, language, audience, embedder.name, digest
            )
            names.add(name)
            collection = dense.Dense(self._client, name, embedder)
            collection.fill(
                {entry.passage_id: f"{entry.title}\n{entry.text}" for entry in entries}
                | {question.key: question.text for question in asked}
            )
            indexes[language, audience] = Index(
                entries,
                asked,
                language,
                collection,
                embedder,
                OFF_TOPIC.get(language, []),
                directions,
            )
        return indexes, names

    def close(self) -> None:
        """Let the indexes go."""
        self._indexes = {}
        self._client = None


def open_knowledge(
    database: Database, workspace: Workspace, models: Models, settings: Settings
) -> Knowledge:
    """Open a workspace's knowledge, with its articles as they are now; slow, call it on a thread."""
    knowledge = Knowledge(database, workspace, models, settings)
    knowledge.reload()
    return knowledge


def _digest(asked: list[Asked]) -> str:
    import hashlib

    joined = "\0".join(f"{question.key}={question.text}" for question in asked)
    return hashlib.sha256(joined.encode()).hexdigest()[:8]


def _read(
    tx: Tx, workspace_id: str
) -> tuple[dict[str, _Source], dict[tuple[str, str], list[Entry]]]:
    loaded = {
        row["source_id"]: _Source(
            title=row["title"],
            language=row["language"],
            audience=row["audience"],
            url=row["url"],
            tags=frozenset(row["tags"]),
            questions=tuple(row["questions"]),
            valid_from=row["valid_from"] if row["valid_from"] is not None else float("-inf"),
            valid_until=row["valid_until"] if row["valid_until"] is not None else float("inf"),
        )
        for row in tx.execute(
            sa.select(sources).where(sources.c.workspace_id == workspace_id)
        ).mappings()
    }
    by_index: dict[tuple[str, str], list[Entry]] = {}
    for row in tx.execute(
        sa.select(passages)
        .where(passages.c.workspace_id == workspace_id)
        .order_by(passages.c.source_id, passages.c.position)
    ).mappings():
        source = loaded[row["source_id"]]
        keywords = " ".join(sorted(source.tags))
        entry = Entry(row["passage_id"], row["source_id"], row["title"], row["text"], keywords)
        by_index.setdefault((source.language, source.audience), []).append(entry)
    return loaded, by_index


def _known(tx: Tx, workspace_id: str, hits: list[Hit]) -> set[str]:
    """Give which of these passages SQL still has: another process may have taken in newer articles."""
    ids = [hit.entry.passage_id for hit in hits]
    return {one for one in ids if _KEPT.first(tx, workspace=workspace_id, passage=one)}


def _switch(tx: Tx, workspace_id: str, version: str) -> None:
    alone(tx, f"knowledge of {workspace_id}")
    tx.execute(index_versions.delete().where(index_versions.c.workspace_id == workspace_id))
    tx.execute(
        index_versions.insert().values(
            workspace_id=workspace_id, version=version, switched_at=database_now(tx)
        )
    )
