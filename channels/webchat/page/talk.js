// The customer's side of the conversation: sends messages until they are answered, and comes back after a reload.

import { addOwn, dropDraftsOf, forgetAll, quietly, showButtons, state, take, takeEarlier, takeStanding } from "/webchat/arriving.js";
import { showDelivery, takeAway } from "/webchat/bubbles.js";
import { endFeed, follow, following } from "/webchat/feed.js";
import { address, expect, forgetConversation, headers, remember, session, settle } from "/webchat/session.js";
import { $, language, say, showBanner, showState, showTyping, toEnd } from "/webchat/view.js";
import { json, Refused, stream } from "/webchat/wire.js";
import { make } from "/webchat/words.js";

const ATTEMPTS = 3;
const PAUSE_MS = 900;

let epoch = 0; // grows with each new conversation: what still arrives of an older one is dropped
const stranded = new Set(); // own messages that no connection could carry

/** What the page around the conversation does; set once at the start. */
export const page = { signIn() {}, signedOut() {} };

/** Empty the page for another conversation. */
export function clear() {
  epoch += 1;
  endFeed();
  stranded.clear();
  forgetAll();
  showButtons([]);
  showTyping(false);
  showBanner(null);
  showState(state);
}

// --- sending -------------------------------------------------------------------------------------

export function send(text, files = []) {
  const own = { text, files, id: newId(), at: Date.now() / 1000, epoch };
  expect(own);
  addOwn(own);
  showButtons([]);
  void deliver(own);
}

function newId() {
  return crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join("-");
}

/** Send a message; the same id each time, so that it is taken once however often it is sent. */
async function deliver(own, attempt = 1) {
  stranded.delete(own);
  own.element.querySelector(".trouble")?.remove();
  showDelivery(own.element, "sending");
  state.sending += 1;
  if (["ai", "later", "closed"].includes(state.status)) showTyping(true);
  toEnd(true);
  const failure = await post(own);
  state.sending -= 1;
  if (own.epoch !== epoch) return;
  dropDraftsOf(own);
  if (!state.sending) showTyping(false);
  if (failure) return recover(own, attempt, failure);
  settle(own);
  await refresh();
}

/** Post a message and take its answer; gives what went wrong, or null. */
async function post(own) {
  let failure = new Error("broken off");
  try {
    await stream("/chat", {
      method: "POST",
      headers: headers(),
      body: { message: own.text, message_id: own.id, sent_at: own.at ? new Date(own.at * 1000).toISOString() : undefined, language, attachments: own.files.map(({ id }) => ({ id })), ...(session.token ? { conversation_id: session.conversation_id } : {}) },
      onEvent: (name, data) => {
        if (own.epoch !== epoch) return;
        if (name === "error") failure = new Refused(data.status || 500, data.message || "");
        if (name === "done" || name === "json") failure = null;
        take(name, data, own);
        if (name === "json") showDelivery(own.element, "sent");
        if (data.conversation_id && data.conversation_token) adopt(data);
      },
    });
  } catch (error) {
    return error;
  }
  return failure;
}

async function recover(own, attempt, failure) {
  const status = failure instanceof Refused ? failure.status : 0;
  if (status === 401 && session.jwt) return signedOut(own);
  if ([401, 403, 404].includes(status) && session.token && attempt === 1) {
    endFeed();
    forgetConversation();
    return deliver(own, 2);
  }
  if (!status && attempt < ATTEMPTS && navigator.onLine) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
    return own.epoch === epoch ? deliver(own, attempt + 1) : undefined;
  }
  if (!status) stranded.add(own);
  trouble(own, status === 429 ? "too_many" : status >= 500 ? "not_answered" : "not_sent", "retry", () => deliver(own));
  if (status !== 0 && status < 500) showWord(own, failure.message);
}

/** Show what the server says of a message it does not take. */
function showWord(own, message) {
  const button = make("button", { type: "button", class: "quiet", text: say("discard"), click: () => { settle(own); takeAway(own.element); } });
  own.element.querySelector(".trouble").append(button);
  if (message) own.element.querySelector(".trouble span").title = message;
}

function trouble(own, key, action, click) {
  showDelivery(own.element, "");
  const button = make("button", { type: "button", class: "quiet", text: say(action), click });
  own.element.append(make("p", { class: "trouble", role: "alert" }, make("span", { text: say(key) }), button));
  toEnd();
}

/** Send what no connection could carry, now that there is one. */
export function sendStranded() {
  for (const own of [...stranded]) void deliver(own);
}

/** What was written goes back into the box: whoever signs in again need not write it twice. */
function signedOut(own) {
  endFeed();
  settle(own);
  forgetConversation(); // it was hers, and another may sign in here
  remember({ jwt: undefined, who: undefined, draft: own.text, files: own.files });
  page.signedOut();
  trouble(own, "signed_out", "sign_in", () => page.signIn());
}

// --- following -----------------------------------------------------------------------------------

function adopt({ conversation_id, conversation_token, message_id }) {
  const fresh = session.conversation_id !== conversation_id;
  const renewed = session.token !== conversation_token; // who signs in gets a token that nobody else has had
  remember({ conversation_id, token: conversation_token, ...(fresh ? { last_id: undefined } : {}) });
  if (fresh && session.jwt) void join(message_id);
  else if (renewed || !following) attend();
}

/** A customer who signs in goes on with her conversation: what was said before stands above. */
async function join(message_id) {
  const asked = epoch;
  try {
    const now = await json(address(), { headers: headers() });
    const messages = await transcript();
    if (asked !== epoch) return;
    takeEarlier(messages, message_id);
    takeStanding(now);
    remember({ last_id: String(now.last_event_id) });
  } catch {
    // the feed tells all of it, if later
  }
  if (asked === epoch) attend();
}

function attend() {
  void follow({ onEvent: took, onOpen: sendStranded, onLost: dropDraftsOf });
}

/** Take what the feed brings; when a turn is done or the owner changes, ask what is waited for now. */
function took(name, data, source, number) {
  take(name, data, source, number);
  if (name !== "done" && name !== "status") return;
  clearTimeout(looking);
  looking = setTimeout(() => void refresh(), 150);
}

let looking = 0;

/** Ask the server how things stand: it knows best who has the conversation. */
async function refresh() {
  if (!session.conversation_id) return;
  const asked = epoch;
  try {
    const now = await json(address(), { headers: headers() });
    if (asked !== epoch || state.sending) return;
    take("status", now, null);
    takeStanding(now);
  } catch {
    // the feed will tell
  }
}

async function transcript() {
  const all = [];
  for (let after = 0; after !== null; ) {
    const given = await json(address(`/messages?after=${after}`), { headers: headers() });
    all.push(...given.messages);
    after = given.next_after ?? null;
  }
  return all;
}

/** Bring the conversation back after a reload, and what had not been answered. */
export async function resume() {
  await quietly(async () => {
    if (session.conversation_id && session.token) await bringBack($("log"));
    for (const { id, text, files = [], at } of session.unanswered || []) {
      const own = { id, text, files, at, epoch };
      addOwn(own);
      void deliver(own);
    }
  });
  toEnd();
}

async function bringBack(log) {
  try {
    takeStanding(await json(address(), { headers: headers() }));
    for (const message of await transcript()) take("message", message, null);
    showState(state);
    attend();
  } catch (error) {
    if (error instanceof Refused && error.status < 500) return forgetConversation();
    const failed = make("p", { class: "change", role: "alert" }, make("span", { text: say("history_failed") }));
    failed.append(make("button", { type: "button", class: "quiet", text: say("retry"), click: () => { clear(); void resume(); } }));
    log.append(failed);
  }
}
