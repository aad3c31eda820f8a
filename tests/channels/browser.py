"""Chromium, driven by its own protocol: as much of it as a test of the page needs."""

import asyncio
import itertools
import json
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-port=0",
)  # fmt: skip
PATIENCE_S = 30.0
KEYS = {"Enter": 13, "Escape": 27, "Tab": 9}


class Page:
    """One tab."""

    def __init__(self, socket: ClientConnection, session_id: str) -> None:
        self._socket, self._session_id = socket, session_id
        self._numbers = itertools.count(1000)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._listening = asyncio.create_task(self._listen())
        self.complaints: list[str] = []
        """Exceptions, and what the content policy has refused."""

    async def _listen(self) -> None:
        async for raw in self._socket:
            message = json.loads(raw)
            if (waiting := self._answers.pop(message.get("id", 0), None)) is not None:
                waiting.set_result(message)
            elif message.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(message["params"]["exceptionDetails"])[:2000])
            elif message.get("method") == "Log.entryAdded":
                entry = message["params"]["entry"]
                if entry["source"] == "security":
                    self.complaints.append(entry["text"])

    async def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command of the protocol and give its result."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        command = {"id": number, "method": method, "params": parameters}
        await self._socket.send(json.dumps(command | {"sessionId": self._session_id}))
        message = await asyncio.wait_for(answer, PATIENCE_S)
        assert "error" not in message, (method, message["error"])
        return message["result"]

    async def js(self, expression: str) -> Any:
        """Evaluate an expression in the page, awaiting a promise."""
        got = await self.do(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in got, got["exceptionDetails"]
        return got["result"].get("value")

    async def until(self, condition: str) -> None:
        """Wait until an expression is true; fails with what the page shows."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_S
        while not await self.js(f"Boolean({condition})"):
            if loop.time() > until:
                shown = await self.js("document.body.innerText")
                raise AssertionError(f"never: {condition}\n{shown}\n{self.complaints}")
            await asyncio.sleep(0.05)

    async def open(self, url: str) -> None:
        """Go somewhere and wait until a message can be written there."""
        await self.do("Page.navigate", url=url)
        await self.ready()

    async def reload(self) -> None:
        await self.do("Page.reload")
        await asyncio.sleep(0.1)
        await self.ready()

    async def ready(self) -> None:
        await self.until("document.activeElement?.id === 'message'")

    async def write(self, text: str) -> None:
        """Type into what has the focus."""
        await self.do("Input.insertText", text=text)

    async def press(self, key: str, modifiers: int = 0) -> None:
        """Press a key; `modifiers` 8 is shift."""
        code = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key], "modifiers": modifiers}
        text = {"text": "\r"} if key == "Enter" else {}
        await self.do("Input.dispatchKeyEvent", type="keyDown", **code, **text)
        await self.do("Input.dispatchKeyEvent", type="keyUp", **code)

    async def say(self, text: str) -> None:
        """Send a message by the keyboard."""
        await self.js("document.getElementById('message').focus()")
        await self.write(text)
        await self.press("Enter")

    async def offline(self, off: bool) -> None:
        """Cut the connection, or give it back."""
        await self.do(
            "Network.emulateNetworkConditions", offline=off, latency=0,
            downloadThroughput=-1, uploadThroughput=-1,
        )  # fmt: skip

    async def choose_files(self, selector: str, *paths: Path) -> None:
        """Choose files in a file input."""
        root = (await self.do("DOM.getDocument"))["root"]["nodeId"]
        node = (await self.do("DOM.querySelector", nodeId=root, selector=selector))["nodeId"]
        await self.do("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def close(self) -> None:
        self._listening.cancel()


@asynccontextmanager
async def browser(width: int = 1100, height: int = 760) -> AsyncIterator[Page]:
    """Start Chromium with a profile of its own and give an empty tab."""
    assert CHROMIUM
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [CHROMIUM, *SWITCHES, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            async with connect(await _address(Path(profile)), max_size=None) as socket:
                page = Page(socket, await _tab(socket))
                for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
                    await page.do(f"{domain}.enable")
                size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
                await page.do("Emulation.setDeviceMetricsOverride", **size)
                await page.do("Emulation.setLocaleOverride", locale="en-US")
                yield page
                page.close()
        finally:
            process.terminate()
            process.wait(10)


async def _address(profile: Path) -> str:
    """Give where a browser that has just been started listens."""
    told = profile / "DevToolsActivePort"
    for _ in range(600):
        if told.exists() and len(lines := told.read_text().split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        await asyncio.sleep(0.05)
    raise AssertionError("Chromium did not start.")


async def _tab(socket: ClientConnection) -> str:
    async def ask(number: int, method: str, **parameters: Any) -> dict[str, Any]:
        await socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(await socket.recv())
            if message.get("id") == number:
                return message["result"]

    target = await ask(1, "Target.createTarget", url="about:blank")
    attached = await ask(2, "Target.attachToTarget", targetId=target["targetId"], flatten=True)
    return attached["sessionId"]
