// Colours the SQL while it is typed, as the server colours the SQL it shows: by its own expression
// and words. The text stays the textarea's; the coloured one lies over it and takes no key. Only
// the lines in sight are drawn, so that a long text costs a key no more than a short one.
const LONGEST = 200_000; // characters; beyond it every key would wait for the colours
const WIDEST = 2_000; // characters of a line that are coloured; what follows stays plain
const SPARE = 20; // lines drawn above and below those in sight
const TAGS = ["s", "i", "", "var"]; // of the expression's groups but the last two
const area = document.getElementById("sql");
const parts = new RegExp(area.dataset.parts, "gs");
const words = new Set(area.dataset.words.split(" "));

const typed = document.createElement("div");
typed.className = "typed";
typed.ariaHidden = "true";
const code = document.createElement("pre");
code.className = "code";
typed.append(code);

let text = "";
let lines = [0]; // where each line begins
let coloured = []; // where each coloured part begins and ends, and its tag
let composing = false;

const tagOf = (match) => {
  const group = TAGS.findIndex((_tag, at) => match[at + 1] !== undefined);
  if (group >= 0) return TAGS[group];
  const word = match[5];
  if (word === undefined) return "";
  if (words.has(word.toUpperCase())) return "b";
  return text[match.index + word.length] === "(" ? "u" : "";
};

const read = () => {
  text = area.value;
  lines = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.push(at + 1);
  coloured = [];
  let line = 0;
  parts.lastIndex = 0;
  for (let match = parts.exec(text); match; match = parts.exec(text)) {
    const tag = tagOf(match);
    while (lines[line + 1] <= match.index) line += 1;
    if (tag && match.index - lines[line] < WIDEST) coloured.push({ from: match.index, to: parts.lastIndex, tag });
  }
};

const piecesOf = (begin, end) => {
  const pieces = [];
  let at = begin;
  for (const one of coloured) {
    if (one.to <= begin) continue;
    if (one.from >= end) break;
    const part = document.createElement(one.tag);
    const from = Math.max(one.from, begin);
    const to = Math.min(one.to, end);
    part.textContent = text.slice(from, to);
    pieces.push(text.slice(at, from), part);
    at = to;
  }
  pieces.push(text.slice(at, end));
  return pieces;
};

const draw = () => {
  if (typed.hidden) return;
  const { lineHeight, paddingTop, paddingLeft } = getComputedStyle(area);
  const { scrollTop, scrollLeft, clientHeight } = area;
  const about = parseFloat(lineHeight);
  const first = Math.max(0, Math.floor(scrollTop / about) - SPARE);
  const last = Math.min(lines.length, first + Math.ceil(clientHeight / about) + 2 * SPARE);
  const pieces = piecesOf(lines[first], lines[last] ?? text.length);
  // Every line ends, so that the last has its height too even if it is empty.
  code.replaceChildren(...pieces, last === lines.length ? "\n" : "");
  Object.assign(typed.style, {
    top: `${area.offsetTop + area.clientTop}px`,
    left: `${area.offsetLeft + area.clientLeft}px`,
    width: `${area.clientWidth}px`,
    height: `${clientHeight}px`,
  });
  // Browsers round the height of a line, each in its own way: what they made of it is asked.
  const high = code.getBoundingClientRect().height / (last - first);
  const x = parseFloat(paddingLeft) - scrollLeft;
  const y = parseFloat(paddingTop) + first * high - scrollTop;
  code.style.transform = `translate(${x}px, ${y}px)`;
};

const show = (shown) => {
  typed.hidden = !shown;
  area.classList.toggle("under", shown);
};

const paint = () => {
  if (composing) return;
  show(area.value.length <= LONGEST);
  if (!typed.hidden) read();
  draw();
};

area.after(typed);
for (const event of ["input", "change"]) area.addEventListener(event, paint);
area.addEventListener("scroll", draw);
// While characters are composed the browser marks them in the text itself, which must be seen.
area.addEventListener("compositionstart", () => {
  composing = true;
  show(false);
});
area.addEventListener("compositionend", () => {
  composing = false;
  paint();
});
addEventListener("pageshow", paint);
new ResizeObserver(draw).observe(area);
paint();
