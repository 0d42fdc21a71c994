// Enhancements only: the page is complete without this file. It keeps the numbers fresh, moves
// the river's grains and the clock, and stops all of it when hidden, paused or unwanted.
const $ = (selector) => document.querySelector(selector);
const beat = $("#beat");
const pause = $("#pause");
const clock = $("#clk");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const EVERY = 3000;
let running = true;
let tag = "";

// The clock goes on from the server's time, not the reader's.
const behind = Date.parse(clock.dateTime) - Date.now();
const time = () =>
  new Date(Date.now() + behind).toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai" });
setInterval(() => {
  clock.textContent = time();
}, 1000);

const tell = (kind, word) => {
  beat.className = `beat ${kind}`;
  $("#beat-word").textContent = word;
};

// Only what differs is put in place of what is there, and nothing that is being used.
const busy = (part) =>
  part.contains(document.activeElement) || part.querySelector(":popover-open") !== null;
const parts = (map) => [...map.querySelectorAll("#kpi > li, #river, .bot > section")];
const seen = new Map(parts($("#map")).map((part) => [part.id, part.outerHTML]));
const renew = (text) => {
  const next = new DOMParser().parseFromString(text, "text/html");
  for (const part of parts(next)) {
    const held = document.getElementById(part.id);
    const html = part.outerHTML;
    if (!held || seen.get(part.id) === html || busy(held)) continue;
    const first = !seen.has(part.id);
    seen.set(part.id, html);
    const moved = part.querySelector(".num")?.textContent !== held.querySelector(".num")?.textContent;
    held.replaceWith(part);
    if (moved && !first) part.classList.add("moved");
    if (part.id === "river") flow();
  }
};

const ask = async () => {
  if (!running || document.hidden) return;
  try {
    const answer = await fetch(beat.dataset.live, {
      headers: tag ? { "If-None-Match": tag } : {},
      redirect: "manual",
    });
    if (!running) return; // paused while the answer was on its way: nothing moves any more
    if (answer.status === 304) return tell("", beat.dataset.ok);
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      running = false;
      return tell("lost", `${beat.dataset.out} ${time()}`);
    }
    if (!answer.ok) throw new Error(answer.status);
    const text = await answer.text();
    if (!running) return;
    tag = answer.headers.get("ETag") || "";
    renew(text);
    tell("", beat.dataset.ok);
  } catch {
    if (running && !beat.classList.contains("lost")) tell("lost", `${beat.dataset.lost} ${time()}`);
  }
};
setInterval(ask, EVERY);
document.addEventListener("visibilitychange", () => !document.hidden && (ask(), turn()));

// Grains that follow the bands' middle lines; a picture of movement, never of a number.
const COLOURS = { b: "190,240,255", m: "190,240,255", a: "255,214,160", w: "255,220,140", bad: "255,170,150" };
const canvas = document.createElement("canvas");
canvas.id = "fx";
canvas.setAttribute("aria-hidden", "true");
const pen = canvas.getContext("2d");
let grains = [];
let last = 0;
let wanted = 0;
const flow = () => {
  const svg = $("#flow");
  if (!svg) return;
  svg.after(canvas);
  grains = [];
  for (const line of svg.dataset.flows.split(";").filter(Boolean)) {
    const [x1, y1, x2, y2, width, kind] = line.split(",").map((v, i) => (i < 5 ? +v : v));
    const count = Math.max(2, Math.round((width * (x2 - x1)) / 560));
    for (let i = 0; i < count; i++) {
      grains.push({
        line: [x1, y1, x2, y2, width, COLOURS[kind] || COLOURS.b],
        at: Math.random(),
        off: Math.random() - 0.5,
        pace: 0.05 + Math.random() * 0.05,
        size: 0.7 + Math.random() * 1.1,
      });
    }
  }
  fit();
};
const fit = () => {
  const box = canvas.getBoundingClientRect();
  const dense = Math.min(devicePixelRatio, 2);
  canvas.width = box.width * dense;
  canvas.height = box.height * dense;
  const scale = Math.min(box.width / 1868, box.height / 580) * dense;
  pen.setTransform(
    scale, 0, 0, scale,
    (canvas.width - 1868 * scale) / 2, (canvas.height - 580 * scale) / 2,
  );
  draw(0);
};
const draw = (seconds) => {
  pen.clearRect(-900, -400, 4000, 2000);
  for (const grain of grains) {
    const [x1, y1, x2, y2, width, colour] = grain.line;
    grain.at = (grain.at + (seconds * grain.pace * 560) / Math.max(200, x2 - x1)) % 1;
    const t = grain.at;
    const u = 1 - t;
    const x = u * u * u * x1 + (3 * u * t * (x1 + x2)) / 2 + t * t * t * x2;
    const y = u * u * (u + 3 * t) * y1 + t * t * (t + 3 * u) * y2 + grain.off * Math.max(0, width - 2);
    if (x > 590 && x < 786 && y > 236 && y < 376) continue; // the text stays quiet
    pen.fillStyle = `rgba(${colour},${0.25 + 0.6 * Math.sin(Math.PI * t)})`;
    pen.beginPath();
    pen.arc(x, y, grain.size, 0, 7);
    pen.fill();
  }
};
const turn = () => {
  cancelAnimationFrame(wanted);
  if (!running || document.hidden || still.matches || !canvas.isConnected) return;
  last = performance.now();
  const step = (now) => {
    draw(Math.min(0.05, (now - last) / 1000));
    last = now;
    wanted = requestAnimationFrame(step);
  };
  wanted = requestAnimationFrame(step);
};
flow();
new ResizeObserver(fit).observe(canvas);
still.addEventListener("change", turn);
turn();

pause.hidden = false;
pause.addEventListener("click", () => {
  running = !running;
  pause.textContent = running ? pause.dataset.on : pause.dataset.off;
  pause.setAttribute("aria-pressed", String(!running));
  tell(running ? "" : "off", running ? beat.dataset.ok : beat.dataset.paused);
  turn();
  ask();
});
document.documentElement.dataset.ready = "1";
