// The conversation: sends messages, follows the feed, and keeps what is needed to go on after a reload.

import { json, Refused, stream } from "/webchat/wire.js";
import { make } from "/webchat/words.js";
import {
  $, atEnd, bubble, keep, language, loadTexts, nextTheme, prefer, preferences, read, said, say,
  showBanner, showState, showTheme, showTyping, speak, stayAtEnd, toEnd, write,
} from "/webchat/view.js";

const SESSION = "regente.session";
const session = read(sessionStorage, SESSION); // who, jwt, conversation_id, token, last_id, chosen
let company = {};
let state = { status: "ai", approvals: 0 };
let epoch = 0; // grows with each new conversation: what still arrives of an older one is dropped
let sending = 0;
let following = null; // stops the feed
const shown = new Map(); // message_id → element
const drafts = new Map(); // turn_id → {element, text, source}
const turns = new Set(); // turns that answered a message sent from here
const unconfirmed = []; // own messages the feed has not brought back yet

const save = () => keep(sessionStorage, SESSION, session);

function headers() {
  const given = {};
  if (session.jwt) given.Authorization = `Bearer ${session.jwt}`;
  if (session.token) given["X-Conversation-Token"] = session.token;
  return given;
}

// --- what arrives --------------------------------------------------------------------------------

/** Take one event; `source` tells streams apart, since two may carry the same live text. */
function take(name, data, source) {
  if (data.conversation_id && data.conversation_token) adopt(data);
  if (name === "delta") takeDelta(data, source);
  else if (name === "retract") dropDraft(data.turn_id, source);
  else if (name === "message") takeMessage(data);
  else if (name === "status") takeStatus(data, source);
  else if (name === "done") takeDone(data, source);
  else if (name === "json") takeWhole(data);
}

function adopt(data) {
  const fresh = session.conversation_id !== data.conversation_id;
  if (fresh) session.last_id = undefined;
  session.conversation_id = data.conversation_id;
  session.token = data.conversation_token;
  save();
  if (fresh || !following) follow();
}

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
  showTyping(sending > 0);
}

function takeMessage(message) {
  if (message.role === "customer") return takeOwn(message);
  const same = `${message.turn_id}:${message.text}`; // a repeated answer comes without the message's id
  const id = message.message_id || same;
  dropDraft(message.turn_id);
  if (shown.has(id) || (message.turn_id && shown.has(same))) return;
  const stay = atEnd();
  const element = bubble({ role: "ai", created_at: Date.now() / 1000, ...message, name: state.name });
  shown.set(id, element).set(same, element);
  $("log").append(element);
  showTyping(false);
  showButtons(message.buttons);
  hideWelcome();
  toEnd(stay);
}

/** A message of the customer comes back by the feed; from another tab it is new here. */
function takeOwn(message) {
  if (shown.has(message.message_id)) return;
  const at = unconfirmed.findIndex((own) => own.text === message.text);
  const element = at >= 0 ? unconfirmed.splice(at, 1)[0].element : bubble(message);
  shown.set(message.message_id, element);
  if (at < 0) {
    $("log").append(element);
    hideWelcome();
    toEnd();
  }
}

const STATUSES = { handoff: "queue", queue: "queue", with_person: "with_person", person: "with_person", closed: "closed", answered: "ai", ai: "ai" };

function takeStatus(data, own) {
  const at = data.message_id ? unconfirmed.indexOf(own) : -1;
  if (at >= 0) shown.set(data.message_id, unconfirmed.splice(at, 1)[0].element);
  const stay = atEnd();
  const before = state.status;
  const status = STATUSES[data.status] || (data.status === "waiting" ? "later" : "");
  if (status) state.status = status;
  if (data.name !== undefined) state.name = data.name || "";
  if (before !== state.status) {
    if (state.status === "with_person") announce("person_joined");
    if (before === "with_person" && state.status === "ai") announce("ai_is_back");
  }
  if (state.status === "with_person") showTyping(false);
  showState(state);
  toEnd(stay);
}

