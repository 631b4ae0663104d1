"""Pieces of page: each answers one small request, problems too, in the customer's words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial, wraps
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST

from portal import events, kept_pages, languages, texts
from portal.access import ViewFunc, visit_required
from portal.actions.outcome import Confirmation
from portal.blocked import MERCHANT_TEXTS
from portal.events import Happening
from portal.logo import version_of
from portal.own_texts import inline_of
from portal.page import read_page
from portal.problems import Problem, problem_of
from portal.quotes import new_nonce
from portal.speaking import without_portal
from portal.texts import Texts
from portal.visit import Visit

# Python does one thing at a time. Where Stripe answers many at once, one page after the other is
# ready sooner than all of them side by side, and the next ones don't come all at once again.
_rendering = Lock()

PROBLEM_HEADER = "Servicebot-Problem"


def page_action(view: ViewFunc) -> ViewFunc:
    """A POST of someone identified, answered by a piece of page, a problem among them.

    It is compressed: without the token nobody can have one made, and learn from how long it is.
    """
    # Within the door too, so that a refusal carries the next token as any other answer does.
    return gzip_page(problems_answered(require_POST(visit_required(problems_answered(view)))))


def problems_answered(view: ViewFunc) -> ViewFunc:
    """Answer every problem as a piece of page that says what happened and what to do."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                raise
            return problem_answer(problem, words_for(request))

    return answering


def piece(name: str, visit: Visit, status: int = 200, **context: Any) -> HttpResponse:
    """Answer one of templates/portal/."""
    return HttpResponse(rendered(name, visit, **context), status=status)


def rendered(name: str, visit: Visit, **context: Any) -> str:
    """Render one of templates/portal/ with what every template of a visit may use."""
    return _rendered(name, {**_everywhere(visit), **context})


def _rendered(name: str, context: dict[str, Any]) -> str:
    with _rendering:
        return render_to_string(f"portal/{name}.html", context)


def _everywhere(visit: Visit) -> dict[str, Any]:
    base = f"/portal/{visit.portal.public_id}"
    logo = version_of(visit.settings.look)
    return {
        **_spoken(visit.texts),
        "settings": visit.settings,
        "base": base,
        "logo": logo and f"{base}/logo/{logo}",
        "merchant": visit.portal.merchant,
        "may": {permission.value: True for permission in visit.permissions},
        "is_one_of_several": len(visit.customer_ids) > 1,
    }


def _spoken(words: Texts) -> dict[str, Any]:
    return {"texts": words, "language": words.language, "direction": words.direction}


def page_piece(
    visit: Visit,
    *,
    may_be_kept: bool = False,
    done: str = "",
    failed: str = "",
    place: str = "",
    happened: Happening | None = None,
) -> HttpResponse:
    """Render the page as it is now, or was a moment ago where it `may_be_kept`.

    `done` and `failed` are the texts that say what came of it, `place` is the id of the heading
    under which something has changed, `happened` gives what the page around is told of it.
    """
    page = read_page(visit, may_be_kept=may_be_kept)
    context = {
        **_everywhere(visit),
        "page": page,
        "done": done,
        "failed": failed,
        "place": place,
        "languages": languages.choices(),
        **events.carried(visit.settings, page, lambda: visit.catalogue, happened),
        "text_faults": _text_faults(visit),
    }
    # How long ago `as_of` was is another text each minute, and without webhooks each read differs.
    if page.as_of or not (may_be_kept and visit.connection.is_told):
        return HttpResponse(_rendered("page", context))
    whose = " ".join([visit.portal.public_id, visit.texts.language, *visit.customer_ids])
    again = partial(_rendered, "page", {**context, "click_key": kept_pages.KEY})
    return HttpResponse(kept_pages.rendered(whose, context, again))


def _text_faults(visit: Visit) -> str:
    """Return what is wrong with the snippet's texts, for a developer where the portal has any."""
    if not (visit.inline and visit.settings.debug_mode):
        return ""
    return json.dumps([fault.as_json() for fault in inline_of(visit.inline).faults])


def confirmed(
    visit: Visit,
    confirmation: Confirmation | None,
    *,
    done: str,
    place: str = "",
    waits: str = "",
    since: Iterable[str] = (),
    happened: Happening | None = None,
) -> HttpResponse:
    """Answer the page as it is now, or what Stripe.js must ask the customer's bank first.

    `waits` is what `events.recall` knows it by when the bank has agreed, `since` what is done.
    """
    if confirmation is None:
        return page_piece(visit, done=done, place=place, happened=happened)
    return piece(
        "confirm",
        visit,
        confirmation=confirmation,
        publishable_key=visit.connection.publishable_key,
        done=done,
        place=place,
        since=" ".join(since),
        waits=waits,
    )


def click_key(request: HttpRequest) -> str:
    """Return what makes this click one: the panel's own key, or the quote, which is one as well."""
    return request.POST.get("key") or request.POST.get("quote") or new_nonce()


def words_for(request: HttpRequest) -> Texts:
    """Return the texts of whoever asks; the built-in ones where nobody knows for which portal."""
    words: Texts | None = getattr(request, "texts", None)
    return words or texts.catalogue(without_portal(request))


def problem_answer(problem: Problem, words: Texts) -> HttpResponse:
    """Render a problem; the code is in a header for the script, and nothing of it is kept."""
    response = HttpResponse(problem_words(problem, words), status=problem.status)
    response[PROBLEM_HEADER] = problem.code
    response["Cache-Control"] = "no-store, private"
    if "retry_after" in problem.extra:
        response["Retry-After"] = str(problem.extra["retry_after"])
    return response


def problem_words(problem: Problem, words: Texts) -> str:
    """Render a problem in a language; a portal that is off says what its merchant wrote."""
    context = {
        **_spoken(words),
        "key": text_key(problem),
        "off_text": problem.extra.get("off_text"),
    }
    return render_to_string("portal/problem.html", context)


def text_key(problem: Problem) -> str:
    """Return the key of a problem's text: of the reason where there is one."""
    reason = problem.extra.get("reason", "")
    return f"blocked.{reason}" if reason in MERCHANT_TEXTS else f"problem.{problem.code}"
