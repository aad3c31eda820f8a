// Draws the graph and a turn's path in it: stages stand on a spine, agents are ribs of the stage that calls them.

import { say } from "/webchat/view.js";
import { drawn } from "/webchat/words.js";

const WIDTH = 480;
const MIDDLE = 240;
const ROW = 42;
const HIGH = 28;
const STAGE = 128;
const AGENT = 152;
const INNER = 38; // from the spine to an agent's near side

/** Give the SVG of `graph` with `path`, the names of the nodes that ran, in order. */
export function picture(graph, path) {
  const layout = laidOut(graph);
  const taken = edgesTaken(graph, path);
  const svg = drawn("svg", { class: "graph", viewBox: `0 0 ${WIDTH} ${layout.height}`, role: "img", "aria-label": say("path_is", { path: path.map(nodeName).join(" → ") }) });
  svg.append(arrowheads());
  const lines = [...spine(layout, graph, taken), ...ribs(layout, graph, taken), ...besides(layout, graph, taken)];
  lines.sort((one, other) => one.classList.contains("ran") - other.classList.contains("ran"));
  svg.append(...lines, ...[...layout.places].map(([name, box]) => nodeOf(name, box, graph, path)));
  return svg;
}

/** The name of a node in words; agents' names are their own. */
export function nodeName(name) {
  const key = `node_${name.replaceAll("_", "")}`;
  const words = say(key);
  return words === key ? name : words;
}

// --- where everything stands ---------------------------------------------------------------------

function laidOut({ nodes, edges }) {
  const kind = new Map(nodes.map((node) => [node.name, node.kind]));
  const agent = (name) => ["perceiving", "specialist"].includes(kind.get(name));
  const stages = nodes.map(({ name }) => name).filter((name) => !agent(name));
  const after = (name) => edges.filter(([from]) => from === name).map(([, to]) => to);
  const chain = longest(stages.find((name) => kind.get(name) === "start"), (name) => after(name).filter((to) => stages.includes(to)), (name) => kind.get(name) === "end");
  const places = new Map();
  const called = new Map();
  let y = HIGH;
  for (const stage of chain) {
    const wide = ["start", "end"].includes(kind.get(stage)) ? 76 : STAGE;
    places.set(stage, { x: MIDDLE, y, wide });
    const agents = after(stage).filter((name) => agent(name) && !places.has(name));
    called.set(stage, agents);
    agents.forEach((name, at) => places.set(name, { x: MIDDLE + (at % 2 ? 1 : -1) * (INNER + AGENT / 2), y: y + ROW * (1 + Math.floor(at / 2)), wide: AGENT, side: at % 2 ? 1 : -1 }));
    y += ROW * (1 + Math.ceil(agents.length / 2));
  }
  for (const name of stages) {
    if (places.has(name)) continue;
    const from = chain.find((stage) => after(stage).includes(name));
    places.set(name, { x: MIDDLE + STAGE / 2 + 40 + 56, y: places.get(from)?.y ?? y, wide: 112, beside: true });
  }
  return { chain, called, places, height: y - ROW + HIGH + 6 };
}

/** The longest way without a loop from a node to one that `ends`. */
function longest(name, after, ends, way = []) {
  const here = [...way, name];
  if (ends(name)) return here;
  const ways = after(name).filter((next) => !here.includes(next)).map((next) => longest(next, after, ends, here));
  return ways.reduce((best, other) => (ends(other.at(-1)) && (!ends(best.at(-1)) || other.length > best.length) ? other : best), here);
}

// --- which way was gone --------------------------------------------------------------------------

/** Give the edges that a turn went along, as `from>to`; agents that ran side by side were all called by one. */
export function edgesTaken({ edges }, path) {
  const known = new Set(edges.map(([from, to]) => `${from}>${to}`));
  const taken = new Set();
  const from = (before, name) => known.has(`${before}>${name}`);
  path.forEach((name, at) => {
    let i = at - 1;
    while (i >= 0 && !from(path[i], name)) i -= 1;
    if (i < 0) return;
    taken.add(`${path[i]}>${name}`);
    while (i > 0 && from(path[i - 1], name) && !from(path[i - 1], path[i])) {
      i -= 1;
      taken.add(`${path[i]}>${name}`);
    }
  });
  const known_to = (name) => edges.filter(([, to]) => to === name).map(([before]) => before);
  for (const [start, to] of edges) if (start === "__start__" && to === path[0]) taken.add(`${start}>${to}`);
  for (const last of known_to("__end__")) if (last === path.at(-1)) taken.add(`${last}>__end__`);
  return taken;
}

// --- lines ---------------------------------------------------------------------------------------

