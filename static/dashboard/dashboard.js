/* What the dashboard does beyond htmx: say how saving went, and show the portal beside its settings. */
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);

  /* On a phone the navigation is one row, which begins at where one is. */
  document.querySelector(".side nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  /* Saving */

  function say(text, failed) {
    const status = byId("status");
    if (!status) return;
    status.textContent = text;
    status.classList.toggle("failed", failed);
  }

  /* A control must not show what was not saved; what was typed stays. */
  function putBack(control) {
    if (control.type === "checkbox") control.checked = control.defaultChecked;
    for (const option of control.options ?? []) option.selected = option.defaultSelected;
  }

  /* Settings are saved one at a time, each for the version that the one before has left. htmx's own
     queue stops for good at a control whose row was replaced while it waited. */
  const line = [];

  function saveNext() {
    while (line.length && !line[0].elt.isConnected) line.shift();
    line[0]?.issueRequest(true);
  }

  document.addEventListener("htmx:confirm", (event) => {
    const { elt } = event.detail;
    if (!elt.matches("#settings [data-saves]")) return;
    event.preventDefault();
    if (line.some((waiting) => waiting.elt === elt)) return;
    if (line.push(event.detail) === 1) saveNext();
  });

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.elt.matches("#settings [data-saves]")) {
      detail.headers["If-Match"] = `"${byId("version").dataset.version}"`;
    }
  });

  for (const end of ["htmx:afterRequest", "htmx:validation:halted"]) {
    document.addEventListener(end, ({ detail }) => {
      if ((detail.requestConfig ?? detail).elt !== line[0]?.elt) return;
      line.shift();
      saveNext();
    });
  }

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.elt.matches("[data-saves]")) say(byId("status").dataset.working, false);
  });

  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, ({ detail: { elt, target } }) => {
      if (elt.matches("[data-saves]")) {
        putBack(elt);
        say(byId("status").dataset.failed, true);
      } else if (target.dataset.failed) {
        (target.querySelector("[role=status]") ?? target).textContent = target.dataset.failed;
      } else {
        target.replaceChildren();
        if (target.id === "customers") fail(byId("preview-failed").dataset.failed);
      }
    });
  }

  /* A form that takes a while says so and can't be sent twice. */
  document.addEventListener("submit", ({ target }) => {
    const button = target.matches("[data-waits]") && target.querySelector("button");
    if (!button) return;
    button.textContent = target.dataset.waits;
    button.setAttribute("aria-disabled", "true");
    target.addEventListener("submit", (again) => again.preventDefault());
  });

  /* A colour is typed, or picked beside it. */
  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-picks]")) target.previousElementSibling.value = target.value;
    const picker = target.nextElementSibling;
    if (picker?.matches("[data-picks]") && /^#[0-9a-f]{6}$/i.test(target.value)) picker.value = target.value;
  });

  /* Preview of a made-up customer. The next page loads under the old one and then takes its place,
     so that nothing flashes. */

  let looks = 0;

  function look(keepsPlace) {
    const form = byId("look-at");
    if (!form) return;
    const turn = ++looks;
    const next = byId("stage").firstElementChild.cloneNode();
    next.src = `${form.dataset.address}?${new URLSearchParams(new FormData(form))}`;
    next.className = "coming";
    next.addEventListener("load", () => (turn === looks ? swap(next, keepsPlace) : next.remove()));
    byId("stage").append(next);
  }

  function swap(next, keepsPlace) {
    const old = byId("stage").firstElementChild;
    const isPortal = Boolean(next.contentDocument?.getElementById("portal"));
    byId("look-failed").hidden = isPortal;
    if (old === next) return;
    if (!isPortal) return next.remove();
    if (keepsPlace) next.contentWindow.scrollTo(0, old.contentWindow.scrollY);
    old.remove();
    next.className = "";
  }

  function press(button) {
    for (const other of button.parentElement.children) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  }

  document.addEventListener("change", ({ target }) => {
    if (target.form?.id === "look-at") look(false);
  });
  document.addEventListener("setting-saved", () => look(true));

  /* The page of texts: the preview is in the language that is looked at. */
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-shows-language]")) return;
    byId("look-at").elements.language.value = target.value;
    look(false);
  });

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-scheme], [data-way]");
    if (!button) return;
    press(button);
    const { scheme, way } = button.dataset;
    if (scheme) {
      byId("look-at").elements.scheme.value = scheme;
      return look(true);
    }
    for (const each of document.querySelectorAll("[data-way-of]")) each.hidden = each.dataset.wayOf !== way;
    if (way === "customer") window.htmx.trigger("#customers", "open");
  });

  /* Preview of a real customer in test mode */

  let mounted = null;
  let asked = 0;

  function fail(text) {
    const message = byId("preview-failed");
    message.textContent = text;
    message.hidden = !text;
  }

  function unmount() {
    mounted?.destroy();
    mounted = null;
  }

  /* The place keeps its height while the next frame loads, so that nothing jumps. */
  function mount(settings) {
    const place = byId("servicebot-portal");
    place.style.minBlockSize = `${place.offsetHeight}px`;
    unmount();
    mounted = window.Servicebot.mount(place, settings);
    setTimeout(() => (place.style.minBlockSize = ""), 2000);
  }

  async function settingsFor(picker) {
    const response = await fetch(picker.dataset.preview, {
      method: "POST",
      headers: JSON.parse(document.body.getAttribute("hx-headers")),
      body: new URLSearchParams({ customer: picker.value }),
    });
    const answer = await response.json();
    if (!response.ok) throw answer;
    return answer;
  }

  async function show() {
    const picker = byId("customer");
    if (!picker) return;
    const texts = byId("preview-failed").dataset;
    const turn = ++asked;
    if (!window.Servicebot) return fail(texts.noEmbed);
    try {
      const settings = await settingsFor(picker);
      if (turn !== asked) return;
      fail("");
      mount(settings);
    } catch (problem) {
      if (turn !== asked) return;
      unmount();
      fail(problem.detail || texts.failed);
    }
  }

  document.addEventListener("change", ({ target }) => {
    if (target.id === "customer") show();
  });
  document.addEventListener("setting-saved", show);
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target.id === "customers") show();
  });

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-width]");
    if (!button) return;
    press(button);
    document.querySelector(".work").classList.toggle("across", button.dataset.width === "across");
  });
})();
