"""The accounts at channels' providers, as a workspace names them."""

from pathlib import Path

import pytest

from channels.providers import accounts, providers
from core.errors import WorkspaceError
from core.workspace import Workspace

ACCOUNT = "{url: 'http://localhost:1/', secret_env: LOOP}"


def workspace(folder: Path, channels: str) -> Workspace:
    (folder / "workspace.yaml").write_text(f"id: acme\nname: Acme\nchannels: {channels}\n")
    return Workspace(folder)


def test_the_web_chat_has_no_provider() -> None:
    assert "loopback" in providers()
    assert "webchat" not in providers()


def test_an_account_is_opened_with_its_secret_which_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOP", "hush")
    found = accounts(workspace(tmp_path, f"{{loopback: {{demo: {ACCOUNT}}}}}"))
    account = found["loopback", "demo"]
    assert (account.url, account.secret, account.burst) == ("http://localhost:1", "hush", 10)
    assert "hush" not in repr(account)


@pytest.mark.parametrize("secret", [None, ""])
def test_without_its_secret_no_account_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str | None
) -> None:
    monkeypatch.delenv("LOOP", raising=False)
    if secret is not None:
        monkeypatch.setenv("LOOP", secret)
    with pytest.raises(WorkspaceError, match=r"loopback\.demo needs .* 'LOOP'"):
        accounts(workspace(tmp_path, f"{{loopback: {{demo: {ACCOUNT}}}}}"))


@pytest.mark.parametrize("channel", ["webchat", "pigeon"])
def test_a_channel_without_a_provider_is_refused(tmp_path: Path, channel: str) -> None:
    with pytest.raises(WorkspaceError, match=rf"{channel}.*there are \['loopback'"):
        accounts(workspace(tmp_path, f"{{{channel}: {{demo: {ACCOUNT}}}}}"))
