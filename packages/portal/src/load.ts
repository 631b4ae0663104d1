/** Gets `/embed/v1.js` into the page, once. */

import type { Servicebot } from "./settings.js";

export type ErrorCode = "no_page" | "bad_host" | "other_host" | "not_loaded";

/** Why the portal can't be shown; `code` stays the same when the words change. */
export class ServicebotError extends Error {
  override readonly name = "ServicebotError";

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export interface LoadOptions {
  /** The nonce of your page's Content-Security-Policy. */
  nonce?: string | undefined;
}

const PATH = "/embed/v1.js";
const PATIENCE = 10_000; // a script that failed before we came is silent
let loading: { origin: string; promise: Promise<Servicebot> } | undefined;

/**
 * Loads the script of that host once, however often it is asked for, or finds the page's own.
 *
 * Rejects with a ServicebotError; what failed is forgotten, so that asking again tries again.
 */
export async function loadServicebot(host: string, options: LoadOptions = {}): Promise<Servicebot> {
  if (typeof document === "undefined")
    throw new ServicebotError("no_page", "Servicebot loads in a browser only: ask for it in an effect.");
  const origin = originOf(host);
  const loaded = loading?.origin ?? foundOrigin();
  if (loaded && loaded !== origin)
    throw new ServicebotError("other_host", `Servicebot is here from ${loaded}: a page has it from one host.`);
  if (window.Servicebot) return window.Servicebot;
  loading ??= { origin, promise: get(origin, options).finally(forget) };
  return loading.promise;
}

/** Remembers the host where it has worked, and nothing where it hasn't. */
function forget(): void {
  if (!window.Servicebot) loading = undefined;
}

function originOf(host: string): string {
  const url = URL.canParse(host) ? new URL(host) : undefined;
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url?.hostname ?? "");
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLocal)) return url.origin;
  throw new ServicebotError("bad_host", `"${host}" isn't Servicebot's address: give it with https://.`);
}

/** The page's own script, from wherever. */
function found(): HTMLScriptElement | undefined {
  return [...document.scripts].find((script) => {
    return URL.canParse(script.src) && new URL(script.src).pathname === PATH;
  });
}

function foundOrigin(): string | undefined {
  const script = found();
  return script && new URL(script.src).origin;
}

async function get(origin: string, options: LoadOptions): Promise<Servicebot> {
  const theirs = found();
  if (theirs) {
    const servicebot = await settled(theirs, PATIENCE);
    if (servicebot) return servicebot;
    theirs.remove();
  }
  const script = document.createElement("script");
  script.src = origin + PATH;
  script.async = true;
  if (options.nonce) script.nonce = options.nonce;
  const end = settled(script);
  document.head.append(script);
  const servicebot = await end;
  if (servicebot) return servicebot;
  script.remove();
  throw new ServicebotError(
    "not_loaded",
    `${origin + PATH} couldn't be loaded. Is the address right, and does script-src allow it?`,
  );
}

/** What a script has put into the page when it has loaded, failed or, where asked, been silent. */
function settled(script: HTMLScriptElement, patience?: number): Promise<Servicebot | undefined> {
  return new Promise((resolve) => {
    const timer = patience && setTimeout(end, patience);
    function end(): void {
      clearTimeout(timer);
      resolve(window.Servicebot);
    }
    script.addEventListener("load", end, { once: true });
    script.addEventListener("error", end, { once: true });
  });
}
