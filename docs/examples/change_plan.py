import json
import uuid
from urllib.request import Request, urlopen

API = "https://HOST/api/v1/portal"


def call(method, path, token="", body=None, key=""):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if key:
        headers["Idempotency-Key"] = key
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(API + path, data, headers, method=method)) as answer:
        return json.load(answer)


who = {"portal_id": "PORTAL_ID", "email": "ada@example.com", "hash": "HASH"}
token = call("POST", "/session", body=who)["token"]

# What the customer has, and whether the plan can be changed now.
customer = call("GET", "", token)["customers"][0]
subscription = next(s for s in customer["subscriptions"] if s["actions"]["change_plan"]["allowed"])
at = f"/subscriptions/{subscription['id']}"

# What there is to change to, and what it costs.
plans = call("GET", f"{at}/plans", token)
chosen = next(p for p in plans if p["tier"] == "Business" and p["price"]["interval"] == "month")
asked = {"action": "change_plan", "price": chosen["price"]["id"]}
preview = call("POST", f"{at}/preview", token, asked)
print(f"Due now: {preview['due_now']} {preview['currency']}")

# The quote says what was agreed to. With the same key, a repeat changes nothing more.
key = str(uuid.uuid4())
changed = call("POST", f"{at}/change-plan", token, {"quote": preview["quote"]}, key)
print(f"Now {changed['subscription']['items'][0]['price']['id']}")
