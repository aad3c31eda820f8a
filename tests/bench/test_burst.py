"""The burst is sent as planned, whoever answers; lateness is read from what a server counts."""

from pathlib import Path

import httpx

from bench.burst import counted, knocked, quantile
from bench.places import child, free_port
from core.metrics import Metrics


def test_every_message_is_sent_and_its_answer_timed(tmp_path: Path) -> None:
    port = free_port()
    command, log = ["-m", "bench.sink", str(port)], tmp_path / "sink.log"
    with child(command, port, ready="/", log=log, environment={}) as sink:
        seen = knocked(sink.url, ["Bom dia", "Good morning"], seconds=1, per_s=50)
        assert httpx.get(sink.url).text == "50"
    assert seen.statuses == {"200": 50}
    assert len(seen.seconds) == 50
    assert min(seen.seconds) > 0


def test_a_share_of_what_was_counted_lies_between_its_bounds() -> None:
    late = {0.01: 90.0, 0.02: 100.0, float("inf"): 100.0}
    assert quantile(late, 0.9) == 0.01
    assert 0.01 < quantile(late, 0.95) < 0.02
    assert quantile({0.01: 0.0, float("inf"): 10.0}, 0.99) == 0.01, "no more is known"


def test_a_server_tells_how_late_its_loop_was() -> None:
    metrics = Metrics()
    metrics.lag.observe(0.012)
    late = counted(metrics.text().decode())
    assert (late[0.01], late[0.015]) == (0, 1)
