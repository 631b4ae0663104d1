"""The product, answering as late as a request asks for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from servicebot.wsgi import application as product


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Wait, then answer as the product does."""
    time.sleep(float(environ.get("HTTP_LATE", "0")))
    answer: Iterable[bytes] = product(environ, start_response)
    return answer
