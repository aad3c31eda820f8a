import numpy as np
import pytest

from core.errors import BadInput, ModelFailed
from core.settings import Settings
from models.loading import check
from models.openai.embedder import OpenAIEmbedder
from models.scripted import ScriptedServer


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # pyright: ignore


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"model": "some-model"}, "REGENTE_OPENAI_BASE_URL"),
        ({"model": "some-model", "openai_api_key": "  "}, "REGENTE_OPENAI_API_KEY"),
        ({"model": ""}, "REGENTE_MODEL is empty"),
        ({"model": "m", "openai_base_url": "localhost:8080"}, "http://localhost:8080/v1"),
        ({"embedder": "openai"}, "REGENTE_EMBEDDER"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_what_to_do(
    given: dict[str, str], advice: str
) -> None:
    with pytest.raises(BadInput, match=advice):
        check(settings(**given))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"model": "m", "openai_base_url": "http://localhost:8080/v1"},
        {"model": "m", "openai_api_key": "k"},
        {"embedder": "openai", "openai_api_key": "k"},
    ],
)
def test_settings_that_can_work_pass(given: dict[str, str]) -> None:
    check(settings(**given))


async def test_embeddings_come_in_batches_in_order_and_of_length_one(
    server: ScriptedServer,
) -> None:
    embedder = OpenAIEmbedder(base_url=server.url, api_key="", model="e", timeout_s=5)
    try:
        sentences = [f"sentence number {number}" for number in range(300)] + [""]
        vectors = embedder.embed(sentences)
        assert vectors.shape == (301, embedder.dimensions)
        assert vectors.dtype == np.float32
        assert embedder.name == f"openai:e:{embedder.dimensions}", "vectors of two never mix"
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert np.allclose(vectors[299], embedder.embed(["sentence number 299"])[0])
        assert max(len(request["input"]) for request in server.requests) <= 128
        assert embedder.embed([]).shape == (0, embedder.dimensions)
        server.fail("503", times=1)
        assert embedder.embed(["again"]).shape == (1, embedder.dimensions)
        server.fail("401", times=None)
        with pytest.raises(ModelFailed, match="401"):
            embedder.embed(["no"])
    finally:
        embedder.close()
