"""One reply of several reports."""

from agents import Citation, Question, Report
from graph.composing import Extras, compose


def report(agent: str, text: str, **more: object) -> Report:
    return Report(agent=agent, text=text, **more)  # type: ignore[typeddict-item]


def cited(passage_id: str) -> Citation:
    return Citation(passage_id=passage_id, title=passage_id, url="", quote="")


WHICH = Question(agent="transactions", slot="order_id", text="Which one?")
SURE = Question(agent="care", slot="confirm", text="Shall I?")


def test_a_single_report_is_not_rephrased() -> None:
    assert compose([report("knowledge", "Seven days [1].")], Extras())["text"] == "Seven days [1]."


def test_two_reports_make_one_reply_and_name_what_they_answer() -> None:
    reply = compose(
        [
            report("transactions", "It is on its way.", about="parcel 7"),
            report("knowledge", "Seven days [1].", about="returns", citations=[cited("a")]),
        ],
        Extras(),
    )["text"]
    assert reply == "Parcel 7: It is on its way.\n\nReturns: Seven days [1]."


def test_citations_are_numbered_over_the_whole_reply() -> None:
    reply = compose(
        [
            report("knowledge", "One [1], two [2].", citations=[cited("a"), cited("b")]),
            report("sizes", "Three [1].", citations=[cited("c")]),
        ],
        Extras(),
    )
    assert "Three [3]." in reply["text"]
    assert [citation["passage_id"] for citation in reply["citations"]] == ["a", "b", "c"]


def test_only_one_question_is_put() -> None:
    reply = compose(
        [
            report("transactions", "All right. Which one?", asked=[WHICH]),
            report("care", "I am sorry. Shall I?", asked=[SURE]),
        ],
        Extras(question=WHICH),
    )["text"]
    assert "Which one?" in reply
    assert "Shall I?" not in reply


def test_a_question_that_is_still_open_is_put_again_at_the_end() -> None:
    reply = compose([report("knowledge", "On Sundays too [1].")], Extras(question=WHICH))["text"]
    assert reply == "On Sundays too [1]. Which one?"


def test_buttons_belong_to_the_question_that_is_put() -> None:
    reply = compose(
        [
            report("transactions", "", asked=[WHICH], buttons=["one", "two"]),
            report("care", "Sorry."),
        ],
        Extras(question=WHICH),
    )
    assert reply["text"].endswith("Which one?")


def test_the_notice_that_an_ai_speaks_comes_first_and_never_alone() -> None:
    assert compose([report("a", "Hello.")], Extras(notice="AI here."))["text"] == "AI here. Hello."
    assert compose([], Extras(notice="AI here."))["text"] == ""


def test_a_fact_that_two_reports_rest_on_is_told_once() -> None:
    fact = "Your visit V-1001 is late, and is expected tomorrow."
    reply = compose(
        [
            report("care", f"I am sorry. {fact}", evidence=[fact]),
            report("transactions", f"{fact} You may cancel it.", evidence=[fact]),
        ],
        Extras(),
    )["text"]
    assert reply == f"I am sorry. {fact}\n\nYou may cancel it."


def test_an_answer_in_doubt_ends_with_a_question_unless_something_else_is_asked() -> None:
    extras = Extras(doubt="Was it that?")
    guessed = report("knowledge", "It is red.", doubtful=True)
    assert compose([guessed], extras)["text"] == "It is red. Was it that?"
    assert compose([report("knowledge", "It is red.")], extras)["text"] == "It is red."
    asking = report("transactions", "Which one?", asked=[WHICH], doubtful=True)
    assert compose([asking], Extras(doubt="Was it that?", question=WHICH))["text"] == "Which one?"
    assert "Was it that?" not in compose([guessed, report("care", "Sorry.")], extras)["text"]
