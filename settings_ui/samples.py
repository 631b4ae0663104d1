"""What the install page offers to copy: languages and frameworks, with their files of snippets/."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Part:
    """A file of a sample: where the merchant puts it, ours, and the name of its language."""

    title: str | Promise
    file: str
    lexer: str


@dataclass(frozen=True)
class Sample:
    """What one language or framework takes, by the name that stands in the address."""

    name: str
    label: str
    parts: Sequence[Part]
    steps: Sequence[Promise] = ()
    instead: Promise | str = ""


PAGE = _("In the page")
SHOW_PORTAL = Part("showPortal.js", "show_portal.js", "javascript")

LANGUAGES = (
    Sample(
        "node",
        "Node.js",
        (
            Part("servicebot.mjs", "hash.js", "javascript"),
            Part(_("In the page (EJS)"), "page.ejs", "rhtml"),
        ),
    ),
    Sample(
        "rails",
        "Ruby (Rails)",
        (
            Part("app/helpers/servicebot_helper.rb", "hash.rb", "ruby"),
            Part(_("In the view"), "page.erb", "rhtml"),
        ),
    ),
    Sample(
        "django",
        "Python (Django)",
        (
            Part("YOUR_APP/templatetags/servicebot.py", "hash.py", "python"),
            Part(_("In the template"), "page.django.html", "html+django"),
        ),
    ),
    Sample(
        "php",
        "PHP",
        (Part("servicebot.php", "hash.php", "php"), Part(PAGE, "page.php", "html+php")),
    ),
    Sample(
        "go",
        "Go",
        (
            Part("servicebot/servicebot.go", "hash.go", "go"),
            Part(_("In the page (html/template)"), "page.gohtml", "html"),
        ),
        (_("The page gets what Settings returns, under the name Servicebot."),),
    ),
    Sample(
        "java",
        "Java",
        (
            Part("Servicebot.java", "Servicebot.java", "java"),
            Part(_("In the page (JSP)"), "page.jsp", "jsp"),
        ),
        (_("Needs Java 17. The identity is that of who is logged in."),),
    ),
    Sample(
        "csharp",
        "C#",
        (
            Part("Servicebot.cs", "Servicebot.cs", "csharp"),
            Part(_("In the page (Razor)"), "page.cshtml", "html"),
        ),
        (_("Needs .NET 6 or newer. The identity is that of who is logged in."),),
    ),
    Sample("shell", "Shell", (Part("hash.sh", "hash.sh", "sh"),)),
)

MADE_BY_STEP_3 = _(
    "On your server, answer what step 3 makes for whoever is logged in, at an address of your own."
)
FRAMEWORKS = (
    Sample(
        "react",
        "React",
        (SHOW_PORTAL, Part("BillingPortal.jsx", "react.jsx", "jsx")),
        (MADE_BY_STEP_3,),
        _(
            "Servicebot's source has the same as a package with a typed React component, "
            "packages/portal, and a small shop that uses it, samples/react. The package isn't "
            "published on npm; its README says how to install it."
        ),
    ),
    Sample(
        "vue",
        "Vue",
        (SHOW_PORTAL, Part("BillingPortal.vue", "vue.vue", "vue")),
        (MADE_BY_STEP_3,),
    ),
    Sample(
        "angular",
        "Angular",
        (SHOW_PORTAL, Part("billing-portal.ts", "angular.ts", "typescript")),
        (MADE_BY_STEP_3,),
    ),
    Sample(
        "svelte",
        "Svelte",
        (SHOW_PORTAL, Part("BillingPortal.svelte", "svelte.svelte", "html")),
        (MADE_BY_STEP_3,),
    ),
    Sample(
        "nextjs",
        "Next.js",
        (
            Part("app/api/servicebot/route.js", "next_route.js", "javascript"),
            Part("app/billing/showPortal.js", "show_portal.js", "javascript"),
            Part("app/billing/page.jsx", "next_page.jsx", "jsx"),
        ),
        (_("Put the Node.js file of step 3 beside your app folder; it makes the hash."),),
    ),
    Sample(
        "wordpress",
        "WordPress",
        (Part("wp-content/mu-plugins/servicebot.php", "wordpress.php", "php"),),
        (
            _("Save the file; without its first line it can stand in your theme's functions.php."),
            _("Write [servicebot_portal] into the page that shall show the portal."),
            _(
                "Sign verified addresses only: where people can sign up without confirming theirs, "
                "replace the marked place by your check."
            ),
        ),
        _(
            "Servicebot's source has a plugin that does the same with settings of its own, "
            "integrations/wordpress. It isn't in WordPress's plugin directory; its README says how "
            "to install it. It takes the place of this code: use one of them."
        ),
    ),
    Sample(
        "webflow",
        "Webflow",
        (
            Part(_("The function"), "webflow_function.js", "javascript"),
            Part(_("In the page (Code Embed)"), "webflow_page.html", "html"),
        ),
        (
            _(
                "Webflow has no server of yours, so deploy this function where JavaScript with "
                "Request and Response runs, such as Cloudflare Workers."
            ),
            _(
                "In the function, replace your site's address, and where your log-in provider says "
                "whose token it was sent (its OpenID Connect userinfo address)."
            ),
            _(
                "Put the other part into a Code Embed of the page; replace the function's address "
                "and how your log-in provider gives the access token."
            ),
            _("It signs verified addresses only: without email_verified it answers nothing."),
        ),
    ),
    Sample(
        "bubble",
        "Bubble",
        (
            Part(_("The function"), "bubble_function.js", "javascript"),
            Part(_("In the page (HTML element)"), "bubble_page.html", "html"),
        ),
        (
            _(
                "Deploy this function where JavaScript with Request and Response runs, such as "
                "Cloudflare Workers; put 40 random characters in CALLER_TOKEN."
            ),
            _(
                "In Bubble's API Connector, add a POST call to it with a private header "
                '"Authorization: Bearer" and those characters, and the body '
                '{"identity": …}, formatted as JSON-safe.'
            ),
            _(
                "In a backend workflow, when a user's e-mail address is confirmed, call it with "
                "that address and keep the answer's settings in a text field of the user, "
                "servicebot_settings. When the address changes, empty the field until the new one "
                "is confirmed. Sign verified addresses only."
            ),
            _("Let privacy rules show that field to the user alone."),
            _("Put the other part into an HTML element of the page."),
        ),
    ),
)


def chosen(samples: Sequence[Sample], name: str) -> Sample:
    """Return the sample of that name, else the first."""
    return next((sample for sample in samples if sample.name == name), samples[0])
