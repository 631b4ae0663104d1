/* The portal's page: hears who is there from the page around it, fills itself, stays in touch.
   The session token lives in this closure alone: not in a cookie, not in storage, not in a URL. */
(function () {
  "use strict";
  const body = document.body;
  const main = document.getElementById("portal");
  const live = document.getElementById("live");
  const base = location.pathname;
  const allowed = body.dataset.origins.split(" ");
  let host = null; // the origin of the page around this one
  let token = null;
  let settings = null;
  let own; // the snippet's texts, where the portal takes any
  let wishes = {}; // the snippet's options: how things look, for this page alone
  let waiting = []; // requests to repeat when a new identity has come
  const openers = new WeakMap(); // what opened a panel gets the focus back
  let mayLoad = false; // the page around is asked once, whatever identities follow
  let renewing = false; // one new identity is asked for, not one after another
  const begun = []; // when, in the last minute
  const TRIES = 15; // about 20 seconds
  const MOST = 30; // as often as a page may mean it; each is a request, and reads at Stripe

  // htmx notes where it is, for a history that isn't used here: nothing of a visit is to stay.
  try {
    sessionStorage.removeItem("htmx-current-path-for-history");
  } catch {
    // Blocked for third parties, so nothing is there.
  }

  // The page around us

  function allows(origin) {
    return allowed.some((pattern) => {
      if (!pattern.includes("*.")) return origin === pattern;
      const [scheme, suffix] = pattern.split("*");
      return origin.startsWith(scheme) && origin.slice(scheme.length).endsWith(suffix);
    });
  }

  function say(type, more) {
    if (host) parent.postMessage({ type: "servicebot:" + type, v: 1, ...more }, host);
  }

  addEventListener("message", (event) => {
    if (event.source !== parent || parent === window || !allows(event.origin)) return;
    const { type, v, settings: given } = event.data || {};
    if (v !== 1) return;
    if (type === "servicebot:hello") {
      host = event.origin;
      say("ready");
    }
    if (event.origin !== host) return;
    if (type === "servicebot:init" && isMeant()) begin(given || {});
    if (type === "servicebot:answer") Servicebot.events.answer(event.data);
  });

  if (parent === window) {
    main.replaceChildren(document.getElementById("alone").content.cloneNode(true));
    main.removeAttribute("aria-busy");
  }

  new ResizeObserver(() => say("resize", { height: main.offsetHeight + live.offsetHeight })).observe(main);

  // The session

  function isMeant() {
    const now = performance.now();
    while (begun.length && now - begun[0] > 60000) begun.shift();
    return begun.length < MOST && begun.push(now);
  }

  async function begin(given) {
    const { options, resource, listens, ...who } = given;
    settings = who;
    wishes = Servicebot.wishes(options);
    own = "takesResource" in body.dataset ? resource : undefined;
    if (given.debug && body.dataset.debug) watch();
    Servicebot.events.begin(say, listens === true);
    try {
      if (!mayLoad) await Servicebot.events.ask("pre_load");
      mayLoad = true;
    } catch (error) {
      return refuse(error.message);
    }
    if (settings !== who) return; // somebody else has come meanwhile
    const form = new URLSearchParams(texts(own));
    for (const [name, value] of Object.entries(who)) {
      if (typeof value === "string") form.set(name, value);
    }
    form.set("origin", host); // for the merchant, should this be refused
    form.set("languages", navigator.languages.join(","));
    if (wishes.language) form.set("default_language", wishes.language);
    // A page that stays goes on in its language, which may be the customer's own choice.
    if (waiting.length) form.set("chosen_language", document.documentElement.lang);
    let answer, html;
    try {
      answer = await opened(form, () => settings === who);
      html = await answer.text();
    } catch {
      return show(lost());
    }
    if (settings !== who) return;
    keep(answer.headers.get("Servicebot-Token"));
    if (waiting.length && answer.ok) return waiting.splice(0).forEach((repeat) => repeat());
    waiting = [];
    show(html);
    if (given.debug && body.dataset.debug) explain(resource);
    if (answer.ok) return;
    const code = answer.headers.get("Servicebot-Problem");
    Servicebot.events.failed(code, html);
    say("failed", { code });
  }

  // Where too many come at once, those who were turned away wait, and see what they saw before.
  async function opened(form, isWanted) {
    for (let tries = 1; ; tries++) {
      const answer = await fetch(base + "session", { method: "POST", body: form, cache: "no-store" });
      const isFull = answer.status === 503 && answer.headers.get("Retry-After") === "1";
      if (!isFull || tries === TRIES || !isWanted()) return answer;
      await new Promise((done) => setTimeout(done, 1000 + 1000 * Math.random()));
    }
  }

  function refuse(text) {
    const place = document.getElementById("offline").content.cloneNode(true).firstElementChild;
    place.querySelector("h2").remove();
    place.querySelector("p").textContent = text;
    show(place.outerHTML);
  }

  // For a developer, where the snippet asks for it and the dashboard allows it.
  function watch() {
    const script = document.createElement("script");
    script.src = body.dataset.debug;
    script.onload = () => Servicebot.debug(say);
    if (!Servicebot.debug) document.head.append(script);
  }

  // For a developer: what of the snippet's texts isn't used, and why.
  function explain(resource) {
    const faults = JSON.parse(main.querySelector("[data-text-faults]")?.dataset.textFaults || "[]");
    for (const fault of faults) say("debug", { step: "text not used", ...fault });
    if (resource && own === undefined) say("debug", { step: "resource not used", setting: "uses_custom_resource" });
  }

  function keep(next) {
    if (next) token = next;
  }

  function show(html) {
    main.innerHTML = html;
    Servicebot.grant(wishes, main);
    main.removeAttribute("aria-busy");
    speak();
    htmx.process(main);
    settle(main);
    say("shown", { title: document.title });
  }

  // Page and document are in one language: that of what has come in.
  function speak() {
    const { language, direction, title } = main.querySelector("[data-language]")?.dataset || {};
    if (language) Object.assign(document.documentElement, { lang: language, dir: direction });
    if (title) document.title = title;
  }

  // No answer came: said in the page's language, where there has been a page yet.
  function lost() {
    const place = document.getElementById("offline").content.cloneNode(true).firstElementChild;
    const known = main.querySelector("[data-offline]");
    const text = place.querySelector("p");
    if (known) text.textContent = known.dataset.offline;
    Servicebot.events.lost(text.textContent);
    return place.outerHTML;
  }

  // Requests

  body.addEventListener("htmx:configRequest", (event) => {
    const { headers, parameters, elt } = event.detail;
    Object.assign(headers, credentials());
    // Another language has other texts.
    Object.assign(parameters, texts(elt.matches("[data-speak]") ? own : spoken(own)));
  });

  // Texts come with each request: nobody keeps them for a page.
  function texts(resource) {
    // So much that it is refused is enough to be told so.
    return resource === undefined ? {} : { resource: JSON.stringify(resource).slice(0, 33 * 1024) };
  }

  // Those of the page's language are enough, by whichever of its codes.
  function spoken(resource) {
    return resource && Object.fromEntries(Object.entries(resource).filter(([code]) => isSpoken(code)));
  }

  function isSpoken(code) {
    try {
      const { language } = new Intl.Locale(code.replaceAll("_", "-"));
      return language === new Intl.Locale(document.documentElement.lang).language;
    } catch {
      return false;
    }
  }

  function credentials() {
    return { Authorization: "Bearer " + token, "Accept-Language": document.documentElement.lang };
  }

  body.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail.requestConfig;
    beside(elt)?.replaceChildren(); // what went wrong before
    for (const field of elt.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  });

  body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    const { elt } = requestConfig;
    keep(xhr.getResponseHeader("Servicebot-Token"));
    if (xhr.status >= 400) {
      // A changed amount comes as a new preview, in the place of the old one.
      const isPreview = !xhr.getResponseHeader("Servicebot-Problem");
      event.detail.target = isPreview ? elt.closest("[data-cost], [data-panel]") : beside(elt, event.detail.target);
      if (elt.matches("[data-speak]")) elt.reset();
    }
    const isRenewed = xhr.status === 401 && settings && (!renewing || waiting.length);
    if (xhr.status >= 400 && !isRenewed) {
      Servicebot.events.failed(xhr.getResponseHeader("Servicebot-Problem") || "preview_stale", xhr.responseText);
    }
    if (xhr.status !== 401) renewing = false;
    else if (isRenewed) {
      event.detail.shouldSwap = false;
      waiting.push(() => repeat(requestConfig, elt));
      if (!renewing) say("identify");
      renewing = true;
    }
  });

  function repeat(config, elt) {
    const values = Object.fromEntries(config.formData || []);
    elt.dataset.again = "";
    htmx.ajax("POST", config.path, { source: elt, target: config.target, values }).finally(() => delete elt.dataset.again);
  }

  // Before it is painted, which settling comes after.
  body.addEventListener("htmx:afterSwap", (event) => {
    Servicebot.grant(wishes, event.detail.target);
    if (event.detail.target !== main) return;
    const before = document.title;
    speak();
    if (document.title !== before) say("shown", { title: document.title });
  });
  body.addEventListener("htmx:afterSettle", (event) => {
    const { target, requestConfig } = event.detail;
    const pressed = requestConfig.triggeringEvent?.submitter || requestConfig.elt;
    if (target.matches("[data-panel]")) openers.set(target, pressed);
    settle(target);
    if (target.matches("[data-said]")) correct(target);
    // A button at work can't keep the focus.
    if (document.activeElement === body) pressed.focus();
  });
  body.addEventListener("htmx:sendError", (event) => {
    const { elt } = event.detail.requestConfig;
    beside(elt, event.detail.target).innerHTML = lost();
    if (elt.matches("[data-speak]")) elt.reset();
  });

  // What went wrong is said beside what was pressed; the page, and what was typed, stay.
  function beside(elt, target) {
    const named = elt.dataset.problem && document.querySelector(elt.dataset.problem);
    return elt.querySelector("[data-said]") || named || target;
  }

  // The field that it is about, where there is one.
  function correct(said) {
    const field = said.id && said.closest("form").querySelector(`[aria-describedby~="${said.id}"]`);
    if (!field || !said.textContent.trim()) return;
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }

  // Names in the order that their language has; a server knows each language's letters less well.
  function sort(list) {
    const { compare } = new Intl.Collator(document.documentElement.lang);
    const chosen = list.value;
    list.append(...[...list.options].sort((one, other) => compare(one.text, other.text)));
    list.value = chosen;
  }

  // After something new has come in: say it, focus it, and do what it asks for.
  function settle(place) {
    Servicebot.events.happened(place);
    const done = place.querySelector("[data-done]");
    if (done) finish(done.textContent, done.dataset.done);
    place.querySelectorAll("[data-sorted]").forEach(sort);
    const focus = place.querySelector("[data-focus]");
    if (focus) reach(focus);
    for (const form of place.querySelectorAll("[data-card]")) Servicebot.card(form, tools);
    for (const box of place.querySelectorAll("[data-confirm]")) Servicebot.confirm(box, tools);
  }

  // Say that it is done, and go to what has changed: what had the focus is gone.
  function finish(text, id) {
    live.textContent = text;
    const changed = id && document.getElementById(id);
    if (changed) reach(changed);
    else main.focus({ preventScroll: true });
  }

  // All of it comes into view: now, or when the page around has made the room for it.
  function reach(element) {
    if (!element.matches("select")) element.setAttribute("tabindex", "-1");
    element.focus();
    const whole = element.closest(".cost, .change, article, section") || element;
    const show = () => whole.contains(document.activeElement) && whole.scrollIntoView({ block: "nearest" });
    show();
    addEventListener("resize", show, { once: true });
  }

  // "Not now" and Escape: close the panel and give the focus back to what opened it.
  function close(inside) {
    const panel = inside.closest("[data-panel]");
    const opener = openers.get(panel) || document.getElementById(panel.dataset.panel);
    panel.replaceChildren();
    (opener?.isConnected ? opener : main).focus();
  }

  body.addEventListener("click", (event) => {
    const button = event.target.closest("[data-close]");
    if (button) close(button);
  });

  body.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    const asking = event.target.closest("details.asks[open]");
    if (asking) {
      asking.open = false;
      asking.querySelector("summary").focus();
    } else if (event.target.closest("[data-panel] form, [data-panel] .cost")) close(event.target);
  });

  // What was said of the cost holds for what it was asked with.
  body.addEventListener("input", (event) => {
    const cost = event.target.closest("form")?.querySelector("[data-cost]");
    if (cost) cost.replaceChildren();
  });

  // The billing interval shows its own prices; without a server, and without a style attribute.
  body.addEventListener("change", (event) => {
    const chosen = event.target.closest("[data-interval]");
    if (!chosen) return;
    const picker = chosen.closest("[data-picker]");
    for (const plan of picker.querySelectorAll("[data-period]")) {
      plan.hidden = plan.dataset.period !== chosen.value;
      if (plan.hidden) plan.querySelector("input").checked = false;
    }
  });

  const tools = {
    say,
    async post(path, values) {
      const answer = await fetch(base + path, {
        method: "POST",
        headers: credentials(),
        body: new URLSearchParams([...new URLSearchParams(values), ...Object.entries(texts(spoken(own)))]),
        cache: "no-store",
      });
      keep(answer.headers.get("Servicebot-Token"));
      return answer;
    },
    show,
    finish,
    close,
    stripeJs: body.dataset.stripeJs,
  };
  window.Servicebot = {};
})();
