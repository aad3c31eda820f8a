"""Sentence vectors from an OpenAI-compatible `/embeddings`."""

import time
from typing import Any

import httpx
import numpy as np
import orjson

from core.errors import ModelFailed
from models.openai.connections import trust
from models.openai.exchange import RETRIED
from models.veiling import without_values

BATCH = 128
RETRIES = 2
ALONE_S = 15.0


class OpenAIEmbedder:
    """Embeds through a server; no tokenizer is downloaded, so a sentence's length is the caller's care."""

    def __init__(self, *, base_url: str, api_key: str, model: str, timeout_s: float) -> None:
        self.name = f"openai:{model}"
        self._model = model
        self._timeout_s = timeout_s
        self._alone_until = 0.0
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = httpx.Client(
            base_url=base_url.rstrip("/"), headers=headers, timeout=timeout_s, verify=trust()
        )
        try:
            self.dimensions = self._asked(["dimensions"]).shape[1]
        except ModelFailed:
            self.close()
            raise
        self.name = f"{self.name}:{self.dimensions}"  # a server may give others under the same name

    def embed(self, sentences: list[str]) -> np.ndarray:
        """Give `(len(sentences), dimensions)` float32 of length 1; waits for the network, use a thread.

        Raises:
            ModelFailed: the server gave no usable vectors.
        """
        if not sentences:
            return np.zeros((0, self.dimensions), np.float32)
        batches = [sentences[at : at + BATCH] for at in range(0, len(sentences), BATCH)]
        vectors = np.concatenate([self._asked(batch) for batch in batches])
        if vectors.shape[1] != self.dimensions:
            raise ModelFailed(
                f"{self.name} gave vectors of {vectors.shape[1]} instead of {self.dimensions} numbers."
            )
        return vectors

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _asked(self, batch: list[str]) -> np.ndarray:
        # An empty input is refused by most servers; and what is personal helps to find nothing.
        body = {"model": self._model, "input": [without_values(text) or " " for text in batch]}
        answer = self._posted(orjson.dumps(body))
        try:
            rows = sorted(answer["data"], key=lambda row: row["index"])
            vectors = np.asarray([row["embedding"] for row in rows], np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFailed(f"{self.name} answered in a form that is not embeddings.") from error
        if vectors.ndim != 2 or len(vectors) != len(batch):
            raise ModelFailed(f"{self.name} gave {len(rows)} vectors for {len(batch)} sentences.")
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)

    def _posted(self, body: bytes) -> Any:
        """Post it, and again while the server is busy or away, all within the time of one answer.

        A server that is away is left alone for a while: a turn asks several times, and waits only once.
        """
        until = time.monotonic() + self._timeout_s
        if time.monotonic() < self._alone_until:
            raise ModelFailed(f"The embedding server of {self.name} is left alone for a while.")
        failure, away = "", True
        for tried in range(RETRIES + 1):
            if tried:
                time.sleep(min(0.25 * 2**tried, max(until - time.monotonic(), 0)))
            if (left_s := until - time.monotonic()) <= 0:
                break
            try:
                response = self._http.post(
                    "/embeddings",
                    content=body,
                    headers={"Content-Type": "application/json"},
                    timeout=left_s,
                )
            except httpx.TransportError as error:
                failure = f"cannot be reached ({type(error).__name__})"
                continue
            if response.status_code == 200:
                try:
                    return orjson.loads(response.content)
                except orjson.JSONDecodeError as error:
                    raise ModelFailed(f"{self.name} answered with something not JSON.") from error
            failure = f"answered {response.status_code}"
            if response.status_code not in RETRIED:
                away = False
                break
        if away:
            self._alone_until = time.monotonic() + ALONE_S
        raise ModelFailed(f"The embedding server of {self.name} {failure}.")
