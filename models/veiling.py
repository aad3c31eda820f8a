"""Personal data behind signs: what a model outside is sent in the place of values, and the way back.

A sign is `⟦cpf·k7q3f9⟧`: the kind, and a mark that is made of the value and of the conversation's key.
The same value has the same sign all through a conversation and another one in the next. Nothing is stored:
whoever made a request knows its signs, and the answer is read with them.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import orjson

from core.privacy import NOBODY, Kind, Known, Personal, found, masked, normal, with_others
from core.secret_files import secret_in
from models.soundness import Unusable

KEY_FILE = "veil.key"
KEY_BYTES = 32
LETTERS, DIGITS = "bcdfghjkmnpqrstvwxz", "23456789"
PAIRS = 3
"""Of a letter and a digit in a mark: no word, no number, and hardly ever the same for two values."""

KINDS = get_args(Kind)
TOLD: tuple[Kind, ...] = ("phone", "cep", "postcode")
"""Kinds that may be plain numbers by themselves."""

LONGEST_NUMBER = 40

_KIND, _DOT = "|".join(KINDS), "[·•∙⋅.:_-]"
_MARK = f"(?:[{LETTERS}][{DIGITS}]){{{PAIRS}}}"
SIGN = re.compile(
    rf"⟦+\s*(?:[^\W\d]{{2,16}}\s*{_DOT}?\s*)?(?P<whole>{_MARK})\s*⟧*"
    rf"|[\[{{(<]\s*(?:{_KIND})\s*{_DOT}\s*(?P<other>{_MARK})\s*[\]}})>]"
    rf"|(?<![^\W_])(?:{_KIND}){_DOT}(?P<bare>{_MARK})(?![^\W_])⟧*",
    re.IGNORECASE,
)
"""A sign, also in other brackets or without them: models are not exact."""

_BEGUN = re.compile(
    r"(?:⟦[^⟧\n]{0,40}|[\[{(<]?\s?(?P<kind>[a-z]{0,8})"
    rf"(?P<dot>\s?{_DOT}\s?[a-z0-9]{{0,{2 * PAIRS}}}\s?)?)\Z",
    re.IGNORECASE,
)
_LONGEST = 60


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Within which a sign stands for the same value: one conversation."""

    key: bytes
    known: Known = NOBODY


_ELSEWHERE = Scope(key=secrets.token_bytes(KEY_BYTES))
_scope: ContextVar[Scope] = ContextVar("regente_veil", default=_ELSEWHERE)


@contextmanager
def veiled_for(data_dir: Path, conversation_id: str, known: Known) -> Iterator[None]:
    """Let what is said inside of the block be veiled for this conversation and whom it is with.

    Outside of it data is found by its form only, and signs are those of this process.
    """
    key = hmac.digest(_secret(data_dir), conversation_id.encode(), "sha256")
    token = _scope.set(Scope(key=key, known=known))
    try:
        yield
    finally:
        _scope.reset(token)


def without_values(text: str) -> str:
    """Give a text with only the kinds of what is personal in it; nothing brings the values back."""
    return masked(text, _scope.get().known)


@lru_cache
def _secret(data_dir: Path) -> bytes:
    """Give the secret of this deployment; a lost one is made anew."""
    return secret_in(data_dir / KEY_FILE)


