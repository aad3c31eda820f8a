// Shows a message's text: lines, lists, bold, http(s) links and marks of sources. Only ever as text nodes.

const INLINE = /(https?:\/\/[^\s<>"]+)|\*\*([^*\n]+)\*\*|(?<![\p{L}\d*])\*([^*\s][^*\n]*)\*(?!\*)|\[(\d{1,2})\]|(?<![\p{L}\d])(\p{Lu}{1,4}-\d[\w-]{0,14})/gu;

/** Make an element: `make("p", {class: "x", text: "y"}, child, …)`. */
export function make(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

/** Make an element of a drawing. */
export function drawn(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

/** Give the paragraphs and lists of a text; `chip(number)` makes the mark of a source, or null. */
export function blocks(text, chip = () => null) {
  const found = [];
  let list = null;
  let paragraph = null;
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    const item = /^\s*(?:([-*•])|(\d{1,3})[.)])\s+(.*)$/.exec(line);
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    if (heading || isRow(line)) {
      if (heading) found.push(make("h3", {}, ...inline(heading[1], chip)));
      else addRow(found, line, chip);
      paragraph = list = null;
    } else if (item) {
      const tag = item[1] ? "UL" : "OL";
      if (!list || list.tagName !== tag) {
        list = make(tag.toLowerCase(), item[2] ? { start: item[2] } : {});
        found.push(list);
      }
      list.append(make("li", {}, ...inline(item[3], chip)));
      paragraph = null;
    } else if (!line.trim()) {
      paragraph = null;
      list = null;
    } else {
      list = null;
      if (paragraph) paragraph.append(make("br"));
      else found.push((paragraph = make("p")));
      paragraph.append(...inline(line, chip));
    }
  }
  return found;
}

const isRow = (line) => /^\s*\|.*\|\s*$/.test(line);

/** Add a line of a table to the table that ends `found`, or begin one. */
function addRow(found, line, chip) {
  const cells = line.trim().slice(1, -1).split("|").map((cell) => cell.trim());
  if (cells.every((cell) => /^:?-+:?$/.test(cell))) return;
  const begun = found.at(-1)?.tagName === "TABLE";
  if (!begun) found.push(make("table"));
  found.at(-1).append(make("tr", {}, ...cells.map((cell) => make(begun ? "td" : "th", {}, ...inline(cell, chip)))));
}

function inline(text, chip) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, url, bold, slanted, number, code] = match;
    let used = whole;
    let node = null;
    if (url) {
      used = url.replace(/[.,;:!?)\]}'»”]+$/, "");
      node = link(used);
    } else if (bold) node = make("strong", { text: bold });
    else if (slanted) node = make("em", { text: slanted });
    else if (code) node = make("span", { class: "whole", text: code }); // a reference is not broken at its hyphen
    else node = chip(Number(number));
    if (!node) continue;
    nodes.push(text.slice(from, match.index), node);
    from = match.index + used.length;
  }
  nodes.push(text.slice(from));
  return nodes.filter((node) => node !== "");
}

/** Give a link, if it is one to http(s); a source's address may be anything. */
export function safe(address) {
  try {
    const url = new URL(address, location.href);
    return /^https?:$/.test(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

function link(address) {
  const href = safe(address);
  return href ? make("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", text: address }) : null;
}
