"""Figures for Prometheus: requests, and how late the event loop runs."""

import asyncio
import time
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LAG_EVERY_S = 0.1
LAG_S = (
    0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 5,
)  # fmt: skip


class Metrics:
    """The figures of one application; two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "regente_requests",
            "HTTP requests",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "regente_request_seconds", "Time to the end of the answer", ("method", "route"),
            registry=self.registry,
        )  # fmt: skip
        self.lag = Histogram(
            "regente_event_loop_lag_seconds", "How late the loop woke up", buckets=LAG_S,
            registry=self.registry,
        )  # fmt: skip
        self.open = Gauge(
            "regente_open_conversations",
            "Open conversations by who speaks in them; simulated ones are a demo's",
            ("owner", "simulated"),
            registry=self.registry,
        )

        by = ("agent", "role", "model")
        self.model_calls = Gauge(
            "regente_model_calls", "Calls of paid models, of all processes, since ever", by,
            registry=self.registry,
        )  # fmt: skip
        self.model_tokens = Gauge(
            "regente_model_tokens", "Tokens, read (input) and written (output)", (*by, "kind"),
            registry=self.registry,
        )  # fmt: skip
        self.model_cost = Gauge(
            "regente_model_cost_usd", "What they cost, in US dollars", by, registry=self.registry
        )

    def spent(self, labels: tuple[str, ...], figures: Mapping[str, float]) -> None:
        """Take over what one agent has spent on one model in one role."""
        self.model_calls.labels(*labels).set(figures["calls"])
        for kind in ("input", "output"):
            self.model_tokens.labels(*labels, kind).set(figures[f"{kind}_tokens"])
        self.model_cost.labels(*labels).set(figures["cost_usd"])

    def text(self) -> bytes:
        """Give all figures as Prometheus reads them."""
        return generate_latest(self.registry)

    async def watch_loop(self) -> None:
        """Measure the event loop's lag until cancelled."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(LAG_EVERY_S)
            self.lag.observe(max(0.0, time.perf_counter() - began - LAG_EVERY_S))


class Measured:
    """Counts and times what goes through it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            # The route's pattern, never the path: a path holds ids and would make endless series.
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"].isalpha() else "other"
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.seconds.labels(method, route).observe(time.perf_counter() - began)
