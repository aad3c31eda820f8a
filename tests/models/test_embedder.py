"""Sentence vectors: lexical ones everywhere, MiniLM's only with the published weights."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInput
from models.embedded import embedder
from models.embedded.embedder import Lexical, load_embedder
from models.embedded.minilm import MiniLM


def test_lexical_vectors_have_length_one_and_near_wordings_are_near() -> None:
    vectors = Lexical().embed(
        ["onde está o meu pedido?", "cade meu pedidoo", "talk to a person", ""]
    )
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, Lexical.dimensions)
    assert np.allclose(np.linalg.norm(vectors[:3], axis=1), 1, atol=1e-5)
    assert not vectors[3].any()
    assert vectors[0] @ vectors[1] > 0.3 > vectors[0] @ vectors[2]


def test_accents_and_capitals_say_nothing() -> None:
    first, second = Lexical().embed(["Devolução", "devolucao"])
    assert first @ second == pytest.approx(1, abs=1e-5)


def test_the_choice_is_taken_or_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedder, "minilm_folder", lambda: None)
    assert load_embedder("auto").name == Lexical.name
    with pytest.raises(BadInput, match="requirements-minilm.lock"):
        load_embedder("minilm")
    with pytest.raises(BadInput, match="no embedder 'word2vec'"):
        load_embedder("word2vec")


def test_other_weights_than_the_published_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(BadInput, match="sha256"):
        MiniLM(tmp_path)
    monkeypatch.setattr(embedder, "minilm_folder", lambda: tmp_path)
    assert load_embedder("auto").name == Lexical.name


def test_minilm_gives_the_published_vectors() -> None:
    folder = embedder.minilm_folder()
    if folder is None:
        pytest.skip("the weights of MiniLM are not installed")
    model = MiniLM(folder)
    sentences = ["This is an example sentence", "Each sentence is converted", "short"]
    # Of the published model in full precision; eight bits a weight are this near to it.
    # Source: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
    published = np.loadtxt(Path(__file__).with_name("data") / "minilm.txt", dtype=np.float32)
    assert np.allclose(
        published[0][:5], [0.0676569, 0.0634959, 0.0487131, 0.0793049, 0.0374480], atol=1e-5
    )
    vectors = model.embed(sentences)
    assert ((vectors * published).sum(axis=1) > 0.97).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert model.embed(sentences[2:])[0] @ vectors[2] > 0.97  # nor does padding change much


def test_minilm_embeds_many_texts_in_their_order() -> None:
    folder = embedder.minilm_folder()
    if folder is None:
        pytest.skip("the weights of MiniLM are not installed")
    model = MiniLM(folder)
    texts = ["a word", "the parcel has not come " * 60, "", *["where is my order?"] * 150]
    vectors = model.embed(texts)
    assert vectors.shape == (len(texts), model.dimensions)
    assert vectors[0] @ model.embed(texts[:1])[0] > 0.97
    assert vectors[1] @ model.embed(texts[1:2])[0] > 0.97
