"""What is answered when the database is away, wherever that was found out: without asking it."""

from __future__ import annotations

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults

from portal.answers import words_for
from portal.problems import DATABASE_DOWN, MEDIA_TYPE, Problem, database_down

FOR_PROGRAMS = ("/api/", "/webhooks/")
FOR_CUSTOMERS = "/portal/"


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what no view has answered: the database's absence with 503, all else with 500."""
    error = sys.exc_info()[1]
    if not isinstance(error, DATABASE_DOWN):
        return defaults.server_error(request)
    problem = database_down(error)
    response = _answer(request, problem)
    response["Retry-After"] = str(problem.extra["retry_after"])
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    if request.path.startswith(FOR_PROGRAMS):
        return JsonResponse(problem.as_json(), status=problem.status, content_type=MEDIA_TYPE)
    if request.path.startswith(FOR_CUSTOMERS):
        return _customers_page(request, problem)
    return HttpResponse(render_to_string("503.html"), status=problem.status)


def _customers_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Say so in the frame as well. Who may show it only the database knows; it tells nothing."""
    words = words_for(request)
    context = {"texts": words, "language": words.language, "direction": words.direction}
    page = render_to_string("portal/unavailable.html", context)
    response: Any = HttpResponse(page, status=problem.status)
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": ["*"]}
    answer: HttpResponse = response
    return answer
