"""Help with writing for the desk, on conversations as they are had with the examples."""

from typing import Any

import pytest

from evals.house import House
from evals.runner import signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def talked(house: House, customer: str | None, *messages: str) -> str:
    """Let a customer say this; give the conversation's id."""
    await house.fresh()
    headers, known = await signed_in(house, customer), {}
    for message in messages:
        body = {"message": message, **known}
        answer = (await house.http.post("/chat", json=body, headers=headers)).json()
        known = {"conversation_id": answer["conversation_id"]}
    return str(known["conversation_id"])


async def helped(house: House, conversation_id: str, what: str, **draft: Any) -> dict[str, Any]:
    """Ask for help in a conversation."""
    place = f"/conversations/{conversation_id}/writing/{what}"
    answer = (
        await house.http.post(place, json=draft, headers=house.staff)
        if draft
        else await house.http.get(place, headers=house.staff)
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_draft_is_spelled_in_its_own_language_with_the_words_of_shop_and_customer(
    aurora: House,
) -> None:
    place = await talked(aurora, "C-1003", "qual o prazo de troca do vestido plissadu?")
    pt = await helped(
        aurora, place, "spelling", text="Voce pode trocar o plissadu com frete gratis."
    )
    assert pt["language"] == "pt-BR"
    assert [one["suggestions"][0] for one in pt["misspelt"]] == ["Você", "grátis"]
    en = await helped(
        aurora, place, "spelling", text="Your boleto is payed, Carla; please recieve it."
    )
    assert en["language"] == "en"
    assert [one["word"] for one in en["misspelt"]] == ["recieve"]
    assert {one["task"] for one in en["needs_model"]} == {"grammar", "rewrite"}
    assert set(en["needs_model"][0]["why"]) == {"pt-BR", "en"}


async def test_a_language_that_is_not_spoken_here_is_refused(aurora: House) -> None:
    place = await talked(aurora, "C-1003", "oi")
    path = f"/conversations/{place}/writing/spelling"
    body = {"text": "hallo", "language": "de"}
    refused = await aurora.http.post(path, json=body, headers=aurora.staff)
    assert refused.status_code == 422 and "pt-BR" in refused.text


async def marks(house: House, place: str, text: str) -> dict[str, set[str]]:
    """Give the kinds of marks by the sentences that they stand at."""
    found: dict[str, set[str]] = {}
    for one in (await helped(house, place, "checks", text=text))["marks"]:
        assert set(one["message"]) == {"pt-BR", "en"} and one["reason"]
        found.setdefault(text[one["start"] : one["end"]], set()).add(one["kind"])
    return found


@pytest.mark.parametrize(
    ("asked", "text", "wrong"),
    [
        (
            "what is the deadline to cancel a visit without paying?",
            "Hello! The deadline to cancel is 24 hours before the visit. Whoever misses it pays R$ 60. ",
            {
                "We will be glad to see you on 31 March.": {"day"},
                "The fee is R$ 75.": {"number"},
                "Ask Dona Marlene Figueiredo.": {"name"},
                "Her number is 11 98877-6655.": {"personal_data"},
                "See www.clinica-barata.example/x for more.": {"link"},
                "Your result is normal.": {"promise"},
                "I have cancelled your visit.": {"claim"},
                "A sua consulta continua marcada como antes.": {"language"},
                "Bye and <b>see you</b> soon.": {"markup"},
            },
        ),
        (
            "qual o prazo para desmarcar uma consulta sem pagar?",
            "Olá! Para desmarcar sem custo, avise até 24 horas antes. Quem falta sem avisar paga R$ 60. ",
            {
                "Vai ser um prazer atender você em 31 de março.": {"day"},
                "A taxa é de R$ 75.": {"number"},
                "Fale com a dona Marlene Figueiredo.": {"name"},
                "O número dela é 11 98877-6655.": {"personal_data"},
                "Veja www.clinica-barata.example/x antes.": {"link"},
                "Seu resultado normal já saiu.": {"promise"},
                "Cancelei a sua consulta.": {"claim"},
                "Your visit stays as it was before.": {"language"},
                "Tchau e <b>até a próxima</b>.": {"markup"},
            },
        ),
    ],
    ids=["en", "pt-BR"],
)
async def test_a_draft_is_marked_where_nothing_here_shows_what_it_says_and_nowhere_else(
    clinica: House, asked: str, text: str, wrong: dict[str, set[str]]
) -> None:
    place = await talked(clinica, None, asked)
    assert await marks(clinica, place, text) == {}
    found = await marks(clinica, place, text + " ".join(wrong))
    missed = {one: kinds for one, kinds in wrong.items() if not kinds <= found.get(one, set())}
    assert missed == {}, found
    assert set(found) <= set(wrong)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Vou reembolsar R$ 400 do pedido A-1045 hoje.", {"above_limit", "claim", "number"}),
        ("I will refund R$ 400 of order A-1045.", {"above_limit", "claim", "number"}),
        ("Vou reembolsar R$ 80 do pedido A-1045.", {"claim", "number"}),
        ("Seu pedido é o A-1045, Carla.", set()),
    ],
)
async def test_what_takes_an_approval_is_marked_where_it_is_promised(
    aurora: House, text: str, kinds: set[str]
) -> None:
    place = await talked(aurora, "C-1003", "onde está meu pedido A-1045?")
    found = await helped(aurora, place, "checks", text=text)
    assert kinds <= {one["kind"] for one in found["marks"]}
    assert ("above_limit" in kinds) == any(one["kind"] == "above_limit" for one in found["marks"])
    if not kinds:
        assert found["marks"] == []


