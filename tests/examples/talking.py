"""A conversation with a running house, as a customer has it."""

from evals.house import House
from evals.runner import signed_in

TOLD = {"REGENTE_EMBEDDER": "lexical", "REGENTE_MODEL": "embedded", "REGENTE_DEMO_LIFE": "off"}
PHOTO = {"name": "photo.png", "type": "image/png"}


async def says(house: House, customer: str | None, *messages: str | tuple[str, dict]) -> str:
    """Give the last reply of a conversation in which she says this."""
    await house.fresh()
    headers, known, text = await signed_in(house, customer), {}, ""
    for message in messages:
        said, file = message if isinstance(message, tuple) else (message, None)
        body = {"message": said, **known, **({"attachments": [file]} if file else {})}
        answer = (await house.http.post("/chat", json=body, headers=headers)).json()
        known = {"conversation_id": answer["conversation_id"]}
        text = "\n".join(reply["text"] for reply in answer["replies"])
    return text
