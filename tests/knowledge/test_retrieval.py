"""Search: what is found, what is not answered, and what happens when articles change."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from core.database import Database
from core.errors import WorkspaceError
from core.settings import Settings
from core.upgrade import load_tables
from core.workspace import Workspace
from knowledge import Passage, retrieval
from knowledge.articles import articles
from knowledge.retrieval import Knowledge, open_knowledge
from knowledge.tables import index_versions, passages, sources
from models import Models
from models.embedded.embedder import load_embedder
from models.loading import load
from models.scripted import ScriptedServer
from models.usage import metered
from tests.knowledge.conftest import CLINIC, Open, write

ROOT = Path(__file__).parents[2]


def found(passages_: list[Passage]) -> str:
    """Give the article of the best passage."""
    return passages_[0]["source_id"] if passages_ else ""


class TestAQuestion:
    @pytest.mark.parametrize(
        ("language", "question", "article"),
        [
            ("en", "until when can i cancel", "en/cancel.md"),
            ("en", "what if i dont show up to my appt", "en/cancel.md"),
            ("en", "can I cancell my apointment?", "en/cancel.md"),
            ("en", "wheres ur adress pls", "en/address.md"),
            ("en", "r my exam results ready", "en/tests.md"),
            ("en", "hours without eating before the blood exam", "en/fasting.md"),
            ("pt-BR", "da pra remarcar a consulta?", "pt-BR/cancel.md"),
            ("pt-BR", "qnt pago se faltar a consulta", "pt-BR/cancel.md"),
            ("pt-BR", "vcs tem vacina d gripe", "pt-BR/vaccines.md"),
            ("pt-BR", "presiso de jejum pro exame de sangue", "pt-BR/fasting.md"),
            ("pt-BR", "EXAME DE SANGUE JA FICOU PRONTO???", "pt-BR/tests.md"),
            ("pt-BR", "onde vejo os rezultados", "pt-BR/tests.md"),
        ],
    )
    async def test_is_answered_however_it_is_spelt(
        self, reference: Knowledge, language: str, question: str, article: str
    ) -> None:
        assert found(await reference(question, language=language)) == article

    @pytest.mark.parametrize("embedder", ["lexical", "auto"])
    async def test_of_an_article_is_answered_by_it(
        self, clinic: Path, models: Models, settings: Settings, tmp_path: Path, embedder: str
    ) -> None:
        database = Database(settings.database)
        database.write(load_tables().create_all)
        models = replace(models, embedder=load_embedder(embedder))
        knowledge = open_knowledge(database, Workspace(clinic), models, settings)
        for article in articles(Workspace(clinic)):
            audience = article.front.audience
            for question in article.front.questions:
                answer = await knowledge(question, language=article.language, audience=audience)
                assert (question, found(answer)) == (question, article.source_id)
        knowledge.close()
        database.close()

    @pytest.mark.parametrize(
        ("language", "question"),
        [
            ("en", "do you repair bicycles?"),
            ("en", "who won the game last night"),
            ("en", "what is the password of the wifi on the train"),
            ("en", "how much profit does your company make?"),
            ("en", "translate this letter into Greek"),
            ("pt-BR", "vocês consertam geladeira?"),
            ("pt-BR", "quem ganhou o jogo ontem"),
            ("pt-BR", "qual foi o faturamento da empresa no último trimestre?"),
            ("pt-BR", "me ensina a tocar violão"),
            ("pt-BR", "asdf qwer zxcv"),
            ("pt-BR", "???"),
            ("pt-BR", ""),
        ],
    )
    async def test_that_nothing_answers_stays_unanswered(
        self, reference: Knowledge, language: str, question: str
    ) -> None:
        assert await reference(question, language=language) == []

    async def test_is_answered_in_another_language_when_its_own_has_nothing(
        self, reference: Knowledge
    ) -> None:
        (first, *_) = await reference("is there parking at the clinic?", language="pt-BR")
        assert (first["source_id"], first["language"]) == ("en/address.md", "en")

    async def test_gets_the_chance_that_a_passage_answers(self, reference: Knowledge) -> None:
        sure = await reference("can I cancel my appointment?", language="en")
        guess = await reference("appointment fee", language="en")
        assert 0 < guess[0]["score"] < sure[0]["score"] <= 1

    async def test_that_is_very_long_is_read_all_the_same(self, reference: Knowledge) -> None:
        question = "so, " * 5_000 + "can I cancel my appointment?"
        assert found(await reference(question, language="en")) in ("", "en/cancel.md")


class TestAPassage:
    async def test_has_its_section_its_address_and_its_words(self, knowledge: Knowledge) -> None:
        given = await knowledge("what does a missed visit cost?", language="en")
        passage = next(each for each in given if "80.00" in each["text"])
        assert passage["title"] == "Cancelling a visit › Missed visits"
        assert passage["url"] == "https://clinic.example/cancel"

    @pytest.mark.parametrize(
        ("language", "question", "opening"),
        [
            ("en", "what about a cancelled visit?", "Cancelling a visit"),
            ("pt-BR", "consulta desmarcada paga?", "Desmarcar consulta"),
        ],
    )
    async def test_that_opens_an_article_is_given_before_others_that_fit_as_well(
        self, reference: Knowledge, language: str, question: str, opening: str
    ) -> None:
        first, second, *_ = await reference(question, language=language)
        assert (first["title"], second["source_id"]) == (opening, first["source_id"])

    async def test_for_staff_is_never_given_to_customers(self, knowledge: Knowledge) -> None:
        question = "qual desconto posso dar a um paciente?"
        assert await knowledge(question, language="pt-BR") == []
        (passage,) = await knowledge(question, language="pt-BR", audience="staff")
        assert "15%" in passage["text"]

    async def test_of_another_tag_is_not_given(self, knowledge: Knowledge) -> None:
        question = "can I cancel my appointment?"
        assert found(await knowledge(question, language="en", tags=("visits",))) == "en/cancel.md"
        assert found(await knowledge(question, language="en", tags=("tests",))) != "en/cancel.md"

    @pytest.mark.parametrize(
        ("front", "given"),
        [
            ("valid_from: {yesterday}\nvalid_until: {today}", True),
            ("valid_until: {yesterday}", False),
            ("valid_from: {tomorrow}", False),
        ],
    )
    async def test_holds_from_its_first_day_to_its_last(
        self, opened: Open, clinic: Path, front: str, given: bool
    ) -> None:
        today = date.today()  # noqa: DTZ011 - the clinic's zone is at most half a day away
        days = {
            "yesterday": today - timedelta(days=2),
            "today": today + timedelta(days=1),
            "tomorrow": today + timedelta(days=2),
        }
        text = CLINIC["en/cancel.md"].replace("tags:", front.format(**days) + "\ntags:")
        write(clinic, "en/cancel.md", text)
        answer = await opened()("can I cancel my appointment?", language="en")
        assert (found(answer) == "en/cancel.md") is given

    async def test_that_sql_no_longer_has_is_not_given(
        self, knowledge: Knowledge, database: Database
    ) -> None:
        def forget(tx: sa.Connection) -> None:
            tx.execute(passages.delete().where(passages.c.source_id == "en/cancel.md"))

        database.write(forget)
        answer = await knowledge("can I cancel my appointment?", language="en")
        assert "en/cancel.md" not in {passage["source_id"] for passage in answer}


class TestArticlesThatChange:
    async def test_are_taken_in_and_the_rest_is_left_alone(
        self, knowledge: Knowledge, clinic: Path, database: Database
    ) -> None:
        before = database.read(_ingested)
        write(clinic, "en/cancel.md", CLINIC["en/cancel.md"].replace("24 hours", "36 hours"))
        write(
            clinic,
            "en/pets.md",
            "---\nquestions: ['may I bring my dog?']\n---\nDogs may wait outside.",
        )
        (clinic / "knowledge" / "en" / "address.md").unlink()
        assert knowledge.reload()
        texts = [
            each["text"] for each in await knowledge("can I cancel my appointment?", language="en")
        ]
        assert any("36 hours" in text for text in texts)
        assert not any("24 hours" in text for text in texts)
        assert found(await knowledge("may I bring my dog?", language="en")) == "en/pets.md"
        assert found(await knowledge("is there parking?", language="en")) != "en/address.md"
        after = database.read(_ingested)
        changed = {name for name in before.keys() | after if before.get(name) != after.get(name)}
        assert changed == {"en/cancel.md", "en/pets.md", "en/address.md"}

    async def test_are_embedded_only_where_they_are_new(
        self, knowledge: Knowledge, clinic: Path, models: Models, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        embedded: list[str] = []
        embed = models.embedder.embed

        def counted(sentences: list[str]) -> np.ndarray:
            embedded.extend(sentences)
            return embed(sentences)

        monkeypatch.setattr(models.embedder, "embed", counted)
        write(clinic, "en/pets.md", "---\nquestions: ['my dog?']\n---\nDogs may wait outside.")
        assert knowledge.reload()
        strangers = {text for texts in retrieval.OFF_TOPIC.values() for text in texts}
        stored = [text for text in embedded if text not in strangers]
        assert [text.split("\n")[-1] for text in stored] == ["Dogs may wait outside.", "my dog?"]
        assert found(await knowledge("can I cancel my appointment?", language="en"))

    async def test_are_nothing_to_do_when_they_did_not(self, knowledge: Knowledge) -> None:
        assert not knowledge.reload()

    async def test_only_in_their_questions_are_found_by_the_new_ones(
        self, knowledge: Knowledge, clinic: Path
    ) -> None:
        text = CLINIC["en/fasting.md"].replace("can I drink water", "may I have a cup of tea")
        write(clinic, "en/fasting.md", text)
        knowledge.reload()
        assert found(await knowledge("a cup of tea?", language="en")) == "en/fasting.md"

    async def test_and_cannot_be_read_leave_the_old_ones_serving(
        self, knowledge: Knowledge, clinic: Path
    ) -> None:
        write(clinic, "en/broken.md", "---\nquestions: 12\n---\nNever mind.")
        with pytest.raises(WorkspaceError, match=r"broken\.md"):
            knowledge.reload()
        assert found(await knowledge("can I cancel my appointment?", language="en"))

    async def test_leave_the_old_ones_serving_when_the_switch_fails(
        self, knowledge: Knowledge, clinic: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def power_cut(*_: object) -> None:
            raise OSError("no space left")

        write(
            clinic,
            "en/pets.md",
            "---\nquestions: ['may I bring my dog?']\n---\nDogs may wait outside.",
        )
        with monkeypatch.context() as patch:
            patch.setattr(retrieval, "_switch", power_cut)
            with pytest.raises(OSError, match="no space"):
                knowledge.reload()
        assert found(await knowledge("can I cancel my appointment?", language="en"))
        assert await knowledge("may I bring my dog?", language="en") == []
        assert knowledge.reload()
        assert found(await knowledge("may I bring my dog?", language="en")) == "en/pets.md"


KILLED = """
import os, signal, sys
from pathlib import Path
from core.database import Database
from core.settings import Settings
from core.upgrade import load_tables
from core.workspace import Workspace
from knowledge import dense, retrieval
from models.loading import load

