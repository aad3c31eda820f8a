"""Signed tokens and one-time codes."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import sqlalchemy as sa

from core.database import Database
from core.errors import Unauthenticated
from core.settings import Settings
from core.workspace import Workspace
from customers import Assertion
from customers.identity import customer, find, resolve
from customers.tables import codes
from customers.verification import (
    CODE_TRIES,
    assert_customer,
    issue_code,
    read_token,
    redeem,
    secret,
    sign_token,
)

KEY = "a secret of the company that is long enough"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def token(key: str = KEY, algorithm: str = "HS256", **claims: Any) -> str:
    given = {"sub": "C-1", "exp": NOW + timedelta(minutes=30)} | claims
    return jwt.encode({k: v for k, v in given.items() if v is not None}, key, algorithm)


def raw(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in (header, claims))
    return ".".join([*(part.decode().rstrip("=") for part in parts), signature])


class TestATokenOfTheCompany:
    def test_says_who_the_customer_is(self) -> None:
        given = token(name="Ana", email="ana@example.com", phone="+5511987654321", language="en")
        assert read_token(given, KEY, now=NOW) == Assertion(
            external_id="C-1",
            name="Ana",
            email="ana@example.com",
            phone="+5511987654321",
            language="en",
        )

    def test_signed_here_is_read_here(self) -> None:
        assertion = Assertion(external_id="C-1", name="Ana")
        assert read_token(sign_token(assertion, KEY, now=NOW), KEY, now=NOW) == assertion

    def test_may_be_signed_with_a_short_secret(self) -> None:
        with pytest.warns(jwt.InsecureKeyLengthWarning):
            given = token(key="short")
        assert read_token(given, "short", now=NOW).external_id == "C-1"

    @pytest.mark.parametrize(
        "given",
        [
            token(key="another secret that is as long as the right one"),
            token(algorithm="HS512", key=KEY * 2),
            token(exp=None),
            token(exp=NOW - timedelta(minutes=1)),
            token(exp=NOW + timedelta(hours=2)),
            token(exp=float("inf")),
            token(exp="tomorrow"),
            token(exp=True),
            token(sub=None),
            token(sub=""),
            token(sub="x" * 300),
            token(nbf=NOW + timedelta(minutes=10)),
            token(nbf="now"),
            raw({"alg": "none"}, {"sub": "C-1", "exp": NOW.timestamp() + 60}),
            raw({"alg": "None", "typ": "JWT"}, {"sub": "C-1", "exp": NOW.timestamp() + 60}),
            raw({"alg": "RS256"}, {"sub": "C-1", "exp": NOW.timestamp() + 60}, "AAAA"),
            token() + "x",
            token().rpartition(".")[0] + ".",
            "",
            "a.b.c",
            "ü.ü.ü",
        ],
    )
    def test_that_is_wrong_in_any_way_proves_nothing(self, given: str) -> None:
        with pytest.raises(Unauthenticated):
            read_token(given, KEY, now=NOW)

    @pytest.mark.parametrize("key", [None, ""])
    def test_is_refused_where_no_secret_is_set_up(self, key: str | None) -> None:
        with pytest.raises(Unauthenticated, match="not set up"):
            read_token(token(), key, now=NOW)


class TestTheSecret:
    def workspace(self, folder: Path, more: str = "") -> tuple[Workspace, Settings]:
        (folder / "workspace.yaml").write_text(f"id: clinic\nname: Clinic\n{more}")
        return Workspace(folder), Settings(data_dir=folder / "data")

    def test_is_in_the_variable_that_the_workspace_names(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given = self.workspace(tmp_path, "token_secret_env: CLINIC_SECRET\ndemo: true\n")
        monkeypatch.setenv("CLINIC_SECRET", KEY)
        assert secret(*given) == KEY

    def test_of_a_demo_is_random_kept_and_private(self, tmp_path: Path) -> None:
        given = self.workspace(tmp_path, "demo: true\n")
        made = secret(*given)
        assert made is not None
        assert len(made) > 40
        assert secret(*given) == made
        (file,) = (tmp_path / "data").iterdir()
        assert file.stat().st_mode & 0o777 == 0o600

    def test_is_nowhere_in_a_real_workspace_without_one(self, tmp_path: Path) -> None:
        assert secret(*self.workspace(tmp_path)) is None
        assert not (tmp_path / "data").exists()


class TestAnAssertedCustomer:
    async def test_is_verified_with_e_mail_and_phone(self, database: Database) -> None:
        said = Assertion(external_id="C-1", email="Ana@example.com", phone="+55 11 98765-4321")
        ana = await database.writing(assert_customer, "w", said)
        known = await database.reading(customer, "w", ana)
        assert (known.external_id, known.verification) == ("C-1", "verified")
        assert await database.reading(find, "w", "email", "ana@example.com") == ana
        assert await database.reading(find, "w", "tel", "+5511987654321") == ana

    async def test_shares_an_e_mail_without_becoming_another(self, database: Database) -> None:
        first, second = [
            await database.writing(
                assert_customer, "w", Assertion(external_id=number, email="family@example.com")
            )
            for number in ("C-1", "C-2")
        ]
        assert first != second

    async def test_counts_even_if_her_e_mail_is_badly_written(self, database: Database) -> None:
        said = Assertion(external_id="C-1", email="n/a", phone="11 98765-4321")
        ana = await database.writing(assert_customer, "w", said)
        assert await database.reading(find, "w", "user", "C-1") == ana
        assert await database.reading(find, "w", "tel", "11987654321") is None


class TestACode:
    async def test_makes_the_visitor_the_verified_customer(self, database: Database) -> None:
        ana = await database.writing(resolve, "w", "user", "C-1", name="Ana")
        visitor = await database.writing(resolve, "w", "webchat", "v1")
        code = await database.writing(issue_code, "w", "user", "C-1")
        typed = f" {code[:3]} {code[3:]} "
        assert await database.writing(redeem, "w", visitor, "user", "C-1", typed) == ana
        assert await database.writing(resolve, "w", "webchat", "v1") == ana

    async def test_is_good_once(self, database: Database) -> None:
        visitor = await database.writing(resolve, "w", "webchat", "v1")
        code = await database.writing(issue_code, "w", "user", "C-1")
        given = await asyncio.gather(
            *(database.writing(redeem, "w", visitor, "user", "C-1", code) for _ in range(5))
        )
        assert sorted(known is not None for known in given) == [False] * 4 + [True]

    async def test_is_worthless_after_five_wrong_tries(self, database: Database) -> None:
        visitor = await database.writing(resolve, "w", "webchat", "v1")
        code = await database.writing(issue_code, "w", "user", "C-1")
        wrong = f"{(int(code) + 1) % 10**6:06}"
        tries = await asyncio.gather(
            *(
                database.writing(redeem, "w", visitor, "user", "C-1", wrong)
                for _ in range(CODE_TRIES)
            )
        )
        assert set(tries) == {None}
        assert await database.writing(redeem, "w", visitor, "user", "C-1", code) is None

    async def test_expires_after_ten_minutes(self, database: Database) -> None:
        visitor = await database.writing(resolve, "w", "webchat", "v1")
        code = await database.writing(issue_code, "w", "user", "C-1", now=1000.0)
        late = database.writing(redeem, "w", visitor, "user", "C-1", code, now=1600.0)
        assert await late is None
        in_time = database.writing(redeem, "w", visitor, "user", "C-1", code, now=1599.0)
        assert await in_time is not None

    async def test_ends_with_the_next_one(self, database: Database) -> None:
        visitor = await database.writing(resolve, "w", "webchat", "v1")
        first = await database.writing(issue_code, "w", "user", "C-1")
        while (second := await database.writing(issue_code, "w", "user", "C-1")) == first:
            pass
        assert await database.writing(redeem, "w", visitor, "user", "C-1", first) is None
        assert await database.writing(redeem, "w", visitor, "user", "C-1", second) is not None

    async def test_proves_its_own_identity_only(self, database: Database) -> None:
        visitor = await database.writing(resolve, "w", "webchat", "v1")
        code = await database.writing(issue_code, "w", "user", "C-1")
        for workspace_id, value in (("w", "C-2"), ("other", "C-1")):
            given = await database.writing(redeem, workspace_id, visitor, "user", value, code)
            assert given is None

    async def test_is_stored_hashed(self, database: Database) -> None:
        code = await database.writing(issue_code, "w", "user", "C-1")
        row = await database.reading(lambda tx: tx.execute(sa.select(codes)).one())
        assert code not in [row.hash, row.salt]
        assert len(row.hash) == 128
