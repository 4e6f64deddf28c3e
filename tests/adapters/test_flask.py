from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.validate import validator

import flask
import pytest
from flask import Blueprint, Flask, render_template_string, stream_with_context
from flask.testing import EnvironBuilder
from flask.views import MethodView
from tests.conftest import SITE, Here, a_policy
from werkzeug.debug import DebuggedApplication
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from consentguard import wsgi
from consentguard.adapters.flask import ConsentGuard, current_consent, requires_consent
from consentguard.errors import ConfigError, UnknownPurpose
from consentguard.testing import grant, refuse

PIXEL = "<img src='https://www.facebook.com/tr?id=1'>"
GATED = "data-cg-src='https://www.facebook.com"


def an_app(more: str = "", site: str = SITE, **config: Any) -> Flask:
    app = Flask("site")
    app.config.update(SECRET_KEY="key", CONSENTGUARD_POLICY=a_policy(more, site))
    app.config.update(CONSENTGUARD_LEDGER=None, **config)

    @app.get("/")
    def home() -> str:
        return " ".join(current_consent.granted)

    @app.get("/page")
    def page() -> str:
        return f"<!doctype html><title>Shop</title><body>{PIXEL}</body>"

    @app.get("/boom")
    def boom() -> str:
        raise RuntimeError("boom")

    return app


def guarded(app: Flask, **arguments: Any) -> Flask:
    arguments.setdefault("geo", Here("DE"))
    ConsentGuard(app, **arguments)
    return app


def test_current_consent_answers_in_the_view() -> None:
    client = guarded(an_app()).test_client()
    assert "analytics" not in client.get("/").text
    grant(client, "analytics")
    assert "analytics" in client.get("/").text
    assert "advertising" not in client.get("/").text
    refuse(client)
    assert "analytics" not in client.get("/").text


def test_a_page_is_gated_until_its_visitor_agrees() -> None:
    client = guarded(an_app()).test_client()
    first = client.get("/page")
    assert GATED in first.text
    assert 'id="cg-banner"' in first.text
    grant(client)
    assert PIXEL in client.get("/page").text


def test_a_form_leads_back_to_its_page() -> None:
    client = guarded(an_app()).test_client()
    said = {"choice": "accept", "next": "/page"}
    own = {"Sec-Fetch-Site": "same-origin"}
    answer = client.post("/_consent", data=said, headers=own, follow_redirects=True)
    assert answer.request.path == "/page"
    assert PIXEL in answer.text


def test_it_works_where_the_site_is_https_and_below_a_path() -> None:
    site = SITE.replace("http://localhost", "https://www.site.test")
    client = guarded(an_app(site=site, APPLICATION_ROOT="/shop")).test_client()
    assert 'href="/shop/_consent"' in client.get("/page").text
    grant(client, "analytics")
    assert "analytics" in client.get("/").text


def test_an_unknown_purpose_raises() -> None:
    app = guarded(an_app(TESTING=True))
    app.add_url_rule("/typo", view_func=requires_consent("analitics")(log_in))
    with pytest.raises(UnknownPurpose, match="analytics"):
        app.test_client().get("/typo")


def test_outside_of_a_request_it_says_what_to_ask() -> None:
    app = guarded(an_app())
    with pytest.raises(RuntimeError, match="decision_for"):
        current_consent.allows("analytics")
    with app.app_context(), pytest.raises(RuntimeError, match="decision_for"):
        render_template_string("{{ consent_allows('analytics') }}")


def test_without_a_guard_it_says_so() -> None:
    app = an_app()
    with app.test_request_context(), pytest.raises(ConfigError, match=r"'site'.*init_app"):
        current_consent.allows("analytics")


def test_a_request_that_is_only_made_up_is_decided_too() -> None:
    app = guarded(an_app())
    with app.test_request_context(headers={"Sec-GPC": "1"}):
        assert not current_consent.allows("advertising")
        assert current_consent.gpc


