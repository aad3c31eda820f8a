"""The domain's clock may run ahead in a rehearsal, and never by accident."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import server
from core import clock
from core.errors import BadInput
from core.settings import Settings


@pytest.fixture(autouse=True)
def with_the_world() -> Iterator[None]:
    yield
    clock.follow(None)


def test_it_runs_with_the_world_unless_a_file_says_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "ahead"
    assert clock.ahead() == timedelta()
    clock.follow(path)
    assert clock.ahead() == timedelta()
    path.write_text("172800\n")
    assert clock.ahead() == timedelta(days=2)
    assert clock.system_clock() > datetime.now(UTC) + timedelta(days=1)


def test_a_file_that_holds_no_seconds_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ahead"
    path.write_text("two days")
    clock.follow(path)
    with pytest.raises(BadInput, match=r"two days.*such as 172800"):
        clock.ahead()


async def test_a_company_that_is_no_demo_cannot_be_served_with_it(tmp_path: Path) -> None:
    (tmp_path / "workspace.yaml").write_text("id: acme\nname: Acme\n")
    ahead = str(tmp_path / "ahead")
    settings = Settings(workspace=tmp_path, data_dir=tmp_path, clock_file=ahead)
    app = server.create_app(settings)
    with pytest.raises(BadInput, match="REGENTE_CLOCK_FILE is for rehearsals"):
        async with app.router.lifespan_context(app):
            pass
