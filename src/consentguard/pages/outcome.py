"""What a page handler returns: a record to store, and what to answer when it is or is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from consentguard.http.message import Header, Response
from consentguard.ledger import Ledger
from consentguard.model import ConsentRecord

#: Nothing from elsewhere runs in our pages, and nobody frames them to steal a click.
SECURITY: tuple[Header, ...] = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer, or two: ``on_failed`` is sent when ``record`` could not be stored.

    A refusal takes effect whatever the ledger does, so for it both are the same object. Where the
    ledger has to be asked first ``asks`` does that, None where the site keeps none, and gives the
    outcome; if it raises ``on_failed`` is sent.
    """

    record: ConsentRecord | None
    on_stored: Response
    on_failed: Response
    refusal: ConsentRecord | None = None  #: what of it holds even so, where it refuses something
    asks: Callable[[Ledger | None], Outcome] | None = None

    @classmethod
    def of(cls, response: Response) -> Outcome:
        """An answer without a record."""
        return cls(None, response, response)

    @classmethod
    def asking(cls, asks: Callable[[Ledger | None], Outcome], on_failed: Response) -> Outcome:
        """What depends on the ledger."""
        return cls(None, on_failed, on_failed, asks=asks)

    @property
    def urgent(self) -> bool:
        """True when the answer does not wait for the ledger."""
        return self.on_stored is self.on_failed


def html(status: int, page: str) -> Response:
    """A page of ours."""
    return _response(status, b"text/html; charset=utf-8", page.encode("utf-8", "replace"))


def json(status: int, text: str) -> Response:
    """A JSON answer of ours."""
    return _response(status, b"application/json", text.encode())


def see_other(location: str) -> Response:
    """303: the browser goes on with GET (RFC 9110, section 15.4.4)."""
    answer = _response(303, b"text/plain; charset=utf-8", b"")
    return answer.plus([(b"location", location.encode("ascii", "ignore"))])


def _response(status: int, kind: bytes, body: bytes) -> Response:
    length = (b"content-length", str(len(body)).encode())
    return Response(status, ((b"content-type", kind), length, *SECURITY), body)
