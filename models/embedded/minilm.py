"""MiniLM, a small English sentence model, on ONNX Runtime: no torch, nothing downloaded."""

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import BadInput

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of `model.safetensors` as published. Source: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2"""

MAX_TOKENS = 256
BATCH_TOKENS = 2_048
"""Tokens computed at once, padding included: more needs memory and is no faster."""


KEPT = 32
"""Sentences whose vectors are kept."""


class MiniLM:
    """`all-MiniLM-L6-v2`: good on English; texts of other languages are near only by shared pieces."""

    name = "minilm-l6-v2-2"
    dimensions = 384

    def __init__(self, folder: Path) -> None:
        """Load the weights (half a second).

        Raises:
            BadInput: the weights are not the published ones.
        """
        import onnxruntime
        from tokenizers import Tokenizer

        from models.embedded.minilm_graph import serialized

        raw = (folder / "model.safetensors").read_bytes()
        if (found := hashlib.sha256(raw).hexdigest()) != SHA256:
            raise BadInput(
                f"The weights in {folder.name!r} have sha256 {found[:12]}… instead of {SHA256[:12]}…; "
                "install requirements-minilm.lock again."
            )
        options = onnxruntime.SessionOptions()
        # One thread: a sentence is too short to share, and a pool would take the cores of others.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            serialized(_tensors(raw)), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def embed(self, sentences: list[str]) -> np.ndarray:
        """Give `(len(sentences), 384)` float32 of length 1; about 2 ms for a short sentence."""
        if len(sentences) == 1:
            return self._one(sentences[0]).copy()
        return self._many(sentences)

    @cached_property
    def _one(self) -> Callable[[str], np.ndarray]:
        """Embed one sentence; the last are kept: a message is read for its wish, and for articles."""
        return lru_cache(maxsize=KEPT)(lambda sentence: self._many([sentence]))

    def _many(self, sentences: list[str]) -> np.ndarray:
        rows = np.zeros((len(sentences), self.dimensions), np.float32)
        encoded = [encoding.ids for encoding in self._tokenizer.encode_batch(sentences)]
        for chosen in _batches([len(ids) for ids in encoded]):
            rows[chosen] = self._run([encoded[at] for at in chosen])
        return rows

    def _run(self, encoded: list[list[int]]) -> np.ndarray:
        longest = max(map(len, encoded))
        ids = np.array([row + [0] * (longest - len(row)) for row in encoded], np.int64)
        lengths = np.array([[len(row)] for row in encoded])
        mask = (np.arange(longest) < lengths).astype(np.int64)
        [vectors] = self._session.run(["vectors"], {"ids": ids, "mask": mask})
        return np.asarray(vectors)


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Give the places of texts of like length together, so that little is computed for padding."""
    chosen: list[int] = []
    for at in sorted(range(len(lengths)), key=lengths.__getitem__):
        if chosen and (len(chosen) + 1) * lengths[at] > BATCH_TOKENS:
            yield chosen
            chosen = []
        chosen.append(at)
    if chosen:
        yield chosen


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
