"""What the shop sells: three invented artists, a tour and a programme for the radio page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

#: A film that its makers gave away (Blender Foundation): the sleeve notes of every artist embed it.
FILM = "aqz-KE-bpKQ"


@dataclass(frozen=True, slots=True)
class Artist:
    """One artist with the current record. ``slug`` names the page and the cover picture."""

    slug: str
    name: str
    place: str
    record: str
    year: int
    story: str
    tracks: tuple[str, ...]


ARTISTS = (
    Artist(
        "nora-lindqvist",
        "Nora Lindqvist",
        "Göteborg",
        "Low Water",
        2026,
        "Nora recorded Low Water in a disused ferry office, on an upright piano that the caretaker "
        "forbade her to tune. Two microphones, no edits, and a gull that would not be sent away.",
        ("Slack Tide", "The Caretaker", "Pilot Boat", "Five in the Morning", "Low Water"),
    ),
    Artist(
        "paper-lanterns",
        "The Paper Lanterns",
        "Leipzig",
        "Night Bus Songs",
        2025,
        "Written on route N7 between the theatre and the end of the line. The band still gives the "
        "driver the first copy of every record.",
        ("N7", "Window Seat", "Request Stop", "Sleepers", "End of the Line"),
    ),
    Artist(
        "otavio-reis",
        "Otávio Reis",
        "Recife",
        "Sol de Papel",
        2026,
        "Otávio asked his street's carnival band to play as softly as they could. They managed it "
        "for eleven songs, and then for one more they did not.",
        ("Aurora", "Rua da Moeda", "Sol de Papel", "Maré", "Quarta-feira"),
    ),
)
BY_SLUG = {artist.slug: artist for artist in ARTISTS}

TOUR = (
    (date(2027, 3, 4), "Nora Lindqvist", "Hamburg", "Kleine Elbhalle"),
    (date(2027, 3, 7), "Nora Lindqvist", "Lyon", "Salle Rameau"),
    (date(2027, 3, 19), "Otávio Reis", "Montréal", "Théâtre du Canal"),
    (date(2027, 3, 22), "Otávio Reis", "Oakland, CA", "The Boiler Room"),
    (date(2027, 4, 2), "The Paper Lanterns", "Bristol", "St Nicholas Cellar"),
)

DIARY = (
    (
        "Hamburg",
        "We load in through the fish market. The piano has been tuned, which Nora regrets.",
    ),
    ("Bremen", "Day off. Somebody finds a record shop with our own record in the bargain bin."),
    ("Lyon", "Sold out, and a power cut after the third song. The last four are played unplugged."),
    ("Turin", "The van is searched for cheese. The cheese is found."),
    ("Home", "Five hundred and twelve records sold, one lost glove, no arguments worth the name."),
)


def programme() -> list[tuple[str, str]]:
    """Every track with its artist, in the order of the radio page."""
    return [(artist.tracks[number], artist.name) for number in range(5) for artist in ARTISTS]
