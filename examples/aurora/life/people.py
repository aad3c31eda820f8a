"""Who writes when, and about what: drawn with a seed, and those that stand waiting at the end."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .past import Shop
from .plan import Plan
from .voices import Goal

HOURS = [0, 0, 0, 0, 0, 0, 1, 3, 6, 8, 9, 9, 8, 8, 8, 8, 8, 7, 7, 6, 6, 5, 4, 2]
"""How often somebody writes in each hour of the day."""

WEEK = [10, 10, 9, 9, 9, 6, 4]
REGISTERS = {"plain": 5, "chat": 4, "slips": 3}
CHANNELS = {"webchat": 7, "whatsapp": 3, "email": 1}
QUIRKS = {
    "burst": 0.15,
    "later": 0.08,
    "chat": 0.06,
    "refuses": 0.06,
    "injects": 0.02,
    "pushes": 0.3,
}
APART_DAYS = 9
"""Days between two contacts of one person: the earlier has been closed by then."""

STANDING: list[tuple[str, float, dict[str, Any]]] = [
    # goal, hours before the end at which it begins, what else is known
    ("refund_order", 7.0, {"worth": 151, "language": "pt-BR"}),
    ("refund_order", 2.5, {"worth": 151, "language": "pt-BR"}),
    ("charged_twice", 4.5, {"worth": 151}),
    ("late_delivery", 86.0, {"staff": "promises", "quirks": {"insists"}}),
    ("complaint", 0.9, {"quirks": {"insists"}, "register": "plain"}),
    ("person", 1.6, {"quirks": {"foreign"}, "customer": None}),
    ("person", 0.45, {"channel": "whatsapp"}),
    ("person", 3.1, {"language": "en"}),
    ("report_defect", 1.1, {"quirks": {"insists"}}),
    ("hemming", 1.3, {"quirks": {"insists"}, "customer": None}),
    ("late_delivery", 8.0, {"quirks": {"insists", "pushes"}, "channel": "whatsapp"}),
    ("not_received", 0.35, {"quirks": {"insists"}, "channel": "whatsapp"}),
    ("complaint", 10.0, {"quirks": {"insists"}, "channel": "email", "register": "plain"}),
    ("missing_item", 2.0, {"quirks": {"insists"}}),
    ("account", 5.5, {"quirks": {"insists"}}),
    ("wrong_item", 6.3, {"quirks": {"insists"}}),
    ("person", 1.9, {"staff": "speaking"}),
    ("complaint", 2.8, {"staff": "speaking", "quirks": {"insists"}}),
    ("change_address", 0.3, {"quirks": {"injects", "insists"}}),
]
"""Those whom somebody who opens the demo finds waiting."""


class People:
    """Draws plans; the same seed draws the same ones."""

    def __init__(self, shop: Shop, goals: list[Goal], zone: ZoneInfo, seed: int) -> None:
        self._shop = shop
        self._goals = goals
        self._zone = zone
        self._chance = random.Random(seed)
        self._free: dict[str, date] = {}
        self._number = 0

    def plans(self, end: datetime, days: int, contacts: int, *, waiting: bool) -> list[Plan]:
        """Give all plans by their beginning."""
        standing = list(self._standing(end)) if waiting else []
        usual = [self._usual(start) for start in self._starts(end, days, contacts)]
        return sorted([*usual, *standing], key=lambda plan: (plan.start, plan.number))

    def _starts(self, end: datetime, days: int, contacts: int) -> Iterator[datetime]:
        """Give moments of the days before the end, more of them of late."""
        local = end.astimezone(self._zone)
        past = [local.date() - timedelta(days=back) for back in range(1, days + 1)]
        weights = [WEEK[day.weekday()] * (1.6 - back / days) for back, day in enumerate(past, 1)]
        for day in sorted(self._chance.choices(past, weights, k=contacts)):
            hour = self._chance.choices(range(24), HOURS)[0]
            minute = timedelta(hours=hour, seconds=self._chance.randrange(3600))
            yield datetime(day.year, day.month, day.day, tzinfo=self._zone) + minute

    def _usual(self, start: datetime) -> Plan:
        chance = self._chance
        goal = chance.choices(self._goals, [goal.often for goal in self._goals])[0]
        customer = self._customer(goal, start)
        quirks = {name for name, often in QUIRKS.items() if chance.random() < often}
        channel = chance.choices([*CHANNELS], [*CHANNELS.values()])[0] if customer else "webchat"
        return self._plan(
            goal,
            start,
            customer,
            channel=channel,
            register=chance.choices([*REGISTERS], [*REGISTERS.values()])[0],
            patience=chance.choice([0, 1, 1, 2]),
            quirks=frozenset(quirks - {"burst"} if channel == "email" else quirks),
        )

    def _standing(self, end: datetime) -> Iterator[Plan]:
        named = {goal.name: goal for goal in self._goals}
        for name, hours, known in STANDING:
            given: dict[str, Any] = {"staff": "none", **known}
            goal, start = named[name], end - timedelta(hours=hours)
            language, worth = given.pop("language", ""), given.get("worth", 0)
            customer = None
            if "customer" in given:
                given.pop("customer")
            else:
                customer = self._customer(goal, start, language, worth)
            given["quirks"] = frozenset(given.get("quirks", ()))
            yield self._plan(goal, start, customer, **given)

    def _plan(
        self, goal: Goal, start: datetime, customer: dict[str, Any] | None, **known: Any
    ) -> Plan:
        self._number += 1
        language = (
            customer["language"] if customer else self._chance.choice(["pt-BR", "pt-BR", "en"])
        )
        if language not in goal.says:
            language = "pt-BR"
        return Plan(
            number=self._number, start=start, goal=goal, customer=customer, language=language,
            **known,
        )  # fmt: skip

    def _customer(
        self, goal: Goal, start: datetime, language: str = "", worth: float = 0
    ) -> dict[str, Any] | None:
        """Choose somebody whom the matter can concern, and who has not written of late."""
        if not goal.order and (not goal.wants or self._chance.random() < 0.3) and not language:
            return None
        day = self._shop.day(start.date())
        people = [
            record
            for record in self._shop.customers
            if self._free.get(record["customer_id"], date.min) <= start.date()
            and language in ("", record["language"])
        ]
        self._chance.shuffle(people)
        for record in people:
            orders = self._shop.seen(record["customer_id"], day)
            if not goal.order or self._shop.fitting(orders, goal.order, day, worth):
                self._free[record["customer_id"]] = start.date() + timedelta(days=APART_DAYS)
                return record
        return None
