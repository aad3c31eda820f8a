"""Sentence vectors: made of the bank once, computed once where they are not, and read by in doubt."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models import Embedder
from models.embedded import bank, building, storing, understanding, vectors, words
from models.embedded.embedder import Lexical, load_embedder, minilm_folder
from models.embedded.fitting import fit
from models.embedded.glossing import Glossary
from models.embedded.intents import Classifier
from models.embedded.moods import Moods

MATTERS = {"card": ("card", "plastic"), "money": ("send", "wire", "transfer"), "rest": ()}
EXAMPLES = {
    "lost_card": {
        "en": ["i lost my card", "my card is gone", "cannot find my card", "card was stolen"],
        "pt-BR": ["perdi meu cartão", "meu cartão sumiu", "roubaram meu cartão", "cadê meu cartão"],
    },
    "transfer": {
        "en": ["send money to ana", "send ten dollars", "i want to send cash", "send it to joe"],
        "pt-BR": ["mandar dinheiro", "mandar dez reais", "quero mandar grana", "mandar pro joão"],
    },
    "balance": {
        "en": ["how much have i got", "what is my balance", "show my balance", "am i broke"],
        "pt-BR": ["quanto eu tenho", "qual meu saldo", "mostra o saldo", "estou no vermelho"],
    },
}
GLOSSES = {"cartao": "card", "mandar": "send", "cadê": "where", "plastico": "plastic"}


class Meaning:
    """An embedder that knows which matter a word is of, and counts what it is asked."""

    name = "meaning"
    dimensions = len(MATTERS)

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, sentences: list[str]) -> np.ndarray:
        self.asked += sentences
        rows = np.zeros((len(sentences), len(MATTERS)), np.float32)
        for row, sentence in zip(rows, sentences, strict=True):
            said = {*words.words(sentence)}
            row[:] = [bool(said.intersection(of)) for of in MATTERS.values()]
            row[-1] = not row.any()
        return rows


def _vectors(embedder: Meaning, folder: Path | None = None) -> vectors.Vectors:
    basis = np.eye(embedder.dimensions, dtype=np.float32)
    glossaries = {"pt": Glossary("pt-BR", GLOSSES)}
    steps = np.full(embedder.dimensions, 1 / 127, np.float32)
    made = vectors.Built(embedder.name, basis, steps, {}, glossaries, "made")
    return vectors.Vectors(embedder, made, folder)


UNSURE = pytest.mark.parametrize(
    ("text", "language"),
    [("what about my plastic", "en"), ("mostra o plástico", "pt-BR")],
)


@UNSURE
def test_what_the_words_leave_unsure_is_read_by_its_meaning(text: str, language: str) -> None:
    embedder = Meaning()
    by_words = fit(EXAMPLES, language)
    by_both = fit(EXAMPLES, language, vectors=_vectors(embedder))
    embedder.asked.clear()
    assert by_words.read(text).label != "lost_card"
    assert by_both.read(text).label == "lost_card"
    assert len(embedder.asked) == 1
    assert by_both.likely(text)[0][0] == "lost_card"
    assert by_words.likely(text)[0][0] != "lost_card"


@UNSURE
def test_nothing_is_embedded_where_many_are_taught_and_the_words_are_sure(
    monkeypatch: pytest.MonkeyPatch, text: str, language: str
) -> None:
    monkeypatch.setattr("models.embedded.fitting.FEW", 0)
    embedder = Meaning()
    by_words = fit(EXAMPLES, language)
    by_both = fit(EXAMPLES, language, vectors=_vectors(embedder))
    embedder.asked.clear()
    monkeypatch.setattr("models.embedded.intents.SURE", by_words.read(text).confidence)
    assert by_both.read(text) == by_words.read(text)
    assert by_both.read("xyzzy plugh") == by_words.read("xyzzy plugh")
    assert embedder.asked == []


@UNSURE
def test_words_are_never_enough_where_few_are_taught(
    monkeypatch: pytest.MonkeyPatch, text: str, language: str
) -> None:
    embedder = Meaning()
    by_words, by_both = fit(EXAMPLES, language), fit(EXAMPLES, language, vectors=_vectors(embedder))
    embedder.asked.clear()
    monkeypatch.setattr("models.embedded.intents.SURE", by_words.read(text).confidence)
    assert by_both.read(text).label == "lost_card"
    assert len(embedder.asked) == 1


def test_another_embedder_changes_nothing() -> None:
    assert vectors.opened(Lexical()) is None


def test_a_stored_classifier_reads_again_as_before(tmp_path: Path) -> None:
    source = _vectors(Meaning())
    fitted = fit(EXAMPLES, "en", vectors=source)
    storing.store(tmp_path, "one", fitted)
    loaded = storing.load(tmp_path, "one", source.reader("en"))
    assert loaded is not None
    for text in ("what about my plastic", "wire it", "my card is gone"):
        assert loaded.read(text) == fitted.read(text)
    without = storing.load(tmp_path, "one")
    assert without is not None
    assert without.again is None


def test_classifiers_with_and_without_vectors_are_told_apart() -> None:
    keys = {storing.key(EXAMPLES, "en", {}, vectors) for vectors in ("", "one", "other")}
    assert len(keys) == 3


def test_a_text_is_embedded_once_and_kept_for_the_next_start(tmp_path: Path) -> None:
    first, second = Meaning(), Meaning()
    found = _vectors(first, tmp_path).many(["my card", "send it", "my card"], "en")
    again = _vectors(second, tmp_path).many(["send it", "my card", "am i broke"], "en")
    assert first.asked == ["my card", "send it"]
    assert second.asked == ["am i broke"]
    assert np.allclose(again[:2], found[[1, 0]])


def test_kept_vectors_that_cannot_be_read_are_made_again(tmp_path: Path) -> None:
    _vectors(Meaning(), tmp_path).many(["my card"], "en")
    next(tmp_path.glob("vectors-*.npz")).write_bytes(b"not an archive")
    embedder = Meaning()
    _vectors(embedder, tmp_path).many(["my card"], "en")
    assert embedder.asked == ["my card"]


def test_texts_come_with_their_courtesies_off_and_in_rough_english() -> None:
    embedder = Meaning()
    _vectors(embedder).many(["oi, tudo bem? perdi meu cartão"], "pt-BR")
    assert embedder.asked == ["perdi meu card"]


def test_a_language_that_cannot_be_put_into_english_is_read_by_words_alone() -> None:
    source = _vectors(Meaning())
    assert source.speaks("en")
    assert source.speaks("pt-BR")
    assert not source.speaks("de")


class TestBuilt:
    """What was made of the bank fits it: otherwise `python -m models.embedded.building` has to be run."""

    @pytest.fixture
    def made(self) -> vectors.Built:
        made = vectors.built()
        assert made is not None
        return made

    @pytest.mark.parametrize("language", ["en", "pt-BR"])
    def test_a_first_start_finds_nearly_all_of_the_bank(
        self, made: vectors.Built, language: str
    ) -> None:
        said = [text for name in bank.names() for text in bank.examples(name)[language]]
        marks = [vectors.mark(vectors.english(text, language, made.glossaries)) for text in said]
        assert np.mean([mark in made.known for mark in marks]) > 0.9

    def test_the_glossary_has_what_is_written_down(self, made: vectors.Built) -> None:
        now = building.glossary("pt-BR").known
        known = made.glossaries["pt"].known
        assert np.mean([known.get(word) == english for word, english in now.items()]) > 0.95

    @pytest.mark.skipif(minilm_folder() is None, reason="the weights of MiniLM are not installed")
    @pytest.mark.parametrize("language", ["en", "pt-BR"])
    def test_its_vectors_are_those_of_the_model(self, made: vectors.Built, language: str) -> None:
        embedder = load_embedder("minilm")
        sample = [bank.examples(name)[language][0] for name in bank.names()]
        stored = vectors.Vectors(embedder, made).many(sample, language)
        computed = vectors.Vectors(embedder, replace(made, known={})).many(sample, language)
        assert (stored * computed).sum(axis=1).min() > 0.99


@pytest.mark.skipif(minilm_folder() is None, reason="the weights of MiniLM are not installed")
def test_every_reader_of_a_workspace_has_the_vectors_that_its_embedder_gives(
    tmp_path: Path,
) -> None:
    def trained(embedder: Embedder) -> Mapping[str, Classifier]:
        reader = understanding.train(
            EXAMPLES, languages=("pt-BR", "en"), embedder=embedder, cache_dir=tmp_path
        )  # fmt: skip
        assert isinstance(reader, understanding.Trained)
        return reader._classifiers

    minilm = load_embedder("minilm")
    for _ in ("fitted", "from the cache"):
        assert all(one.again for one in trained(minilm).values())
        assert not any(one.again for one in trained(Lexical()).values())


@pytest.mark.parametrize(
    ("text", "language"),
    [("what about my plastic, my balance", "en"), ("mostra o plástico, qual meu saldo", "pt-BR")],
)
def test_where_a_message_is_cut_is_told_by_its_words(text: str, language: str) -> None:
    embedder = Meaning()
    reader = understanding.Trained(
        {language: fit(EXAMPLES, language, vectors=_vectors(embedder))}, (language,), Moods()
    )
    embedder.asked.clear()
    reader.intents(text, language)
    assert not any(
        asked in (vectors.english(part, language, {"pt": Glossary("pt-BR", GLOSSES)}))
        for part in text.split(", ")
        for asked in embedder.asked
    )
