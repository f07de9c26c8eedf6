"""`create_app()`: the only place where the parts are wired into one Flask application.

Every room's endpoints are registered here and nowhere else; `huimin.web.setup` installs what they
share (headers, CSRF, languages, errors).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from huimin import __version__
from huimin.access.pages import pages as access_pages
from huimin.alerts.attempts_page import pages as attempts_pages
from huimin.alerts.pages import pages as alerts_pages
from huimin.audit.pages import pages as audit_pages
from huimin.cards.pages import pages as cards_pages
from huimin.checkout.api_v1 import api as checkout_api
from huimin.checkout.pages import pages as checkout_pages
from huimin.checkout.pages.offline_items import offline_pages
from huimin.checkout.pages.till_app import till_files
from huimin.checkout.pages.waiting_sales import waiting_pages
from huimin.checkout.pages.why_refused import why_pages
from huimin.claims.api_v1 import api as claims_api
from huimin.claims.pages import pages as claims_pages
from huimin.closing.pages import pages as closing_pages
from huimin.command_line import stop_with
from huimin.desk.pages import pages as desk_pages
from huimin.division_changes.pages import pages as division_pages
from huimin.handbook import api_documents
from huimin.handbook.pages import pages as handbook_pages
from huimin.holders.api_v1 import api as registers_api
from huimin.holders.evidence import sweep_files
from huimin.holders.pages import pages as holders_pages
from huimin.instance import Instance
from huimin.merchants.pages import pages as merchants_pages
from huimin.messages.pages import pages as messages_pages
from huimin.months.pages import pages as months_pages
from huimin.my.pages import my_files, office_pages
from huimin.my.pages import pages as my_pages
from huimin.my.pages.requests_office import requests_pages
from huimin.notices.pages import pages as notices_pages
from huimin.open_instance import open_instance
from huimin.policies.pages import pages as policies_pages
from huimin.practice import enter as practice
from huimin.practice.pages import pages as practice_pages
from huimin.publication.pages import pages as publication_pages
from huimin.ratings.pages import pages as ratings_pages
from huimin.reach.pages import pages as reach_pages
from huimin.report_mail.pages import pages as report_mail_pages
from huimin.reports.pages import pages as reports_pages
from huimin.serving import logs, metrics
from huimin.serving.probes import probes
from huimin.settings import Settings, secret_key_of
from huimin.settlement.pages import pages as settlement_pages
from huimin.shelf_prices.pages import pages as shelf_prices_pages
from huimin.tour.pages import pages as tour_pages
from huimin.web import problems, setup
from huimin.web.uploads import REQUEST_BYTES_MAX

# In the order of the story: who is asking, cards, the till, reports.
PAGES = (
    access_pages,
    holders_pages,
    cards_pages,
    merchants_pages,
    policies_pages,
    checkout_pages,
    till_files,
    practice_pages,
    closing_pages,
    ratings_pages,
    shelf_prices_pages,
    claims_pages,
    offline_pages,
    waiting_pages,
    why_pages,
    reports_pages,
    months_pages,
    settlement_pages,
    desk_pages,
    division_pages,
    alerts_pages,
    notices_pages,
    messages_pages,
    report_mail_pages,
    audit_pages,
    attempts_pages,
    reach_pages,
    publication_pages,
    handbook_pages,
    my_pages,
    my_files,
    office_pages,
    requests_pages,
    tour_pages,
)
APIS = (checkout_api, claims_api, registers_api)


class HuiminApp(OpenAPI):
    """Flask's application for functions that are all synchronous."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is; Flask would ask eleven of them at each request whether it is a
        coroutine, which takes 3 % of a look-up."""
        return func


def create_app(
    settings: Settings | None = None, *, instance: Instance | None = None, testing: bool = False
) -> OpenAPI:
    """The application over `instance`, or over one opened from `settings` or the environment.

    The caller closes an instance it passes; one opened here lives as long as the process. Raises
    StorageProblem or SettingsProblem when it can't be opened.
    """
    logs.configure()
    if instance is None:
        instance = open_instance(settings or Settings.from_environment())
    app = HuiminApp(
        "huimin",
        info=Info(title="huimin POS API", version=__version__),
        security_schemes={
            "terminal_key": {"type": "http", "scheme": "bearer"},
            "register_token": {"type": "http", "scheme": "bearer"},
        },
        doc_ui=False,
        validation_error_callback=problems.answer_validation_error,
        static_folder="web/static",
        static_url_path="/static",
        template_folder="templates",
    )
    _configure(app, instance.settings, testing)
    app.extensions["huimin"] = instance
    setup.install(app)
    app.register_blueprint(probes)
    app.register_blueprint(api_documents.documents)
    for api in APIS:
        app.register_api(api)
        # The API identifies callers by bearer keys and reads no cookies, so CSRF is impossible.
        setup.csrf.exempt(api)
    for pages in PAGES:
        app.register_blueprint(pages)
    practice.install(app)
    if instance.settings.metrics:
        metrics.install(app)
    if instance.settings.proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        trusted = instance.settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=trusted, x_proto=trusted, x_host=trusted
        )
    return app


def make_worker_app() -> OpenAPI:
    """The application of a worker process of `huimin run`, with an instance of its own."""
    from huimin.serving.serve import serve_from_worker, start_worker

    start_worker()
    try:
        app = create_app()
    except Exception as problem:
        # A worker that is started anew may find what the first one did not: a key file that was
        # damaged since.
        stop_with(problem)
    instance: Instance = app.extensions["huimin"]
    if not instance.settings.read_only:
        sweep_files(instance.engine, instance.settings.folder, instance.clock())
    serve_from_worker(app)
    return app


def _configure(app: OpenAPI, settings: Settings, testing: bool) -> None:
    app.config.update(
        TESTING=testing,
        SECRET_KEY=secret_key_of(settings),
        MAX_CONTENT_LENGTH=REQUEST_BYTES_MAX,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        # Write the cookie only when the session changed: else a slow answer with an older session
        # could undo a language that was chosen in the meantime.
        SESSION_REFRESH_EACH_REQUEST=False,
    )
