const PORTAL_ID = "__PORTAL_ID__";
const SECRET_KEY = "__SECRET_KEY__"; // stays here, and never goes into Webflow
const SITE = "https://YOUR-SITE.example"; // REPLACE: your site's address, without a path
const USERINFO = "https://YOUR-LOGIN.example/userinfo"; // REPLACE: your log-in provider's

// Asks your log-in provider (OpenID Connect) whose access token this is.
async function loggedIn(request) {
  const authorization = request.headers.get("Authorization");
  if (!authorization) return null;
  const answer = await fetch(USERINFO, { headers: { Authorization: authorization } });
  if (!answer.ok) return null;
  const user = await answer.json();
  // Only a verified address: anyone can type somebody else's.
  return user.email_verified === true ? user.__USER_IDENTITY__ : null;
}

async function hashOf(identity) {
  const utf8 = new TextEncoder();
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", utf8.encode(SECRET_KEY), how, false, ["sign"]);
  const made = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8.encode(identity)));
  return Array.from(made, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export default {
  async fetch(request) {
    const headers = {
      "Access-Control-Allow-Origin": SITE,
      "Access-Control-Allow-Headers": "Authorization",
      "Cache-Control": "no-store",
      Vary: "Origin",
    };
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers });
    const identity = await loggedIn(request);
    if (!identity) return Response.json({ error: "not_logged_in" }, { status: 401, headers });
    const hash = await hashOf(identity);
    const settings = { portal_id: PORTAL_ID, __IDENTIFY_BY__: identity, hash };
    return Response.json(settings, { headers });
  },
};
