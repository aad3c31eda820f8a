"""Calibration: what a workspace's own articles teach about when to answer."""

import numpy as np

from knowledge.calibration import PRIOR, calibrated

CHANCE = np.random.default_rng(7)
SIGNALS = len(PRIOR)
NONE = np.zeros((0, SIGNALS))


def like(level: float, count: int, spread: float = 0.08) -> np.ndarray:
    return np.clip(CHANCE.normal(level, spread, (count, SIGNALS)), 0, 1)


def test_without_articles_nothing_unlikely_is_answered() -> None:
    known = calibrated(NONE, NONE, NONE)
    assert known.chance(np.zeros(SIGNALS)) < known.threshold < known.chance(np.ones(SIGNALS))


def test_more_agreement_never_counts_against_a_passage() -> None:
    backwards = calibrated(like(0.2, 60), like(0.8, 60), like(0.7, 60))
    weak, strong = np.full(SIGNALS, 0.3), np.full(SIGNALS, 0.3)
    for signal in range(SIGNALS):
        strong[signal] = 0.9
        assert backwards.chance(strong) >= backwards.chance(weak)


def test_the_threshold_keeps_strangers_out_and_lets_answers_through() -> None:
    off_topic, orphans = like(0.25, 100), like(0.4, 100, 0.2)
    known = calibrated(like(0.7, 100), off_topic, orphans)

    def held(rows: np.ndarray) -> float:
        return float(np.mean([known.chance(row) < known.threshold for row in rows]))

    assert held(off_topic) >= 0.95
    assert held(orphans) >= 0.7
    assert held(like(0.7, 100)) < 0.1


def test_articles_that_say_the_same_as_others_do_not_silence_each_other() -> None:
    alike = calibrated(like(0.7, 100), like(0.2, 60), like(0.65, 100))
    answered = [alike.chance(row) >= alike.threshold for row in like(0.7, 100)]
    assert np.mean(answered) > 0.8


def test_a_few_off_topic_questions_that_are_the_companys_business_do_not_silence_it() -> None:
    mixed = np.vstack([like(0.2, 60), like(0.9, 2)])
    known = calibrated(like(0.7, 60), mixed, NONE)
    assert known.chance(np.full(SIGNALS, 0.7)) > known.threshold


def test_of_a_question_that_no_article_speaks_of_nothing_is_answered() -> None:
    answered = like(0.7, 200)
    answered[:, -1] = 1.0
    known = calibrated(answered, like(0.2, 60), NONE)
    row = np.ones(SIGNALS)
    assert known.chance(row) > known.threshold
    row[-1] = 0.4
    assert known.chance(row) < known.threshold


def test_a_few_articles_do_not_tell_what_is_never_spoken_of() -> None:
    few = like(0.7, 20)
    few[:, -1] = 1.0
    row = np.ones(SIGNALS)
    row[-1] = 0.0
    assert calibrated(few, like(0.2, 60), NONE).chance(row) > 0.5
