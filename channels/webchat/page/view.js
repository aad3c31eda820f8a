// What stands around the messages: texts in the chosen language, themes, who speaks and what is waited for, the end of the page.

import { json } from "/webchat/wire.js";
import { make } from "/webchat/words.js";

export const $ = (id) => document.getElementById(id);
const PREFERENCES = "regente.preferences";

export const preferences = read(localStorage, PREFERENCES);
let texts = {};
export let language = "en";
export let assistant = "Regente";

export function read(storage, key) {
  try {
    return JSON.parse(storage.getItem(key)) || {};
  } catch {
    return {};
  }
}

export function keep(storage, key, value) {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // a browser that stores nothing still chats
  }
}

// --- texts ---------------------------------------------------------------------------------------

export async function loadTexts() {
  texts = await json("/webchat/texts.json");
}

export function speak(tag, name) {
  language = texts[tag] ? tag : "en";
  assistant = name || assistant;
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = say(element.dataset.label);
  }
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = say(element.dataset.placeholder);
  $("language").textContent = say("other_language");
  $("language").setAttribute("aria-label", say("switch_language"));
  $("language").title = say("switch_language");
  $("typing-text").textContent = say("writing", { assistant });
}

export function say(key, values = {}) {
  return (texts[language][key] || key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The text of a workspace in the page's language, else in any it has. */
export function said(text) {
  return typeof text === "string" ? text : (text && (text[language] || Object.values(text)[0])) || "";
}

export function prefer(name, value) {
  preferences[name] = value;
  keep(localStorage, PREFERENCES, preferences);
}

export function nextTheme() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  prefer("theme", dark ? "light" : "dark");
  showTheme();
}

export function showTheme() {
  if (preferences.theme) document.documentElement.dataset.theme = preferences.theme;
}

// --- states --------------------------------------------------------------------------------------

const PRESENCE = { queue: "presence_queue", with_person: "presence_some_person", closed: "presence_closed" };
let hours = {};

/** Say when people answer: `{hours, people_answer, time_zone}`. */
export function keepHours(given) {
  hours = given;
}

/** Show who speaks and what is being waited for: `{status, name, approvals, since}`. */
export function showState({ status, name, approvals, since }) {
  $("presence").dataset.state = status || "ai";
  $("presence-text").textContent = status === "with_person" && name ? say("presence_person", { name }) : say(PRESENCE[status] || "presence_ai");
  const lines = standing(status, name, since).filter(Boolean);
  if (approvals.length) lines.push(waiting(approvals));
  $("state").dataset.state = approvals.length ? "approval" : status || "";
  // Written anew only when it says something else: it is read out.
  const now = make("div", {}, ...lines);
  if ($("state").textContent !== now.textContent) $("state").replaceChildren(...now.childNodes);
}

function standing(status, name, since) {
  if (status === "queue") {
    const away = hours.people_answer === false;
    return [
      headline(say(away ? "state_queue_away" : "state_queue"), since),
      away && Object.keys(hours.hours || {}).length ? make("p", { class: "small", text: say("people_answer", { hours: openings() }) }) : "",
    ];
  }
  if (status === "with_person") return [headline(name ? say("state_named_person", { name }) : say("state_person"))];
  if (status === "closed") return [make("p", { text: say("state_closed") })];
  return status === "later" ? [make("p", { text: say("state_later") })] : [];
}

function headline(text, since) {
  return make("p", {}, text, since ? make("span", { class: "since", text: ` ${say("since", { time: clock(since) })}` }) : "");
}

function waiting(approvals) {
  const items = approvals.map(({ preview, created_at }) => make("li", {}, make("b", { text: capital(preview || say("your_request")) }), created_at ? make("span", { class: "since", text: ` ${say("since", { time: clock(created_at) })}` }) : ""));
  return make("div", { class: "waiting" }, make("p", { text: say("state_approval") }), make("ul", {}, ...items));
}

const capital = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

function clock(seconds) {
  const at = new Date(seconds * 1000);
  const today = at.toDateString() === new Date().toDateString();
  return at.toLocaleString(language, today ? { timeStyle: "short" } : { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Give the hours in which people answer, days with the same ones together: `Mon–Fri 8:00–20:00`. */
function openings() {
  const named = (day) => new Date(Date.UTC(2024, 0, 1 + DAYS.indexOf(day))).toLocaleDateString(language, { weekday: "short", timeZone: "UTC" }).replace(".", "");
  const groups = [];
  for (const day of DAYS) {
    const times = (hours.hours[day] || []).join("–");
    const last = groups.at(-1);
    if (last && last.times === times) last.to = day;
    else groups.push({ from: day, to: day, times });
  }
  return groups.filter(({ times }) => times).map(({ from, to, times }) => `${named(from)}${from === to ? "" : `–${named(to)}`} ${times}`).join(", ");
}

export function showBanner(key) {
  $("banner").textContent = key ? say(key) : "";
}

export function showTyping(on) {
  $("typing").classList.toggle("on", on);
}

/** Let what came be read out, once: the log itself is silent, for its sentences come twice. */
export function readOut(text) {
  const heard = make("p", { text });
  $("heard").append(heard);
  setTimeout(() => heard.remove(), 20000);
}

let stuck = true; // the reader is at the end and wants to stay there

export function atEnd() {
  return stuck;
}

export function toEnd(force = true) {
  const box = $("scroll");
  if (force) box.scrollTop = box.scrollHeight;
  stuck = force || stuck;
  $("down").hidden = stuck;
}

/** Stay at the end while things grow, until the reader scrolls up; then offer the way back. */
export function stayAtEnd() {
  const box = $("scroll");
  box.addEventListener("scroll", () => {
    stuck = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    if (stuck) $("down").hidden = true;
  });
  const watch = new ResizeObserver(() => {
    if (stuck && $("log").childElementCount) box.scrollTop = box.scrollHeight;
  });
  for (const id of ["scroll", "log", "state"]) watch.observe($(id));
}
