// The list of snapshots as a slider; without this file it stays a list.
const list = document.getElementById("snapshot");
if (list && list.options.length > 1) {
  const options = [...list.options];
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: options.length - 1, id: "asof" });
  slider.value = Math.max(list.selectedIndex, 0);
  const shown = document.createElement("output");
  shown.htmlFor = "asof";
  document.querySelector("label[for=snapshot]").htmlFor = "asof";
  list.hidden = true;
  list.before(slider, shown);
  const mark = document.getElementById("at");
  const move = () => {
    const option = options[slider.value];
    list.selectedIndex = slider.value;
    shown.textContent = option.textContent;
    slider.setAttribute("aria-valuetext", option.textContent);
    if (mark && option.dataset.x) {
      mark.setAttribute("x1", option.dataset.x);
      mark.setAttribute("x2", option.dataset.x);
    }
  };
  slider.addEventListener("input", move);
  move();
}
