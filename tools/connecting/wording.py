"""What a back office answers, as a customer reads it: "label: value", short lists, days and money in words.

Nothing is added to what was answered, and what only machines read (keys, links to other calls, the moment
a record was changed) is left out; it stays in the data.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from core.injected import plain_data, visible
from core.workspace import Text, said
from core.written import local, money, truth
from tools.connecting import naming
from tools.connecting.text import words_of

MOST_FIELDS = 10
MOST_ITEMS = 5
MOST_BRIEF = 4
LONGEST = 160
"""Characters of one value."""

SPOKEN = {
    "one": {"pt-BR": "Encontrei: {items}.", "en": "I found: {items}."},
    "some": {"pt-BR": "Encontrei {count}: {items}.", "en": "I found {count}: {items}."},
    "more": {"pt-BR": "{items}; e mais {left}", "en": "{items}; and {left} more"},
    "nothing": {"pt-BR": "Não encontrei nada.", "en": "I found nothing."},
    "done": {"pt-BR": "Pronto, está feito.", "en": "Done."},
    "done_with": {"pt-BR": "Pronto: {told}.", "en": "Done: {told}."},
}
MONTHS = {
    "pt-BR": ("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro",
              "outubro", "novembro", "dezembro"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December"),
}  # fmt: skip

INNER = {"created_at", "updated_at", "deleted_at", "modified_at", "etag", "version", "self", "href",
         "links", "_links", "metadata", "currency", "object", "customer_id", "user_id", "client_id",
         "tenant_id", "account_id", "patient_id", "member_id"}  # fmt: skip
MONEY = {"price", "total", "amount", "subtotal", "fee", "cost", "value", "balance", "discount", "tax",
         "preco", "valor", "saldo", "taxa", "desconto", "custo"}  # fmt: skip
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,}", re.IGNORECASE)
MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
NAMES = ("name", "title", "label", "nome", "titulo", "description", "descricao")
BY_NUMBER = ("id", "number", "code", "numero", "codigo")
"""Fields by which one of a list is named, where the field that is looked for is not there."""

LISTS = ("items", "data", "results", "content", "value", "records")


class Worder:
    """Words for one connector's answers in one language."""

    def __init__(
        self, language: str, labels: Mapping[str, Text], zone: tzinfo | None,
        codes: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self._language = language
        self._labels = labels
        self._zone = zone
        self._codes = codes
        """Fields that only machines need beside a name."""

    def told(self, answer: Any, *, wrote: bool) -> str:
        """Give the sentence for an answer."""
        items = listed(answer)
        if items is not None and not wrote:
            return self._list(items)
        text = self.value("", answer) if not isinstance(answer, Mapping) else self.item(answer)
        text = text.rstrip(".")
        if wrote:
            return self._say("done_with", told=text) if text else self._say("done")
        return self._say("one", items=text) if text else self._say("nothing")

    def item(self, item: Any) -> str:
        """Give the fields of one thing: the first nine or ten that say something."""
        if not isinstance(item, Mapping):
            return self.value("", item)
        told: list[str] = []
        for key, value in item.items():
            if len(told) >= MOST_FIELDS or self._only_code(str(key), item):
                continue
            if text := self._field(str(key), value, item):
                told.append(text)
        return "; ".join(told)

    def brief(self, item: Any) -> str:
        """Give what one of several is told by: a few of its values, without what they are called."""
        if not isinstance(item, Mapping):
            return self.value("", item)
        told = [
            self.value(key, value, currency=_currency(item))
            for key, value in item.items()
            if self._tells(str(key), value, item)
        ]
        return ", ".join([text for text in told if text][:MOST_BRIEF])

    def _tells(self, key: str, value: Any, item: Mapping[str, Any]) -> bool:
        """Say whether a value tells one thing from another."""
        bare = isinstance(value, bool) or _is_number(key) or self._only_code(key, item)
        return _is_shown(key, value) and not bare

    def value(self, key: str, value: Any, *, currency: str = "") -> str:
        """Write one value."""
        if isinstance(value, bool):
            return truth(value, self._language)
        if isinstance(value, int | float):
            return self._number(key, value, currency)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            if spoken := self._spoken(value):
                return spoken
            parts = (self._field(str(key), inner, value) for key, inner in value.items())
            return ", ".join([part for part in parts if part][:MOST_FIELDS])
        if isinstance(value, Sequence):
            return ", ".join(self.value(key, one) for one in value[:MOST_ITEMS] if one is not None)
        return ""

    def label(self, key: str) -> str:
        """Give what a field is called."""
        own = self._labels.get(key)
        return said(own, self._language) if own else said(naming.label(key), self._language)

    def _only_code(self, key: str, beside: Mapping[str, Any]) -> bool:
        return key in self._codes and any(name in beside for name in NAMES)

    def _list(self, items: Sequence[Any]) -> str:
        told = [text for item in items[:MOST_ITEMS] if (text := self.item(item))]
        if not told:
            return self._say("nothing")
        if len(items) == 1:
            return self._say("one", items=told[0].rstrip("."))
        together = "; ".join(f"{at}) {text}" for at, text in enumerate(told, 1))
        if left := len(items) - len(told):
            together = self._say("more", items=together, left=str(left))
        return self._say("some", count=str(len(items)), items=together)

    def _field(self, key: str, value: Any, beside: Mapping[str, Any]) -> str:
        if not _is_shown(key, value):
            return ""
        text = self.value(key, value, currency=_currency(beside))
        return f"{self.label(key)}: {text}" if text else ""

    def _number(self, key: str, value: float, currency: str) -> str:
        is_money = bool(set(words_of(key)) & MONEY) and (bool(currency) or isinstance(value, float))
        if is_money:
            return money(value, currency, self._language)
        return local(f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}", self._language)

    def _text(self, value: str) -> str:
        bare = " ".join(visible(value).split())
        if (moment := _moment(bare)) is not None:
            return self._moment(moment)
        if naming.is_known(bare):
            return said(naming.value(bare), self._language)
        return bare if len(bare) <= LONGEST else f"{bare[: LONGEST - 1]}…"

    def _moment(self, moment: date | datetime) -> str:
        if isinstance(moment, datetime) and moment.tzinfo is not None and self._zone is not None:
            moment = moment.astimezone(self._zone)
        months = MONTHS.get(self._language, MONTHS["en"])
        join = " de " if self._language == "pt-BR" else " "
        day = join.join((str(moment.day), months[moment.month - 1], str(moment.year)))
        if not isinstance(moment, datetime):
            return day
        return f"{day}, {moment:%H:%M}"

    def _spoken(self, value: Mapping[str, Any]) -> str:
        """Give the text of this language where a value is one text per language."""
        if not value or not all(isinstance(one, str) for one in value.values()):
            return ""
        tags = {
            str(key).lower().partition("-")[0].partition("_")[0]: one for key, one in value.items()
        }
        if not tags.keys() <= {"pt", "en", "es", "fr", "de", "it"}:
            return ""
        return tags.get(self._language.partition("-")[0]) or next(iter(tags.values()))

    def _say(self, key: str, **values: str) -> str:
        return said(SPOKEN[key], self._language).format(**values)


def listed(answer: Any) -> list[Any] | None:
    """Give the list that an answer is, or that it holds beside counts and pages; else None."""
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, Mapping):
        return None
    lists = {key: value for key, value in answer.items() if isinstance(value, list)}
    for key in LISTS:
        if key in lists:
            return lists[key]
    if len(lists) != 1:
        return None
    rows = next(iter(lists.values()))
    others = [value for value in answer.values() if not isinstance(value, list | int | bool | None)]
    holds_things = all(isinstance(row, Mapping) for row in rows)
    return rows if holds_things and not others else None


def data_of(answer: Any) -> dict[str, Any]:
    """Give an answer as a tool's data: what it lists under `items`."""
    harmless = plain_data(answer)
    items = listed(harmless)
    if items is not None:
        return {"items": items}
    return harmless if isinstance(harmless, dict) else {"value": harmless}


def _is_shown(key: str, value: Any) -> bool:
    """Say whether a field tells a customer something."""
    name = "_".join(words_of(key))
    if value in (None, "", [], {}) or name in INNER or key.startswith(("_", "@", "$")):
        return False
    return not (isinstance(value, str) and (UUID.fullmatch(value) or value.startswith("/")))


def _is_number(key: str) -> bool:
    return words_of(key)[-1] in ("id", "uuid", "key")


def _currency(beside: Mapping[str, Any]) -> str:
    return str(beside.get("currency") or beside.get("moeda") or "")


def _moment(text: str) -> date | datetime | None:
    if not MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
    except ValueError:
        return None
