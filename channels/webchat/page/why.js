// The drawer "why this answer": the four answers of a turn, what it took, and its path through the graph.

import { picture } from "/webchat/picture.js";
import { reworded } from "/webchat/reasons.js";
import { address, headers } from "/webchat/session.js";
import { $, language, say } from "/webchat/view.js";
import { json, Refused } from "/webchat/wire.js";
import { make } from "/webchat/words.js";

let shown = false;

/** Offer it, or not: visitors may see it in a demonstration only. */
export function offerWhy(offered) {
  shown = offered;
}

export const whyIsShown = () => shown;

export async function openWhy(turn_id) {
  const body = $("why-body");
  body.replaceChildren(make("p", { class: "muted", text: say("loading") }));
  $("why").showModal();
  $("why").scrollTop = 0;
  try {
    const why = await json(address(`/turns/${encodeURIComponent(turn_id)}/why`), { headers: headers() });
    body.replaceChildren(...explained(why));
  } catch (error) {
    const key = error instanceof Refused && error.status === 403 ? "why_forbidden" : "why_failed";
    body.replaceChildren(make("p", { class: "muted", role: "alert", text: say(key) }));
  }
}

function explained(why) {
  return [
    make("p", { class: "muted", text: say("why_intro") }),
    part("why_next", make("p", { class: "lead", text: reworded(why.next) })),
    part("why_who", ...why.agents.flatMap(chosen), why.agents.length ? "" : none("why_nobody")),
    part("why_given", ...given(why)),
    part("why_person", make("p", { text: why.person.needed ? say("why_person_yes", { why: reworded(why.person.why || "") }) : say("why_person_no") })),
    part("why_path", picture(why.graph, why.path), make("p", { class: "muted small", text: say(sameVersion(why) ? "why_path_hint" : "why_path_other") })),
    part("why_tools", why.tools.length ? list(why.tools.map(tool)) : none("why_tools_none")),
    part("why_dropped", why.dropped.length ? list(why.dropped.map(dropped)) : none("why_dropped_none")),
    ...offers(why.offers),
    part("why_cost", figures(why)),
  ];
}

const sameVersion = ({ version, graph }) => !version || version === graph.version;

function part(key, ...content) {
  return make("section", { class: "part" }, make("h3", { text: say(key) }), ...content.filter(Boolean));
}

const none = (key) => make("p", { class: "muted", text: say(key) });
const list = (items) => make("ul", { class: "plain" }, ...items);

function chosen({ agent, why, rejected }) {
  const said = [make("p", { class: "chosen" }, make("b", { class: "agent", text: agent }), ` ${reworded(why)}`)];
  if (rejected.length) said.push(make("details", {}, make("summary", { text: say("why_not_others", { count: rejected.length }) }), make("ul", { class: "plain small" }, ...rejected.map(refusal))));
  return said;
}

function refusal(line) {
  const [, name, reason] = /^([^:]+): (.*)$/s.exec(line) || [null, "", line];
  return make("li", {}, make("span", { class: "agent idle", text: name }), ` ${reworded(reason)}`);
}

function given({ agents, context, signals }) {
  const rows = Object.entries(context).map(([step, keys]) => {
    const names = keys.map((key) => make("span", { class: "key", text: say(`key_${key}`) === `key_${key}` ? key : say(`key_${key}`) }));
    return make("p", { class: "keys" }, make("span", { class: "agent", text: step.split(":")[0] }), ...names);
  });
  const heard = (signals.intents || []).map(({ name, confidence }) => say("why_intent", { name, sure: Math.round(confidence * 100) }));
  const mood = signals.sentiment < -0.2 ? [say("why_upset")] : [];
  const read = [...heard, ...mood, ...(signals.entities || []).map(({ text }) => say("why_entity", { text }))];
  return [...rows, agents.length ? "" : none("why_nobody"), read.length ? make("p", { class: "small", text: `${say("why_heard")} ${read.join(" · ")}` }) : ""];
}

function tool(line) {
  const [, name, given, result] = /^([\w.-]+)\((.*?)\)(?::|,) (.*)$/s.exec(line) || [];
  if (!name) return make("li", { text: reworded(line) });
  return make("li", {}, make("code", { text: `${name}(${given})` }), make("span", { class: "result", text: result }));
}

function dropped({ sentence, reason }) {
  return make("li", {}, make("s", { text: sentence }), make("span", { class: "result", text: reworded(reason) }));
}

function offers({ winner, losers = {} }) {
  if (!winner) return [];
  const lost = Object.entries(losers).map(([id, reasons]) => make("li", {}, make("span", { class: "agent idle", text: id }), ` ${reasons.map(reworded).join("; ")}`));
  const made = make("p", { text: winner === "nothing" ? say("why_offer_none") : say("why_offer", { winner }) });
  return [part("why_offers", made, lost.length ? make("details", {}, make("summary", { text: say("why_offers_lost", { count: lost.length }) }), make("ul", { class: "plain small" }, ...lost)) : "")];
}

function figures(why) {
  const number = (value, options) => new Intl.NumberFormat(language, options).format(value);
  const seconds = (ms) => number(ms / 1000, { style: "unit", unit: "second", unitDisplay: "short", minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const rows = [
    ["cost_time", seconds(why.ms)],
    ["cost_waited", seconds(why.waited_ms)],
    ["cost_calls", why.calls ? number(why.calls) : say("cost_embedded")],
    ...(why.calls ? [["cost_tokens", `${number(why.input_tokens)} + ${number(why.output_tokens)}`]] : []),
    ["cost_money", number(why.cost_usd, { style: "currency", currency: "USD", maximumFractionDigits: why.cost_usd && why.cost_usd < 0.01 ? 5 : 2 })],
    ...(why.degraded ? [["cost_degraded", why.degraded]] : []),
    ...(why.halted ? [["cost_halted", reworded(why.halted)]] : []),
  ];
  return make("dl", { class: "figures" }, ...rows.map(([key, value]) => make("div", {}, make("dt", { text: say(key) }), make("dd", { text: value }))));
}

