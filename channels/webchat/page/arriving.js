// What arrives, by whichever stream: shown once, in order, and what it says of who is speaking.

import { bubble, place, settled, showDelivery, speaker, takeAway, write } from "/webchat/bubbles.js";
import { $, atEnd, readOut, say, showState, showTyping, toEnd } from "/webchat/view.js";
import { make } from "/webchat/words.js";

export const state = { status: "ai", approvals: [], sending: 0, since: 0, name: "" };
const shown = new Map(); // message_id → element
const drafts = new Map(); // turn_id → {element, text, source}
const answered = new Set(); // turns whose message stands here: what the other stream still brings of them is late
const unconfirmed = []; // own messages the feed has not brought back yet
let quiet = false; // what was said before is being put back: nothing moves and nothing is read out
let past = 0; // events up to this number had happened when the page read how things stand

export function forgetAll() {
  for (const known of [shown, drafts, answered]) known.clear();
  unconfirmed.length = 0;
  past = 0;
  Object.assign(state, { status: "ai", approvals: [], since: 0, name: "" });
  $("log").replaceChildren();
}

/** Do something with messages of before: without motion, and without being read out. */
export async function quietly(work) {
  quiet = true;
  $("log").classList.add("still");
  try {
    await work();
  } finally {
    quiet = false;
    setTimeout(() => $("log").classList.remove("still"), 300);
  }
}

/** Show an own message before the server has it. */
export function addOwn(own) {
  own.element = bubble({ role: "customer", text: own.text, attachments: own.files, created_at: own.at });
  showDelivery(own.element, "sending");
  place([own.element]);
  unconfirmed.push(own);
  hideWelcome();
  toEnd();
}

/** Take one event; `source` tells streams apart, since two may carry the same live text. */
export function take(name, data, source, number = 0) {
  if (name === "delta") takeDelta(data, source);
  else if (name === "retract") dropDraft(data.turn_id, source);
  else if (name === "message") takeMessage(data);
  else if (name === "status" && !isPast(number)) takeStatus(data, source);
  else if (name === "done") takeDone(data, source, number);
  else if (name === "json") takeWhole(data);
}

const isPast = (number) => number > 0 && number <= past;

// --- messages ------------------------------------------------------------------------------------

function takeDelta({ turn_id, text }, source) {
  if (answered.has(turn_id)) return;
  const stay = atEnd();
  let draft = drafts.get(turn_id);
  if (draft && draft.source !== source) return;
  if (!draft) {
    draft = { text: "", source, element: bubble({ role: "ai", text: "", provisional: true }) };
    drafts.set(turn_id, draft);
    place([draft.element]);
  }
  const gap = draft.text && !/\s$/.test(draft.text) && !/^\s/.test(text) ? " " : "";
  draft.text += gap + text;
  write(draft.element, { text: draft.text });
  showTyping(false);
  toEnd(stay);
}

function dropDraft(turn_id, source) {
  const draft = drafts.get(turn_id);
  if (!draft || (source && draft.source !== source)) return;
  takeAway(draft.element);
  drafts.delete(turn_id);
  showTyping(state.sending > 0);
}

export function dropDraftsOf(source) {
  for (const [turn_id, draft] of [...drafts]) if (draft.source === source) dropDraft(turn_id);
}

function takeMessage(message) {
  if (message.role === "customer") return takeOwn(message);
  if (message.turn_id) answered.add(message.turn_id);
  const [id, same] = names(message);
  if (shown.has(id) || (message.turn_id && shown.has(same))) return dropDraft(message.turn_id);
  const stay = atEnd();
  const draft = drafts.get(message.turn_id);
  if (draft) {
    drafts.delete(message.turn_id);
    settled(draft.element, known(message, draft.element));
  } else place([elementOf(message)]);
  if (!quiet) readOut(`${speaker(named(message))}: ${message.text}`);
  showTyping(false);
  showButtons(message.buttons);
  hideWelcome();
  toEnd(stay);
}

const named = (message) => ({ created_at: Date.now() / 1000, ...message, name: message.name || state.name });

/** A message's id, and what else it is known by: a repeated answer comes without the id. */
function names(message) {
  const same = `${message.turn_id}:${message.text}`;
  return [message.message_id || same, same];
}

function elementOf(message) {
  const element = bubble(named(message));
  known(message, element);
  return element;
}

/** Remember that a message is shown, by all it is known by. */
function known(message, element) {
  const [id, same] = names(message);
  shown.set(id, element);
  if (message.role !== "customer" && message.turn_id) shown.set(same, element);
  return named(message);
}

