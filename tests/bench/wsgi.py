"""What gunicorn serves in the benchmark: the application, saying what each answer has cost it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from servicebot.wsgi import application as product  # first: it has Django set up

from portal import kept_pages  # isort: skip

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def costed(answer: Application) -> Application:
    """Have each answer say its milliseconds, and this process's processor milliseconds.

    Who asks for it anew gets nothing that is kept rendered.
    """

    def costing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "HTTP_BENCH_ANEW" in environ:
            kept_pages.PAGES.clear()
        wall, spent = time.perf_counter(), time.process_time()

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            taken = time.perf_counter() - wall, time.process_time() - spent
            cost = ";".join(f"{each * 1000:.4f}" for each in taken)
            return start_response(status, [*headers, ("Bench-Cost", cost)], *more)

        return answer(environ, begin)

    return costing


application = costed(product)