def test_requires_consent() -> None:
    app = guarded(an_app())
    parts = Blueprint("parts", __name__, url_prefix="/parts")

    @parts.get("/plain/<int:number>")
    @requires_consent("analytics")
    def plain(number: int) -> str:
        return f"plain {number}"

    @parts.get("/async")
    @requires_consent("analytics")
    async def asynchronous() -> str:
        return f"async {current_consent.allows('analytics')}"

    class Statistics(MethodView):
        decorators = [requires_consent("analytics")]  # noqa: RUF012 - as Flask has it

        async def get(self) -> str:
            return "class"

    parts.add_url_rule("/class", view_func=Statistics.as_view("statistics"))

    @parts.get("/service")
    @requires_consent("analytics", service="nobody_knows_it")
    def of_a_service() -> str:
        return "never"

    @app.errorhandler(403)
    def forbidden(error: Exception) -> tuple[str, int]:
        return f"<!doctype html><body>No: {error}{PIXEL} {current_consent.chosen}</body>", 403

    app.register_blueprint(parts)
    client = app.test_client()
    pages = {"plain/7": "plain 7", "async": "async True", "class": "class"}
    for page in pages:
        answer = client.get(f"/parts/{page}")
        assert answer.status_code == 403
        assert "This needs your consent to 'analytics'" in answer.text
        assert GATED in answer.text
    grant(client, "analytics")
    for page, text in pages.items():
        assert client.get(f"/parts/{page}").text == text
    assert client.get("/parts/service").status_code == 403
    assert plain.__name__ == "plain"


def test_words_for_templates() -> None:
    app = guarded(an_app())
    macro = "{% macro ask() %}{{ consent.allows('analytics') }}{% endmacro %}"
    words = "{{ consent_allows('analytics') }} {{ consent_settings_url() }}"
    links = "{{ consent_settings_link() }}{{ consent_settings_link('A & B') }}"
    app.add_url_rule(
        "/words", "words", lambda: render_template_string(f"{macro}{{{{ ask() }}}} {words} {links}")
    )
    client = app.test_client()
    text = client.get("/words", base_url="http://localhost/shop").text
    assert text.startswith("False False /shop/_consent?next=/shop/words <a ")
    assert '<a href="/shop/_consent?next=/shop/words" rel="noreferrer">Cookie settings</a>' in text
    assert ">A &amp; B</a>" in text
    grant(client)
    assert client.get("/words").text.startswith("True True")


def test_the_banner_goes_where_a_template_says() -> None:
    app = guarded(an_app())
    page = "<!doctype html><body>{{ consent_banner() }}<main>Shop</main></body>"
    app.add_url_rule("/top", "top", lambda: render_template_string(page))
    text = app.test_client().get("/top").text
    assert text.count('id="cg-banner"') == 1
    assert text.index('id="cg-banner"') < text.index("<main>")


def test_the_link_has_the_words_that_the_law_prescribes() -> None:
    app = guarded(an_app(), geo=Here("US", "US-CA"))
    app.add_url_rule("/l", "l", lambda: render_template_string("{{ consent_settings_link() }}"))
    assert "Do Not Sell or Share" in app.test_client().get("/l").text


def test_a_word_that_the_site_has_taken_stays_its_own() -> None:
    app = an_app()
    app.jinja_env.globals["consent"] = "mine"
    assert guarded(app).jinja_env.globals["consent"] == "mine"


def test_the_question_is_answered_in_teardown_and_after_request() -> None:
    app, asked = guarded(an_app()), list[bool]()
    app.teardown_request(lambda _: asked.append(current_consent.chosen))

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        response.headers["X-Chosen"] = str(current_consent.chosen)
        return response

    client = app.test_client()
    assert client.get("/").headers["X-Chosen"] == "False"
    refuse(client)
    assert client.get("/").headers["X-Chosen"] == "True"
    assert asked == [False, True]


@pytest.mark.parametrize("debug", [False, True])
def test_pages_that_flask_makes_pass_the_guard(debug: bool) -> None:
    app = guarded(an_app(DEBUG=debug, PROPAGATE_EXCEPTIONS=False))
    client = app.test_client()
    for path, status in (("/boom", 500), ("/nowhere", 404)):
        client.set_cookie("_ga", "1")
        answer = client.get(path)
        assert answer.status_code == status
        assert 'id="cg-banner"' in answer.text
        assert "private" in answer.headers["Cache-Control"]
        assert "_ga=;" in answer.headers["Set-Cookie"]


def test_an_error_page_of_the_site_passes_the_guard() -> None:
    app = guarded(an_app())

    @app.errorhandler(500)
    def sorry(_: Exception) -> tuple[str, int]:
        return f"<!doctype html><body>Sorry{PIXEL}</body>", 500

    assert GATED in app.test_client().get("/boom").text


