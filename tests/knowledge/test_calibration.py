"""Calibration: what a workspace's own articles teach about when to answer."""

import numpy as np

from knowledge.calibration import OFF_TOPIC_HELD, ORPHANS_HELD, PRIOR, calibrated

CHANCE = np.random.default_rng(7)
NONE = np.zeros((0, len(PRIOR) - 1))


def like(level: float, count: int, spread: float = 0.08) -> np.ndarray:
    return np.clip(CHANCE.normal(level, spread, (count, len(PRIOR) - 1)), 0, 1)


def test_without_articles_nothing_unlikely_is_answered() -> None:
    known = calibrated(NONE, NONE, NONE)
    assert known.chance(np.zeros(6)) < known.threshold < known.chance(np.ones(6))


def test_more_agreement_never_counts_against_a_passage() -> None:
    backwards = calibrated(like(0.2, 60), like(0.8, 60), like(0.7, 60))
    weak, strong = np.full(6, 0.3), np.full(6, 0.3)
    for signal in range(6):
        strong[signal] = 0.9
        assert backwards.chance(strong) >= backwards.chance(weak)


def test_the_threshold_keeps_out_what_it_promises() -> None:
    off_topic, orphans = like(0.25, 100), like(0.4, 100, 0.2)
    known = calibrated(like(0.7, 100), off_topic, orphans)

    def held(rows: np.ndarray) -> float:
        return float(np.mean([known.chance(row) < known.threshold for row in rows]))

    assert held(off_topic) >= OFF_TOPIC_HELD
    assert held(orphans) >= ORPHANS_HELD
    assert held(like(0.7, 100)) < 0.1


def test_a_few_off_topic_questions_that_are_the_companys_business_do_not_silence_it() -> None:
    mixed = np.vstack([like(0.2, 60), like(0.9, 2)])
    known = calibrated(like(0.7, 60), mixed, NONE)
    assert known.chance(np.full(6, 0.7)) > known.threshold
