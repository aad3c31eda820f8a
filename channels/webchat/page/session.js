// What this tab remembers, to go on after a reload: who writes, where, and what waits for its answer.

import { keep, read } from "/webchat/view.js";

const KEY = "regente.session";

/** `jwt`, `who`, `chosen`; `conversation_id`, `token`, `last_id`; `unanswered`, `draft`, `files`. */
export const session = read(sessionStorage, KEY);

export const save = () => keep(sessionStorage, KEY, session);

/** What says who is speaking, and in which conversation. */
export function headers() {
  const given = {};
  if (session.jwt) given.Authorization = `Bearer ${session.jwt}`;
  if (session.token) given["X-Conversation-Token"] = session.token;
  return given;
}

/** The conversation's address in the HTTP interface. */
export const address = (rest = "") => `/conversations/${encodeURIComponent(session.conversation_id)}${rest}`;

export function remember(changes) {
  Object.assign(session, changes);
  save();
}

export const forgetConversation = () => remember({ conversation_id: undefined, token: undefined, last_id: undefined });

/** Keep a message until its turn is done: a reload sends it again under the same id, which is taken once. */
export function expect(own) {
  remember({ unanswered: [...others(own), { id: own.id, text: own.text, files: own.files, at: own.at }] });
}

export function settle(own) {
  remember({ unanswered: others(own) });
}

const others = (own) => (session.unanswered || []).filter((known) => known.id !== own.id);
