import { createHmac, randomUUID } from "node:crypto";

const PORTAL_ID = process.env.SERVICEBOT_PORTAL_ID;
const SECRET_KEY = process.env.SERVICEBOT_SECRET_KEY;

// The identity is who your own session says is logged in: email:… or customer:…
export function servicebotToken(identity, narrowed = {}) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: PORTAL_ID,
    sub: identity,
    iat: now,
    exp: now + 600,
    jti: randomUUID(),
    ...narrowed,
  };
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", SECRET_KEY).update(signed).digest("base64url")}`;
}
