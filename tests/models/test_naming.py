"""What things a text names, in the words a workspace has for them."""

import pytest

from models.embedded import pointing
from models.embedded.naming import Names

CALLED = {
    "pt-BR": [
        ("vestido midi", ("midi",)), ("vestido longo", ("maxi",)), ("moletom", ("sweatshirt",)),
        ("calça de moletom", ("sweatpants",)), ("copos", ("glasses",)), ("saia", ("skirt",)),
        ("luminária de mesa", ("lamp",)), ("calçado", ("loafers", "sneakers")),
        ("mocassim", ("loafers",)), ("calça jeans", ("jeans",)),
    ],
    "en": [
        ("midi dress", ("midi",)), ("maxi dress", ("maxi",)), ("sweatshirt", ("sweatshirt",)),
        ("sweatpants", ("sweatpants",)), ("glasses (6)", ("glasses",)), ("table lamp", ("lamp",)),
        ("shoes", ("loafers", "sneakers")), ("loafers", ("loafers",)), ("hoodie", ("sweatshirt",)),
        ("slip-ons", ("loafers",)),
    ],
}  # fmt: skip


def kinds(text: str, language: str) -> set[str]:
    mentions = Names(CALLED[language], language).mentions(text)
    return {kind for mention in mentions for kind in mention.kinds}


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("any news on my package?", "en", set()),
        ("o vestido ficou apertado", "pt-BR", {"midi", "maxi"}),
        ("o vestido midi ficou apertado", "pt-BR", {"midi"}),
        ("cadê minha calça de moletom cinza?", "pt-BR", {"sweatpants"}),
        ("a minha luminaria não acende", "pt-BR", {"lamp"}),
        ("quero devolver o mocasim", "pt-BR", {"loafers"}),
        ("devolver minhas calças", "pt-BR", {"jeans", "sweatpants"}),
        ("caiu em cima da mesa", "pt-BR", set()),
        ("quem ganhou a copa?", "pt-BR", set()),
        ("cancela antes que saia daí", "pt-BR", set()),
        ("quero o preto", "pt-BR", set()),
        ("the dress is too tight", "en", {"midi", "maxi"}),
        ("the midi dress is too tight", "en", {"midi"}),
        ("my grey hoodie", "en", {"sweatshirt"}),
        ("where are my shoes", "en", {"loafers", "sneakers"}),
        ("it fell off the table", "en", set()),
        ("I'd like the black one", "en", set()),
    ],
)
def test_a_thing_is_named_by_its_whole_name_or_by_the_word_for_what_it_is(
    text: str, language: str, meant: set[str]
) -> None:
    assert kinds(text, language) == meant


@pytest.mark.parametrize(
    ("text", "language", "label", "fits"),
    [
        ("my shoes", "en", "black loafers (9 Nov)", 1),
        ("the dress", "en", "green midi dress (9 Nov)", 1),
        ("the loafers", "en", "green midi dress (9 Nov)", 0),
        ("o vestido longo", "pt-BR", "vestido midi verde (09/11)", 0),
        ("o calçado", "pt-BR", "mocassim preto (09/11)", 1),
    ],
)
def test_a_choice_fits_what_is_named_if_it_may_be_of_that_kind(
    text: str, language: str, label: str, fits: int
) -> None:
    names = Names(CALLED[language], language)
    assert names.fitting(names.mentions(text), label) == fits


@pytest.mark.parametrize(
    ("text", "language", "points"),
    [
        ("the green one", "en", True),
        ("no, the green one", "en", True),
        ("no, the dress", "en", True),
        ("the grey hoodie", "en", True),
        ("não, o vestido", "pt-BR", True),
        ("a verde", "pt-BR", True),
        ("não, aquela bege", "pt-BR", True),
        ("cancel it", "en", False),
        ("the hoodie I want to send back because it is too small", "en", False),
        ("pode cancelar", "pt-BR", False),
        ("o vestido chegou rasgado na costura, quero trocar", "pt-BR", False),
    ],
)
def test_naming_one_of_several_and_no_more_is_told_from_a_wish(
    text: str, language: str, points: bool
) -> None:
    things = Names(CALLED[language], language).words(text)
    assert pointing.only_points(text, language, things) is points
