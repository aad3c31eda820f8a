"""The chat on the company's own site: a page of ours that talks to the HTTP interface."""

from typing import Any

from channels import Capabilities, Channel, Inbound, Message, split


class WebChat:
    """The page shows everything; what it sends is the body of `POST /chat` and the visitor's id."""

    name = "webchat"
    account = "web"
    max_characters = 4000
    quiet_s = 0.0
    max_wait_s = 0.0
    capabilities = Capabilities(
        buttons=8, markdown=True, streaming=True, citations=True, typing=True, attachments=True
    )

    def read(self, payload: dict[str, Any]) -> list[Inbound]:
        """Give the message of a request: `{visitor, message, message_id, language?, attachments?}`."""
        text, visitor = payload.get("message"), payload.get("visitor")
        given = payload.get("attachments")
        parts = (
            [part for part in given if isinstance(part, dict)] if isinstance(given, list) else []
        )
        text = text.strip() if isinstance(text, str) else ""
        if not isinstance(visitor, str) or not visitor or not (text or parts):
            return []
        return [
            Inbound(
                channel=self.name,
                account=self.account,
                address=visitor,
                provider_message_id=_word(payload.get("message_id")),
                text=text,
                parts=parts,
                language=_word(payload.get("language")),
            )
        ]

    def write(self, message: Message) -> list[dict[str, Any]]:
        """Give what the feed shows: the text, and with its last part the buttons and sources."""
        texts = split(message.text, self.max_characters)
        bodies: list[dict[str, Any]] = [
            {"to": message.address, "text": text, "agent": message.agent} for text in texts
        ]
        if bodies:
            bodies[-1]["buttons"] = list(message.buttons)
            bodies[-1]["citations"] = list(message.citations)
        for place, body in enumerate(bodies, 1):
            if message.message_id:
                body["message_id"] = (
                    f"{message.message_id}:{place}" if place > 1 else message.message_id
                )
        return bodies


def _word(given: Any) -> str:
    return given.strip() if isinstance(given, str) else ""


channel: Channel = WebChat()
