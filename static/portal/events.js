/* What the page around hears (docs/events.md), and may stop: only where the dashboard says so, and
   where its snippet has a handleResponse. Whatever it answers grants nothing. */
(function () {
  "use strict";
  const PATIENCE = 10000;
  const MESSAGE = 300;
  const BEFORE = { "change-plan": "pre_change_plan", resubscribe: "pre_resubscribe", cancel: "pre_cancel" };
  const body = document.body;
  const waiting = new Map(); // what is to be done with each answer
  let say = null; // while somebody listens
  let asked = 0;

  function tell(event, response, extras) {
    if (say) say("event", { event, response: response || null, extras: extras || {} });
  }

  // Resolves when the page around lets it happen; throws what is to be said where it doesn't.
  function ask(event, response, extras) {
    if (!say) return Promise.resolve();
    const words = (document.querySelector("footer[data-stopped]") || body).dataset; // in the page's language
    const id = ++asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => answer(false, words.unanswered), PATIENCE);
      function answer(ok, message) {
        clearTimeout(timer);
        waiting.delete(id);
        if (ok) resolve();
        else reject(new Error(message || words.stopped));
      }
      waiting.set(id, answer);
      say("event", { event, response: response || null, extras: extras || {}, id });
    });
  }

  Servicebot.events = {
    tell,
    ask,
    begin(speak, listens) {
      say = listens && "tells" in body.dataset ? speak : null;
    },
    answer({ id, ok, message }) {
      const text = typeof message === "string" ? message.slice(0, MESSAGE).trim() : "";
      if (waiting.has(id)) waiting.get(id)(ok === true, text);
    },
    // What an answer says has happened.
    happened(place) {
      const page = place.querySelector("footer[data-title]");
      if (page && !("stopped" in page.dataset)) say = null; // turned off meanwhile
      const told = place.querySelector("[data-events]");
      for (const each of told ? JSON.parse(told.dataset.events) : []) tell(each.event, each.response, each.extras);
      told?.remove();
      const failed = place.querySelector("[data-failed]");
      if (failed) Servicebot.events.failed(failed.dataset.failed, failed.outerHTML);
    },
    // Of a whole piece, such as a new preview, only what says that something went wrong leaves.
    failed(code, html) {
      const place = document.createElement("template");
      place.innerHTML = html;
      const said = place.content.querySelector("[role=alert]")?.textContent || "";
      tell("error", null, { code, message: said.replace(/\s+/g, " ").trim() });
    },
    // No answer came, or Stripe.js didn't: what the customer reads of it.
    lost(message) {
      tell("error", null, { code: "connection_lost", message });
    },
    object,
  };

  // What a control is about: the subscription, or the card, that it stands in.
  function object(element) {
    const about = element.closest("[data-object]");
    return about && about.dataset.object ? JSON.parse(about.dataset.object) : null;
  }

  const lastOf = (path) => path.split("?")[0].split("/").pop();

  // Before a request goes out that changes something; a second click meanwhile is none.
  const asking = new WeakSet();
  body.addEventListener("htmx:confirm", (event) => {
    const { path, elt, issueRequest } = event.detail;
    const before = BEFORE[lastOf(path)];
    if (!say || !before || "again" in elt.dataset) return; // asked before its session ended
    event.preventDefault();
    if (asking.has(elt)) return;
    asking.add(elt);
    const button = elt.querySelector("[type=submit]") || elt;
    button.setAttribute("aria-busy", true);
    ask(before, object(elt), wishes(elt))
      .then(() => issueRequest(true), (error) => put(elt, error.message))
      .finally(() => {
        asking.delete(elt);
        button.removeAttribute("aria-busy");
      });
  });

  function wishes(elt) {
    const { price, tier, scheduled } = elt.dataset;
    if (scheduled) return { price, tier, scheduled: scheduled === "yes" };
    if (price) return { price, tier };
    const given = new FormData(elt.matches("form") ? elt : undefined);
    return { reason: given.get("reason") || "", ends: given.get("ends") || "" };
  }

  // As what went wrong is said: beside what was pressed, as text.
  function put(elt, text) {
    const said = document.createElement("section");
    said.className = "problem";
    said.setAttribute("role", "alert");
    const p = said.appendChild(document.createElement("p"));
    p.textContent = text;
    (elt.querySelector("[data-said]") || elt).replaceChildren(said);
  }

  // In its way down: htmx disables what is at work.
  body.addEventListener("click", (event) => {
    const button = say && event.target.closest("button, [data-button]");
    if (!button || button.disabled) return;
    const form = button.type === "submit" ? button.closest("form") : null;
    const path = (form || button).getAttribute("hx-post");
    const other = form ? "save-card" : "close" in button.dataset ? "close" : "again";
    tell("button_click", object(button), { button: button.dataset.button || (path ? lastOf(path) : other) });
  }, true);

  body.addEventListener("change", (event) => {
    const plan = event.target.matches("[data-picker] [name=price]") && event.target.closest("[data-tier]");
    if (plan) tell("select_plan", object(plan), { price: event.target.value, tier: plan.dataset.tier });
  });
})();
