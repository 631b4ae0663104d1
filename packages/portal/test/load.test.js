import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { begin, leave, loader, page } from "./page.js";

const HOST = "https://billing.example.com";
const SCRIPT = `${HOST}/embed/v1.js`;
const SERVICEBOT = { mount: () => ({ update() {}, destroy() {} }) };

/** @param {{says: (type: string) => void} | undefined} script */
function loads(script) {
  window.Servicebot = SERVICEBOT;
  script?.says("load");
}

beforeEach(begin);
afterEach(leave);

test("it loads the script of the host once", async () => {
  const load = await loader();
  const asked = [load(HOST), load(`${HOST}/`)];
  loads(page.scripts[0]);

  assert.deepEqual(await Promise.all(asked), [SERVICEBOT, SERVICEBOT]);
  assert.equal(await load(HOST), SERVICEBOT);
  assert.deepEqual(page.scripts.map(({ src }) => src), [SCRIPT]);
});

test("the script carries the nonce that was given, and none otherwise", async () => {
  for (const [given, carried] of [["abc", "abc"], [undefined, ""]]) {
    begin();
    const load = await loader();
    void load(HOST, { nonce: given });

    assert.equal(page.scripts[0]?.nonce, carried);
    loads(page.scripts[0]);
  }
});

test("it waits for the page's own script", async () => {
  const load = await loader();
  const theirs = page.has(SCRIPT);
  const asked = load(HOST);
  loads(theirs);

  assert.equal(await asked, SERVICEBOT);
  assert.equal(page.scripts.length, 1);
});

test("it takes what the page has loaded already", async () => {
  const load = await loader();
  window.Servicebot = SERVICEBOT;

  assert.equal(await load(HOST), SERVICEBOT);
  assert.equal(page.scripts.length, 0);
});

test("where the page's own script fails, it loads one itself", async () => {
  const load = await loader();
  const asked = load(HOST);
  page.scripts.length = 0;
  const theirs = page.has(SCRIPT);
  const again = (await loader())(HOST);
  theirs.says("error");
  await Promise.resolve();
  const [ours] = page.scripts;

  assert.notEqual(ours, theirs);
  loads(ours);
  assert.equal(await again, SERVICEBOT);
  void asked;
});

test("a script that had failed before is given up after ten seconds", async (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const load = await loader();
  page.has(SCRIPT);
  const asked = load(HOST);
  mock.timers.tick(10_000);
  await Promise.resolve();

  assert.equal(page.scripts.length, 1);
  loads(page.scripts[0]);
  assert.equal(await asked, SERVICEBOT);
});

test("what failed is forgotten, so that asking again tries again", async () => {
  const load = await loader();
  const failing = load(HOST);
  page.scripts[0]?.says("error");

  await assert.rejects(failing, { name: "ServicebotError", code: "not_loaded", message: /script-src/ });
  assert.equal(page.scripts.length, 0);
  const again = load(HOST);
  loads(page.scripts[0]);
  assert.equal(await again, SERVICEBOT);
});

test("a script that is something else is a failure", async () => {
  const load = await loader();
  const asked = load(HOST);
  page.scripts[0]?.says("load");

  await assert.rejects(asked, { code: "not_loaded" });
});

test("another host is refused, whether ours or the page's script is there", async () => {
  const load = await loader();
  const asked = load(HOST);
  loads(page.scripts[0]);
  await asked;
  await assert.rejects(load("https://other.example.com"), { code: "other_host", message: /billing/ });

  begin();
  page.has(SCRIPT);
  await assert.rejects((await loader())("https://other.example.com"), { code: "other_host" });
});

test("an address that isn't https is refused, but for this machine", async () => {
  const load = await loader();
  for (const host of ["", "billing.example.com", "http://billing.example.com", "javascript:alert(1)"])
    await assert.rejects(load(host), { code: "bad_host", message: /https:\/\// });

  for (const host of ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"]) {
    begin();
    const asked = (await loader())(host);
    assert.equal(page.scripts[0]?.src, `${host}/embed/v1.js`);
    loads(page.scripts[0]);
    await asked;
  }
});

test("on a server it says that it needs a browser, and works in one later", async () => {
  leave();
  const load = await loader();
  await assert.rejects(load(HOST), { code: "no_page", message: /in a browser only/ });

  begin();
  const asked = load(HOST);
  loads(page.scripts[0]);
  assert.equal(await asked, SERVICEBOT);
});
