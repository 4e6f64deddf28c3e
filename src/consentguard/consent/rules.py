"""The law as a table: what holds for a purpose, and why.

The rows of :data:`RULES` are read from the top; the first that fits rules. The order of force is:
rule of the region > signal > explicit choice > the model's default. No row below a refusal can
allow, so an automatic signal can tighten a stored choice and never loosen it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from consentguard.model import Model, Reason


class Standing(IntEnum):
    """What a visitor's stored choice is worth for one purpose, here and today."""

    NONE = 0  #: nothing was said about it
    UNREADABLE = 1
    REFUSED = 2
    EXPIRED = 3  #: the choice is older than the region lets a grant live
    CHANGED = 4  #: what was agreed to is not what the policy says today
    GRANTED = 5


@dataclass(frozen=True, slots=True)
class Ruling:
    """What holds for one purpose, why, and where that is written."""

    purpose: str
    model: Model
    allowed: bool
    reason: Reason
    source: str


@dataclass(frozen=True, slots=True)
class Row:
    """One rule; a column that is None fits everything.

    ``withheld``: denied for the visitor's age. ``signalled``: an opt-out signal speaks about it.
    """

    allowed: bool
    reason: Reason
    model: Model | None = None
    standing: Standing | None = None
    withheld: bool | None = None
    signalled: bool | None = None

    def fits(self, model: Model, standing: Standing, *, withheld: bool, signalled: bool) -> bool:
        """Whether the rule is about this case."""
        return (
            self.model in (None, model)
            and self.standing in (None, standing)
            and self.withheld in (None, withheld)
            and self.signalled in (None, signalled)
        )


#: The order of force.
RULES: tuple[Row, ...] = (
    Row(False, Reason.MINOR, model=Model.DENY, withheld=True),
    Row(False, Reason.RULE, model=Model.DENY),
    # 11 CCR 7025(c)(1): a signal is a valid request to opt out of sale and sharing.
    Row(False, Reason.SIGNAL, signalled=True),
    # ePrivacy Directive art. 5(3): what is strictly necessary for the service needs no consent.
    Row(True, Reason.EXEMPT, model=Model.NONE),
    # Doubt means no: what cannot be read may have been a refusal, in opt-out regions too.
    Row(False, Reason.UNREADABLE, standing=Standing.UNREADABLE),
    # GDPR art. 7(3): withdrawal holds at once; a refusal never lapses by itself.
    Row(False, Reason.REFUSED, standing=Standing.REFUSED),
    # Doubt means no: an expired choice allows nothing, not what it left to the default either.
    Row(False, Reason.EXPIRED, standing=Standing.EXPIRED),
    # GDPR art. 4(11): consent is specific; a changed purpose is another one.
    Row(False, Reason.CHANGED, standing=Standing.CHANGED),
    Row(True, Reason.GRANTED, standing=Standing.GRANTED),
    Row(True, Reason.NOTICE, model=Model.NOTICE),
    Row(True, Reason.DEFAULT, model=Model.OPT_OUT),
    # GDPR recital 32: silence and inactivity are no consent.
    Row(False, Reason.NO_CHOICE, model=Model.OPT_IN),
    Row(False, Reason.ON_CLICK, model=Model.ON_CLICK),
)


@cache
def rule(model: Model, standing: Standing, *, withheld: bool, signalled: bool) -> Row:
    """The first row that fits; there is one for every case."""
    fitting = (r for r in RULES if r.fits(model, standing, withheld=withheld, signalled=signalled))
    return next(fitting)
