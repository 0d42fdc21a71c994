// The editor's comforts: lines are numbered, Ctrl+Enter runs, words complete themselves, a fault
// is selected.
const area = document.getElementById("sql");
const list = document.getElementById("offers");
const FUNCTIONS = ["count", "sum", "avg", "min", "max", "coalesce", "date_trunc", "date_diff",
  "row_number", "round", "lower", "upper", "substr", "length", "list", "string_agg"];
const WORDS = ["SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "JOIN", "LEFT JOIN",
  "HAVING", "QUALIFY", "WITH", "DISTINCT", "BETWEEN", "IS NULL", "IS NOT NULL"];
let offers = [];
let chosen = 0;
let tables = [];

let asked;
const known = () => {
  asked ??= fetch(area.dataset.tables).then(async (answer) => {
    if (answer.ok) tables = (await answer.json()).rows;
  });
  return asked;
};

// The word before the caret, with its dots: lib.pop, p.birth
const word = () => /[\w.]*$/.exec(area.value.slice(0, area.selectionStart))[0];
const english = document.documentElement.lang === "en";
const say = (text) => (english && text.en) || text.zh;

const named = () => {
  const text = area.value.toLowerCase();
  return tables.filter((one) => text.includes(one.table.toLowerCase()));
};

const matching = (typed) => {
  const last = typed.split(".").at(-1).toLowerCase();
  const dotted = typed.includes(".");
  const found = [];
  for (const one of tables) {
    if (one.table.startsWith(typed) || (!dotted && one.table.includes(`.${last}`))) {
      found.push({ text: one.table, from: typed, note: say(one.title) });
    }
  }
  const near = named();
  for (const one of near.length ? near : tables.slice(0, 8)) {
    for (const column of one.columns) {
      if (column.name.startsWith(last)) {
        found.push({ text: column.name, from: last, note: `${say(column.title)} · ${column.type}` });
      }
    }
  }
  if (!dotted) {
    for (const one of FUNCTIONS) if (one.startsWith(last)) found.push({ text: `${one}(`, from: last, note: "" });
    for (const one of WORDS) if (one.toLowerCase().startsWith(last)) found.push({ text: one, from: last, note: "" });
  }
  const seen = new Set();
  return found.filter((one) => one.text.toLowerCase() !== one.from.toLowerCase() && !seen.has(one.text) && seen.add(one.text)).slice(0, 24);
};

const close = () => {
  list.hidden = true;
  area.removeAttribute("aria-activedescendant");
};

const draw = () => {
  list.replaceChildren(...offers.map((one, place) => {
    const item = document.createElement("li");
    item.id = `offer-${place}`;
    item.role = "option";
    item.setAttribute("aria-selected", String(place === chosen));
    const name = document.createElement("span");
    name.className = "hash";
    name.textContent = one.text;
    const note = document.createElement("small");
    note.textContent = one.note;
    item.append(name, note);
    item.addEventListener("mousedown", (event) => { event.preventDefault(); take(place); });
    return item;
  }));
  area.setAttribute("aria-activedescendant", `offer-${chosen}`);
  const at = list.children[chosen]; // only the list scrolls: the editor's card stays where it is
  if (at) list.scrollTop = Math.min(at.offsetTop, Math.max(list.scrollTop, at.offsetTop + at.offsetHeight - list.clientHeight));
};

const place = () => {
  const before = area.value.slice(0, area.selectionStart).split("\n");
  const high = parseFloat(getComputedStyle(area).lineHeight);
  const top = 12 + before.length * high - area.scrollTop;
  list.style.top = `${Math.min(top, area.offsetHeight)}px`;
  const caret = parseFloat(getComputedStyle(area).paddingLeft) + before.at(-1).length * 8 - area.scrollLeft;
  list.style.left = `${Math.max(0, Math.min(caret, area.offsetWidth - list.offsetWidth))}px`;
};

const offer = async () => {
  await known();
  const typed = word();
  offers = typed.length > 0 ? matching(typed) : [];
  chosen = 0;
  if (!offers.length) return close();
  list.hidden = false;
  place();
  draw();
};

const take = (at) => {
  const one = offers[at];
  const end = area.selectionStart;
  area.setRangeText(one.text, end - one.from.length, end, "end");
  area.dispatchEvent(new Event("change"));
  close();
  area.focus();
};

// Numbers beside the lines: the text does not wrap, so that a line is a row.
const gutter = document.createElement("pre");
gutter.className = "code gut";
gutter.ariaHidden = "true";

let numbered = 0;

const number = () => {
  const many = area.value.split("\n").length;
  if (many !== numbered) {
    gutter.textContent = Array.from({ length: many }, (_none, at) => at + 1).join("\n");
    numbered = many;
  }
  gutter.scrollTop = area.scrollTop;
};

if (area && list) {
  area.before(gutter);
  area.addEventListener("scroll", () => { gutter.scrollTop = area.scrollTop; });
  area.addEventListener("input", number);
  number();
  area.setAttribute("aria-controls", "offers");
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-haspopup", "listbox");
  area.addEventListener("input", offer);
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      document.getElementById("run").click();
    } else if (event.ctrlKey && event.key === " ") {
      event.preventDefault();
      offer();
    } else if (!list.hidden && event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (!list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : offers.length - 1)) % offers.length;
      draw();
    } else if (!list.hidden && (event.key === "Tab" || event.key === "Enter")) {
      event.preventDefault();
      take(chosen);
    }
  });
  const { line, column, length } = area.dataset;
  if (line) {
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0) + Number(column) - 1;
    area.setSelectionRange(start, start + Number(length));
  }
}

// The tree names tables; the columns of one are drawn when it is opened, and filtered from here.
const levels = document.getElementById("levels")?.content.children;
const columnsOf = (name) => tables.find((one) => one.table === name)?.columns ?? [];

const fill = async (columns) => {
  if (columns.children.length) return;
  await known();
  columns.replaceChildren(...columnsOf(columns.dataset.columns).map((column) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.className = "hash";
    name.title = say(column.title);
    name.textContent = column.name;
    item.append(name, levels[column.level - 1].cloneNode(true));
    return item;
  }));
};

for (const columns of document.querySelectorAll("[data-columns]")) {
  columns.parentElement.addEventListener("toggle", () => fill(columns));
}

const filter = document.getElementById("filter");
if (filter) {
  filter.hidden = false;
  filter.addEventListener("input", async () => {
    await known();
    const typed = filter.value.trim().toLowerCase();
    const found = new Set(tables.filter((one) => [one.table, say(one.title),
      ...one.columns.map((column) => `${column.name} ${say(column.title)}`)]
      .some((text) => text.toLowerCase().includes(typed))).map((one) => one.table));
    for (const one of document.querySelectorAll("[data-find]")) {
      one.hidden = Boolean(typed) && !found.has(one.dataset.find);
    }
    for (const one of document.querySelectorAll(".tree3 > details")) {
      if (typed) one.open = Boolean(one.querySelector("[data-find]:not([hidden])"));
    }
  });
}
