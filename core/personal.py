"""Personal data: what each folder holds of a customer, counted, given out, and erased.

A folder takes part by a module `personal` that offers `personal_data`. What is erased leaves tombstones: rows
with ids, states and a reason, so that an outcome that comes later finds something to end at, and no words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.database import Tx
from core.discover import everywhere

ERASED = "the customer was erased"
"""Why something of hers ended, where a reason is kept."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose data."""

    workspace_id: str
    customer_ids: tuple[str, ...]
    """Every id this customer ever had."""

    data_dir: Path
    """Where files lie."""


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """What a folder offers."""

    count: Callable[[Tx, Subject], dict[str, int]]
    """How many rows there are, by what they are."""

    export: Callable[[Tx, Subject], dict[str, Any]]
    """All of it, as plain values that JSON takes."""

    erase: Callable[[Tx, Subject], None]
    """Erase it; the same call later finds nothing."""


def folders() -> dict[str, PersonalData]:
    """Give what each folder offers, by its name."""
    return everywhere("personal", "personal_data", PersonalData)
