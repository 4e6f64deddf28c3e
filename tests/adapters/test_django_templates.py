from __future__ import annotations

from typing import Any

import pytest
from django.template import Context, Engine, RequestContext, Template, TemplateSyntaxError
from django.test import Client, RequestFactory
from tests.adapters.django_site import GUARD, site
from tests.conftest import Here

from consentguard.testing import grant

LOAD = "{% load consentguard %}"


def test_every_tag() -> None:
    with site():
        client = Client()
        first = client.get("/tags?x=1").content.decode()
        assert first.startswith('<!doctype html><body><link rel="stylesheet" href="/_consent/')
        assert first.count('id="cg-banner"') == 1
        assert first.index('id="cg-banner"') < first.index("<main>")
        assert "<main>no   opt-in " in first
        url = "/_consent?next=/tags%3Fx%3D1"
        link = f'<a href="{url}" rel="noreferrer">'
        assert f"{url} {link}Settings</a> {link}Cookie settings</a></main>" in first
        grant(client)
        assert "<main>yes ads film opt-in" in client.get("/tags").content.decode()


def test_the_link_has_the_words_of_the_visitors_law() -> None:
    with site(place=Here("US", "US-CA")):
        page = Client().get("/tags", headers={"sec-gpc": "1"}).content.decode()
    assert ">Do Not Sell or Share" in page.partition("<main>")[2].partition("</main>")[0]


def test_without_a_request_doubt_means_no(caplog: pytest.LogCaptureFixture) -> None:
    text = LOAD + '{% consent "analytics" %}yes{% else %}no{% endconsent %}'
    assert Template(text).render(Context()) == "no"
    assert "without a request" in caplog.text
    links = "{% consent_settings_link %}{% consent_settings_url %}"
    assert Template(LOAD + links).render(Context()) == ""
    request = RequestFactory().get("/")
    assert Template("{{ consent_allows.media }}").render(RequestContext(request)) == ""


def test_without_an_else() -> None:
    with site():
        main = Client().get("/tags").content.partition(b"<main>")[2]
        assert b"ads" not in main.partition(b"</main>")[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{% consent %}{% endconsent %}", r"is not \{% consent"),
        ('{% consent "a" "b" %}{% endconsent %}', r"is not \{% consent"),
        ('{% consent "analytics" %}', "endconsent"),
        (
            "{% load cache %}{% cache 60 x %}"
            '{% consent "analytics" %}{% endconsent %}{% endcache %}',
            "shown to others",
        ),
    ],
)
def test_mistakes_in_a_template(text: str, says: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=says):
        Template(LOAD + text)


def test_blocks_inside_of_a_branch_are_found() -> None:
    """``{% extends %}`` and debug tools look for nodes in it."""
    text = LOAD + '{% consent "analytics" %}{% if 1 %}a{% endif %}{% else %}b{% endconsent %}'
    node: Any = Template(text, engine=Engine.get_default()).nodelist[1]
    assert len(node.get_nodes_by_type(type(node.allowed[0]))) == 1


def test_the_banner_tag_is_the_same_for_everybody() -> None:
    assert Template(LOAD + "{% consent_banner %}").render(Context()) == "<wbr data-cg-banner>"
    with site([GUARD], policy='[enforcement]\nmode = "off"\n'):
        assert b"<wbr data-cg-banner><main>" in Client().get("/banner").content
