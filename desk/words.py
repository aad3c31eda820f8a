"""What a person of the staff writes, as routes take it."""

from typing import Any

from pydantic import BaseModel

from core.errors import BadInput


class Words(BaseModel):
    """What a person writes."""

    def check_characters(self) -> None:
        """Refuse what a database cannot hold."""
        if _broken(self.model_dump()):
            raise BadInput("The text holds a character that is no text: NUL or half a surrogate.")


def _broken(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return any(_broken(item) for pair in value.items() for item in pair)
    return isinstance(value, list) and any(map(_broken, value))
