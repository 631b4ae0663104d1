/* Servicebot: a merchant's customer portal in any page. This file's address is a public contract. */
(function () {
  "use strict";
  var origin = new URL(document.currentScript.src).origin;
  var PATIENCE = 10000; // a frame that frame-ancestors blocks is silent
  var MOUNTS = "#servicebot-portal, #servicebot-subscription-portal, #billflow-embed";

  function identity(given) {
    return {
      portal_id: given.portal_id || given.billing_page_id || given.servicebot_id,
      email: given.email,
      customer_id: given.customer_id,
      hash: given.hash || given.email_hash,
      token: given.token,
      subscription_id: given.subscription_id,
      service: given.service,
      language: given.language,
      options: plain(given.options),
    };
  }

  // Functions and circles don't travel between pages; without them, the rest does.
  function plain(given) {
    try {
      return JSON.parse(JSON.stringify(given));
    } catch (error) {
      return undefined;
    }
  }

  function note(mount, text) {
    var p = document.createElement("p");
    p.textContent = text;
    p.setAttribute("role", "alert");
    p.style.cssText = "font:15px/1.5 system-ui,sans-serif;padding:16px;margin:0";
    mount.replaceChildren(p);
  }

  function mount(element, settings) {
    var frame, timer, scroll;

    function say(type, more) {
      frame.contentWindow.postMessage(Object.assign({ type: "servicebot:" + type, v: 1 }, more), origin);
    }

    function cover(on) {
      if (on) scroll = [scrollX, scrollY];
      var style = frame.style;
      style.position = on ? "fixed" : "static";
      style.inset = on ? "0" : "auto";
      style.zIndex = on ? "2147483647" : "auto";
      style.maxHeight = on ? "100%" : "none";
      style.minHeight = on ? "100%" : "0";
      if (!on && scroll) scrollTo(scroll[0], scroll[1]);
    }

    function introduce(again) {
      var fresh = again && settings.identify ? settings.identify() : settings;
      Promise.resolve(fresh).then(function (who) {
        if (frame) say("init", { settings: identity(Object.assign({}, settings, who)) });
      }, function () {
        say("init", { settings: identity(settings) });
      });
    }

    function hear(event) {
      if (!frame || event.origin !== origin || event.source !== frame.contentWindow) return;
      var type = event.data.type;
      if (type === "servicebot:ready") introduce(false);
      if (type === "servicebot:identify") introduce(true);
      if (type === "servicebot:resize") frame.style.height = event.data.height + "px";
      if (type === "servicebot:overlay") cover(event.data.on);
      if (type === "servicebot:shown") clearTimeout(timer);
    }

    function start() {
      var id = identity(settings).portal_id;
      if (!id) return note(element, "Servicebot: servicebotSettings has no portal_id.");
      frame = document.createElement("iframe");
      frame.title = settings.title || "Subscriptions and invoices";
      frame.allow = "payment *; clipboard-write";
      frame.referrerPolicy = "origin";
      frame.style.cssText = "border:0;width:100%;height:320px;display:block;color-scheme:normal";
      frame.onload = function () {
        say("hello");
      };
      frame.src = origin + "/portal/" + encodeURIComponent(id) + "/";
      element.replaceChildren(frame);
      timer = setTimeout(function () {
        stop();
        note(element, "The billing page can't be shown here. Is " + location.origin + " among the portal's allowed sites?");
      }, PATIENCE);
    }

    function stop() {
      clearTimeout(timer);
      if (frame) frame.remove();
      frame = null;
    }

    addEventListener("message", hear);
    start();
    return {
      update: function (next) {
        stop();
        settings = Object.assign({}, settings, next);
        start();
      },
      destroy: function () {
        stop();
        removeEventListener("message", hear);
        element.replaceChildren();
      },
    };
  }

  function begin() {
    var settings = window.servicebotSettings;
    var element = document.querySelector(MOUNTS);
    if (settings && element && !element.firstElementChild) mount(element, settings);
  }

  window.Servicebot = { mount: mount };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();
})();
