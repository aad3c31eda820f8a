"""This folder's background work."""

from conversations.sampling import ROUTE_SAMPLE

jobs = (ROUTE_SAMPLE,)
