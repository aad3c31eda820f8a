"""Asking what was said before: told from remarks, and what exactly is asked for."""

import pytest

from agents import recalling

ASKS = {
    "en": [
        "what was the first thing I asked you?",
        "which order number did I give you at the beginning?",
        "what did you tell me about the deadline?",
        "I forgot, what was the number I told you earlier?",
        "do you remember what I told you about the gift?",
        "so what did we talk about?",
    ],
    "pt-BR": [
        "qual foi a primeira coisa que eu te perguntei?",
        "que número eu passei no começo?",
        "o que vc me disse sobre o prazo?",
        "esqueci, qual era o número que eu informei antes?",
        "o que eu disse sobre o presente?",
        "o que a gente conversou até agora?",
    ],
}
REMARKS = {
    "en": [
        "you said it would come on Monday and it did not",
        "what happened to the order I told you about?",
        "I asked for my money back, where is it?",
        "what do I do if the address I gave no longer exists?",
        "what is the status of the request I asked for?",
        "how long do I have to return a gift?",
    ],
    "pt-BR": [
        "vocês disseram que chegava segunda e não chegou",
        "o que aconteceu com o pedido que eu falei?",
        "pedi meu dinheiro de volta, cadê?",
        "o que faço se o endereço que informei não existe mais?",
        "qual o status do que eu pedi?",
        "qual o prazo para devolver um presente?",
    ],
}


@pytest.mark.parametrize("language", ASKS)
def test_a_question_on_what_was_said_is_told_from_a_remark(language: str) -> None:
    assert [text for text in ASKS[language] if not recalling.asks_back(text, language)] == []
    assert [text for text in REMARKS[language] if recalling.asks_back(text, language)] == []


@pytest.mark.parametrize(
    ("text", "language", "speaker", "place", "kind"),
    [
        ("which order number did I give you at the beginning?", "en", "hers", "first", "code"),
        ("que número de pedido eu passei no começo?", "pt-BR", "hers", "first", "code"),
        ("what was your last answer about the warranty?", "en", "ours", "last", ""),
        ("qual foi a última coisa que você falou da garantia?", "pt-BR", "ours", "last", ""),
        ("what e-mail did I give you?", "en", "hers", "", "email"),
        ("qual e-mail eu te dei?", "pt-BR", "hers", "", "email"),
    ],
)
def test_who_said_it_where_and_what_kind_of_value_is_read(
    text: str, language: str, speaker: str, place: str, kind: str
) -> None:
    asked = recalling.read(text, language)
    assert (asked.speaker, asked.place, asked.kind) == (speaker, place, kind)


def test_a_wish_beside_the_question_is_kept() -> None:
    before = [{"name": "cancel", "confidence": 0.9, "text": "Cancel L-1."}]
    read = recalling.intents("Cancel L-1. What did I say about the gift?", before, "en")
    assert [intent["name"] for intent in read] == ["cancel", "recall"]


def test_a_word_alone_is_no_question_on_what_was_said() -> None:
    before = [
        {"name": "recall", "confidence": 0.8, "text": "puts,"},
        {"name": "cancel", "confidence": 0.9, "text": "cancela"},
    ]
    read = recalling.intents("puts, cancela", before, "pt-BR")
    assert [intent["name"] for intent in read] == ["cancel"]