/** A turn of ours may add approvals; a turn that nobody here asked for tells the outcome of one. */
function takeDone(data, source) {
  dropDraft(data.turn_id);
  const ours = source !== following;
  if (ours && !turns.has(data.turn_id)) state.approvals += (data.approvals || []).length;
  if (ours) turns.add(data.turn_id);
  else if (!sending && !turns.has(data.turn_id)) state.approvals = Math.max(0, state.approvals - 1);
  session.approvals = state.approvals;
  save();
  takeStatus(data);
  if (!sending) void refresh();
}

/** The whole answer as JSON: no stream was to be had, or the turn takes longer. */
function takeWhole(data) {
  (data.replies || []).forEach((reply, place) => takeMessage({ ...reply, turn_id: data.turn_id, message_id: reply.message_id || `${data.turn_id}:${place}`, role: "ai" }));
  takeDone({ ...data, status: data.status || "waiting" });
}

function announce(key) {
  $("log").append(make("p", { class: "change", text: say(key) }));
}

// --- sending -------------------------------------------------------------------------------------

function send(text) {
  const words = text.trim();
  if (!words || words.length > company.max_characters) return;
  const own = { text: words, id: crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) + Date.now(), epoch };
  own.element = bubble({ role: "customer", text: words, created_at: Date.now() / 1000 });
  $("log").append(own.element);
  unconfirmed.push(own);
  hideWelcome();
  showButtons([]);
  toEnd();
  void deliver(own, 0);
}

/** Send a message; the same id each time, so that it is taken once however often it is sent. */
async function deliver(own, attempt) {
  own.element.querySelector(".trouble")?.remove();
  sending += 1;
  if (state.status === "ai" || state.status === "later" || state.status === "closed") showTyping(true);
  toEnd(true);
  let finished = false;
  let failure = null;
  try {
    await stream("/chat", {
      method: "POST",
      headers: headers(),
      body: { message: own.text, message_id: own.id, language, ...(session.token ? { conversation_id: session.conversation_id } : {}) },
      onEvent: (name, data) => {
        if (own.epoch !== epoch) return;
        if (name === "error") failure = new Refused(data.status || 500, data.message || "");
        if (name === "done" || name === "json") finished = true;
        take(name, data, own);
      },
    });
  } catch (error) {
    failure = error;
  }
  sending -= 1;
  if (own.epoch !== epoch) return;
  for (const [turn_id, draft] of drafts) if (draft.source === own) dropDraft(turn_id);
  if (!sending) showTyping(false);
  if (finished && !failure) return void refresh();
  await recover(own, attempt, failure);
}

async function recover(own, attempt, failure) {
  const status = failure instanceof Refused ? failure.status : 0;
  if (status === 401 && session.jwt) return signedOut(own);
  if ((status === 401 || status === 403 || status === 404) && session.token && attempt === 0) {
    forgetConversation();
    return deliver(own, 1);
  }
  if (!status && attempt < 2 && navigator.onLine) {
    await new Promise((resolve) => setTimeout(resolve, 900 * (attempt + 1)));
    if (own.epoch === epoch) return deliver(own, attempt + 1);
    return;
  }
  const key = status === 429 ? "too_many" : status >= 500 ? "not_answered" : "not_sent";
  const retry = make("button", { type: "button", class: "quiet", text: say("retry"), click: () => deliver(own, 0) });
  own.element.append(make("p", { class: "trouble", role: "alert" }, make("span", { text: say(key) }), retry));
  if (!status && !navigator.onLine) addEventListener("online", () => retry.isConnected && deliver(own, 0), { once: true });
  toEnd();
}

function signedOut(own) {
  endFeed();
  session.jwt = undefined;
  session.who = undefined;
  save();
  showWho();
  const sign = make("button", { type: "button", class: "quiet", text: say("sign_in"), click: choose });
  own.element.append(make("p", { class: "trouble", role: "alert" }, make("span", { text: say("signed_out") }), sign));
}

// --- the feed: what comes later, a person's reply, an outcome, another tab -------------------------

function endFeed() {
  following?.abort();
  following = null;
}

