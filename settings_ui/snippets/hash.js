import { createHmac } from "node:crypto";

const PORTAL_ID = "__PORTAL_ID__";
const SECRET_KEY = "__SECRET_KEY__"; // stays on the server

// The identity is who your own session says is logged in, with an address that is verified.
export function servicebotHash(identity) {
  return createHmac("sha256", SECRET_KEY).update(identity, "utf8").digest("hex");
}

// What the page needs, as JSON that can stand inside a <script>.
export function servicebotSettings(identity) {
  const hash = servicebotHash(identity);
  const settings = { portal_id: PORTAL_ID, __IDENTIFY_BY__: identity, hash };
  return JSON.stringify(settings).replaceAll("<", "\\u003c");
}
