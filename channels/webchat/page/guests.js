// Who is writing: the demo's customers to choose from, signing in, and the page's welcome.

import { emptyStash } from "/webchat/files.js";
import { clear, resume } from "/webchat/talk.js";
import { endFeed } from "/webchat/feed.js";
import { forgetConversation, remember, session } from "/webchat/session.js";
import { $, said, say } from "/webchat/view.js";
import { json } from "/webchat/wire.js";
import { make } from "/webchat/words.js";

let company = {};

/** Say whose chat it is: what `GET /webchat/config` gives. */
export function hostedBy(config) {
  company = config;
}

const FACES = 4;

/** Show the faces of whom one may be, where the page invites to be somebody. */
export async function invite() {
  try {
    const { customers } = await json("/demo/customers");
    $("faces").replaceChildren(...customers.slice(0, FACES).map(face));
    $("try-as").hidden = !customers.length;
  } catch {
    $("try-as").hidden = true; // the demo's sign-in is closed to other machines
  }
}

const face = (person) => make("span", { class: "initial", "aria-hidden": "true", text: (person.name || "?").trim().charAt(0).toUpperCase() });

/** Show who one may be. */
export async function choose() {
  if (!$("choose").open) $("choose").showModal();
  try {
    const { customers } = await json("/demo/customers");
    $("customers").replaceChildren(...customers.map(personButton));
    $("customers").querySelector("button")?.focus();
  } catch {
    $("customers").replaceChildren(make("li", { class: "muted", role: "alert", text: say("customers_failed") }));
  }
}

function personButton(person) {
  const button = make("button", { type: "button", class: "pick", click: () => login(person) });
  button.append(
    face(person),
    make("span", { class: "who-is" }, make("b", { text: person.name || person.id }), make("small", { text: said(person.about) })),
  );
  return make("li", {}, button);
}

async function login(person) {
  try {
    const given = await json("/demo/login", { method: "POST", body: { customer: person.id } });
    const who = { jwt: given.token, who: person };
    $("choose").close();
    if (session.token && !session.jwt) await goOn(who);
    else begin(who);
  } catch {
    $("customers").querySelector(".trouble")?.remove();
    $("customers").append(make("li", { class: "trouble", role: "alert", text: say("login_failed") }));
  }
}

/** Go on with a visitor's conversation, in which she has now signed in. */
async function goOn({ jwt, who }) {
  remember({ jwt, who });
  welcome();
  await resume();
  $("message").focus();
}

/** Start with an empty page: as `who`, or as nobody. */
export function begin({ jwt, who }) {
  clear();
  endFeed();
  forgetConversation();
  remember({ jwt, who, unanswered: [] });
  emptyStash();
  welcome();
  $("message").focus();
}

export function welcome() {
  $("composer").hidden = false;
  $("empty").hidden = $("log").childElementCount > 0;
  $("message").value = session.draft || "";
  $("message").dispatchEvent(new Event("input"));
  showWho();
}

/** Show who is writing; whoever has signed in has one conversation that goes on, so no new one is offered. */
export function showWho() {
  const name = session.who?.name || "";
  $("who").textContent = name ? say("signed_in_as", { name }) : say("not_signed_in");
  $("change-who").hidden = !company.demo;
  $("try-as").classList.toggle("known", Boolean(name));
  $("change-who").textContent = say(name ? "change_person" : "sign_in");
  $("new").hidden = Boolean(session.jwt);
  $("hello").textContent = name ? say("hello_name", { name: name.split(" ")[0] }) : say("hello");
  $("hello-more").textContent = say("hello_more", { assistant: company.assistant });
}
