"""`python -m bench.bare PORT`: the smallest server that streams a reply, the reference for HTTP."""

import json
import sys
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

app = FastAPI()


@app.get("/ready")
async def ready() -> dict[str, str]:
    """Say that it listens."""
    return {"status": "ready"}


@app.post("/chat")
async def chat(request: Request) -> StreamingResponse:
    """Say the message back in four events, as many as a short reply of the product has."""
    said = (await request.json())["message"]

    async def events() -> AsyncIterator[str]:
        for kind in ("status", "delta", "message", "done"):
            yield f"event: {kind}\ndata: {json.dumps({'text': said})}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