url, folder, data, place = sys.argv[1:]
workspace, settings = Workspace(Path(folder)), Settings(data_dir=Path(data), embedder="lexical")

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if place == "half filled":
    dense.BATCH, embed, calls = 2, load(settings, workspace).embedder.embed, []
    class Dying:
        name, dimensions = "lexical-2", 1024
        def embed(self, sentences):
            calls.append(1)
            return killed() if len(calls) > 2 else embed(sentences)
    from models.embedded.embedder import Lexical
    Lexical.embed = lambda self, sentences: Dying().embed(sentences)
else:
    setattr(*{"before the switch": (retrieval, "_switch", killed),
              "after the switch": (dense, "prune", killed)}[place])
retrieval.open_knowledge(Database(url), workspace, load(settings, workspace), settings)
"""


class TestAnEmbedderThatIsAway:
    @pytest.mark.parametrize("mode", ["503", "hang", "401"])
    async def test_leaves_questions_to_be_answered_by_their_words_and_the_turn_says_so(
        self, clinic: Path, tmp_path: Path, mode: str
    ) -> None:
        server = ScriptedServer()
        server.start()
        settings = Settings(
            data_dir=tmp_path / "data", workspace=clinic, embedder="openai",
            openai_base_url=server.url, model_timeout_s=1,
        )  # fmt: skip
        workspace, database = Workspace(clinic), Database(settings.database)
        database.write(load_tables().create_all)
        models = load(settings, workspace)
        knowledge = open_knowledge(database, workspace, models, settings)
        try:
            server.fail(mode, times=None)
            began = time.monotonic()
            with metered() as usage:
                for question, article in (
                    ("can I cancel my appointment?", "en/cancel.md"),
                    ("when are my test results ready?", "en/tests.md"),
                ):
                    assert found(await knowledge(question, language="en")) == article
            assert time.monotonic() - began < 3, "one wait, not one for each question"
            assert "embedding server" in usage.degraded
        finally:
            server.stop()
            knowledge.close()
            database.close()
            models.embedder.close()  # pyright: ignore[reportAttributeAccessIssue]


class TestAProcessThatIsKilled:
    @pytest.mark.parametrize("place", ["half filled", "before the switch", "after the switch"])
    async def test_leaves_nothing_that_the_next_one_cannot_mend(
        self,
        opened: Open,
        clinic: Path,
        settings: Settings,
        database: Database,
        place: str,
    ) -> None:
        url = database.url.render_as_string(hide_password=False)
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, url, clinic, settings.data_dir, place],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        knowledge = opened()
        for article in articles(Workspace(clinic)):
            for question in article.front.questions:
                answer = await knowledge(
                    question, language=article.language, audience=article.front.audience
                )
                assert found(answer) == article.source_id

    async def test_may_have_left_a_row_that_says_something_else(
        self, opened: Open, database: Database
    ) -> None:
        def mislead(tx: sa.Connection) -> None:
            tx.execute(
                index_versions.insert().values(
                    workspace_id="clinic", version="of long ago", switched_at=0
                )
            )

        database.write(mislead)
        assert found(await opened()("can I cancel my appointment?", language="en"))
        assert database.read(_version) != "of long ago"


async def test_two_workspaces_in_one_database_do_not_see_each_other(
    knowledge: Knowledge, database: Database, tmp_path: Path, models: Models, settings: Settings
) -> None:
    other = tmp_path / "other"
    write(
        other, "en/fees.md", "---\nquestions: ['what do transfers cost?']\n---\nTransfers are free."
    )
    (other / "workspace.yaml").write_text("id: bank\nname: Bank\nlanguages: [en]\n")
    bank = open_knowledge(database, Workspace(other), models, settings)
    assert found(await bank("what do transfers cost?", language="en")) == "en/fees.md"
    assert await bank("can I cancel my appointment?", language="en") == []
    assert await knowledge("what do transfers cost?", language="en") == []
    assert found(await knowledge("can I cancel my appointment?", language="en"))
    bank.close()


def _ingested(tx: sa.Connection) -> dict[str, float]:
    rows = tx.execute(sa.select(sources.c.source_id, sources.c.ingested_at))
    return {row.source_id: row.ingested_at for row in rows}


def _version(tx: sa.Connection) -> str:
    return tx.execute(sa.select(index_versions.c.version)).scalar_one()


@pytest.mark.parametrize(
    ("question", "language", "title"),
    [
        ("tenho uma pergunta, quantas horas antes posso desmarcar?", "pt-BR", "Desmarcar consulta"),
        ("vcs sabem dizer quando fica ponrto o exmae?", "pt-BR", "Resultados de exames"),
        (
            "I was curious to know how long before a visit I can cancel it",
            "en",
            "Cancelling a visit",
        ),
        ("when are the resluts of my tset raedy?", "en", "Test results"),
    ],
)
async def test_courtesies_and_slips_of_the_finger_do_not_hide_an_article(
    knowledge: Knowledge, question: str, language: str, title: str
) -> None:
    found = await knowledge(question, language=language)
    assert found
    assert found[0]["title"].startswith(title)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("I was curious to know how long it takes to learn the violin", "en"),
        ("vocês sabem dizer até quando vai o campeonato?", "pt-BR"),
    ],
)
async def test_courtesies_and_words_for_time_alone_find_nothing(
    knowledge: Knowledge, question: str, language: str
) -> None:
    assert await knowledge(question, language=language) == []