class Veil:
    """The signs of one request."""

    def __init__(self) -> None:
        self._scope = _scope.get()
        self._marks: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        """By mark, each as it was first written."""

        self._told: dict[str, Kind] = {}
        """What is found only beside the word that says what it is, such as "my zip is 90210": its kind."""

    def __bool__(self) -> bool:
        """Say whether there is anything behind it."""
        return bool(self._values)

    def notice(self, text: str) -> str:
        """Give the text as it is, and know from now on what is told in it, wherever it stands alone."""
        for personal in _found(text, self._scope.known):
            for writing in (personal.value, normal(personal)):
                if personal.kind in TOLD and not found(writing):
                    self._told[writing.lower()] = personal.kind
        return text

    def over(self, text: str) -> str:
        """Give a text as it may leave: with signs in the place of values."""
        plain = text.replace("⟦", "[").replace("⟧", "]")  # no sign but ours
        known, low = self._scope.known, plain.lower()
        if told := tuple(one for one in self._told if one in low):
            known = replace(known, told=told)
        return with_others(plain, _found(plain, known), self._sign)

    def off(self, text: str) -> str:
        """Give a text of the model with the values in the place of signs.

        Raises:
            Unusable: it has a sign that stands for nothing.
        """
        shown = SIGN.sub(self._value, text)
        if "⟦" in shown or "⟧" in shown:
            raise _made_up()
        return shown

    def _sign(self, personal: Personal) -> str:
        kind = self._told.get(personal.value.lower(), personal.kind)
        value = kind, normal(Personal(kind, personal.start, personal.end, personal.value))
        mark = self._marks.get(value)
        if mark is None:
            mark = self._marks[value] = self._new_mark(*value)
            self._values[mark] = personal.value
        return f"⟦{kind}·{mark}⟧"

    def _new_mark(self, kind: str, value: str) -> str:
        """Give the mark of a value; where another value of this request has it, the next one."""
        again = 0
        while True:
            told = f"{kind}\0{value}\0{again}".encode()
            number = int.from_bytes(hmac.digest(self._scope.key, told, hashlib.sha256)[:8])
            mark = ""
            for _ in range(PAIRS):
                number, letter = divmod(number, len(LETTERS))
                number, digit = divmod(number, len(DIGITS))
                mark += LETTERS[letter] + DIGITS[digit]
            if mark not in self._values:
                return mark
            again += 1

    def _value(self, sign: re.Match[str]) -> str:
        mark = sign["whole"] or sign["other"] or sign["bare"]
        if (value := self._values.get(mark.lower())) is None:
            raise _made_up()
        return value


@lru_cache(maxsize=512)  # prompts and passages come again, and within a request every text twice
def _found(text: str, known: Known) -> tuple[Personal, ...]:
    return tuple(found(text, known))


def _made_up() -> Unusable:
    return Unusable(
        "The model's answer is unusable: it has a sign that stands for nothing.",
        flaw="it has a sign in ⟦brackets⟧ that you were not given; copy signs exactly",
    )


def mapped(value: Any, change: Callable[[str], str], name: str = "") -> Any:
    """Give data with each text in it changed, names too; a number that is changed becomes a text.

    The name under which a text stands says what it is, as a word before it would: `{"zip": "90210"}`.
    """
    if isinstance(value, str):
        before = f"{name.replace('_', ' ')}: " if name and len(value) <= LONGEST_NUMBER else ""
        changed = change(before + value)
        return changed.removeprefix(before) if changed.startswith(before) else change(value)
    if isinstance(value, dict):
        return {change(str(key)): mapped(part, change, str(key)) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [mapped(part, change, name) for part in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        shown = mapped(str(value), change, name)
        return value if shown == str(value) else shown
    return value


def mapped_json(text: str, change: Callable[[str], str]) -> str:
    """Give JSON with each text in it changed; what is no JSON is changed as a text.

    Text by text, because a value may stand right behind an escape (`\\n`), and a sign be written in escapes.
    """
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        return change(text)
    changed = mapped(data, change)
    return text if changed == data else orjson.dumps(changed).decode()


class Lifting:
    """Takes the veil off a text that comes in parts; what may begin a sign waits for its rest."""

    def __init__(self, veil: Veil) -> None:
        self._veil = veil
        self._held = ""

    def take(self, part: str, *, last: bool = False) -> str:
        """Give what can be shown with this part.

        Raises:
            Unusable: it has a sign that stands for nothing.
        """
        self._held += part
        end = len(self._held) if last else _settled(self._held)
        ready, self._held = self._held[:end], self._held[end:]
        return self._veil.off(ready)


def _settled(text: str) -> int:
    """Give up to where a text holds nothing that may turn out to be the beginning of a sign."""
    begun = _BEGUN.search(text, max(0, len(text) - _LONGEST))
    if begun is None or begun["kind"] is None:
        return begun.start() if begun else len(text)
    kind = begun["kind"].lower()
    fits = kind in KINDS if begun["dot"] else any(one.startswith(kind) for one in KINDS)
    return begun.start() if fits else len(text)
