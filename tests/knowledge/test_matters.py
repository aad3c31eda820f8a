"""What a question is about: found from sentence vectors and the starter bank, without a shared word."""

from pathlib import Path

import numpy as np
import pytest

from core.database import Database
from core.settings import Settings
from core.upgrade import load_tables
from core.workspace import Workspace
from knowledge.matters import About, directions
from knowledge.retrieval import open_knowledge
from knowledge.spoken import speaking
from models.embedded.embedder import Lexical, load_embedder, minilm_folder
from models.loading import load
from tests.knowledge.conftest import write

ARTICLES = {
    "en/regret.md": ("Returns", "You have 7 days from delivery to return what you bought."),
    "en/guarantee.md": ("Warranty", "Manufacturing defects are covered for 90 days."),
    "en/freight.md": ("Delivery", "Freight is R$ 20.00; free from R$ 200.00."),
    "en/door.md": ("Opening hours", "Monday to Friday, 10:00 to 20:00."),
    "pt-BR/regret.md": ("Devoluções", "Você tem 7 dias da entrega para devolver o que comprou."),
    "pt-BR/guarantee.md": ("Garantia", "Defeitos de fabricação são cobertos por 90 dias."),
    "pt-BR/freight.md": ("Entrega", "O frete custa R$ 20,00; grátis a partir de R$ 200,00."),
    "pt-BR/door.md": ("Horário", "De segunda a sexta, das 10:00 às 20:00."),
}
QUESTIONS = [
    ("en", "if a seam goes after some weeks, do you put it right?", "guarantee"),
    ("en", "what do people pay for having it brought home?", "freight"),
    ("en", "am I free to send back what I don't like?", "regret"),
    ("en", "at what time do you close?", "door"),
    ("pt-BR", "se a costura soltar sozinha, vocês consertam?", "guarantee"),
    ("pt-BR", "quanto vocês cobram para levar até em casa?", "freight"),
    ("pt-BR", "posso mandar de volta se não gostar?", "regret"),
    ("pt-BR", "que horas vocês fecham?", "door"),
]
needs_minilm = pytest.mark.skipif(
    minilm_folder() is None, reason="the weights of MiniLM are not installed"
)


@needs_minilm
class TestWithSentenceVectors:
    async def test_a_question_finds_its_article_without_its_words(self, tmp_path: Path) -> None:
        folder = tmp_path / "shop"
        for name, (title, text) in ARTICLES.items():
            write(folder, name, f"---\ntitle: {title}\n---\n{text}\n")
        (folder / "workspace.yaml").write_text("id: shop\nname: Shop\nlanguages: [pt-BR, en]\n")
        settings = Settings(data_dir=tmp_path / "data", workspace=folder, embedder="minilm")
        database = Database(settings.database)
        database.write(load_tables().create_all)
        workspace = Workspace(folder)
        knowledge = open_knowledge(database, workspace, load(settings, workspace), settings)
        found = []
        for language, question, _ in QUESTIONS:
            index = knowledge._indexes[language, "customer"]
            said, matter, _ = index._scored(index._read([question])[0])
            found.append(Path(index._entries[int(np.argmax(said + matter))].source_id).stem)
        knowledge.close()
        database.close()
        assert found == [article for _, _, article in QUESTIONS]

    @pytest.mark.parametrize(
        ("asked", "said", "other"),
        [
            ("por quanto tempo vocês respondem por um defeito?", "how long is the warranty?",
             "how much is shipping?"),
            ("quanto custa o frete?", "how much is shipping?", "how long is the warranty?"),
        ],
    )  # fmt: skip
    def test_a_matter_is_the_same_in_both_languages(
        self, asked: str, said: str, other: str
    ) -> None:
        embedder = load_embedder("minilm")
        told_apart = directions(embedder)
        assert told_apart is not None
        portuguese = speaking(embedder, "pt-BR")
        none = np.zeros(0, int)
        about = About(
            told_apart, embedder.embed([said, other]), np.zeros((0, 384)), np.array([0, 1]), none
        )
        near, _ = about.near(portuguese.embed([asked])[0])
        assert near[0] > near[1] + 0.3

    def test_a_question_that_is_left_out_says_nothing_for_its_article(self) -> None:
        embedder = load_embedder("minilm")
        told_apart = directions(embedder)
        assert told_apart is not None
        vectors = embedder.embed(["how long is the warranty?", "where is my parcel?"])
        about = About(told_apart, vectors, vectors, np.array([0, 1]), np.array([0, 1]))
        _, with_all = about.near(vectors[0])
        _, left_out = about.near(vectors[0], without=0)
        assert with_all[0] == pytest.approx(1)
        assert left_out[0] == 0


def test_without_sentence_vectors_there_are_no_matters() -> None:
    assert directions(Lexical()) is None


@pytest.mark.parametrize("language", ["pt-BR", "en", "es"])
def test_without_sentence_vectors_every_language_is_embedded_as_it_is(language: str) -> None:
    embedder = Lexical()
    assert speaking(embedder, language) is embedder
