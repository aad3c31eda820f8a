// What stands on the page: bubbles, states, the source panel, themes, and the texts in the chosen language.

import { json } from "/webchat/wire.js";
import { blocks, make, safe } from "/webchat/words.js";

export const $ = (id) => document.getElementById(id);
const PREFERENCES = "regente.preferences";

export const preferences = read(localStorage, PREFERENCES);
let texts = {};
export let language = "en";
let assistant = "Regente";

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
  for (const time of document.querySelectorAll("time")) showTime(time);
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

// --- bubbles -------------------------------------------------------------------------------------

/** Make the element of a message: `{role, text, citations, name, created_at, provisional}`. */
export function bubble(message) {
  const { role } = message;
  const who = { customer: say("you"), ai: assistant, person: message.name || say("person"), system: say("notice") }[role] || assistant;
  const body = make("div", { class: "body" });
  const foot = make("div", { class: "foot" });
  const element = make("article", { class: `message ${role}` }, make("span", { class: "hidden", text: `${who}: ` }));
  if (role === "person") element.append(make("p", { class: "name", "aria-hidden": "true", text: who }));
  element.append(body, foot);
  if (message.provisional) element.setAttribute("aria-hidden", "true");
  write(element, message);
  return element;
}

/** Show a message's text and sources in its bubble. */
export function write(element, { text, citations = [], created_at }) {
  const shown = new Set();
  const chip = (number) => {
    const cited = citations[number - 1];
    if (cited) shown.add(number);
    return cited ? chipOf(cited, number) : null;
  };
  element.querySelector(".body").replaceChildren(...blocks(text || "", chip));
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
  }
}

function chipOf(cited, number, title) {
  const label = say("open_source", { number, title: cited.title || "" });
  const chip = make("button", { type: "button", class: title ? "chip wide" : "chip", "aria-label": label, title: cited.title || "", click: () => openSource(cited) });
  chip.append(make("b", { text: title ? String(number) : `[${number}]` }));
  if (title) chip.append(make("span", { text: title }));
  return chip;
}

function showTime(element) {
  const at = new Date(element.dateTime);
  const today = at.toDateString() === new Date().toDateString();
  const time = at.toLocaleTimeString(language, { timeStyle: "short" });
  element.textContent = today ? time : `${at.toLocaleDateString(language, { day: "numeric", month: "short" })}, ${time}`;
}

// --- a source ------------------------------------------------------------------------------------

async function openSource(cited) {
  $("source-title").textContent = cited.title || say("source");
  $("source-text").replaceChildren(make("p", { class: "muted", text: say("loading") }));
  showLink(cited.url);
  $("source").showModal();
  try {
    const passage = await json(`/passages/${encodeURIComponent(cited.passage_id)}`);
    $("source-title").textContent = passage.title || cited.title;
    $("source-text").replaceChildren(...blocks(passage.text || ""));
    mark($("source-text"), cited.quote);
    showLink(passage.url || cited.url);
  } catch {
    const known = cited.quote ? blocks(cited.quote) : [];
    $("source-text").replaceChildren(...known, make("p", { class: "muted", role: "alert", text: say("source_failed") }));
  }
}

/** Mark the quoted sentence where it stands in one piece of text. */
function mark(root, quote) {
  if (!quote) return;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(quote.trim());
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + quote.trim().length);
    range.surroundContents(make("mark"));
    return;
  }
}

function showLink(url) {
  const href = url ? safe(url) : "";
  $("source-link").hidden = !href;
  if (href) $("source-link").href = href;
}

// --- states --------------------------------------------------------------------------------------

const PRESENCE = { queue: "presence_queue", with_person: "presence_some_person", closed: "presence_closed" };
const STATE = { queue: "state_queue", with_person: "state_person", approval: "state_approval", closed: "state_closed", later: "state_later" };

/** Show who speaks and what is being waited for. */
export function showState({ status, name, approvals }) {
  const dot = status || "ai";
  $("presence").dataset.state = dot;
  $("presence-text").textContent = status === "with_person" && name ? say("presence_person", { name }) : say(PRESENCE[status] || "presence_ai");
  const line = approvals && status !== "with_person" ? "approval" : status;
  $("state").dataset.state = line || "";
  $("state").textContent = STATE[line] ? say(STATE[line]) : "";
}

export function showBanner(key) {
  $("banner").textContent = key ? say(key) : "";
}

export function showTyping(on) {
  $("typing").hidden = !on;
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
