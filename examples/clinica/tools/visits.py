"""The clinic's back office: visits, free times, booking, moving and cancelling.

The records are made at the first call, relative to that day, in a file of the deployment's data folder.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from core.errors import ToolFailed, ToolRetry
from tools import Context, Preview, Result
from tools.building import tool

FILE = "clinica-visits.sqlite"
FIRST_BOOKED = 3001
SUNDAY = 6
NOTICE = timedelta(hours=24)
TIMES = ("08:00", "09:30", "11:00", "14:00", "15:30", "17:00")
Specialty = Literal["cardiology", "dermatology", "paediatrics", "general"]
DOCTORS = {
    "cardiology": ("Dr. Reis", {"pt-BR": "cardiologia", "en": "cardiology"}),
    "dermatology": ("Dra. Prado", {"pt-BR": "dermatologia", "en": "dermatology"}),
    "paediatrics": ("Dra. Nunes", {"pt-BR": "pediatria", "en": "paediatrics"}),
    "general": ("Dr. Sato", {"pt-BR": "clínica geral", "en": "general practice"}),
}
SEEDED: tuple[tuple[str, str, str, int, str], ...] = (
    ("V-2101", "P-101", "cardiology", 6, "09:30"),
    ("V-2102", "P-101", "dermatology", 13, "14:00"),
    ("V-2201", "P-102", "general", 0, ""),  # ten hours after the records were made
    ("V-2202", "P-102", "cardiology", 8, "11:00"),
    ("V-2301", "P-103", "dermatology", -9, "15:30"),
)
"""Number, patient, specialty, days from the first day, time."""

Row = dict[str, Any]


@contextmanager
def records(context: Context, *, to_write: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the records for one call; a writing one is alone, and is undone when it raises."""
    context.data_dir.mkdir(parents=True, exist_ok=True)
    path = context.data_dir / FILE
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        _seed(file, context.now.replace(tzinfo=None))
        file.execute("COMMIT")
        file.execute("BEGIN IMMEDIATE" if to_write else "BEGIN")
        try:
            yield file
            file.execute("COMMIT")
        except BaseException:
            file.execute("ROLLBACK")
            raise


def _seed(file: sqlite3.Connection, now: datetime) -> None:
    file.execute(
        "CREATE TABLE IF NOT EXISTS visits (visit_id TEXT PRIMARY KEY, patient TEXT, specialty TEXT,"
        " at TEXT, state TEXT)"
    )
    file.execute("CREATE TABLE IF NOT EXISTS acts (key TEXT PRIMARY KEY, text TEXT, data TEXT)")
    if file.execute("SELECT 1 FROM visits").fetchone():
        return
    for visit_id, patient, specialty, days, clock in SEEDED:
        at = now.replace(second=0, microsecond=0) + timedelta(hours=10)
        if clock:
            day = now.date() + timedelta(days=days)
            day += timedelta(days=1) if day.weekday() == SUNDAY else timedelta()
            at = datetime.combine(day, time.fromisoformat(clock))
        row = (visit_id, patient, specialty, at.isoformat(), "booked")
        file.execute("INSERT INTO visits VALUES (?, ?, ?, ?, ?)", row)


def say(context: Context, pt: str, en: str) -> str:
    """Choose the words of the customer's language."""
    return pt if context.language == "pt-BR" else en


def when(context: Context, at: datetime) -> str:
    """Write a day and a time in the customer's language."""
    if context.language == "pt-BR":
        return f"{at:%d/%m/%Y} às {at:%H:%M}"
    return f"{at.day} {at:%B %Y} at {at:%H:%M}"


def visits_of(file: sqlite3.Connection, context: Context) -> list[Row]:
    """Give the visits of who is asking that were not cancelled, the next one first."""
    found = file.execute(
        "SELECT visit_id, specialty, at FROM visits WHERE patient = ? AND state = 'booked' ORDER BY at",
        (context.external_id or "",),
    )
    return [
        {"visit_id": number, "specialty": specialty, "at": datetime.fromisoformat(at)}
        for number, specialty, at in found
    ]


def visit_of(file: sqlite3.Connection, context: Context, visit_id: str) -> Row:
    """Give a visit of this patient; another's looks the same as none.

    Raises:
        ToolFailed: she has no such visit.
    """
    for visit in visits_of(file, context):
        if visit["visit_id"] == visit_id.strip().upper():
            return visit
    pt = f"Não encontrei a consulta {visit_id} entre as suas."
    raise ToolFailed(say(context, pt, f"I found no visit {visit_id} among yours."))


def ahead(file: sqlite3.Connection, context: Context, visit_id: str) -> Row:
    """Give a visit that is still to come.

    Raises:
        ToolFailed: it is over.
    """
    visit = visit_of(file, context, visit_id)
    if visit["at"] < context.now.replace(tzinfo=None):
        pt = f"A consulta {visit['visit_id']} já aconteceu."
        raise ToolFailed(say(context, pt, f"Visit {visit['visit_id']} is over."))
    return visit


