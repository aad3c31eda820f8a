"""Secrets of a deployment that are made at their first use and kept in its data folder."""

import os
import secrets
from pathlib import Path


def secret_in(path: Path) -> bytes:
    """Give the secret that a file keeps for its owner alone; the first of several processes makes it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_urlsafe(48).encode())
        try:
            os.link(made, path)  # whole or not at all, and the first of several processes wins
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_bytes()