async def test_what_only_she_says_is_marked_as_hers(aurora: House) -> None:
    place = await talked(
        aurora, "C-1003", "paguei R$ 83,50 no vestido do pedido A-1045, está certo?"
    )
    found = await helped(
        aurora, place, "checks", text="Você pagou R$ 83,50. A taxa foi de R$ 17,77."
    )
    numbers = {one["said_by_customer"] for one in found["marks"] if one["kind"] == "number"}
    assert numbers == {True, False}


async def test_her_own_data_may_be_said_to_her_and_anothers_may_not(aurora: House) -> None:
    place = await talked(aurora, "C-1003", "oi, preciso de ajuda")
    own = "Carla, vou escrever para carla.mendes@example.com ou +55 31 91000-1003."
    other = "Carla, vou escrever para ana.souza@example.com."
    kinds = [
        {one["kind"] for one in (await helped(aurora, place, "checks", text=text))["marks"]}
        for text in (own, other)
    ]
    assert "personal_data" not in kinds[0] and "personal_data" in kinds[1]


async def test_a_conversation_is_summed_up_with_its_messages(aurora: House) -> None:
    place = await talked(
        aurora, "C-1003", "onde está meu pedido A-1045?", "quero falar com uma pessoa"
    )
    found = await helped(aurora, place, "summary")
    path = f"/conversations/{place}/messages"
    shown = (await aurora.http.get(path, headers=aurora.staff)).json()["messages"]
    texts = {one["message_id"]: one["text"] for one in shown}
    assert [(one["kind"], one["value"]) for one in found["facts"]] == [("code", "A-1045")]
    assert [texts[one] for one in found["facts"][0]["message_ids"]] == [
        "onde está meu pedido A-1045?"
    ]
    assert "quero falar com uma pessoa" in [one["text"] for one in found["open"]]
    assert [one["task"] for one in found["needs_model"]] == ["free_summary"]


async def suggested(house: House, place: str, kind: str) -> list[dict[str, Any]]:
    """Give the suggestions of a kind, each held to have its source."""
    found = await helped(house, place, "suggestions")
    assert [one["score"] for one in found["suggestions"]] == sorted(
        (one["score"] for one in found["suggestions"]), reverse=True
    )
    for one in found["suggestions"]:
        assert 0 < one["score"] <= 1 and one["sources"], one
    return [one for one in found["suggestions"] if one["kind"] == kind]


@pytest.mark.parametrize(
    ("said", "answer", "beginning", "unfilled"),
    [
        (
            "quero devolver o pedido A-1045",
            "return_within_seven_days",
            "Claro, Carla. Você tem 7 dias",
            [],
        ),
        ("I want another size, it is too small", "exchange_size", "No problem, Carla.", []),
        ("não recebi a nota fiscal", "invoice", "Olá, Carla! A nota fiscal", ["order_id"]),
    ],
)
async def test_an_approved_answer_is_suggested_with_its_places_filled_and_who_approved_it(
    aurora: House, said: str, answer: str, beginning: str, unfilled: list[str]
) -> None:
    place = await talked(aurora, "C-1003", said)
    first = (await suggested(aurora, place, "answer"))[0]
    assert first["sources"][0]["id"] == answer and first["sources"][0]["approved_by"]
    assert first["text"].startswith(beginning)
    assert first["unfilled"] == unfilled
    assert all(f"{{{name}}}" in first["text"] for name in unfilled)
    assert ("A-1045" in first["text"]) == ("A-1045" in said)


async def test_a_passage_is_suggested_with_its_citation_and_nothing_where_nothing_fits(
    clinica: House,
) -> None:
    place = await talked(clinica, None, "is there parking?")
    (passage,) = await suggested(clinica, place, "passage")
    assert "number 60" in passage["text"] and "[1]" in passage["text"]
    assert passage["sources"][0]["id"].startswith("passage_")
    place = await talked(clinica, None, "qual é a capital da Mongólia?")
    found = await helped(clinica, place, "suggestions")
    assert found["suggestions"] == [] and len(found["to"]) == 1


async def test_what_one_customer_has_is_suggested_to_no_other(aurora: House) -> None:
    await talked(aurora, "C-1003", "quero devolver o pedido A-1045", "sim")
    headers = await signed_in(aurora, "C-1001")
    answer = await aurora.http.post("/chat", json={"message": "quero devolver"}, headers=headers)
    place = answer.json()["conversation_id"]
    shown = str(await helped(aurora, place, "suggestions")) + str(
        await helped(aurora, place, "summary")
    )
    assert "A-1045" not in shown and "Carla" not in shown
