"""What people have approved is said by the product word for word, and no call is made to answer."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.learned import Learned
from tests.serving import Served, served

CLUB = Path(__file__).parent / "workspaces" / "clube"
ANSWERS = """
answers:
  - id: loan_period
    ai: true
    title: {pt-BR: Prazo do empréstimo, en: Loan period}
    questions:
      pt-BR: [quantos dias posso ficar com o livro?]
      en: [how many days can I keep a book?]
    text:
      pt-BR: "São 21 dias, {first_name}; é o que a {company} combina com todos."
      en: "It is 21 days, {first_name}; that is what {company} agrees with everybody."
    approved_by: Rui Dias
    approved_on: 2026-01-05
  - id: fines
    title: {pt-BR: Multa, en: Fine}
    questions: {pt-BR: [qual é a multa por atraso?], en: [what is the fine for a late book?]}
    text: {pt-BR: "Eu vejo isso para você.", en: "Let me look at that for you."}
    approved_by: Rui Dias
    approved_on: 2026-01-05
"""
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["paid", "embedded"])
async def club(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, learned: Learned
) -> AsyncIterator[Served]:
    """A club with approved answers, with a paid model and with none."""
    folder, data = tmp_path_factory.mktemp("club") / "clube", tmp_path_factory.mktemp("data")
    shutil.copytree(CLUB, folder)
    (folder / "answers.yaml").write_text(ANSWERS, "utf-8")
    roles = {} if request.param == "paid" else {"answer": {"model": "embedded"}}
    with learned(data):
        async with served(
            folder, data, scopes=("staff", "chat:assert"), embedder="lexical", roles=roles
        ) as made:
            made.http.headers["X-API-Key"] = made.key
            yield made


async def asked(club: Served, text: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """Let Ana ask, and give what she reads and why."""
    club.model.requests.clear()
    her = {"id": "M-7", "name": "Ana Souza"}
    response = await club.http.post("/chat", json={"message": text, "customer": her, **more})
    answer = response.json()
    path = f"/conversations/{answer['conversation_id']}/turns/{answer['turn_id']}/why"
    why = (await club.http.get(path)).json()
    return " ".join(reply["text"] for reply in answer["replies"]), why


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "How many days can I keep a book?",
            "It is 21 days, Ana; that is what Clube do Livro agrees with everybody.",
        ),
        (
            "Quantos dias posso ficar com o livro?",
            "São 21 dias, Ana; é o que a Clube do Livro combina com todos.",
        ),
    ],
)
async def test_a_question_that_one_surely_answers_gets_it_and_staff_see_which(
    club: Served, text: str, told: str
) -> None:
    said, why = await asked(club, text)
    assert told in said
    assert [line for line in why["tools"] if "approved answer 'loan_period'" in line]
    assert "answer" not in {one["role"] for one in why["spent"]}
    assert why["degraded"] == "" and why["dropped"] == []


async def test_what_only_people_send_and_what_is_asked_besides_is_answered_from_the_articles(
    club: Served,
) -> None:
    for text in ("What is the fine for a late book?", "How long is the loan period of a book?"):
        said, why = await asked(club, text)
        assert "Let me look" not in said and "agrees with everybody" not in said
        assert not [line for line in why["tools"] if "approved" in line]
