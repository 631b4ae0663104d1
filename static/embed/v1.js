/*! Servicebot. To be read: /embed/v1.src.js */
(() => {
  "use strict";
  if (window.Servicebot?.mount) return; // loaded twice: the first goes on
  const now = document.currentScript; // none in a module
  const script = now?.src ? now : document.querySelector("script[src*='/embed/v1.']");
  if (!script) return console.error("Servicebot: load it by its own address.");
  const origin = new URL(script.src).origin;
  const PATIENCE = 10000; // a frame that the browser blocks is silent
  const MOUNTS = "#servicebot-portal,#servicebot-subscription-portal,#billflow-embed";
  const OLD = { billing_page_id: "portal_id", servicebot_id: "portal_id", email_hash: "hash" };
  const WHO = ["email", "customer_id", "token"];
  const SENT = [...WHO, "hash", "portal_id", "subscription_id", "service", "language", "options", "resource", "debug"];
  const LOOK = "border:0;margin:0;padding:0;width:100%;display:block;color-scheme:normal;";
  const OVER = ";position:fixed;inset:0;z-index:2147483647;min-height:100%;max-height:100%";
  const handles = new WeakMap(); // of each element that was ever mounted: the last one

  // The settings with some more of them; who is somebody else has nothing of whom they follow.
  function merge(settings, more) {
    const next = { ...more };
    for (const name in OLD) next[OLD[name]] = next[OLD[name]] || next[name];
    const kept = { ...settings };
    if (WHO.some((name) => next[name])) for (const name of [...WHO, "hash"]) delete kept[name];
    for (const name in next) if (next[name] !== undefined) kept[name] = next[name];
    return kept;
  }

  // Functions and circles don't travel between pages; without them, the rest does.
  function plain(value) {
    try {
      return JSON.parse(JSON.stringify(value));
    } catch {} // it is undefined
  }

  // What is loaded only where `debug` is asked for. It gives a function that writes down each step.
  function watch(settings, element) {
    const at = origin + "/embed/v1.debug.js?portal_id=" + encodeURIComponent(settings.portal_id);
    return import(at).then((module) => module.default(settings, element)).catch(() => {
      console.warn("Servicebot: " + at + " isn't loaded. Does script-src allow it?");
    });
  }

  function mount(element, given) {
    if (!element?.replaceChildren) throw new TypeError("Servicebot: no element to mount on.");
    handles.get(element)?.destroy();
    const before = [...element.childNodes].filter((node) => !node.dataset?.servicebot);
    let settings = merge({}, given);
    let frame = null; // what is late for one frame is nothing for the next
    let height = 320;
    let timer, scroll, log, hasAsked;

    function say(type, more) {
      log?.(type, more);
      frame.contentWindow?.postMessage({ type: "servicebot:" + type, v: 1, ...more }, origin);
    }

    function put(made) {
      made.dataset.servicebot = 1; // a cache of pages may keep a copy, which is dead
      element.replaceChildren(made);
      gone.observe(made);
    }

    function fail(text) {
      stop();
      const p = document.createElement("p");
      Object.assign(p, { textContent: text, lang: "en", dir: "ltr" });
      p.setAttribute("role", "alert");
      p.style.cssText = "font:15px/1.5 system-ui,sans-serif;padding:16px;margin:0";
      put(p);
      console.error("Servicebot: " + text);
    }

    // Over the whole window; in the top layer, where there is one, nothing around it is in the way.
    function cover(on) {
      if (on) scroll = scroll || { left: scrollX, top: scrollY, behavior: "instant" };
      if (frame.showPopover) frame.popover = on ? "manual" : null;
      frame.style.cssText = LOOK + "height:" + height + "px" + (on ? OVER : "");
      if (on && frame.popover) frame.showPopover();
      if (on) return;
      if (scroll) scrollTo(scroll);
      scroll = null;
    }

    // `anew` where what we have no longer does, or there is nothing.
    function introduce(anew) {
      const mine = frame;
      const asks = settings.identify && (anew || !WHO.some((name) => settings[name]));
      const send = (who) => {
        if (frame !== mine) return;
        const known = settings;
        settings = merge(settings, who);
        const isSame = known.email === settings.email && known.customer_id === settings.customer_id;
        if (anew && !isSame) return start(); // without the page of who was there before
        const sent = { listens: typeof settings.handleResponse === "function" };
        for (const name of SENT) sent[name] = plain(settings[name]);
        say("init", { settings: sent });
      };
      new Promise((done) => done(asks && settings.identify())).then(send, (error) => {
        log?.("refused", error);
        send();
      });
    }

    // What the handler makes of an event; to one with an id the page waits for the answer.
    function tell({ id, event, response, extras }) {
      const mine = frame;
      const answer = (ok, message) => id && frame === mine && say("answer", { id, ok, message });
      new Promise((done) => done(settings.handleResponse?.({ event, response, extras }))).then(
        (said) => answer(said !== false),
        (error) => {
          console.error(error);
          answer(false, error?.message || (typeof error == "string" ? error : ""));
        },
      );
    }

    function hear(event) {
      if (!frame || event.origin !== origin || event.source !== frame.contentWindow) return;
      const data = event.data || {};
      if (data.v !== 1) return;
      const type = data.type;
      log?.(type, data);
      if (type === "servicebot:ready") {
        clearTimeout(timer);
        introduce();
      }
      if (type === "servicebot:identify") introduce(true);
      if (type === "servicebot:failed" && data.code === "token_expired" && settings.identify && !hasAsked) {
        hasAsked = true;
        introduce(true);
      }
      if (type === "servicebot:resize") {
        height = data.height;
        frame.style.height = height + "px";
      }
      if (type === "servicebot:event") tell(data);
      if (type === "servicebot:overlay") cover(data.on);
      if (type === "servicebot:shown") frame.title = settings.title || data.title || frame.title;
    }

    // Out of the page, nothing of the page holds it any more.
    const gone = new ResizeObserver(([{ target }]) => {
      if (target.isConnected) return;
      gone.disconnect();
      removeEventListener("message", hear);
      look();
    });

    function start() {
      stop();
      if (!settings.portal_id) return fail("Billing isn't set up on this page: its settings have no portal_id.");
      const mine = (frame = document.createElement("iframe"));
      frame.title = settings.title || "Subscriptions and invoices";
      frame.allow = "payment *; clipboard-write";
      frame.referrerPolicy = "origin";
      frame.onload = () => {
        addEventListener("message", hear); // again where the element was away for a while
        gone.observe(mine);
        cover(false);
        say("hello");
      };
      frame.src = origin + "/portal/" + encodeURIComponent(settings.portal_id) + "/";
      cover(false); // as it looks at first
      const show = () => {
        if (frame !== mine) return;
        put(frame);
        timer = setTimeout(() => {
          log?.("silent");
          fail("Billing can't be shown just now; please try again later. If this site is yours: add " + location.origin + " to the portal's allowed sites.");
        }, PATIENCE);
      };
      if (!settings.debug) return show();
      watch(settings, element).then((made) => {
        if (frame === mine) log = made;
        show();
      });
    }

    function stop() {
      clearTimeout(timer);
      gone.disconnect();
      removeEventListener("message", hear);
      if (frame) {
        cover(false);
        frame.remove();
      }
      frame = log = hasAsked = null;
    }

    const handle = {
      update: (next) => {
        if (handles.get(element) !== handle) return;
        settings = merge(settings, next);
        start();
      },
      destroy: () => {
        if (handles.get(element) !== handle) return;
        stop();
        settings = {}; // nobody's, also where the handle is kept
        handles.set(element, null);
        element.replaceChildren(...before);
      },
    };
    handles.set(element, handle);
    start();
    return handle;
  }

  // The mounts of the page itself. What was destroyed stays empty until it is mounted again.

  let soon, isByHand;

  function later(ms) {
    soon = soon || setTimeout(look, ms);
  }

  const appearing = new MutationObserver(() => later(50));

  function look() {
    clearTimeout(soon);
    soon = 0;
    const given = window.servicebotSettings;
    if (isByHand && !given) return appearing.disconnect();
    const places = [...document.querySelectorAll(MOUNTS)];
    const filled = places.filter((place, i) => {
      const settings = Array.isArray(given) ? given[i] : given;
      if (settings && !handles.has(place)) mount(place, settings);
      return handles.has(place);
    });
    if (filled.length && filled.length >= [].concat(given).length) appearing.disconnect();
    else appearing.observe(document, { childList: true, subtree: true });
    if (!given && filled.length < places.length) later(500); // nothing tells of a variable
  }

  window.Servicebot = {
    mount: (element, settings) => {
      isByHand = true;
      return mount(element, settings);
    },
  };
  look();
  setTimeout(() => {
    const given = [].concat(window.servicebotSettings || [])[0];
    const place = document.querySelector(MOUNTS);
    if (place && !given && !handles.has(place)) console.warn("Servicebot: there is no window.servicebotSettings.");
    if (!place && given?.debug) watch(merge({}, given));
  }, PATIENCE);
})();
