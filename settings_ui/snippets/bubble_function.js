const PORTAL_ID = "__PORTAL_ID__";
const SECRET_KEY = "__SECRET_KEY__"; // stays here, and never goes into Bubble
const CALLER_TOKEN = ""; // REPLACE: 40 random characters or more; Bubble's API Connector sends them

async function hmac(key, text) {
  const utf8 = new TextEncoder();
  const how = { name: "HMAC", hash: "SHA-256" };
  const made = await crypto.subtle.importKey("raw", utf8.encode(key), how, false, ["sign"]);
  const signed = new Uint8Array(await crypto.subtle.sign("HMAC", made, utf8.encode(text)));
  return Array.from(signed, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Only Bubble's own server knows the token; hashed first, so that comparing tells nothing of it.
async function isBubble(request) {
  if (CALLER_TOKEN.length < 40) return false;
  const given = request.headers.get("Authorization") ?? "";
  return (await hmac(SECRET_KEY, given)) === (await hmac(SECRET_KEY, `Bearer ${CALLER_TOKEN}`));
}

export default {
  async fetch(request) {
    if (!(await isBubble(request))) return Response.json({ error: "not_bubble" }, { status: 401 });
    const { identity } = await request.json();
    if (!identity) return Response.json({ error: "no_identity" }, { status: 400 });
    const hash = await hmac(SECRET_KEY, identity);
    const settings = { portal_id: PORTAL_ID, __IDENTIFY_BY__: identity, hash };
    // Text that can stand inside a <script>, to be kept with Bubble's user.
    const text = JSON.stringify(settings).replaceAll("<", "\\u003c");
    return Response.json({ settings: text }, { headers: { "Cache-Control": "no-store" } });
  },
};