async function follow() {
  endFeed();
  const stop = (following = new AbortController());
  let wait = 800;
  while (!stop.signal.aborted) {
    try {
      await stream(`/conversations/${encodeURIComponent(session.conversation_id)}/feed`, {
        headers: { ...headers(), ...(session.last_id ? { "Last-Event-ID": session.last_id } : {}) },
        signal: stop.signal,
        onOpen: () => {
          wait = 800;
          showBanner(null);
        },
        onEvent: (name, data, id) => {
          if (stop.signal.aborted) return;
          if (id) {
            session.last_id = id;
            save();
          }
          take(name, data, stop);
        },
      });
    } catch (error) {
      if (stop.signal.aborted) return;
      if (error instanceof Refused && error.status < 500 && error.status !== 429) return (following = null);
      showBanner(navigator.onLine ? "reconnecting" : "offline");
    }
    for (const [turn_id, draft] of drafts) if (draft.source === stop) dropDraft(turn_id);
    await sleep(wait + Math.random() * 300, stop.signal);
    wait = Math.min(wait * 2, 15000);
  }
}

function sleep(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end, { once: true });
    signal.addEventListener("abort", end, { once: true });
  });
}

/** Ask the server how things stand: it knows best what is being waited for. */
async function refresh() {
  if (!session.conversation_id) return;
  const asked = epoch;
  try {
    const now = await json(`/conversations/${encodeURIComponent(session.conversation_id)}`, { headers: headers() });
    if (asked !== epoch) return;
    takeStatus({ status: now.status || now.owner, name: now.name });
  } catch {
    // the feed will tell
  }
}

async function history() {
  const log = $("log");
  log.setAttribute("aria-live", "off");
  try {
    const given = await json(`/conversations/${encodeURIComponent(session.conversation_id)}/messages`, { headers: headers() });
    const messages = Array.isArray(given) ? given : given.messages || [];
    for (const message of messages) take("message", message, null);
    state.approvals = session.approvals || 0;
    await refresh();
    void follow();
  } catch (error) {
    if (error instanceof Refused && error.status < 500) forgetConversation();
    else log.append(make("p", { class: "change", role: "alert", text: say("history_failed") }));
  }
  setTimeout(() => log.setAttribute("aria-live", "polite"), 300);
  toEnd();
}

// --- who is writing ------------------------------------------------------------------------------

async function choose() {
  openSide(false);
  clear();
  $("choose").hidden = false;
  $("empty").hidden = true;
  $("composer").hidden = true;
  $("choose-title").focus();
  try {
    const given = await json("/demo/customers");
    const people = Array.isArray(given) ? given : given.customers || [];
    $("customers").replaceChildren(...people.map(personButton));
  } catch {
    $("customers").replaceChildren(make("li", { class: "muted", role: "alert", text: say("customers_failed") }));
  }
}

function personButton(person) {
  const button = make("button", { type: "button", class: "pick", click: () => login(person) });
  button.append(
    make("span", { class: "initial", "aria-hidden": "true", text: (person.name || "?").trim().charAt(0).toUpperCase() }),
    make("span", { class: "who-is" }, make("b", { text: person.name || person.id }), make("small", { text: said(person.about) })),
  );
  return make("li", {}, button);
}

async function login(person) {
  try {
    const given = await json("/demo/login", { method: "POST", body: { customer: person.id } });
    begin({ jwt: given.token || given.access_token || given.jwt, who: person });
  } catch {
    $("customers").querySelector(".trouble")?.remove();
    $("customers").append(make("li", { class: "trouble", role: "alert", text: say("login_failed") }));
  }
}

/** Start with an empty page: as `who`, or as nobody. */
function begin({ jwt, who }) {
  clear();
  Object.assign(session, { jwt, who, chosen: true });
  forgetConversation();
  welcome();
  $("message").focus();
}

function forgetConversation() {
  endFeed();
  Object.assign(session, { conversation_id: undefined, token: undefined, last_id: undefined, approvals: 0 });
  save();
}

function clear() {
  epoch += 1;
  endFeed();
  shown.clear();
  drafts.clear();
  turns.clear();
  unconfirmed.length = 0;
  state = { status: "ai", approvals: 0 };
  $("log").replaceChildren();
  showButtons([]);
  showTyping(false);
  showBanner(null);
  showState(state);
}

// --- the page ------------------------------------------------------------------------------------

function welcome() {
  $("choose").hidden = true;
  $("composer").hidden = false;
  $("empty").hidden = $("log").childElementCount > 0;
  showWho();
}

function hideWelcome() {
  $("empty").hidden = true;
}

