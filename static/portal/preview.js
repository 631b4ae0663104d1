/* The preview's page: what a customer would press says that it does nothing here. Nothing is sent;
   the page's own policy forbids it too. */
(() => {
  "use strict";
  const said = document.createElement("p");
  said.className = "said-here";
  said.setAttribute("role", "status");

  function say(pressed) {
    const row = pressed.closest("tr")?.closest("table") || pressed.closest(".actions, .asks, header") || pressed;
    row.after(said);
    said.textContent = "";
    setTimeout(() => (said.textContent = document.body.dataset.said));
  }

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("a, button");
    if (!pressed) return;
    event.preventDefault();
    say(pressed);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-speak]");
    if (!form) return;
    form.reset();
    say(form);
  });
  document.addEventListener("submit", (event) => event.preventDefault());
})();
