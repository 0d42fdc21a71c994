// Keys and dropping for the grid; without this file the same forms are sent by their buttons.
const say = (text) => (document.getElementById("say").textContent = text);
const cells = () => [...document.querySelectorAll(".grid td.e input")];

const drop = document.getElementById("drop");
if (drop) {
  const file = document.getElementById("file");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) file.files = event.dataTransfer.files;
    });
  }
}

// The row's own button: in the upload grid it follows the row, in the repair grid it is the form's.
const accept = (input) => {
  const why = input.closest("tr").nextElementSibling;
  const button =
    why.querySelector('button[value^="save:"]') || why.querySelector('button[name=take][value=""]');
  button?.click();
};

addEventListener("keydown", (event) => {
  const all = cells();
  const at = all.indexOf(event.target);
  if (event.key === "F8" && all.length) {
    event.preventDefault();
    const next = at < 0 ? (event.shiftKey ? -1 : 0) : at + (event.shiftKey ? -1 : 1);
    const cell = all[(next + all.length) % all.length];
    cell.focus();
    cell.select();
  } else if (at >= 0 && event.key === "Enter") {
    event.preventDefault();
    const row = event.target.closest("tr");
    const changed = all.some((one) => row.contains(one) && one.value !== one.defaultValue);
    if (changed) accept(event.target);
    else say(document.documentElement.lang === "en" ? "Nothing changed yet" : "还没有改动");
  } else if (at >= 0 && event.key === "Escape") {
    event.target.value = event.target.defaultValue;
  }
});
