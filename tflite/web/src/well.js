import { example, read } from "./files.js";

/**
 * Where a picture is chosen, dropped or taken from the examples.
 *
 * @param {HTMLElement} element
 * @param {(picture: Promise<ImageBitmap>) => void} chosen
 */
export function well(element, chosen) {
  const input = element.querySelector("input[type=file]");
  const take = (file) => file && chosen(read(file));
  input.addEventListener("change", () => {
    take(input.files[0]);
    input.value = "";
  });
  for (const button of element.querySelectorAll(".example")) {
    button.addEventListener("click", () => chosen(example(button.dataset.example)));
  }
  droppable(element, take);
}

function droppable(element, take) {
  const over = (event, inside) => {
    event.preventDefault();
    element.classList.toggle("over", inside);
  };
  element.addEventListener("dragover", (event) => over(event, true));
  element.addEventListener("dragleave", (event) => over(event, false));
  element.addEventListener("drop", (event) => {
    over(event, false);
    take(event.dataTransfer.files[0]);
  });
}
