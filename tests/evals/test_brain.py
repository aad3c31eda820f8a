"""The command that measures the embedded models reads every kind of set, and judges what it measures."""

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from evals.brain.__main__ import PARTS, main
from evals.brain.choosing import calling, same
from evals.brain.figures import Figure, macro_f1, table
from evals.brain.values import judge
from models.embedded import bank
from models.embedded.embedder import minilm_folder

NOW = datetime.fromisoformat("2026-11-28T10:00:00-03:00")
SETS = Path(__file__).parent / "data" / "brain"


def test_a_figure_is_held_against_its_gate_and_says_how_sure_it_is() -> None:
    right = Figure(what="right", value=0.9, of=100, gate=0.85, stretch=0.95)
    late = Figure(what="late", value=6.0, of=2, gate=5, most=True, share=False)
    assert (right.holds, late.holds) == (True, False)
    assert right.interval == pytest.approx((0.826, 0.945), abs=0.002)
    assert "| right | ≥ 0.85 | ≥ 0.95 | 0.900 | 0.83–0.94 | 100 | yes |" in table([right, late])
    assert "| late | ≤ 5 |  | 6.000 |  | 2 | **no** |" in table([right, late])


def test_every_label_counts_the_same_and_so_does_what_is_wrongly_taken_for_it() -> None:
    assert macro_f1([("a", "a"), ("a", "a"), ("b", "b"), ("b", "a")]) == pytest.approx(
        (2 * 2 / 5 + 2 * 1 / 3) / 2
    )


def test_a_value_is_right_only_as_a_whole_and_a_doubtful_one_may_not_be_taken() -> None:
    case = {"language": "en", "text": "book it for 3 dec at 3pm", "values": []}
    assert judge(case, NOW) == "wrong"
    wanted = [{"kind": "date", "value": "2026-12-03"}, {"kind": "time", "value": "15:00"}]
    assert judge(case | {"values": wanted}, NOW) == "right"
    guessed = case | {"values": wanted[:1], "doubtful": ["time"]}
    assert judge(guessed, NOW) == "guessed"


def test_arguments_are_the_same_whatever_their_writing_and_not_when_one_more_is_said() -> None:
    assert same({"name": "Rua Augusta", "at": 2.0}, {"name": "rua augusta", "at": 2})
    assert not same({"name": "Rua Augusta", "at": 2}, {"name": "rua augusta"})
    assert same({"to": {"day": "2026-12-01"}}, {"to": {"day": "2026-12-01"}})


def test_a_folder_without_sets_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path)])
    assert f"{tmp_path} has no set" in capsys.readouterr().err


@pytest.mark.parametrize("half", ["dev", "gate"])
def test_every_part_has_a_set_in_both_languages(half: str) -> None:
    for file in {file for file, _ in PARTS.values() if file.endswith(".yaml")}:
        assert yaml.safe_load((SETS / half / file).read_text("utf-8"))


def test_public_sets_are_read_as_they_are_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {name: bank.examples(name)["en"][:25] for name in ("store_hours", "privacy", "warranty")}
    with (tmp_path / "banking77_train.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerows([("text", "category"), *((t, n) for n, ts in said.items() for t in ts)])
    parts = {
        "train": [(text, name) for name, texts in said.items() for text in texts[:15]],
        "val": [(text, name) for name, texts in said.items() for text in texts[15:]],
        "oos_train": [("what is the capital of peru", "oos")],
        "oos_val": [("sing me a song", "oos")],
    }
    (tmp_path / "clinc150_train_val.json").write_text(json.dumps(parts), encoding="utf-8")
    assert main([str(tmp_path)]) in (0, 1)
    told = capsys.readouterr().out
    assert "| banking77, 10 examples, by words |" in told and "| 45 |" in told
    assert "| clinc150, 10 examples, by words |" in told and "| 30 |" in told


@pytest.mark.parametrize("part", ["sentiment", "values"])
def test_a_part_is_measured_and_printed(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(SETS / "dev"), "--only", part]) in (0, 1)
    said = capsys.readouterr().out
    assert said.count("pt-BR") >= 1 and said.count(", en |") >= 1


@pytest.mark.skipif(minilm_folder() is None, reason="the sentence model is not here")
@pytest.mark.parametrize(("half", "least"), [("dev", 0.87), ("dev2", 0.74)])
def test_no_tool_is_called_with_a_wrong_argument_and_most_are_called_right(
    half: str, least: float
) -> None:
    figures = [*calling(SETS / half)]
    assert {one.value for one in figures if "wrong" in one.what} == {0}
    assert all(one.value >= least for one in figures if "right" in one.what)
