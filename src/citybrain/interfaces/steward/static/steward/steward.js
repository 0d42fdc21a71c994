// Enhancements only: every page reads and works without this file.
const root = document.documentElement;
const typing = (element) => /INPUT|SELECT|TEXTAREA/.test(element.tagName);

addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target)) return;
  event.preventDefault();
  document.getElementById("q")?.focus();
});

// What went wrong takes the focus, so that it is read first.
document.querySelector("[data-focus]")?.focus();

// A form is sent once: a second press would start a second run.
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
  // A download leaves the page where it is, so the form opens again.
  setTimeout(() => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }, 4000);
});

// The run page: say aloud when it has ended, and once only.
const live = () => document.getElementById("live");
if (live()?.dataset.moving === "1") {
  const watch = setInterval(() => {
    const now = live();
    if (!now || now.dataset.moving === "1") return;
    clearInterval(watch);
    document.getElementById("say").textContent = now.dataset.word;
    const heading = now.querySelector("h1");
    if (heading) document.title = `${heading.textContent} · ${document.title.split(" · ").slice(1).join(" · ")}`;
  }, 500);
}

// The tour's coach mark stands beside what its step is about, when that is on this page.
const tour = document.getElementById("tour");
const coach = document.getElementById("coach");
// A refused form is read first: nothing may lie over it.
const refused = document.getElementById("errors");
const target = !refused && tour && document.querySelector(`[data-tour="${tour.dataset.step}"]`);
if (coach && target && coach.showPopover) {
  const place = () => {
    const box = target.getBoundingClientRect();
    const width = 340;
    const left = Math.max(8, Math.min(box.right - width, innerWidth - width - 8));
    const arrow = left + width - box.left - Math.min(box.width, 200) / 2 - 7;
    coach.style.top = `${box.bottom + scrollY + 14}px`;
    coach.style.left = `${left}px`;
    coach.style.setProperty("--ax", `${Math.max(20, Math.min(arrow, width - 40))}px`);
  };
  const end = () => {
    if (coach.matches(":popover-open")) coach.hidePopover();
    target.classList.remove("lit");
  };
  target.classList.add("lit");
  coach.showPopover();
  place();
  addEventListener("resize", place);
  document.getElementById("coach-x").addEventListener("click", () => {
    end();
    (target.matches("a,button") ? target : target.querySelector("a,button"))?.focus();
  });
  addEventListener("keydown", (event) => event.key === "Escape" && end());
}

// A picture or sheet wider than the page begins at the table or cell that it is about.
for (const subject of document.querySelectorAll("svg.lin .bx.s-me, .xls .cell")) {
  const picture = subject.closest(".tw");
  const middle = subject.getBoundingClientRect().left - picture.getBoundingClientRect().left;
  picture.scrollLeft += middle - (picture.clientWidth - subject.getBoundingClientRect().width) / 2;
}
root.dataset.ready = "1";
