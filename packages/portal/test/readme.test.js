import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

/** Where each example of the README comes from; that file is run, here or in Chromium. */
const SOURCES = ["mount.js", "Billing.tsx", "events.ts"].map((name) => `packages/portal/examples/${name}`);
const ROOT = new URL("../../../", import.meta.url);

test("every example in the README is a file that is run", async () => {
  const readme = await readFile(new URL("packages/portal/README.md", ROOT), "utf8");
  const shown = [...readme.matchAll(/```(?:js|ts|tsx)\n(.*?)```/gs)].map(([, code]) => code);
  const files = await Promise.all(SOURCES.map((file) => readFile(new URL(file, ROOT), "utf8")));

  assert.deepEqual(shown, files);
});

test("the example mounts the portal, tells who is there, and takes it away", async () => {
  /** @type {any[]} */
  const heard = [];
  const element = { textContent: "" };
  Object.assign(globalThis, {
    fetch: async (/** @type {string} */ url) => (heard.push(url), Response.json({ email: "a@b.c" })),
    document: { scripts: [] },
    window: {
      Servicebot: {
        mount: (/** @type {any} */ _element, /** @type {any} */ settings) => {
          heard.push(settings.email);
          return { destroy: () => heard.push("destroy") };
        },
      },
    },
  });
  const { showPortal } = await import("../examples/mount.js");
  const portal = await showPortal(/** @type {any} */ (element));
  portal?.destroy();

  assert.deepEqual(heard, ["/api/servicebot", "a@b.c", "destroy"]);
});

test("the example says in words what went wrong", async () => {
  const element = { textContent: "" };
  globalThis.fetch = async () => new Response("", { status: 401 });
  const { showPortal } = await import("../examples/mount.js");
  await showPortal(/** @type {any} */ (element));

  assert.equal(element.textContent, "Log in to see your subscriptions.");
});
