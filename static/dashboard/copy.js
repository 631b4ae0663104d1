/* Buttons that copy: data-copy names what; the page's live region says how it went. */
(() => {
  "use strict";

  const show = (root) => {
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  };

  function say(text, failed) {
    const status = document.getElementById("status");
    if (!status) return;
    status.textContent = text;
    status.classList.toggle("failed", failed);
  }

  function mark(button) {
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 2000);
  }

  async function copy(button) {
    const { copy: what, copied, failed } = button.dataset;
    try {
      await navigator.clipboard.writeText(document.querySelector(what).textContent);
      mark(button);
      say(copied, false);
    } catch (error) {
      say(failed, true);
    }
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-copy]");
    if (button) copy(button);
  });

  show(document);
  document.addEventListener("htmx:load", ({ target }) => show(target));
})();