/** A message of the customer comes back by the feed; from another tab it is new here. */
function takeOwn(message) {
  if (shown.has(message.message_id)) return;
  const at = unconfirmed.findIndex((own) => own.text === message.text);
  if (at >= 0) {
    const [own] = unconfirmed.splice(at, 1);
    showDelivery(own.element, "sent");
    return void shown.set(message.message_id, own.element);
  }
  const element = elementOf(message);
  if (!quiet) showDelivery(element, "sent");
  place([element]);
  showButtons([]);
  hideWelcome();
  toEnd();
}

/** The server has taken an own message; after a reload it may stand here already. */
function confirm(own, message_id) {
  const at = unconfirmed.indexOf(own);
  if (at < 0) return;
  unconfirmed.splice(at, 1);
  const known = shown.get(message_id);
  if (known && known !== own.element) {
    takeAway(own.element);
    own.element = known;
  }
  shown.set(message_id, own.element);
  showDelivery(own.element, "sent");
}

/** Put what was said before a message above everything that stands here. */
export function takeEarlier(messages, message_id) {
  const end = messages.findIndex((message) => message.message_id === message_id);
  const earlier = messages.slice(0, Math.max(end, 0)).filter((message) => !names(message).some((name) => shown.has(name)));
  if (earlier.length) place(earlier.map(elementOf), { first: true });
  toEnd();
}

// --- who is speaking -----------------------------------------------------------------------------

const STATUSES = { handoff: "queue", queue: "queue", with_person: "with_person", person: "with_person", closed: "closed", answered: "ai", ai: "ai" };

/** Take how things stand, as read; what the feed repeats from before then is not told as news. */
export function takeStanding(now) {
  state.status = STATUSES[now.status || now.owner] || state.status;
  if (now.approvals) state.approvals = now.approvals.filter((one) => one.state === "pending");
  state.since = now.waiting_since || 0;
  state.name = now.owner_name || "";
  past = Math.max(past, now.last_event_id || 0);
  showState(state);
}

export function takeStatus(data, own) {
  if (data.message_id && own) confirm(own, data.message_id);
  const stay = atEnd();
  const before = state.status;
  state.status = STATUSES[data.status] || (data.status === "waiting" ? "later" : before);
  const name = data.name ?? data.owner_name;
  if (name !== undefined) state.name = name || "";
  if (state.status === "queue" && before !== "queue") state.since ||= Date.now() / 1000;
  if (state.status !== "queue") state.since = 0;
  if (before !== "with_person" && state.status === "with_person") announce(state.name ? "named_person_joined" : "person_joined", { name: state.name });
  if (before === "with_person" && state.status === "ai") announce("ai_is_back");
  if (state.status === "with_person") showTyping(false);
  showState(state);
  toEnd(stay);
}

function takeDone(data, source, number) {
  dropDraft(data.turn_id);
  if (data.approvals) state.approvals = joined(state.approvals, data.approvals);
  if (!isPast(number)) takeStatus(data);
}

/** What waits for a person, with what a turn has added; the server's own list replaces it soon. */
function joined(before, added) {
  const ids = new Set(before.map((one) => one.approval_id));
  return [...before, ...added.filter((one) => one.state === "pending" && !ids.has(one.approval_id))];
}

/** The whole answer as JSON: no stream was to be had, or the turn takes longer. */
function takeWhole(data) {
  (data.replies || []).forEach((reply, place) => takeMessage({ ...reply, turn_id: data.turn_id, message_id: reply.message_id || `${data.turn_id}:${place}`, role: "ai" }));
  takeDone({ ...data, status: data.status || "waiting" });
}

function announce(key, values) {
  $("log").append(make("p", { class: "change", text: say(key, values) }));
  if (!quiet) readOut(say(key, values));
}

export function hideWelcome() {
  $("empty").hidden = true;
}

let pick = () => {};

/** Say what pressing a quick reply does. */
export function onPick(then) {
  pick = then;
}

const TOO_SOON_MS = 400; // a double click must not answer the question that comes next

export function showButtons(titles = []) {
  const since = performance.now();
  const press = (event, text) => (event.detail && performance.now() - since < TOO_SOON_MS ? undefined : pick(text));
  $("buttons").hidden = !titles.length;
  $("buttons").replaceChildren(...titles.map((text) => make("button", { type: "button", class: "reply", text, click: (event) => press(event, text) })));
}
