"""A scripted OpenAI-compatible server over real HTTP: a sound model that fails on demand.

    python -m models.scripted --port 9009 --fail cut --times 2

    async with scripted_server(latency_s=0.3) as server:
        model = LeanChatOpenAI(model="scripted", base_url=server.url, api_key="none")
        server.fail("cut", times=1)

For tests, evaluations and measurements; nothing of the product depends on it.
"""

from models.scripted.script import MODES, Scripted
from models.scripted.server import ScriptedServer, scripted_server

__all__ = ["MODES", "Scripted", "ScriptedServer", "scripted_server"]
