"""What no client should send is refused like any other mistake, by every call of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from accounts.models import ApiToken
from accounts.roles import Role
from portal.api_reference import operations
from portal.problems import MEDIA_TYPE
from tests.base import ServicebotTestCase

JSON = "application/json"
DEEP = b"[" * 100_000
NUMBERS = ("1e400", "-1e400", "9" * 400, "NaN", "Infinity", "0.1", "9" * 5000)
TEXTS = ("\\u0000", "\\ud800", "\\udfff\\ud800", "x" * 70_000, "\\u202e", " ", "%00", "../..")
VALUES = (
    *NUMBERS,
    *(f'"{text}"' for text in TEXTS),
    *(
        "{}",
        "[]",
        "null",
        "[{}]",
        '["\\u0000"]',
        '[{"\\u0000": "\\u0000"}]',
        '{"en": {"\\u0000": 1}}',
    ),
)
BODIES: list[tuple[bytes, str]] = [
    *((body, JSON) for body in (b"", b"null", b"[]", b"[[]]", b'""', b"0", b"true", b"{", DEEP)),
    *((body, JSON) for body in (b"\xff\xfe", b"\x00", b'{"a":1,"a":2}', b'{"\\u0000":"\\u0000"}')),
    *((b"{}", kind) for kind in ("text/plain", "", "a/b/c", "application/json; charset=nonsense")),
    (b"a=1", "application/x-www-form-urlencoded"),
    (b"--x\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\n", "multipart/form-data"),
]
# In the place of an id of Stripe's or of ours, as it is written in an address.
IDS = ("%00", "%FF", "..", "%2e%2e", "a%2Fb", "%3Fa=1", "%0d%0a", "9" * 400, "%F0%9F%92%B3", "%20")
QUERIES = ("%00", "%FF", "x" * 5000, "%ED%A0%80", "-1", "9" * 400, "0000-00-00", "9999-12-31")


class OddRequestTests(ServicebotTestCase):
    refuses_requests = True  # an id of nothing is asked of Stripe, which has no such thing

    def setUp(self) -> None:
        super().setUp()
        on = ("change_quantity", "use_coupon", "cancel", "resubscribe", "update_card")
        self.switch(**{f"can_{name}": True for name in (*on, "update_billing_details")})
        made = ApiToken.make(self.acme.owner.memberships.get(), "Deployment", Role.OWNER)
        self.wrong: list[Any] = []
        self.schema = SchemaGenerator().get_schema(public=True)
        self.tokens = {"Portal": self.token(), "Merchant": made}
        self.ids = {
            "portal_id": self.portal.public_id,
            "subscription_id": self.ada_sub,
            "customer_id": self.ada,
            "product_id": self.acme.shop.products["Team"],
            "invoice_id": self.stripe[self.ada_sub]["latest_invoice"],
            "method_id": "pm_1",
            "key_id": "1",
        }
        self.client.raise_request_exception = False

    def calls(self) -> Iterator[tuple[str, str, Any]]:
        """Yield every call but those after which the next have nothing left."""
        for path, method, operation in operations(self.schema):
            if operation["operationId"] not in {"portals_delete", "sessions_end"}:
                yield path, method, operation

    def ask(self, method: str, path: str, operation: Any, **sent: Any) -> None:
        """Send something to a call, and note an answer that it isn't described with."""
        headers = {"Authorization": f"Bearer {self.tokens[operation['tags'][0]]}"}
        answer = self.client.generic(
            method, path, **{"headers": headers | sent.pop("headers", {}), **sent}
        )
        is_described = str(answer.status_code) in operation["responses"]
        is_problem = answer.headers.get("Content-Type") == MEDIA_TYPE
        if answer.status_code >= 400 and not (is_described and is_problem):
            told = (method, path[:200], str(sent)[:200], answer.status_code, answer.content[-300:])
            self.wrong.append(told)

    def tearDown(self) -> None:
        """Every answer was one that its call is described with."""
        assert self.wrong == []
        super().tearDown()

    def test_bodies(self) -> None:
        for path, method, operation in self.calls():
            if "requestBody" in operation:
                at = path.format_map(self.ids)
                for body, kind in BODIES:
                    self.ask(method, at, operation, data=body, content_type=kind)

    def test_values_in_a_body(self) -> None:
        for path, method, operation in self.calls():
            at = path.format_map(self.ids)
            for name in self.fields(operation):
                for value in VALUES:
                    body = f'{{"{name}": {value}}}'.encode()
                    self.ask(method, at, operation, data=body, content_type=JSON)

    def fields(self, operation: Any) -> list[str]:
        """Return the names that a call's body may have."""
        if "requestBody" not in operation:
            return []
        named = operation["requestBody"]["content"][JSON]["schema"]["$ref"].rpartition("/")[2]
        return list(self.schema["components"]["schemas"][named]["properties"])

    def test_ids_in_an_address(self) -> None:
        for path, method, operation in self.calls():
            for name in self.ids:
                if f"{{{name}}}" in path:
                    for odd in IDS:
                        at = path.format_map({**self.ids, name: odd})
                        self.ask(method, at, operation, data=b"{}", content_type=JSON)

    def test_queries(self) -> None:
        for path, method, operation in self.calls():
            asked = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            for name in asked:
                for odd in QUERIES:
                    at = f"{path.format_map(self.ids)}?{name}={odd}&{name}=twice"
                    self.ask(method, at, operation)

    def test_headers(self) -> None:
        odd = ("\x00", "\xff", "x" * 300, ",", '"', "*", 'W/""', "text/html;q=0.1", "a/b")
        for path, method, operation in self.calls():
            at = path.format_map(self.ids)
            for name in ("Idempotency-Key", "If-Match", "Accept", "Accept-Language", "Cookie"):
                for value in odd:
                    self.ask(method, at, operation, headers={name: value})