def label(context: Context, visit: Row) -> str:
    """Name a visit as its patient would recognise it."""
    doctor, names = DOCTORS[visit["specialty"]]
    return (
        f"{visit['visit_id']} · {names[context.language]}, {doctor} ({when(context, visit['at'])})"
    )


def free(file: sqlite3.Connection, context: Context, specialty: str, day: date) -> list[str]:
    """Give the times at which a specialty is free on a day.

    Raises:
        ToolRetry: the clinic is closed that day, or the day is over.
    """
    if day <= context.now.date():
        pt, en = "Marco só a partir de amanhã.", "I can only book from tomorrow on."
        raise ToolRetry(say(context, pt, en), argument="day")
    if day.weekday() == SUNDAY:
        pt, en = "Aos domingos a clínica não abre.", "The clinic is closed on Sundays."
        raise ToolRetry(say(context, pt, en), argument="day")
    taken = {
        at
        for (at,) in file.execute(
            "SELECT at FROM visits WHERE specialty = ? AND state = 'booked'", (specialty,)
        )
    }
    return [
        clock
        for clock in TIMES
        if datetime.combine(day, time.fromisoformat(clock)).isoformat() not in taken
    ]


def once(context: Context, file: sqlite3.Connection, result: Result) -> Result:
    """Keep what a key has done, so that the same key never acts twice."""
    if context.idempotency_key:
        kept = (context.idempotency_key, result.text, json.dumps(result.data))
        file.execute("INSERT INTO acts VALUES (?, ?, ?)", kept)
    return result


def done(context: Context, file: sqlite3.Connection) -> Result | None:
    """Give what this key has done before."""
    wanted = (context.idempotency_key,)
    row = file.execute("SELECT text, data FROM acts WHERE key = ?", wanted).fetchone()
    return Result(text=row[0], data=json.loads(row[1])) if row and wanted[0] else None


@tool(effect="read")
def my_visits(*, context: Context) -> Result:
    """List this patient's visits that are to come, the next one first."""
    with records(context) as file:
        now = context.now.replace(tzinfo=None)
        visits = [visit for visit in visits_of(file, context) if visit["at"] >= now]
    listed = [{"visit_id": visit["visit_id"], "label": label(context, visit)} for visit in visits]
    nothing = say(context, "Você não tem consultas marcadas.", "You have no visits booked.")
    text = "; ".join(one["label"] for one in listed) or nothing
    return Result(text=text, data={"visits": listed})


@tool(effect="read", serves=("care", "transactions"))
def visit_status(visit_id: str, *, context: Context) -> Result:
    """Say when a visit is, and with whom.

    Args:
        visit_id: number of the visit, `V-` and four digits.
    """
    with records(context) as file:
        visit = visit_of(file, context, visit_id)
    doctor, names = DOCTORS[visit["specialty"]]
    left = visit["at"] - context.now.replace(tzinfo=None)
    number, day, kind = visit["visit_id"], when(context, visit["at"]), names[context.language]
    over = left < timedelta()
    verb_pt, verb_en = ("foi", "was") if over else ("é", "is")
    text = say(
        context,
        f"A consulta {number} ({kind}, {doctor}) {verb_pt} em {day}.",
        f"Visit {number} ({kind}, {doctor}) {verb_en} on {day}.",
    )
    data = {"visit_id": number, "specialty": visit["specialty"], "over": over}
    return Result(text=text, data=data | {"soon": timedelta() <= left < NOTICE})


@tool(needs="anonymous", effect="read")
def free_times(specialty: Specialty, day: date, *, context: Context) -> Result:
    """Say at which times a specialty is free on a day.

    Args:
        specialty: which kind of doctor.
        day: the day wanted.
    """
    with records(context) as file:
        times = free(file, context, specialty, day)
    listed = [{"time": clock, "label": clock} for clock in times]
    return Result(text=", ".join(times), data={"times": listed})


def preview_book(specialty: str, day: date, time: str, *, context: Context) -> Preview:
    """Say what would be booked."""
    with records(context) as file:
        at = _free_at(file, context, specialty, day, time)
    doctor, names = DOCTORS[specialty]
    kind, moment = names[context.language], when(context, at)
    pt = f"marcar uma consulta de {kind} com {doctor} em {moment}"
    return Preview(text=say(context, pt, f"book a {kind} visit with {doctor} on {moment}"))


