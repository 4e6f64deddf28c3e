"""What visitors are told about the most common services, in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consentguard.catalogue import Catalogue
from consentguard.locales import available, load

PREFIX = "service-description."
CATALOGUE = Catalogue.bundled()
IDS = sorted(key.removeprefix(PREFIX) for key in load("en") if key.startswith(PREFIX))
COMMON = [
    line.split("\t")[:2]
    for line in (Path(__file__).parents[1] / "catalogue/common.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def test_at_least_the_150_most_common_are_described() -> None:
    assert len(IDS) >= 150


def test_every_one_is_a_service_of_the_catalogue() -> None:
    assert [id for id in IDS if id not in CATALOGUE.services] == []


@pytest.mark.parametrize(("name", "url"), COMMON)
def test_the_most_common_third_parties(name: str, url: str) -> None:
    match = CATALOGUE.url(url, base="https://www.site.example/")
    assert match is not None
    assert {service.id for service in match.services} <= set(IDS), name


@pytest.mark.parametrize(
    "id",
    [
        *("google_login", "facebook_login", "apple_login", "microsoft_login", "auth0", "okta"),
        *("recaptcha", "hcaptcha", "turnstile", "friendly_captcha"),
        *("stripe", "paypal", "klarna", "adyen", "mollie"),
        *("youtube", "vimeo", "spotify", "google_maps", "openstreetmap"),
        *("intercom", "zendesk", "tawk", "crisp"),
        *("framework_session", "framework_csrf", "framework_login", "django", "language"),
    ],
)
def test_usual_products_of_a_site(id: str) -> None:
    assert load("en").service_description(id)


#: Written without spaces between words or with few letters a word: fewer of them say as much.
DENSE = {"zh-Hans", "zh-Hant", "ja", "ko", "th"}
STOPS = {"zh-Hans": "。", "zh-Hant": "。", "ja": "。", "hi": "।", "th": ""}


@pytest.mark.parametrize("lang", available())
def test_each_is_one_short_sentence(lang: str) -> None:
    texts, stop = load(lang), STOPS.get(lang, ".")
    for id in IDS:
        text = texts.service_description(id)
        assert (15 if lang in DENSE else 40) <= len(text) <= 180, (id, len(text))
        assert text[0] == text[0].upper() or not text[0].isascii() or text.startswith("jQuery"), id
        if stop:
            # "WordPress.com" is a name.
            assert re.findall(rf"{re.escape(stop)}(?!com\b|js\b)", text) == [stop], id
        assert text.endswith(stop), id
        assert not set('<>&{}"\\') & set(text), id


@pytest.mark.parametrize("lang", available())
def test_none_praises(lang: str) -> None:
    praise = (
        r"lead(ing|er)\b|power(s|ful)|seamless|innovativ|world|führend|leistungsstark|nahtlos|!$"
    )
    texts = load(lang)
    found = [id for id in IDS if re.search(praise, texts.service_description(id), re.IGNORECASE)]
    assert found == []


def test_what_is_not_known_has_none() -> None:
    assert load("en").service_description("own_counter") == ""
    assert load("de").service_description("") == ""
