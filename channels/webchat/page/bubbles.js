// A message on the page: its bubble, its place in the conversation, its sources and files, how its delivery stands.

import { fileOf } from "/webchat/files.js";
import { openSource } from "/webchat/sources.js";
import { $, assistant, language, say } from "/webchat/view.js";
import { openWhy, whyIsShown } from "/webchat/why.js";
import { blocks, drawn, make } from "/webchat/words.js";

const GROUP_S = 300; // what follows within this is one speaker's stretch
const SILENCE_S = 3600; // after this a line says when it goes on

/** Make the element of a message: `{role, text, citations, attachments, name, created_at, turn_id, provisional}`. */
export function bubble(message) {
  const { role, turn_id } = message;
  const element = make("article", { class: `message ${role}` }, make("span", { class: "hidden", text: `${speaker(message)}: ` }));
  element.dataset.role = role;
  if (role === "person") element.append(make("p", { class: "name", "aria-hidden": "true", text: speaker(message) }));
  element.append(make("div", { class: "body" }), make("div", { class: "foot" }));
  if (message.provisional) {
    element.classList.add("draft");
    element.setAttribute("aria-hidden", "true");
  }
  write(element, message);
  if (turn_id) element.dataset.turn = turn_id;
  return element;
}

export function speaker({ role, name }) {
  return { customer: say("you"), person: name || say("person"), system: say("notice") }[role] || assistant;
}

/** A draft becomes the message that was committed, where it stands: nothing jumps. */
export function settled(element, message) {
  element.classList.remove("draft");
  element.removeAttribute("aria-hidden");
  if (message.turn_id) element.dataset.turn = message.turn_id;
  write(element, message);
}

/** Show a message's text, files and sources in its bubble. */
export function write(element, { role, text, citations = [], attachments = [], created_at, turn_id, provisional }) {
  const chip = (number) => (citations[number - 1] ? chipOf(citations[number - 1], number) : null);
  const body = element.querySelector(".body");
  body.replaceChildren(...attachments.map(fileOf), ...blocks(text || "", chip));
  body.classList.toggle("bare", !text && attachments.length > 0);
  const foot = element.querySelector(".foot");
  foot.replaceChildren();
  if (citations.length) {
    const sources = citations.map((cited, place) => chipOf(cited, place + 1, cited.title));
    foot.append(make("div", { class: "sources", role: "group", "aria-label": say("sources") }, ...sources));
  }
  if (created_at) {
    const time = make("time", { datetime: new Date(created_at * 1000).toISOString() });
    showTime(time);
    foot.append(time);
    element.dataset.at = created_at;
  }
  if (role === "ai" && turn_id && !provisional && whyIsShown()) {
    foot.append(make("button", { type: "button", class: "why-open", text: say("why"), "aria-label": say("why_label"), click: () => openWhy(turn_id) }));
  }
}

function chipOf(cited, number, title) {
  const label = say("open_source", { number, title: cited.title || "" });
  const chip = make("button", { type: "button", class: title ? "chip wide" : "chip", "aria-label": label, title: cited.title || "", click: () => openSource(cited) });
  chip.append(make("b", { text: String(number) }));
  if (title) chip.append(make("span", { text: title }));
  return chip;
}

// --- its place -----------------------------------------------------------------------------------

/** Put messages at the end, or before all others; groups and lines for silence follow from their times. */
export function place(elements, { first = false } = {}) {
  const log = $("log");
  if (first) log.prepend(...elements);
  else log.append(...elements);
  for (const element of elements) arrange(element);
  const after = elements.at(-1)?.nextElementSibling;
  if (after) arrange(after);
}

/** Take a message off the page, and let what stood around it close up. */
export function takeAway(element) {
  const after = element.nextElementSibling;
  element.previousElementSibling?.classList.remove("followed");
  element.remove();
  if (after) arrange(after);
}

function arrange(element) {
  if (!element.dataset.role) return;
  let before = element.previousElementSibling;
  if (before?.classList.contains("day")) {
    before.remove();
    before = element.previousElementSibling;
  }
  const at = Number(element.dataset.at) || Date.now() / 1000;
  const last = spokenBefore(element);
  const since = last ? at - Number(last.dataset.at || at) : 0;
  const apart = last ? since > SILENCE_S || !sameDay(at, Number(last.dataset.at || at)) : !sameDay(at, Date.now() / 1000);
  if (apart) element.before(dayLine(at));
  const joined = !apart && before?.dataset.role === element.dataset.role && since < GROUP_S;
  element.classList.toggle("joined", Boolean(joined));
  if (before?.dataset.role) before.classList.toggle("followed", Boolean(joined));
}

function spokenBefore(element) {
  let before = element.previousElementSibling;
  while (before && !before.dataset.role) before = before.previousElementSibling;
  return before;
}

const sameDay = (one, other) => new Date(one * 1000).toDateString() === new Date(other * 1000).toDateString();

function dayLine(at) {
  return make("p", { class: "day" }, make("time", { class: "long", datetime: new Date(at * 1000).toISOString(), text: longTime(new Date(at * 1000)) }));
}

/** Write times anew: the language has changed. */
export function showTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    if (time.classList.contains("long")) time.textContent = longTime(new Date(time.dateTime));
    else showTime(time);
  }
}

function showTime(element) {
  element.textContent = new Date(element.dateTime).toLocaleTimeString(language, { timeStyle: "short" });
}

function longTime(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
  const time = at.toLocaleTimeString(language, { timeStyle: "short" });
  const near = days < 2 ? new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-days, "day") : "";
  const day = near || at.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long" });
  return `${day.charAt(0).toLocaleUpperCase(language)}${day.slice(1)}, ${time}`;
}

// --- its delivery --------------------------------------------------------------------------------

const MARKS = { sending: "M12 7v5l3 2M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17Z", sent: "m5 12.500 4.500 4.500L19 7.500" };

/** Say how an own message's delivery stands: `sending`, `sent`, or `""`: it failed, which is said elsewhere. */
export function showDelivery(element, state) {
  element.querySelector(".delivery")?.remove();
  element.classList.toggle("sending", state === "sending");
  if (!state) return;
  const mark = make("span", { class: "delivery", title: say(state) }, make("span", { class: "hidden", text: say(state) }));
  mark.append(drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, drawn("path", { d: MARKS[state] })));
  element.querySelector(".foot").append(mark);
}

