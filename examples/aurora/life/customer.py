"""A simulated customer: chooses her order, writes, answers what she is asked, gives up or is content."""

import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from channels import Inbound
from customers import Assertion

from . import voices
from .past import Shop
from .plan import Plan
from .stage import Heard, Stage
from .voices import Voice

MOST_EXCHANGES = 9
HOUR = timedelta(hours=1)
FREE = {"webchat": 0, "whatsapp": 3, "email": 30}
"""Minutes that a customer of a channel takes more to write again."""


@dataclass
class Customer:
    """A customer in one contact, and how it stands."""

    plan: Plan
    stage: Stage
    shop: Shop
    chance: random.Random
    conversation_id: str = ""
    order: dict[str, Any] = field(default_factory=dict)
    said: int = 0
    misled: bool = False
    """A write was proposed that she had not asked for."""

    tries: int = 0
    dropped: bool = False
    """She had second thoughts, and let it be."""

    transcript: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        record = self.plan.customer
        name = record["name"] if record else ""
        self.voice = Voice(self.chance, self.plan.language, name, self.plan.register)
        self.manners, self.team = voices.words("manners"), voices.words("staff")
        self.texts: list[str] = []

    # --- what she says ---------------------------------------------------------------------------

    @property
    def who(self) -> Assertion | None:
        """What the company knows of her."""
        record = self.plan.customer
        if record is None:
            return None
        return Assertion(
            external_id=record["customer_id"], name=record["name"], email=record["email"],
            phone=record["phone"], language=self.plan.language,
        )  # fmt: skip

    def filled(self, text: str) -> str:
        lines = self.order.get("items") or []
        product = self.shop.products.get(lines[0]["product_id"], {}) if lines else {}
        name = product.get("name", {}).get(self.plan.language, "")
        return text.replace("$number", self.order.get("order_id", "")).replace(
            "$item", self._of(name)
        )

    def _of(self, name: str) -> str:
        if self.plan.language == "en":
            return f"the {name}"
        return f"o produto {name}" if self.chance.random() < 0.2 else f"minha compra ({name})"

    def wording(self) -> str:
        """Say what she wants, in words that she has not used yet."""
        if not self.texts:
            self.texts = list(self.plan.goal.says[self.plan.language])
            self.chance.shuffle(self.texts)
        return self.filled(self.texts.pop())

    async def say(self, *texts: str, parts: list[dict[str, Any]] | None = None) -> Heard:
        record, channel = self.plan.customer, self.plan.channel
        address = {
            "webchat": f"stranger-{self.plan.number}",
            "whatsapp": record["phone"] if record else "",
            "email": record["email"] if record else "",
        }[channel]
        if record:
            self.shop.show(record["customer_id"], self.day())
        sent = []
        for text in texts:
            self.said += 1
            self.transcript.append(("customer", text))
            sent.append(
                Inbound(
                    channel=channel,
                    account="aurora",
                    address=address,
                    provider_message_id=f"life-{self.plan.number:05}-{self.said:05}",
                    text=text,
                    parts=(parts or []) if text is texts[-1] else [],
                )
            )
        heard = await self.stage.says(sent, self.who)
        self.conversation_id = heard.conversation_id
        self.transcript += [("ai", reply) for reply in heard.replies]
        return heard

    def day(self) -> int:
        return self.shop.day(self.stage.time.moment.astimezone(self.stage.workspace.zone).date())

    async def photo(self) -> dict[str, Any]:
        """Take a photo, and put it where the next message names it."""
        return await self.stage.upload("foto.png", voices.picture(self.chance))

    def opening(self) -> list[str]:
        hello = self.voice.one(self.manners["hello"])
        if "foreign" in self.plan.quirks:
            return [self.chance.choice(self.manners["foreign"])[0]]
        text = self.voice.write(self.wording())
        if self.plan.goal.angry and self.chance.random() < 0.5:
            text = f"{text} {self.voice.one(self.manners['angry'])}"
        if "injects" in self.plan.quirks:
            text = f"{text}. {self.chance.choice(self.manners['injected'])}"
        if self.plan.channel == "email":
            return [self.voice.letter(text)]
        if "burst" in self.plan.quirks:
            return [hello, text]
        return [f"{hello}, {text[0].lower()}{text[1:]}" if self.chance.random() < 0.4 else text]

    async def _answer(self, heard: Heard) -> Heard:
        """Answer a question of the AI as somebody who knows what she wants."""
        asked, choices = heard.asked, heard.choices
        if asked in ("confirm", "person", "approval"):
            return await self.say(self.voice.one(self.manners[self._will(heard)]))
        if asked == "photo":
            return await self.say(self.voice.one(self.manners["photo"]), parts=[await self.photo()])
        if asked in ("address", "cep"):
            address = self.manners["addresses"][self.plan.number % len(self.manners["addresses"])]
            return await self.say(address[asked == "cep"])
        number = self.order.get("order_id", "")
        if asked == "order_id" and number:
            shown = next((choice for choice in choices if number in choice), number)
            return await self.say(shown if self.chance.random() < 0.5 else number)
        if asked and choices:
            return await self.say(self.chance.choice(choices))
        if asked == "item" and self.order:
            return await self.say(self.filled("$item"))
        return await self.say(self.voice.one(self.manners["unknown"]))

    def _will(self, heard: Heard) -> str:
        """Say whether she wants what she is asked about: `agree` or `refuse`."""
        if heard.asked != "confirm":
            return "agree" if self.chance.random() < 0.75 else "refuse"
        wanted = not heard.proposed or heard.proposed in self.plan.goal.wants
        if not wanted:
            self.misled = True
            return "refuse"
        self.dropped = "refuses" in self.plan.quirks
        return "refuse" if self.dropped else "agree"

    # --- how it goes on ---

    def begin(self) -> bool:
        """Choose the order that it is about, and let happen to it what has; False: there is none."""
        goal, record = self.plan.goal, self.plan.customer
        if not goal.order or record is None:
            return True
        orders = self.shop.show(record["customer_id"], self.day())
        fitting = self.shop.fitting(orders, goal.order, self.day(), self.plan.worth)
        self.order = self.chance.choice(fitting) if fitting else {}
        if self.order and goal.mishap:
            self.shop.mishap(self.order["order_id"], goal.mishap, self.day())
        return bool(self.order)

    def pause(self) -> timedelta:
        minutes = self.chance.lognormvariate(0, 0.8) + FREE[self.plan.channel]
        return timedelta(minutes=round(minutes, 2))

    async def talks(self, heard: Heard) -> AsyncGenerator[timedelta]:
        """Go on until it is settled, she gives up, or a person is called."""
        quirks = set(self.plan.quirks)
        for _ in range(MOST_EXCHANGES):
            if heard.owner != "ai":
                return
            yield self.pause()
            if "later" in quirks and heard.asked:
                yield self.chance.uniform(20, 50) * HOUR
            if (odd := self._oddly(quirks, bool(heard.asked))) is not None:
                heard = await self.say(odd)
            elif heard.asked:
                heard = await self._answer(heard)
            elif self.dropped or await self._met():
                if self.chance.random() < 0.6:
                    await self.say(self.voice.one(self.manners["thanks"]))
                return
            elif (next_try := self._insists()) is not None:
                heard = await self.say(next_try)
            else:
                await self.say(self.voice.one(self.manners["give_up"]))
                return

    def _oddly(self, quirks: set[str], asked: bool) -> str | None:
        """Say what her quirks make her say now, each once; None: nothing."""
        if "foreign" in quirks:
            quirks -= {"foreign"}
            quirks |= {"insists"}
            return self.chance.choice(self.manners["foreign"])[2]
        if "insists" in quirks and not asked:
            return self.voice.one(self.manners["person"])
        for quirk, said in (("later", "back"), ("chat", "chat")):
            if asked and quirk in quirks:
                quirks.discard(quirk)
                return self.voice.one(self.manners[said])
        return None

    def _insists(self) -> str | None:
        """Say it in other words, or ask for a person; None: she gives up."""
        self.tries += 1
        if self.tries <= self.plan.patience:
            return self.voice.write(self.wording())
        if self.tries < MOST_EXCHANGES and self.chance.random() < 0.55:
            return self.voice.one(self.manners["person"])
        return None

    async def _met(self) -> bool:
        return await self.ended() in ("solved", "wrong")

    async def ended(self) -> str:
        """Say how it stands: `solved`, `person`, `unsolved`, `wrong`."""
        done = await self.stage.came(self.conversation_id)
        wants = self.plan.goal.wants
        if self.dropped and not done.written:
            return "solved"
        if set(done.written) - set(wants) or (done.cited and not wants):
            return "wrong"
        met = {
            "article": done.cited, "case": done.case_opened, "person": done.handed_over,
            "any": bool(self.transcript) and not done.handed_over,
        }  # fmt: skip
        if any(met.get(want, want in done.written or want in done.looked) for want in wants):
            return "solved"
        if done.handed_over:
            return "person"
        return "wrong" if self.misled else "unsolved"