function arrowheads() {
  const head = (id) => drawn("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 6, markerHeight: 6, orient: "auto-start-reverse", markerUnits: "userSpaceOnUse" }, drawn("path", { d: "M0 .5 7.500 4 0 7.500Z", class: id }));
  return drawn("defs", {}, head("head"), head("head-ran"));
}

function line(d, ran, { start = false, end = true } = {}) {
  const head = ran ? "url(#head-ran)" : "url(#head)";
  return drawn("path", { d, class: ran ? "edge ran" : "edge", ...(end ? { "marker-end": head } : {}), ...(start ? { "marker-start": head } : {}) });
}

/** The line from stage to stage, in pieces: it is bright as far as an agent on it, or the next stage, was reached. */
function spine({ chain, called, places }, { edges }, taken) {
  const exists = new Set(edges.map(([from, to]) => `${from}>${to}`));
  return chain.slice(0, -1).flatMap((stage, at) => {
    const next = chain[at + 1];
    const [top, bottom] = [places.get(stage).y + HIGH / 2, places.get(next).y - HIGH / 2];
    const through = taken.has(`${stage}>${next}`);
    const reached = called.get(stage).filter((name) => taken.has(`${stage}>${name}`)).map((name) => places.get(name).y);
    const deepest = Math.max(top, ...reached);
    if (!called.get(stage).length || through) return [line(`M${MIDDLE} ${top}V${bottom}`, through)];
    const whole = line(`M${MIDDLE} ${top}V${exists.has(`${stage}>${next}`) ? bottom : deepest}`, false, { end: exists.has(`${stage}>${next}`) });
    return [whole, ...(deepest > top ? [line(`M${MIDDLE} ${top}V${deepest}`, true, { end: false })] : [])];
  });
}

/** The lines to agents, and back to the stage that called them or on to the next. */
function ribs({ chain, called, places }, { edges }, taken) {
  const exists = new Set(edges.map(([from, to]) => `${from}>${to}`));
  return chain.flatMap((stage) => called.get(stage).flatMap((name) => {
    const { x, y, side } = places.get(name);
    const near = x - side * (AGENT / 2);
    const ran = taken.has(`${stage}>${name}`);
    const lines = [line(`M${MIDDLE} ${y}H${near}`, ran, { start: exists.has(`${name}>${stage}`) && ran })];
    for (const [from, to] of edges) {
      if (from !== name || to === stage || !places.has(to)) continue;
      const goal = places.get(to);
      lines.push(line(`M${x} ${y + HIGH / 2}V${goal.y - 8}Q${x} ${goal.y} ${x - side * 8} ${goal.y}H${goal.x + side * (goal.wide / 2)}`, taken.has(`${from}>${to}`)));
    }
    return lines;
  }));
}

/** The lines to and from what stands beside the spine. */
function besides({ places }, { edges }, taken) {
  return edges.filter(([from, to]) => places.get(from)?.beside || places.get(to)?.beside).map(([from, to]) => {
    const [a, b] = [places.get(from), places.get(to)];
    const ran = taken.has(`${from}>${to}`);
    if (b.beside) return line(`M${a.x + a.wide / 2} ${a.y}H${b.x - b.wide / 2}`, ran);
    const right = WIDTH - 8;
    return line(`M${a.x + a.wide / 2} ${a.y}H${right - 8}Q${right} ${a.y} ${right} ${a.y - 8}V${b.y + 8}Q${right} ${b.y} ${right - 8} ${b.y}H${b.x + b.wide / 2}`, ran);
  });
}

// --- nodes ---------------------------------------------------------------------------------------

function nodeOf(name, { x, y, wide }, { nodes }, path) {
  const { kind, purpose } = nodes.find((node) => node.name === name);
  const ran = path.includes(name) || kind === "start" || (kind === "end" && path.length);
  const group = drawn("g", { class: `node ${kind} ${ran ? "ran" : "idle"}` });
  group.append(drawn("title", { text: purpose || nodeName(name) }));
  group.append(drawn("rect", { x: x - wide / 2, y: y - HIGH / 2, width: wide, height: HIGH, rx: kind === "start" || kind === "end" ? HIGH / 2 : 7 }));
  group.append(drawn("text", { x, y: y + 4.5, text: short(nodeName(name), wide) }));
  const times = path.flatMap((one, at) => (one === name ? [at + 1] : []));
  if (times.length) group.append(...badge(x + wide / 2, y - HIGH / 2, times.join("·")));
  return group;
}

function badge(x, y, text) {
  const wide = Math.max(16, 7 + text.length * 5.5);
  return [drawn("rect", { class: "badge", x: x - wide + 6, y: y - 7, width: wide, height: 15, rx: 7.5 }), drawn("text", { class: "badge-text", x: x - wide / 2 + 6, y: y + 4, text })];
}

const short = (text, wide) => (text.length * 7.4 > wide - 12 ? `${text.slice(0, Math.floor((wide - 20) / 7.4))}…` : text);