def test_the_debugger_inside_of_the_guard_passes_it() -> None:
    app = an_app(PROPAGATE_EXCEPTIONS=True)
    app.wsgi_app = DebuggedApplication(app.wsgi_app)  # type: ignore[method-assign]
    text = guarded(app).test_client().get("/boom").text
    assert "RuntimeError" in text
    assert 'id="cg-banner"' in text


def test_an_exception_that_is_to_be_seen_is() -> None:
    with pytest.raises(RuntimeError, match="boom"):
        guarded(an_app(TESTING=True)).test_client().get("/boom")


def test_streams_are_gated_piece_by_piece() -> None:
    app, sent = guarded(an_app()), list[int]()

    @app.get("/stream")
    def stream() -> flask.Response:
        def pieces() -> Iterator[str]:
            for number in range(3):
                sent.append(number)
                yield f"<p>{number} {flask.request.path} {current_consent.chosen}</p>{PIXEL}"

        start = "<!doctype html><body>"
        return flask.Response(stream_with_context(iter([start, *pieces()])))

    @app.get("/late")
    def late() -> flask.Response:
        def pieces() -> Iterator[str]:
            try:
                for number in range(3):
                    sent.append(number)
                    yield f"<!doctype html><body><p>{number} {flask.request.path}</p>"
            finally:
                sent.append(-1)

        return flask.Response(stream_with_context(pieces()))

    client = app.test_client()
    text = client.get("/stream").text
    assert text.count(GATED) == 3
    assert "<p>2 /stream False</p>" in text
    sent.clear()
    response = client.get("/late", buffered=False)
    assert b"<p>0 /late</p>" in next(response.response)  # type: ignore[call-overload]
    assert sent == [0]
    response.close()
    assert sent == [0, -1]


def test_files(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"<!doctype html><body>{PIXEL}</body>")
    (tmp_path / "data.bin").write_bytes(bytes(range(256)) * 99)
    app = an_app()
    app.static_folder = str(tmp_path)
    app.static_url_path = "/files"
    app.add_url_rule("/files/<path:filename>", "files", app.send_static_file)
    app.add_url_rule("/data", "data", lambda: flask.send_file(tmp_path / "data.bin"))
    client = guarded(app).test_client()
    with client.get("/files/page.html") as page:
        assert GATED in page.get_data(as_text=True)
    for path in ("/files/data.bin", "/data"):
        with client.get(path) as answer:
            assert answer.data == bytes(range(256)) * 99
            assert answer.content_length == 256 * 99
        with client.get(path, headers={"If-None-Match": answer.headers["ETag"]}) as again:
            assert again.status_code == 304
        with client.get(path, headers={"Range": "bytes=0-9"}) as part:
            assert (part.status_code, part.data) == (206, bytes(range(10)))


class Wrapper:
    """A server's own way of sending a file."""

    def __init__(self, file: Any, size: int = 8192) -> None:
        self.file = file

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def test_the_file_wrapper_of_the_server_gets_files(tmp_path: Path) -> None:
    (tmp_path / "data.bin").write_bytes(b"0" * 99)
    app = an_app()
    app.add_url_rule("/data", "data", lambda: flask.send_file(tmp_path / "data.bin"))
    environ = EnvironBuilder(guarded(app), "/data").get_environ()
    said: list[Any] = []

    def start_response(*start: Any) -> Callable[[bytes], None]:
        said.append(start)
        return said.append

    body = app({**environ, "wsgi.file_wrapper": Wrapper}, start_response)
    assert said[0][0] == "200 OK"
    assert isinstance(body, Wrapper)
    body.close()


def test_the_protocol_is_kept_to(tmp_path: Path) -> None:
    (tmp_path / "data.bin").write_bytes(b"0" * 99)
    app = an_app()
    app.add_url_rule("/data", "data", lambda: flask.send_file(tmp_path / "data.bin"))
    client = Client(validator(guarded(app)))
    seen = {}
    for path in ("/", "/page", "/boom", "/nowhere", "/data", "/_consent"):
        for method in ("GET", "HEAD", "OPTIONS"):
            with client.open(path, method=method) as answer:
                seen[path, method] = answer.status_code, bool(answer.get_data())
    assert seen["/page", "GET"] == seen["/data", "GET"] == (200, True)
    assert seen["/page", "HEAD"] == seen["/data", "HEAD"] == (200, False)
    assert seen["/boom", "GET"] == (500, True)
    said = {"choice": "reject"}
    with client.post("/_consent", data=said, headers={"Sec-Fetch-Site": "same-origin"}) as form:
        assert form.status_code == 303


