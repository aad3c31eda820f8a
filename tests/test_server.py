import httpx

import server
from core.settings import Settings


async def test_before_it_has_started_it_is_healthy_and_not_ready() -> None:
    app = server.create_app(Settings(_env_file=None))  # pyright: ignore
    transport = httpx.ASGITransport(app, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/health")).json() == {"status": "ok"}
        ready = await client.get("/ready")
        assert ready.status_code == 503
        assert not any(ready.json()["parts"].values())
        unknown = await client.get("/no/such/thing")
        assert (unknown.status_code, unknown.json()["error"]) == (404, "NotFound")
        refused = await client.get("/metrics")
        assert (refused.status_code, refused.json()["error"]) == (401, "Unauthenticated")


async def test_figures_are_for_this_machine_and_name_routes_not_paths() -> None:
    app = server.create_app(Settings(_env_file=None))  # pyright: ignore
    near = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=near, base_url="http://test") as client:
        await client.get("/health")
        await client.get("/secret-1234")
        await client.get("/webchat/no-such-file")
        text = (await client.get("/metrics")).text
        assert 'regente_requests_total{method="GET",route="/health",status="200"} 1.0' in text
        assert 'route="/webchat/{file}",status="404"' in text
        assert "secret-1234" not in text
        behind_proxy = await client.get("/metrics", headers={"X-Forwarded-For": "1.2.3.4"})
        assert behind_proxy.status_code == 401


def test_every_folder_with_routes_is_served() -> None:
    served = server.create_app(Settings(_env_file=None)).openapi()["paths"]  # pyright: ignore
    for path in ("/chat", "/approvals", "/agents", "/ready"):
        assert path in served