def _free_at(
    file: sqlite3.Connection, context: Context, specialty: str, day: date, clock: str
) -> datetime:
    """Give the moment, once it is known to be free.

    Raises:
        ToolRetry: it is taken, or no time at which the clinic sees patients.
    """
    if clock not in (times := free(file, context, specialty, day)):
        pt = f"Às {clock} não há vaga; há às {', '.join(times)}."
        en = f"{clock} is not free; these are: {', '.join(times)}."
        raise ToolRetry(say(context, pt, en), argument="time")
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").time())  # noqa: DTZ007


@tool(effect="write", entity=("specialty", "day", "time"), preview=preview_book, retry="key")
def book_visit(specialty: Specialty, day: date, time: str, *, context: Context) -> Result:
    """Book a visit to a doctor of the clinic.

    Args:
        specialty: which kind of doctor.
        day: the day.
        time: one of the free times, as 09:30.
    """
    with records(context, to_write=True) as file:
        if before := done(context, file):
            return before
        at = _free_at(file, context, specialty, day, time)
        count = file.execute("SELECT COUNT(*) FROM visits").fetchone()[0]
        number = f"V-{FIRST_BOOKED + count - len(SEEDED)}"
        row = (number, context.external_id, specialty, at.isoformat(), "booked")
        file.execute("INSERT INTO visits VALUES (?, ?, ?, ?, ?)", row)
        moment = when(context, at)
        pt = f"Pronto, a consulta {number} está marcada para {moment}."
        text = say(context, pt, f"Done, visit {number} is booked for {moment}.")
        return once(context, file, Result(text=text, data={"visit_id": number}))


def preview_move(visit_id: str, day: date, time: str, *, context: Context) -> Preview:
    """Say which visit would go to which day."""
    with records(context) as file:
        visit = ahead(file, context, visit_id)
        at = _free_at(file, context, visit["specialty"], day, time)
    number, moment = visit["visit_id"], when(context, at)
    pt = f"remarcar a consulta {number} para {moment}"
    return Preview(text=say(context, pt, f"move visit {number} to {moment}"))


def _moved(visit_id: str, day: date, clock: str, context: Context) -> Result:
    with records(context, to_write=True) as file:
        if before := done(context, file):
            return before
        visit = ahead(file, context, visit_id)
        at = _free_at(file, context, visit["specialty"], day, clock)
        number, moment = visit["visit_id"], when(context, at)
        file.execute("UPDATE visits SET at = ? WHERE visit_id = ?", (at.isoformat(), number))
        pt = f"Pronto, a consulta {number} agora é em {moment}."
        text = say(context, pt, f"Done, visit {number} is now on {moment}.")
        return once(context, file, Result(text=text, data={"visit_id": number}))


@tool(effect="write", entity=("visit_id",), preview=preview_move, retry="key")
def move_visit(visit_id: str, day: date, time: str, *, context: Context) -> Result:
    """Move a visit that is more than 24 hours away.

    Args:
        visit_id: number of the visit, `V-` and four digits.
        day: the new day.
        time: one of the free times, as 09:30.

    Raises:
        ToolFailed: it is less than 24 hours away.
    """
    with records(context) as file:
        left = ahead(file, context, visit_id)["at"] - context.now.replace(tzinfo=None)
    if left < NOTICE:
        pt = "Faltam menos de 24 horas; a recepção precisa autorizar."
        raise ToolFailed(say(context, pt, "It is less than 24 hours away; the desk must agree."))
    return _moved(visit_id, day, time, context)


@tool(effect="write", entity=("visit_id",), preview=preview_move, retry="key")
def move_late(visit_id: str, day: date, time: str, *, context: Context) -> Result:
    """Move a visit that is less than 24 hours away, which the front desk must approve.

    Args:
        visit_id: number of the visit, `V-` and four digits.
        day: the new day.
        time: one of the free times, as 09:30.
    """
    return _moved(visit_id, day, time, context)


def preview_cancel(visit_id: str, *, context: Context) -> Preview:
    """Say which visit would be cancelled."""
    with records(context) as file:
        visit = ahead(file, context, visit_id)
    named = label(context, visit)
    return Preview(text=say(context, f"desmarcar a consulta {named}", f"cancel visit {named}"))


@tool(effect="write", entity=("visit_id",), preview=preview_cancel, retry="key")
def cancel_visit(visit_id: str, *, context: Context) -> Result:
    """Cancel a visit, at no cost.

    Args:
        visit_id: number of the visit, `V-` and four digits.
    """
    with records(context, to_write=True) as file:
        if before := done(context, file):
            return before
        number = ahead(file, context, visit_id)["visit_id"]
        file.execute("UPDATE visits SET state = 'cancelled' WHERE visit_id = ?", (number,))
        pt = f"Pronto, a consulta {number} foi desmarcada, sem custo."
        text = say(context, pt, f"Done, visit {number} has been cancelled at no cost.")
        return once(context, file, Result(text=text, data={"visit_id": number}))


tools = [my_visits, visit_status, free_times, book_visit, move_visit, move_late, cancel_visit]
