"""Dense vectors in Chroma: one collection per workspace, language, audience, embedder and version.

Chroma is derived: a collection that is missing or incomplete is built again from the passages. Customers'
data never enters it.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import Unavailable
from models import Embedder

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

BATCH = 500

HELD = 5_000
"""Texts of a collection up to which its vectors are held in memory too: one product of matrices takes a
hundredth of what a way through Chroma takes, and misses nothing. A larger collection is asked for."""


def connect(folder: Path, url: str = "") -> "ClientAPI":
    """Open Chroma in `folder`, or the Chroma server at `url`; takes most of a second.

    Raises:
        Unavailable: the server does not answer.
    """
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if url:
        from urllib.parse import urlsplit

        parts = urlsplit(url)
        try:
            return chromadb.HttpClient(
                host=parts.hostname or "localhost",
                port=parts.port or 8000,
                ssl=parts.scheme == "https",
                settings=settings,
            )
        except ValueError as error:  # the way in which Chroma says that it was not reached
            raise Unavailable(
                f"The Chroma server of REGENTE_CHROMA_URL={url!r} does not answer. Start it, or name none."
            ) from error
    folder.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(str(folder), settings=settings)


def name_of(workspace_id: str, language: str, audience: str, embedder: str, version: str) -> str:
    """Give a collection's name: everything that must not mix is in it."""
    parts = (workspace_id, language, audience, embedder, version)
    return "-".join(re.sub(r"[^A-Za-z0-9.]+", ".", part).strip(".") for part in parts)[:500]


def versions_of(client: "ClientAPI", name: str) -> list[Any]:
    """Give the collections that hold the same as `name` in another version."""
    from chromadb.errors import NotFoundError

    kind = name.rpartition("-")[0] + "-"
    names = [one if isinstance(one, str) else one.name for one in client.list_collections()]
    found = []
    for other in names:
        if other != name and other.startswith(kind):
            with suppress(NotFoundError):  # another process has just pruned it
                found.append(client.get_collection(other, embedding_function=None))
    return found


class Held:
    """Vectors in memory, of length 1."""

    def __init__(self, keys: Sequence[str], vectors: np.ndarray) -> None:
        """`vectors` are `(len(keys), dimensions) float32`."""
        self._keys = list(keys)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        self._vectors = vectors / np.maximum(lengths, 1e-12)
        self._place = {key: at for at, key in enumerate(keys)}

    def vectors(self, keys: Sequence[str]) -> np.ndarray:
        """Give vectors, `(len(keys), dimensions) float32`."""
        return self._vectors[[self._place[key] for key in keys]]

    def nearest(self, vector: np.ndarray, limit: int) -> dict[str, float]:
        """Give the nearest texts' ids with their cosine, -1 to 1."""
        if not self._keys:
            return {}
        cosines = self._vectors @ (vector / max(float(np.linalg.norm(vector)), 1e-12))
        best = np.argsort(-cosines, kind="stable")[:limit]
        return dict(zip([self._keys[place] for place in best], cosines[best].tolist(), strict=True))


class Dense:
    """One collection: texts by id, found by meaning."""

    def __init__(self, client: "ClientAPI", name: str, embedder: Embedder) -> None:
        self._client = client
        self._name = name
        self._embedder = embedder
        self._collection: Any = client.get_or_create_collection(
            name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        self._held: Held | None = None

    def fill(self, texts: dict[str, str]) -> None:
        """Make the collection hold exactly these texts.

        What is there already is kept, and what another version has embedded is taken from there: only
        texts that were never seen cost anything.
        """
        self._filled(texts)
        self._held = self._all() if len(texts) <= HELD else None

    def _filled(self, texts: dict[str, str]) -> None:
        there = set(self._collection.get(include=[])["ids"])
        if gone := sorted(there - texts.keys()):
            self._collection.delete(ids=gone)
        marks = {key: _mark(text) for key, text in texts.items() if key not in there}
        if not marks:
            return
        known = _embedded(versions_of(self._client, self._name), set(marks.values()))
        new = [key for key in marks if marks[key] not in known]
        for start in range(0, len(new), BATCH):
            keys = new[start : start + BATCH]
            vectors = self._embedder.embed([texts[key] for key in keys])
            self._add(dict(zip(keys, vectors, strict=True)), marks)
        old = {key: known[mark] for key, mark in marks.items() if mark in known}
        for start in range(0, len(old), BATCH):
            self._add(dict([*old.items()][start : start + BATCH]), marks)

    def _add(self, vectors: dict[str, np.ndarray], marks: dict[str, str]) -> None:
        self._collection.upsert(
            ids=[*vectors],
            embeddings=[*vectors.values()],
            metadatas=[{"text": marks[key]} for key in vectors],
        )

    def vectors(self, keys: Sequence[str]) -> np.ndarray:
        """Give stored vectors, `(len(keys), dimensions) float32`."""
        if not keys:
            return np.zeros((0, self._embedder.dimensions), np.float32)
        got = self._collection.get(ids=list(keys), include=["embeddings"])
        by_id = dict(zip(got["ids"], got["embeddings"], strict=True))
        return np.array([by_id[key] for key in keys], dtype=np.float32)

    def _all(self) -> Held:
        got = self._collection.get(include=["embeddings"])
        vectors = np.array(got["embeddings"], dtype=np.float32).reshape(len(got["ids"]), -1)
        return Held(got["ids"], vectors)

    def nearest(self, vector: np.ndarray, limit: int) -> dict[str, float]:
        """Give the nearest texts' ids with their cosine, -1 to 1."""
        return self._held.nearest(vector, limit) if self._held else self._asked(vector, limit)

    def _asked(self, vector: np.ndarray, limit: int) -> dict[str, float]:
        found = self._collection.query(
            query_embeddings=[vector], n_results=limit, include=["distances"]
        )
        return {
            key: 1.0 - distance
            for key, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        }


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _embedded(collections: Iterable[Any], marks: set[str]) -> dict[str, np.ndarray]:
    """Give the vectors that collections hold of texts with these marks."""
    found: dict[str, np.ndarray] = {}
    from chromadb.errors import NotFoundError

    for collection in collections:
        try:
            got = collection.get(include=["embeddings", "metadatas"])
        except NotFoundError:  # another process has just pruned it
            continue
        for about, vector in zip(got["metadatas"], got["embeddings"], strict=True):
            if about and (mark := str(about.get("text"))) in marks:
                found[mark] = vector
    return found


def prune(client: "ClientAPI", prefix: str, keep: set[str]) -> None:
    """Delete a workspace's collections of other versions."""
    from chromadb.errors import NotFoundError

    for collection in client.list_collections():
        name = collection if isinstance(collection, str) else collection.name
        if name.startswith(prefix) and name not in keep:
            with suppress(NotFoundError):  # another process was faster
                client.delete_collection(name)