def log_in() -> flask.Response:
    flask.session["user"] = 7
    response = flask.make_response("in")
    for name in ("who", "tab", "_ga", "mine"):
        response.set_cookie(name, "1")
    return response


def test_cookies_are_necessary_under_the_names_that_settings_give_them() -> None:
    names = {"SESSION_COOKIE_NAME": "sid", "REMEMBER_COOKIE_NAME": "who"}
    app = an_app(**names, CONSENTGUARD_COOKIES=["tab"])
    app.add_url_rule("/in", view_func=log_in)
    client = guarded(app).test_client()
    said = client.get("/in").headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in said} == {"sid", "who", "tab"}
    other = guarded(an_app(), cookies=["who", "mine"])
    other.add_url_rule("/in", view_func=log_in)
    said = other.test_client().get("/in").headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in said} == {"session", "who", "mine"}


def test_refused_cookies_are_hidden_from_the_app() -> None:
    app = guarded(an_app())
    app.add_url_rule("/seen", "seen", lambda: " ".join(sorted(flask.request.cookies)))
    client = app.test_client()
    client.set_cookie("_ga", "1")
    client.set_cookie("cart", "2")
    assert client.get("/seen").text == "cart"


def test_two_guards_are_a_mistake() -> None:
    app = guarded(an_app())
    with pytest.raises(ConfigError, match="'site' already"):
        ConsentGuard(app)
    with pytest.raises(ConfigError, match="'site' already"):
        ConsentGuard().init_app(app)
    other = an_app()
    other.wsgi_app = wsgi.ConsentMiddleware(  # type: ignore[method-assign]
        other.wsgi_app, a_policy(), "key", ledger=None
    )
    with pytest.raises(ConfigError, match="two consentguard guards"):
        ConsentGuard(other)
    with pytest.raises(ConfigError, match="two consentguard guards"):
        wsgi.ConsentMiddleware(app, a_policy(), "key", ledger=None)


def test_one_extension_for_many_apps() -> None:
    extension = ConsentGuard(geo=Here("DE"))
    apps = [an_app(CONSENTGUARD_SITE_ID=name) for name in ("one", "two")]
    for app in apps:
        extension.init_app(app)
    clients = [app.test_client() for app in apps]
    grant(clients[0], "analytics")
    assert [("analytics" in client.get("/").text) for client in clients] == [True, False]
    with pytest.raises(RuntimeError, match="app_context"):
        _ = extension.guard
    for app in apps:
        with app.app_context():
            assert extension.guard is app.extensions["consentguard"].guard
    with an_app().app_context(), pytest.raises(ConfigError, match="init_app"):
        _ = extension.guard


def test_proxies_and_mounts() -> None:
    app = guarded(an_app())
    app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1)  # type: ignore[method-assign]
    text = app.test_client().get("/page", headers={"X-Forwarded-Prefix": "/shop"}).text
    assert 'href="/shop/_consent"' in text
    mounted = Client(DispatcherMiddleware(Flask("outer"), {"/shop": app}))
    text = mounted.get("/shop/page").text
    assert GATED in text
    assert 'href="/shop/_consent"' in text
    assert mounted.get("/shop/_consent").status_code == 200
    assert mounted.get("/page").status_code == 404


def test_a_proxy_that_is_fixed_too_late_is_told(caplog: pytest.LogCaptureFixture) -> None:
    app = an_app()
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    guarded(app)
    assert "after init_app" in caplog.text


def test_mode_off_leaves_everything_alone() -> None:
    app = an_app('[enforcement]\nmode = "off"\n')
    app.add_url_rule("/in", view_func=log_in)
    client = guarded(app).test_client()
    assert client.get("/page").text == f"<!doctype html><title>Shop</title><body>{PIXEL}</body>"
    assert len(client.get("/in").headers.getlist("Set-Cookie")) == 5
