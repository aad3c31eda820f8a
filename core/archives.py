"""The file that a backup is: a packed tar of parts, and a manifest that knows every part's checksum."""

import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from core.errors import BadInput, Conflict, NotFound, Unavailable
from core.upgrade import known_revisions

FORMAT = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself."""

    format: int
    kind: str
    """Of the database: `sqlite` or `postgresql`."""

    revision: str
    """Of the database's tables."""

    made_at: str
    """Moment before anything was read, ISO 8601 in UTC."""

    parts: dict[str, str]
    """SHA-256 of each part, by its name in the archive."""

    def __str__(self) -> str:
        files = len(self.parts) - 1
        return (
            f"a {self.kind} database at revision {self.revision} with {files} files beside it,"
            f" as of {self.made_at}"
        )


class Packing:
    """An archive that is being made."""

    def __init__(self, file: tarfile.TarFile) -> None:
        self._file = file
        self._made_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._parts: dict[str, str] = {}

    def add(self, source: Path, name: str) -> None:
        """Put a file in, which nobody is writing to."""
        self._file.add(source, name)
        with source.open("rb") as content:
            self._parts[name] = _digest(content)

    def seal(self, kind: str, revision: str, aside: Path) -> Manifest:
        """Write the manifest, which makes the archive whole."""
        manifest = Manifest(FORMAT, kind, revision, self._made_at, self._parts)
        aside.write_text(json.dumps(vars(manifest), indent=1), "utf-8")
        self._file.add(aside, MANIFEST)
        return manifest


@contextmanager
def packing(file: Path) -> Iterator[tuple[Packing, Path]]:
    """Give an archive to fill and a folder for what is on its way; the file appears when it is whole.

    Only its owner can read it: customers' words are in it.

    Raises:
        Conflict: `file` is there already.
        NotFound: its folder is not there.
    """
    if file.exists():
        raise Conflict(f"{str(file)!r} is there already; name another file.")
    if not file.resolve().parent.is_dir():
        raise NotFound(f"There is no folder {str(file.resolve().parent)!r}; make it first.")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.resolve().parent) as folder:
        growing = Path(folder) / "archive"
        with tarfile.open(growing, "w:gz", compresslevel=6) as packed:
            yield Packing(packed), Path(folder)
        growing.chmod(0o600)
        with growing.open("rb") as written:
            os.fsync(written.fileno())
        growing.rename(file)


def check(file: Path) -> Manifest:
    """Read an archive through, compare every part with its checksum, and give what it says of itself.

    Raises:
        NotFound: there is no such file.
        BadInput: it is no archive, not whole, or not as it was made.
        Conflict: a newer Regente has made it.
    """
    if not file.is_file():
        raise NotFound(f"There is no file {str(file)!r}.")
    said: dict[str, Any] = {}
    digests: dict[str, str] = {}
    try:
        with tarfile.open(file, "r:gz") as archive:
            for member in archive:
                if (content := archive.extractfile(member)) is None:
                    continue
                if member.name == MANIFEST:
                    said = json.load(content)
                else:
                    digests[member.name] = _digest(content)
        _refuse_newer(said)
        manifest = Manifest(**said)
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{str(file)!r} is not a whole archive of Regente's: {error}.") from error
    for name, digest in manifest.parts.items():
        if digests.get(name) != digest:
            raise BadInput(f"{name!r} in {str(file)!r} is not as it was made; take another backup.")
    return manifest


def unpack(file: Path, folder: Path) -> Manifest:
    """Put the parts of an archive into `folder`, once it was checked; raises as `check` does.

    Raises:
        Unavailable: it cannot be written there.
    """
    manifest = check(file)
    try:
        with tarfile.open(file, "r:gz") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise Unavailable(
            f"{str(file)!r} cannot be unpacked in {str(folder)!r}: {error}."
        ) from error
    return manifest


def _refuse_newer(said: dict[str, Any]) -> None:
    if said["format"] > FORMAT or said["revision"] not in known_revisions():
        raise Conflict(
            f"A newer Regente has made this archive (format {said['format']!r}, revision"
            f" {said['revision']!r}); restore it with that version."
        )


def _digest(content: IO[bytes]) -> str:
    digest = sha256()
    while chunk := content.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
