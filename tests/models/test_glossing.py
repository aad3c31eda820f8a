"""Rough English of Portuguese: from pairs of sentences, and from what is written down."""

from models.embedded.glossing import Glossary, aligned, compiled

PAIRS = [
    ("quero cancelar o pedido", "i want to cancel the order"),
    ("quero trocar o vestido", "i want to swap the dress"),
    ("cancelar o vestido", "cancel the dress"),
    ("trocar o pedido", "swap the order"),
    ("o pedido chegou", "the order arrived"),
    ("o vestido chegou", "the dress arrived"),
]


def test_what_a_word_means_is_learned_from_pairs() -> None:
    learned = aligned((said.split(), english.split()) for said, english in PAIRS)
    for word, english in {"pedido": "order", "vestido": "dress", "trocar": "swap"}.items():
        assert learned[word][0] == english
    assert all(0 < chance <= 1 for _, chance in learned.values())


def test_what_is_written_down_holds_where_the_pairs_are_unsure() -> None:
    pairs = [*PAIRS, ("quebrou", "my thing stopped working for good")]
    known = compiled("pt-BR", pairs, {"words": {"quebrou": "broke", "pedido": "request"}}).known
    assert known["quebrou"] == "broke"
    assert known["pedido"] == "order"


def test_the_longest_phrase_is_read_first() -> None:
    glossary = Glossary(
        "pt-BR", {"nota": "note", "nota fiscal": "invoice", "da": "", "loja": "shop"}
    )
    assert glossary.english(["nota", "fiscal", "da", "loja", "nota"]) == "invoice shop note"


def test_another_form_of_a_known_word_is_read_and_other_words_stay() -> None:
    glossary = Glossary("pt-BR", {"devolver": "return"})
    assert glossary.english(["devolvido", "zzz", "1042"]) == "return zzz 1042"
