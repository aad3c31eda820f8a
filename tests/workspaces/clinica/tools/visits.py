"""Visits: which there are, moving and cancelling them, and being called back."""

from datetime import date
from typing import Literal

from core.errors import ToolFailed, ToolRetry
from tools import Context, Preview, Result
from tools.building import tool

from ._records import DONE, VISITS, said, visit_of


@tool(effect="read")
def my_visits(*, context: Context) -> Result:
    """List this patient's visits, newest first."""
    visits = VISITS.get(context.external_id or "", {})
    if not visits:
        return Result(
            text=said(context, "Você não tem consultas.", "You have no visits."),
            data={"visits": []},
        )
    listed = [
        {"visit_id": number, "label": f"{number} ({visit['doctor']})"}
        for number, visit in visits.items()
    ]
    return Result(text=", ".join(visits), data={"visits": listed})


@tool(effect="read", serves=("care", "transactions"))
def visit_status(visit_id: str, *, context: Context) -> Result:
    """Say when a visit is, and with whom.

    Args:
        visit_id: number of the visit, `V-` and four digits.
    """
    visit = visit_of(context, visit_id)
    text = said(
        context,
        f"A consulta {visit_id} é em {visit['day']}.",
        f"Visit {visit_id} is on {visit['day']}.",
    )
    return Result(text=text, data=dict(visit))


def preview_move(visit_id: str, day: date, reason: str, *, context: Context) -> Preview:
    """Say which visit would go to which day."""
    visit = visit_of(context, visit_id)
    if visit["past"]:
        raise ToolFailed(said(context, "Essa consulta já passou.", "That visit is over."))
    if day.weekday() == 6:
        raise ToolRetry(
            said(context, "Não abrimos aos domingos.", "We are closed on Sundays."), argument="day"
        )
    text = said(
        context,
        f"remarcar a consulta {visit_id} para {day.isoformat()}",
        f"move visit {visit_id} to {day.isoformat()}",
    )
    return Preview(text=text)


@tool(effect="write", entity=("visit_id",), preview=preview_move, retry="key")
def move_visit(
    visit_id: str,
    day: date,
    reason: Literal["illness", "work", "none"] = "none",
    *,
    context: Context,
) -> Result:
    """Move a visit to another day.

    Args:
        visit_id: number of the visit, `V-` and four digits.
        day: the new day.
        reason: why.
    """
    visit_of(context, visit_id)
    DONE.append((context.idempotency_key, f"move {visit_id} {day} {reason}"))
    text = said(context, f"Remarquei a consulta {visit_id}.", f"I moved visit {visit_id}.")
    return Result(text=text, data={"day": day.isoformat()})


def preview_cancel(visit_id: str, *, context: Context) -> Preview:
    """Say which visit would be cancelled; the fee is in `amount` only."""
    visit = visit_of(context, visit_id)
    text = said(context, f"cancelar a consulta {visit_id}", f"cancel visit {visit_id}")
    return Preview(text=text, amount=float(str(visit["fee"])))


@tool(effect="write", entity=("visit_id",), preview=preview_cancel)
def cancel_visit(visit_id: str, *, context: Context) -> Result:
    """Cancel a visit; a fee may be due.

    Args:
        visit_id: number of the visit, `V-` and four digits.
    """
    visit_of(context, visit_id)
    DONE.append((context.idempotency_key, f"cancel {visit_id}"))
    return Result(
        text=said(context, f"Cancelei a consulta {visit_id}.", f"I cancelled visit {visit_id}.")
    )


def preview_call(phone: str, *, context: Context) -> Preview:
    """Say whom we would call."""
    text = said(context, f"pedir que liguem para {phone}", f"have someone call {phone}")
    return Preview(text=text)


@tool(
    effect="write", entity=("phone",), preview=preview_call,
    examples={
        "pt-BR": ("me liguem", "podem me telefonar?", "quero que alguém me ligue de volta"),
        "en": ("call me back", "can you phone me?", "I want somebody to call me back"),
    },
)  # fmt: skip
def request_call(phone: str, *, context: Context) -> Result:
    """Note that somebody wants to be called back.

    Args:
        phone: telephone number with area code.
    """
    DONE.append((context.idempotency_key, f"call {phone}"))
    return Result(text=said(context, f"Vamos ligar para {phone}.", f"We will call {phone}."))


@tool(
    needs="anonymous",
    examples={
        "pt-BR": ("vocês abrem hoje?", "qual o horário?"),
        "en": ("are you open?", "what are your hours?"),
    },
)
def opening_hours(*, context: Context) -> Result:
    """Say when the clinic is open."""
    return Result(text=said(context, "Abrimos das 8h às 18h.", "We are open from 8:00 to 18:00."))


tools = [my_visits, visit_status, move_visit, cancel_visit, request_call, opening_hours]
