"""Serves index.html to who is logged in, with what the portal needs filled in."""

import hashlib
import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template

SERVICEBOT = os.environ["SERVICEBOT_URL"]
PORTAL_ID = os.environ["SERVICEBOT_PORTAL_ID"]
SECRET_KEY = os.environ["SERVICEBOT_SECRET_KEY"]  # stays in this process
PAGE = Template(Path(__file__).with_name("index.html").read_text())


def logged_in() -> str:
    """Stand in for your own log-in: everybody is this one customer, whose address is verified."""
    return os.environ.get("SHOP_CUSTOMER", "")


def settings(email: str) -> str:
    """Return who is there and the proof, as JSON that can stand inside a script element."""
    made = hmac.new(SECRET_KEY.encode(), email.encode(), hashlib.sha256).hexdigest()
    given = {"portal_id": PORTAL_ID, "email": email, "hash": made}
    return json.dumps(given).replace("<", "\\u003c")


class Shop(BaseHTTPRequestHandler):
    """A shop with one page."""

    def do_GET(self) -> None:
        """Show the page to who is logged in, and to nobody else."""
        email = logged_in()
        if not email:
            return self.answer(401, "Log in to see your subscriptions.")
        return self.answer(200, PAGE.substitute(settings=settings(email), servicebot=SERVICEBOT))

    def answer(self, status: int, html: str) -> None:
        """Send a page that no cache keeps."""
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(html.encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "4000"))), Shop).serve_forever()
