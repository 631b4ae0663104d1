// A page as far as the loader sees it: scripts that load, fail or say nothing, as a test wants.

/**
 * @typedef {{src: string, nonce: string, async: boolean, remove: () => void,
 *   addEventListener: (type: string, hear: () => void) => void, says: (type: string) => void}} Script
 */

/** @returns {Script} */
function made() {
  /** @type {Record<string, (() => void)[]>} */
  const heard = {};
  const script = {
    src: "",
    nonce: "",
    async: false,
    remove: () => void page.scripts.splice(page.scripts.indexOf(script), 1),
    /** @param {string} type @param {() => void} hear */
    addEventListener: (type, hear) => void (heard[type] ??= []).push(hear),
    /** @param {string} type */
    says: (type) => (heard[type] ?? []).forEach((hear) => hear()),
  };
  return script;
}

/** What the scripts of this page are, in its order, whoever put them there. */
export const page = {
  /** @type {Script[]} */
  scripts: [],
  /** @param {string} src */
  has(src) {
    const script = made();
    script.src = src;
    page.scripts.push(script);
    return script;
  },
};

/** Begins an empty page. */
export function begin() {
  page.scripts = [];
  Object.assign(globalThis, {
    window: {},
    document: {
      get scripts() {
        return page.scripts;
      },
      createElement: made,
      head: { append: (/** @type {Script} */ script) => page.scripts.push(script) },
    },
  });
}

/** Leaves it, for what has none, such as a server. */
export function leave() {
  Reflect.deleteProperty(globalThis, "window");
  Reflect.deleteProperty(globalThis, "document");
}

/** A copy of the loader that remembers nothing of other tests. */
let copies = 0;
export async function loader() {
  /** @type {typeof import("@servicebot/portal")} */
  const fresh = await import(`../dist/load.js?copy=${copies++}`);
  return fresh.loadServicebot;
}
