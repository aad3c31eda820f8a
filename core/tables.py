"""The tables of this folder, by name; each is defined beside the functions that use it."""

from core.access import access_keys
from core.audit import audit, heads
from core.events import events
from core.limits import buckets
from core.processes import processes
from core.retention import Kept

__all__ = ["access_keys", "audit", "buckets", "events", "heads", "kept", "processes"]

kept = (Kept(rows="events", table=events, since=events.c.emitted_at, days=30),)
