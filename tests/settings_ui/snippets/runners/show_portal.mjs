// A page's life around showPortal: shown and taken away, left at once, loading fails, logged out.
const heard = [];
const scripts = [];
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
let answer = () => Response.json({ portal_id: "P", email: "ada@example.com", hash: "h" });

globalThis.window = globalThis;
globalThis.fetch = async (address) => (heard.push(`asked ${address}`), answer());
globalThis.document = {
  createElement: () => ({}),
  head: { append: (script) => (scripts.push(script), heard.push(`loads ${script.src}`)) },
};
globalThis.Servicebot = {
  mount(element, settings) {
    heard.push(`mounts ${settings.email} ${typeof settings.identify}`);
    return { destroy: () => heard.push("destroys") };
  },
};

const { showPortal } = await import("./showPortal.mjs");

const failed = {};
showPortal(failed);
scripts[0].onerror();
await settle();
heard.push(failed.textContent);

const takeAway = showPortal({});
scripts[1].onload();
await settle();
takeAway();

showPortal({})();
await settle();

answer = () => new Response("", { status: 401 });
const loggedOut = {};
showPortal(loggedOut);
await settle();
heard.push(loggedOut.textContent);
console.log(JSON.stringify(heard));