function showWho() {
  const name = session.who?.name || "";
  $("who").textContent = name ? say("signed_in_as", { name }) : say("not_signed_in");
  $("change-who").hidden = !company.demo;
  $("change-who").textContent = say(name ? "change_person" : "sign_in");
  $("hello").textContent = name ? say("hello_name", { name: name.split(" ")[0] }) : say("hello");
  $("hello-more").textContent = say("hello_more", { assistant: company.assistant, company: company.company });
}

function showButtons(titles = []) {
  $("buttons").hidden = !titles.length;
  $("buttons").replaceChildren(...titles.map((text) => make("button", { type: "button", class: "reply", text, click: () => { send(text); $("message").focus(); } })));
}

function suggest() {
  const texts = company.suggestions?.[language] || [];
  $("try").hidden = !texts.length;
  for (const [id, count] of [["suggestions", 6], ["openers", 3]]) {
    $(id).replaceChildren(...texts.slice(0, count).map((text) => make("li", {}, make("button", { type: "button", text, click: () => suggestion(text) }))));
  }
}

function suggestion(text) {
  openSide(false);
  if ($("composer").hidden) begin({});
  send(text);
  $("message").focus();
}

function showLanguage(tag) {
  speak(tag, company.assistant);
  document.title = `${company.company} · Chat`;
  $("company").textContent = company.company;
  $("assistant").textContent = company.assistant;
  $("about").textContent = said(company.about);
  suggest();
  showWho();
  showState(state);
  count();
  if (!$("choose").hidden) void choose();
}

function openSide(open) {
  $("side").classList.toggle("open", open);
  $("veil").hidden = !open;
  $("open-side").setAttribute("aria-expanded", String(open));
  if (open) $("close-side").focus();
}

function count() {
  const left = company.max_characters - $("message").value.trim().length;
  $("count").textContent = left < 0 ? say("too_long", { count: -left }) : left < 300 ? say("characters_left", { count: left }) : "";
  $("send").disabled = !$("message").value.trim() || left < 0;
}

function grow() {
  const box = $("message");
  box.rows = 1;
  while (box.rows < 6 && box.scrollHeight > box.clientHeight + 2) box.rows += 1;
  count();
}

function submit(event) {
  event?.preventDefault();
  if ($("send").disabled) return;
  const text = $("message").value;
  $("message").value = "";
  grow();
  send(text);
}

function wire() {
  $("composer").addEventListener("submit", submit);
  $("message").addEventListener("input", grow);
  $("message").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  $("new").addEventListener("click", () => begin(session));
  $("theme").addEventListener("click", nextTheme);
  $("language").addEventListener("click", () => {
    prefer("language", language === "en" ? "pt-BR" : "en");
    showLanguage(preferences.language);
  });
  $("change-who").addEventListener("click", choose);
  $("anonymous").addEventListener("click", () => begin({}));
  $("open-side").addEventListener("click", () => openSide(true));
  for (const id of ["close-side", "veil"]) $(id).addEventListener("click", () => { openSide(false); $("open-side").focus(); });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && $("side").classList.contains("open")) { openSide(false); $("open-side").focus(); } });
  $("close-source").addEventListener("click", () => $("source").close());
  $("source").addEventListener("click", (event) => { if (event.target === $("source")) $("source").close(); });
  stayAtEnd();
  $("down").addEventListener("click", () => { toEnd(); $("message").focus(); });
  addEventListener("offline", () => showBanner("offline"));
  addEventListener("online", () => showBanner(null));
}

async function start() {
  showTheme();
  try {
    [company] = await Promise.all([json("/webchat/config"), loadTexts()]);
  } catch {
    $("banner").textContent = "The chat could not start. · O chat não conseguiu iniciar.";
    $("banner").hidden = false;
    return;
  }
  const wished = preferences.language || (navigator.language.toLowerCase().startsWith("pt") ? "pt-BR" : "en");
  const spoken = company.languages || [];
  wire();
  showLanguage(spoken.length && !spoken.includes(wished) ? spoken[0] : wished);
  $("language").hidden = spoken.length === 1;
  if (company.demo && !session.chosen) return choose();
  welcome();
  if (session.conversation_id && session.token) await history();
  $("message").focus();
}

void start();
