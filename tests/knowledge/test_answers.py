"""Approved answers: a file that is held against its workspace, and answers that fit or do not."""

from datetime import date
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.workspace import Workspace, read_yaml
from knowledge.answers import Answer, Approved, filled, load
from models.embedded.embedder import Lexical

EXAMPLES = Path(__file__).parents[2] / "examples"
DAY = date(2026, 11, 2)
GOOD = """
answers:
  - id: opening
    title: {en: Opening hours, pt-BR: Horário}
    intents: [hours]
    questions:
      en: [when do you open?, what are your opening hours?]
      pt-BR: [que horas vocês abrem?, qual é o horário?]
    text: {en: "Hello {first_name}, we open at 8.", pt-BR: "Olá, {first_name}, abrimos às 8."}
    approved_by: Rui
    approved_on: 2026-01-05
    valid_from: 2026-02-01
    valid_until: 2026-12-31
  - id: refund
    title: {en: Refund, pt-BR: Reembolso}
    questions:
      en: [how long does a refund take?, when is my money back?]
      pt-BR: [quanto demora o reembolso?, quando volta meu dinheiro?]
    text: {en: "A refund of {ticket} takes 5 days.", pt-BR: "O reembolso de {ticket} demora 5 dias."}
    approved_by: Rui
    approved_on: 2026-01-05
"""


def workspace(folder: Path, answers: str) -> Workspace:
    (folder / "workspace.yaml").write_text("id: acme\nname: Acme\nlanguages: [en, pt-BR]\n")
    (folder / "answers.yaml").write_text(answers, "utf-8")
    return Workspace(folder)


def read(folder: Path, answers: str = GOOD) -> Approved:
    found = load(workspace(folder, answers), {"hours"}, {"ticket"})
    return Approved(found, Lexical())


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("id: refund", "id: opening", "'opening' is there twice"),
        (
            "intents: [hours]",
            "intents: [opening_hours]",
            "['opening_hours'] are no intents; there are ['hours']",
        ),
        ("{ticket} takes", "{order} takes", "['order'] are no places; there are ['customer_name'"),
        ("title: {en: Refund, pt-BR: Reembolso}", "title: {en: Refund}", "`title` is in ['en']"),
        ("valid_until: 2026-12-31", "valid_until: 2025-12-31", "ends before it begins"),
        ("approved_by: Rui", "approved_by: ''", "approved_by"),
        ("approved_on: 2026-01-05\n    valid", "valid", "approved_on"),
        ("intents: [hours]", "intend: [hours]", "intend"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_place(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    assert before in GOOD
    with pytest.raises(WorkspaceError) as failure:
        read(tmp_path, GOOD.replace(before, after, 1))
    assert "answers.yaml" in str(failure.value) and told in str(failure.value)


def test_an_answer_that_nothing_finds_is_refused(tmp_path: Path) -> None:
    bare = (
        GOOD.split("    intents", maxsplit=1)[0]
        + "    text: {en: a, pt-BR: b}\n    approved_by: R\n    approved_on: 2026-01-05\n"
    )
    with pytest.raises(WorkspaceError, match="nothing finds it"):
        read(tmp_path, bare)


def test_a_workspace_without_the_file_has_none(tmp_path: Path) -> None:
    of = workspace(tmp_path, GOOD)
    (tmp_path / "answers.yaml").unlink()
    approved = Approved(load(of, (), ()), Lexical())
    assert approved.fitting("when do you open?", "en", DAY, {}) == []


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("en", "at what time do you open tomorrow?", "opening"),
        ("pt-BR", "que horas vocês abrem no sábado?", "opening"),
        ("en", "how long until my refund?", "refund"),
        ("pt-BR", "demora muito o reembolso?", "refund"),
    ],
)
def test_a_question_in_other_words_finds_its_answer(
    tmp_path: Path, language: str, text: str, wanted: str
) -> None:
    fits = read(tmp_path).fitting(text, language, DAY, {})
    assert [(fit.answer.id, fit.by) for fit in fits][:1] == [(wanted, "question")]
    assert 0 < fits[0].score <= 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "who won the world cup?"),
        ("pt-BR", "qual é a capital da Mongólia?"),
        ("en", "thanks, bye"),
    ],
)
def test_where_nothing_fits_there_is_nothing(tmp_path: Path, language: str, text: str) -> None:
    assert read(tmp_path).fitting(text, language, DAY, {}) == []


def test_what_she_wants_finds_an_answer_whatever_her_words(tmp_path: Path) -> None:
    fits = read(tmp_path).fitting("tell me about it", "en", DAY, {"hours": 0.8, "other": 0.9})
    assert [(fit.answer.id, fit.by, fit.score) for fit in fits] == [("opening", "intent", 0.8)]


def test_an_answer_is_used_on_the_days_on_which_it_holds_only(tmp_path: Path) -> None:
    approved = read(tmp_path)
    for day, used in (
        (date(2026, 1, 31), False), (date(2026, 2, 1), True),
        (date(2026, 12, 31), True), (date(2027, 1, 1), False),
    ):  # fmt: skip
        found = [fit.answer.id for fit in approved.fitting("when do you open?", "en", day, {})]
        assert ("opening" in found) == used


def test_places_are_filled_from_what_is_known_and_shown_where_it_is_not() -> None:
    text = "Hello {first_name}, {ticket} and {ticket} for {company}."
    assert filled(text, {"first_name": "Ana", "company": ""}) == (
        "Hello Ana, {ticket} and {ticket} for {company}.",
        ["ticket", "company"],
    )


@pytest.mark.parametrize("example", ["aurora", "clinica"])
def test_what_the_examples_have_agreed_to_say_is_found_by_each_of_its_questions(
    example: str,
) -> None:
    approved = Approved(_read_of(Workspace(EXAMPLES / example)), Lexical())
    assert len(approved.answers) >= 5
    for answer in approved.answers:
        assert answer.holds(DAY)
        for language, questions in answer.questions.items():
            for question in questions:
                found = approved.fitting(question, language, DAY, {})
                assert answer.id in [fit.answer.id for fit in found[:2]], question


def _read_of(of: Workspace) -> tuple[Answer, ...]:
    """Read them with the intents that they name; the ensemble holds them against those there are."""
    listed = read_yaml(of.path / "answers.yaml")["answers"]
    intents = {name for answer in listed for name in answer.get("intents", [])}
    return load(of, intents, {"order_id", "visit_id"})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("title: {en: Refund,", "ai: true\n    title: {en: Refund,", "and not ['ticket']"),
        (
            'text: {en: "Hello {first_name}, we open at 8."',
            'ai: true\n    text: {en: "Hello {first_name}, shall I?"',
            "ends with a question",
        ),
        ("intents: [hours]", "ai: true\n    intents: [hours]", "without `questions`"),
    ],
)
def test_what_the_ai_could_not_say_by_itself_is_refused(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    given = GOOD.replace(before, after, 1)
    assert given != GOOD
    if "questions" in told:
        head, _, tail = given.partition("    questions:")
        given = head + "    text:" + tail.partition("    text:")[2]
    with pytest.raises(WorkspaceError) as failure:
        read(tmp_path, given)
    assert told in str(failure.value)


def test_how_near_a_message_is_to_the_questions_of_an_answer_is_told(tmp_path: Path) -> None:
    approved = read(tmp_path)
    (same, *_) = approved.fitting("what are your opening hours?", "en", DAY, {})
    (like, *_) = approved.fitting("tell me your opening hours tomorrow", "en", DAY, {})
    assert same.alike == pytest.approx(1.0, abs=0.001)
    assert 0 < like.alike < same.alike
