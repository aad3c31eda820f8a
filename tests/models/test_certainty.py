"""How sure a reading is: as often right as it says, from a handful of examples too."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.workspace import read_yaml
from models.embedded.certainty import as_met
from models.embedded.embedder import load_embedder, minilm_folder
from models.embedded.fitting import fit
from models.embedded.intents import Classifier
from models.embedded.vectors import opened

SETS = Path(__file__).parents[1] / "evals" / "data" / "brain" / "dev"
"""Written apart from the bank; `ten.yaml` has intents that it has not, with ten examples each."""

LANGUAGES = pytest.mark.parametrize(
    ("language", "taken", "right"), [("pt-BR", 0.5, 0.55), ("en", 0.7, 0.85)]
)


@cache
def taught(language: str) -> Classifier:
    examples = {name: one["examples"] for name, one in read_yaml(SETS / "ten.yaml").items()}
    return fit(examples, language, {}, opened(load_embedder("minilm")))


@pytest.mark.skipif(minilm_folder() is None, reason="the sentence model is not here")
@LANGUAGES
def test_ten_examples_are_enough_to_take_other_words_for_what_they_say(
    language: str, taken: float, right: float
) -> None:
    reader, wordings = taught(language), read_yaml(SETS / "ten.yaml")
    asked = [
        (name, reader.read(text))
        for name, one in wordings.items()
        for text in one["wording"][language]
    ]
    surely = [
        (name, one.label) for name, one in asked if one.label and one.confidence >= reader.threshold
    ]
    assert len(surely) >= taken * len(asked)
    assert np.mean([name == label for name, label in surely]) >= right


@pytest.mark.skipif(minilm_folder() is None, reason="the sentence model is not here")
@pytest.mark.parametrize("language", ["pt-BR", "en"])
def test_most_of_what_is_nobodys_business_is_not_taken_for_one_of_few_examples(
    language: str,
) -> None:
    reader = taught(language)
    read = [reader.read(text) for text in read_yaml(SETS / "elsewhere.yaml")[language]]
    mistaken = [one for one in read if one.label and one.confidence >= reader.threshold]
    assert len(mistaken) <= 0.25 * len(read)


@pytest.mark.skipif(minilm_folder() is None, reason="the sentence model is not here")
@pytest.mark.parametrize("language", ["pt-BR", "en"])
@pytest.mark.parametrize(
    "text",
    ["9:30", "1042", "A-1042", "12/12/2026 15:00", "asdf qwer", "xyzzy plugh", "kkkk", "hm", "??"],
)
def test_figures_and_noise_are_taken_for_nothing_though_few_examples_are_taught(
    language: str, text: str
) -> None:
    reading = taught(language).read(text)
    assert not reading.label or reading.confidence < taught(language).threshold


def test_a_message_is_surer_than_a_left_out_example_of_the_same_signs_and_keeps_the_order() -> None:
    chances = np.linspace(0, 1, 101)
    met = [as_met(float(one)) for one in chances]
    assert met == sorted(met)
    assert all(0 <= one <= 1 for one in met)
    assert all(after > before for before, after in zip(chances[20:100], met[20:100], strict=True))
