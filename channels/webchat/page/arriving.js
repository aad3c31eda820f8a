// What arrives, by whichever stream: shown once, in order, and what it says of who is speaking.

import { following } from "/webchat/feed.js";
import { remember, session } from "/webchat/session.js";
import { $, atEnd, bubble, say, showState, showTyping, toEnd, write } from "/webchat/view.js";
import { make } from "/webchat/words.js";

export const state = { status: "ai", approvals: 0, sending: 0 };
const shown = new Map(); // message_id → element
const drafts = new Map(); // turn_id → {element, text, source}
const turns = new Set(); // turns that answered a message sent from here
const unconfirmed = []; // own messages the feed has not brought back yet
let past = 0; // events up to this number had happened when the page read how things stand

export function forgetAll() {
  for (const known of [shown, drafts, turns]) known.clear();
  unconfirmed.length = 0;
  past = 0;
  Object.assign(state, { status: "ai", approvals: 0, name: "" });
  $("log").replaceChildren();
}

/** Show an own message before the server has it. */
export function addOwn(own) {
  own.element = bubble({ role: "customer", text: own.text, created_at: Date.now() / 1000 });
  $("log").append(own.element);
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
  const stay = atEnd();
  let draft = drafts.get(turn_id);
  if (draft && draft.source !== source) return;
  if (!draft) {
    draft = { text: "", source, element: bubble({ role: "ai", text: "", provisional: true }) };
    draft.element.classList.add("draft");
    drafts.set(turn_id, draft);
    $("log").append(draft.element);
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
  draft.element.remove();
  drafts.delete(turn_id);
  showTyping(state.sending > 0);
}

export function dropDraftsOf(source) {
  for (const [turn_id, draft] of [...drafts]) if (draft.source === source) dropDraft(turn_id);
}

function takeMessage(message) {
  if (message.role === "customer") return takeOwn(message);
  const [id, same] = names(message);
  dropDraft(message.turn_id);
  if (shown.has(id) || (message.turn_id && shown.has(same))) return;
  const stay = atEnd();
  $("log").append(elementOf(message));
  showTyping(false);
  showButtons(message.buttons);
  hideWelcome();
  toEnd(stay);
}

/** A message's id, and what else it is known by: a repeated answer comes without the id. */
function names(message) {
  const same = `${message.turn_id}:${message.text}`;
  return [message.message_id || same, same];
}

function elementOf(message) {
  const [id, same] = names(message);
  const element = bubble({ role: "ai", created_at: Date.now() / 1000, ...message, name: state.name });
  shown.set(id, element);
  if (message.role !== "customer" && message.turn_id) shown.set(same, element);
  return element;
}

/** A message of the customer comes back by the feed; from another tab it is new here. */
function takeOwn(message) {
  if (shown.has(message.message_id)) return;
  const at = unconfirmed.findIndex((own) => own.text === message.text);
  if (at >= 0) return void shown.set(message.message_id, unconfirmed.splice(at, 1)[0].element);
  $("log").append(elementOf(message));
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
    own.element.remove();
    own.element = known;
  }
  shown.set(message_id, own.element);
}

/** Put what was said before a message above everything that stands here. */
export function takeEarlier(messages, message_id) {
  const end = messages.findIndex((message) => message.message_id === message_id);
  const earlier = messages.slice(0, Math.max(end, 0)).filter((message) => !names(message).some((name) => shown.has(name)));
  $("log").prepend(...earlier.map(elementOf));
  toEnd();
}

// --- who is speaking -----------------------------------------------------------------------------

const STATUSES = { handoff: "queue", queue: "queue", with_person: "with_person", person: "with_person", closed: "closed", answered: "ai", ai: "ai" };

/** Take how things stand, as read; what the feed repeats from before then is not told as news. */
export function takeStanding(now) {
  state.status = STATUSES[now.status || now.owner] || state.status;
  past = Math.max(past, now.last_event_id || 0);
  showState(state);
}

export function takeStatus(data, own) {
  if (data.message_id && own) confirm(own, data.message_id);
  const stay = atEnd();
  const before = state.status;
  state.status = STATUSES[data.status] || (data.status === "waiting" ? "later" : before);
  if (data.name !== undefined) state.name = data.name || "";
  if (before !== "with_person" && state.status === "with_person") announce("person_joined");
  if (before === "with_person" && state.status === "ai") announce("ai_is_back");
  if (state.status === "with_person") showTyping(false);
  showState(state);
  toEnd(stay);
}

/** A turn of ours may add approvals; a turn that nobody here asked for tells the outcome of one. */
function takeDone(data, source, number) {
  dropDraft(data.turn_id);
  const ours = source !== following;
  if (ours && !turns.has(data.turn_id)) state.approvals += (data.approvals || []).length;
  if (ours) turns.add(data.turn_id);
  else if (!state.sending && !turns.has(data.turn_id)) state.approvals = Math.max(0, state.approvals - 1);
  remember({ approvals: state.approvals });
  if (!isPast(number)) takeStatus(data);
}

/** The whole answer as JSON: no stream was to be had, or the turn takes longer. */
function takeWhole(data) {
  (data.replies || []).forEach((reply, place) => takeMessage({ ...reply, turn_id: data.turn_id, message_id: reply.message_id || `${data.turn_id}:${place}`, role: "ai" }));
  takeDone({ ...data, status: data.status || "waiting" });
}

/** What was being waited for when the page was left. */
export function recall() {
  state.approvals = session.approvals || 0;
}

function announce(key) {
  $("log").append(make("p", { class: "change", text: say(key) }));
}

export function hideWelcome() {
  $("empty").hidden = true;
}

let pick = () => {};

/** Say what pressing a quick reply does. */
export function onPick(then) {
  pick = then;
}

export function showButtons(titles = []) {
  $("buttons").hidden = !titles.length;
  $("buttons").replaceChildren(...titles.map((text) => make("button", { type: "button", class: "reply", text, click: () => pick(text) })));
}
