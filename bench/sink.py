"""The smallest provider: it takes every message and counts them; `python -m bench.sink PORT`.

`GET /` says how many it has taken. Spoken by hand, so that it hardly takes a core from who is measured.
"""

import asyncio
import sys


class Sink(asyncio.Protocol):
    """One connection; requests come whole or in pieces."""

    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._read = transport, b""

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (head := self._read.find(b"\r\n\r\n")) >= 0:
            end = head + 4 + _length(self._read[:head])
            if len(self._read) < end:
                return
            body = b"%d" % Sink.taken
            if self._read.startswith(b"POST"):
                Sink.taken += 1
                body = b'{"id": "sink-%d"}' % Sink.taken
            self._read = self._read[end:]
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def main(port: int) -> None:
    """Serve until ended."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
