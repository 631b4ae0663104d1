import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Window } from "happy-dom";
import { act, createElement, StrictMode } from "react";
import { renderToString } from "react-dom/server";

/** @import { PortalProps } from "@servicebot/portal/react" */
/** @import { Servicebot, Settings } from "@servicebot/portal" */

const onServer = renderToString(createElement((await import("../dist/react.js")).Portal, props()));

// A script that is put in is silent until a test says how it ends.
const silent = { beforeAsyncRequest: () => new Promise(() => {}) };
const page = new Window({
  url: "https://shop.example.com/",
  settings: {
    enableJavaScriptEvaluation: true,
    suppressInsecureJavaScriptEnvironmentWarning: true,
    fetch: { interceptor: /** @type {any} */ (silent) },
  },
});
Object.assign(globalThis, { window: page, document: page.document, IS_REACT_ACT_ENVIRONMENT: true });
Object.defineProperty(globalThis, "navigator", { value: page.navigator, configurable: true });
const { createRoot } = await import("react-dom/client");
const { Portal } = await import("../dist/react.js");

/** @type {string[]} */
let heard;
/** @type {Settings} */
let given;
/** @type {Servicebot} */
const SERVICEBOT = {
  mount(element, settings) {
    heard.push(`mount ${settings.email ?? settings.customer_id}`);
    element.replaceChildren(document.createElement("iframe"));
    given = settings;
    return {
      update(changes) {
        heard.push(`update ${changes.email ?? changes.customer_id}`);
        given = /** @type {Settings} */ ({ ...given, ...changes });
      },
      destroy() {
        heard.push("destroy");
        element.replaceChildren();
      },
    };
  },
};

/** @param {Partial<PortalProps>} more @returns {PortalProps} */
function props(more = {}) {
  const settings = { portal_id: "P", email: "ada@example.com", hash: "h" };
  return { host: "https://billing.example.com", settings, ...more };
}

/** @param {Partial<Settings>} more @returns {PortalProps} */
function withSettings(more) {
  return props({ settings: /** @type {Settings} */ ({ ...props().settings, ...more }) });
}

/** Renders into an element of the page; again with other props. */
function place() {
  const element = document.createElement("div");
  document.body.append(element);
  const root = createRoot(element);
  return {
    element,
    /** @param {PortalProps} given */
    show: (given) => act(async () => root.render(createElement(StrictMode, null, createElement(Portal, given)))),
    leave: () => act(async () => root.unmount()),
  };
}

/** How the script that the loader has put into the page ends. @param {"load" | "error"} how */
async function ends(how) {
  const script = document.querySelector("script[src$='/embed/v1.js']");
  if (how === "load") window.Servicebot = SERVICEBOT;
  await act(async () => void script?.dispatchEvent(/** @type {any} */ (new page.Event(how))));
}

beforeEach(() => {
  heard = [];
  document.head.replaceChildren();
  document.body.replaceChildren();
});

test("on a server it is an empty element with its fallback", () => {
  assert.equal(onServer, "<div><div></div></div>");
});

test("left before the script is there, it mounts nothing and tells nobody", async () => {
  delete window.Servicebot;
  const { show, leave } = place();
  /** @type {string[]} */
  const told = [];
  await show(props({ onError: (error) => void told.push(error.message) }));
  await leave();
  await ends("error");

  assert.deepEqual([heard, told], [[], []]);
});

// The first to load: what follows finds Servicebot in the page, as in an application.
test("it says that it failed, tells the application, and tries again", async () => {
  delete window.Servicebot;
  const { element, show, leave } = place();
  /** @type {string[]} */
  const told = [];
  /** @type {() => void} */
  let retry = () => {};
  const given = props({
    children: "Loading…",
    onError: (error) => void told.push(error.message),
    whenFailed: (error, again) => ((retry = again), `Failed: ${error.name}`),
  });
  await show(given);
  assert.equal(element.textContent, "Loading…");
  await ends("error");

  assert.equal(element.textContent, "Failed: ServicebotError");
  assert.match(told.join(), /couldn't be loaded/);
  await act(async () => retry());
  assert.equal(element.textContent, "Loading…");
  await ends("load");
  assert.equal(element.querySelectorAll("iframe").length, 1);
  assert.equal(element.textContent, "");
  assert.equal(told.length, 1);
  await leave();
});

test("without a way to say it, a sentence stands there", async () => {
  const { element, show, leave } = place();
  await show({ ...props(), host: "billing.example.com" });

  assert.match(element.querySelector("[role=alert]")?.textContent ?? "", /with https:\/\//);
  await leave();
});

test("in strict mode one portal is left, and none when it goes", async () => {
  const { element, show, leave } = place();
  await show({ ...props(), className: "billing", id: "here" });

  assert.equal(element.querySelectorAll("#here.billing iframe").length, 1);
  assert.equal(heard.filter((what) => what.startsWith("mount")).length, 1);
  await leave();
  assert.equal(heard.at(-1), "destroy");
  assert.equal(element.innerHTML, "");
});

test("the same settings made anew do nothing", async () => {
  const { show, leave } = place();
  await show(props());
  await show(props());

  assert.deepEqual(heard, ["mount ada@example.com"]);
  await leave();
});

test("another identity is an update, and a setting taken away mounts anew", async () => {
  const { show, leave } = place();
  await show(withSettings({ language: "de" }));
  await show(withSettings({ language: "de", email: "ben@example.com", hash: "b" }));
  await show(withSettings({ email: "ben@example.com", hash: "b" }));

  assert.deepEqual(heard, [
    "mount ada@example.com",
    "update ben@example.com",
    "destroy",
    "mount ben@example.com",
  ]);
  assert.equal(given.language, undefined);
  await leave();
});

test("a customer id in place of an e-mail leaves no e-mail behind", async () => {
  const { show, leave } = place();
  await show(props());
  await show(props({ settings: { portal_id: "P", customer_id: "cus_ADA1", hash: "c" } }));

  assert.deepEqual(heard, ["mount ada@example.com", "destroy", "mount cus_ADA1"]);
  assert.deepEqual(Object.keys(given), ["portal_id", "customer_id", "hash"]);
  await leave();
});

test("a function made anew mounts nothing anew, and the last one is called", async () => {
  const { show, leave } = place();
  /** @type {string[]} */
  const called = [];
  for (const name of ["first", "last"]) {
    await show(
      withSettings({
        handleResponse: ({ event }) => void called.push(`${name} ${event}`),
        identify: async () => ({ email: name, hash: "h" }),
      }),
    );
  }
  given.handleResponse?.({ event: "pre_load", response: null, extras: {} });

  assert.deepEqual(heard, ["mount ada@example.com"]);
  assert.deepEqual(called, ["last pre_load"]);
  assert.deepEqual(await given.identify?.(), { email: "last", hash: "h" });
  await leave();
});

test("a handler says false to the portal, and one that is gone is gone", async () => {
  const { show, leave } = place();
  await show(withSettings({ handleResponse: async () => false }));
  const handler = given.handleResponse;
  assert.equal(await handler?.({ event: "pre_load", response: null, extras: {} }), false);
  await show(props());

  assert.equal(given.handleResponse, undefined);
  assert.equal(heard.at(-1), "mount ada@example.com");
  await leave();
});

test("options that refer to themselves are no error here", async () => {
  const { element, show, leave } = place();
  /** @type {any} */
  const options = { disableCoupon: true };
  options.options = options;
  await show(withSettings({ options }));

  assert.equal(element.querySelectorAll("iframe").length, 1);
  await leave();
});
