"""Secrets that a deployment makes for itself."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from core.secret_files import secret_in


def test_whoever_comes_first_makes_the_secret_and_all_others_have_the_same(tmp_path: Path) -> None:
    for attempt in range(20):
        path, together = tmp_path / str(attempt) / "secret", Barrier(8)

        def ask(_: int, path: Path = path, together: Barrier = together) -> bytes:
            together.wait()
            return secret_in(path)

        with ThreadPoolExecutor(8) as threads:
            (secret,) = set(threads.map(ask, range(8)))
        assert len(secret) >= 32
        assert path.stat().st_mode & 0o077 == 0
        assert [one.name for one in path.parent.iterdir()] == ["secret"], "nothing is left behind"
