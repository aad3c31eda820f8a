"""A small back office to connect to: appointments at a hairdresser's, in memory, with a key.

    SALON_KEY=secret uvicorn app:app --port 8787 --app-dir examples/backoffice

It knows nothing of who calls it. Its document is at `/openapi.json`; answers are in the language that
`Accept-Language` names, and `Idempotency-Key` makes a booking happen once however often it is sent.
"""

import os
import secrets
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Header, HTTPException, Path
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field

SERVICES = {
    "cut": {"pt": "corte", "en": "haircut", "minutes": 45, "price": 80.0},
    "color": {"pt": "coloração", "en": "colouring", "minutes": 120, "price": 220.0},
    "nails": {"pt": "manicure", "en": "manicure", "minutes": 40, "price": 45.0},
}
Service = Literal["cut", "color", "nails"]


class Offered(BaseModel):
    service: Service
    name: str
    duration_minutes: int
    price: float
    currency: str = "BRL"


class Appointment(BaseModel):
    id: str
    service: str
    starts_at: datetime
    status: Literal["confirmed", "cancelled"]


class Wanted(BaseModel):
    customer_id: str
    service: Service = Field(description="what is to be done")
    day: date = Field(description="the day")
    hour: time = Field(default=time(10), description="the time of day")


class Moved(BaseModel):
    day: date = Field(description="the new day")
    hour: time | None = Field(default=None, description="the new time of day")


key = APIKeyHeader(name="X-Api-Key")
Language = Annotated[str, Header(alias="Accept-Language")]


def known(given: Annotated[str, Depends(key)]) -> None:
    """Let in who has the key."""
    if not secrets.compare_digest(given, os.environ.get("SALON_KEY", "secret")):
        raise HTTPException(401, "unknown key")


app = FastAPI(title="Salon", version="1.0", dependencies=[Depends(known)])
app.state.booked = {}
"""By number: the appointment, and whose it is."""
app.state.sent = {}
"""By customer and idempotency key: the number that was given for it."""


def spoken(language: str) -> Literal["pt", "en"]:
    return "pt" if language.lower().startswith("pt") else "en"


def shown(number: str, language: str) -> Appointment:
    booked = app.state.booked[number]
    name = str(SERVICES[booked["service"]][spoken(language)])
    return Appointment(id=number, service=name, starts_at=booked["at"], status=booked["status"])


def hers(number: str, customer_id: str) -> dict[str, Any]:
    booked = app.state.booked.get(number)
    if booked is None or booked["customer_id"] != customer_id:
        raise HTTPException(404, "no such appointment")
    return booked


@app.get("/services", operation_id="list_services", summary="List what we do, with prices")
def list_services(accept_language: Language = "pt") -> list[Offered]:
    spoken_here = spoken(accept_language)
    return [
        Offered.model_validate(
            {
                "service": service,
                "name": said[spoken_here],
                "duration_minutes": said["minutes"],
                "price": said["price"],
            }
        )
        for service, said in SERVICES.items()
    ]


@app.get("/customers/{customer_id}/appointments", operation_id="list_appointments",
         summary="List a customer's appointments that are still to come")  # fmt: skip
def list_appointments(customer_id: str, accept_language: Language = "pt") -> list[Appointment]:
    mine = [n for n, one in app.state.booked.items() if one["customer_id"] == customer_id]
    return [shown(n, accept_language) for n in mine if app.state.booked[n]["status"] == "confirmed"]


@app.post(
    "/appointments", operation_id="book_appointment", summary="Book an appointment", status_code=201
)
def book_appointment(
    wanted: Wanted, accept_language: Language = "pt",
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Appointment:  # fmt: skip
    sent = (wanted.customer_id, idempotency_key)
    if idempotency_key and (before := app.state.sent.get(sent)):
        return shown(before, accept_language)
    if wanted.day.weekday() == 6:
        closed = {"pt": "Não abrimos aos domingos.", "en": "We are closed on Sundays."}
        raise HTTPException(409, closed[spoken(accept_language)])
    number = f"S{1000 + len(app.state.booked) + 1}"
    at = datetime.combine(wanted.day, wanted.hour)
    app.state.booked[number] = {
        "customer_id": wanted.customer_id, "service": wanted.service, "at": at, "status": "confirmed",
    }  # fmt: skip
    if idempotency_key:
        app.state.sent[sent] = number
    return shown(number, accept_language)


@app.patch("/customers/{customer_id}/appointments/{appointment_id}", operation_id="reschedule_appointment",
           summary="Move an appointment to another day or time")  # fmt: skip
def reschedule_appointment(
    customer_id: str, appointment_id: Annotated[str, Path(description="number of the appointment")],
    moved: Moved, accept_language: Language = "pt",
) -> Appointment:  # fmt: skip
    booked = hers(appointment_id, customer_id)
    booked["at"] = datetime.combine(moved.day, moved.hour or booked["at"].time())
    return shown(appointment_id, accept_language)


@app.delete("/customers/{customer_id}/appointments/{appointment_id}", operation_id="cancel_appointment",
            summary="Cancel an appointment")  # fmt: skip
def cancel_appointment(
    customer_id: str, appointment_id: Annotated[str, Path(description="number of the appointment")],
    accept_language: Language = "pt",
) -> Appointment:  # fmt: skip
    hers(appointment_id, customer_id)["status"] = "cancelled"
    return shown(appointment_id, accept_language)


def begin(today: date | None = None) -> None:
    """Begin with two customers' appointments, some days from today."""
    day = (today or date.today()) + timedelta(days=5)  # noqa: DTZ011 - the salon's own clock
    app.state.sent.clear()
    app.state.booked.clear()
    for number, customer, service, hour in (
        ("S1000", "K-7", "cut", 14), ("S1001", "K-8", "nails", 9),
    ):  # fmt: skip
        app.state.booked[number] = {
            "customer_id": customer, "service": service, "status": "confirmed",
            "at": datetime.combine(day, time(hour)),
        }  # fmt: skip


begin()
