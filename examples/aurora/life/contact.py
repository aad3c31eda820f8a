"""One contact, lived from its first message to its end: the customer's side, and the team's."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from conversations import closing, handoffs

from .customer import HOUR, Customer

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Contact(Customer):
    """A contact under way."""

    promised_until: datetime | None = None

    async def lives(self) -> AsyncGenerator[timedelta]:
        """Live it through; what comes out is how long nothing happens until the next step."""
        if not self.begin():
            return  # somebody else was faster, or the order is of no concern any more
        shows = self.plan.goal.shown and self.chance.random() < 0.5
        heard = await self.say(*self.opening(), parts=[await self.photo()] if shows else None)
        async for wait in self.talks(heard):
            yield wait
        async for wait in self._decided():
            yield wait
        if await self.stage.owner(self.conversation_id) == "queue":
            async for wait in self._handed():
                yield wait
        done = await self.stage.came(self.conversation_id)
        if self.plan.staff == "usual" and self.chance.random() < 0.6:
            yield self._working(self.chance.uniform(20, 70) * HOUR)
            await self.stage.close_case(done.customer_id, self.team["did"][self.plan.language][0])
        if self.promised_until is not None and self.plan.staff == "promises":
            yield self.promised_until + 1.2 * DAY - self.stage.time.moment
            async for wait in self._comes_back():
                yield wait

    # --- the team --------------------------------------------------------------------------------

    def _working(self, wait: timedelta) -> timedelta:
        """Give the wait until people are at work after `wait`."""
        at = (self.stage.time.moment + wait).astimezone(self.stage.workspace.zone)
        while not self.stage.workspace.people_answer(at):
            later = at.date() if at.time() < time(8) else at.date() + DAY
            at = datetime.combine(later, time(8), at.tzinfo) + self.chance.uniform(0, 3) * HOUR
        return at - self.stage.time.moment

    def _team(self, name: str, **values: str) -> str:
        text = self.chance.choice(self.team[name][self.plan.language])
        for key, value in values.items():
            text = text.replace(f"${key}", value)
        return text

    async def _decided(self) -> AsyncGenerator[timedelta]:
        """Let somebody decide on what waits for an approval, or nobody."""
        if self.plan.staff != "usual":
            return
        for row in await self.stage.pending(self.conversation_id):
            kind = self.chance.choices(["approve", "reject", "respond", "expire"], [68, 14, 10, 8])[
                0
            ]
            if kind == "expire":
                continue
            yield self._working(self.chance.uniform(0.2, 6) * HOUR)
            person = self.chance.choice(self.team["people"])
            if not any(
                row["approval_id"] == one["approval_id"]
                for one in await self.stage.pending(self.conversation_id)
            ):
                continue
            if kind == "respond":
                await self._decide(row, kind, person, reason=self._team("respond"))
                yield self.pause() + 10 * MINUTE
                await self.say(self.voice.one(self.manners["unknown"]))
                yield self._working(0.5 * HOUR)
                kind = "approve"
            reason = self._team("reject") if kind == "reject" else ""
            await self._decide(row, kind, person, reason=reason)

    async def _decide(self, row: dict[str, Any], kind: str, person: str, *, reason: str) -> None:
        if self.plan.customer:
            self.shop.show(self.plan.customer["customer_id"], self.day())
        await self.stage.decides(row["approval_id"], kind, person, reason=reason)
        self.transcript.append(("staff", f"{kind} {reason}"))

    async def _handed(self) -> AsyncGenerator[timedelta]:
        """Let somebody of the team take it, and end it in one of the ways in which that ends."""
        if "pushes" in self.plan.quirks:
            yield self.chance.uniform(12, 40) * MINUTE
            await self.say(self.voice.one(self.manners["pushing"]))
        if self.plan.staff == "none":
            return
        soon = self.chance.lognormvariate(2.7, 0.7) * MINUTE
        yield soon if self.plan.staff == "speaking" else self._working(soon)
        if await self.stage.owner(self.conversation_id) != "queue":
            return
        person = self.chance.choice(self.team["people"])
        await self.stage.desk(handoffs.take_over, self.conversation_id, person)
        await self._speaks(person, self._team("hello", person=person))
        yield self.pause()
        if self.plan.staff == "speaking":
            return
        if self.chance.random() < 0.5:
            await self.say(self.filled(self.voice.write(self.wording())))
            yield self.pause() + 3 * MINUTE
        async for wait in self._settles(person):
            yield wait

    async def _speaks(self, person: str, text: str) -> None:
        await self.stage.desk(
            handoffs.reply, self.conversation_id, person, text=text,
            message_id=f"life-{len(self.transcript)}",
        )  # fmt: skip
        self.transcript.append(("staff", text))

    async def _settles(self, person: str) -> AsyncGenerator[timedelta]:
        answer = self.plan.goal.answer.get(self.plan.language)
        how = self.chance.choices(["solved", "promise", "unsolved"], [60, 25, 15])[0]
        if self.plan.staff == "promises":
            how = "promise"
        if answer:
            await self._speaks(person, answer)
            await self._close(person, "solved")
            return
        self.promised_until = self.stage.time.moment + 2 * DAY
        day = self._named(self.promised_until)
        await self._speaks(person, self._team(how, day=day))
        yield self.pause()
        if how == "unsolved" or (how == "solved" and self.chance.random() < 0.5):
            await self.say(self.voice.one(self.manners["thanks" if how == "solved" else "give_up"]))
            yield self.pause()
            await self._close(person, how)
            return
        promised = self._team("promised", day=day) if how == "promise" else ""
        wrap_up = {
            "did": self._team("did"), "promised": promised, "changed": "",
            "follow_up": promised,
        }  # fmt: skip
        await self.stage.desk(handoffs.hand_back, self.conversation_id, person, wrap_up=wrap_up)
        if self.chance.random() < 0.6:
            yield self.pause()
            await self.say(self.voice.one(self.manners["thanks"]))

    def _named(self, moment: datetime) -> str:
        local = moment.astimezone(self.stage.workspace.zone)
        if self.plan.language == "en":
            return f"{local.day} {local:%b}"
        return f"{local:%d/%m}"

    async def _close(self, person: str, outcome: str) -> None:
        await self.stage.desk(_closed, self.conversation_id, person, outcome=outcome)

    async def _comes_back(self) -> AsyncGenerator[timedelta]:
        """What was promised has not come: she writes again, and nobody has answered yet."""
        self.plan = replace(self.plan, quirks=frozenset({"insists"}), staff="none")
        due = self._named(self.promised_until or self.stage.time.moment)
        text = {
            "pt-BR": f"Me prometeram uma solução até {due} e nada. Isso não se faz!",
            "en": f"I was promised an answer by {due} and nothing happened. Not good enough!",
        }
        heard = await self.say(text[self.plan.language])
        async for wait in self.talks(heard):
            yield wait


def _closed(tx: Any, workspace_id: str, conversation_id: str, **values: Any) -> None:
    closing.close(tx, workspace_id, conversation_id, **values)
