"""GPS coordinate (위경도 좌표): latitude and longitude, decimal or in degrees, minutes and seconds.

ISO 6709, RFC 5870 (``geo:``), WGS 84. A person's location is governed by the Location Information
Act, whose decree (20) names encryption among the means against access and demands it of no field:
not encrypted by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import squeeze, stars, words

_NUMBER = r"[+-]?[0-9]{1,3}\.[0-9]{3,15}"
_LATITUDE = r"(?i:lat(?:itude)?|위도|y좌표)"
_LONGITUDE = r"(?i:lo?ng?(?:itude)?|경도|x좌표)"
_IS = r"[\"']?(?: ?[:=]|은|는|이| is)? ?[\"']?"
_PAIR = re.compile(
    rf"(?<![0-9.,\-+])(?P<lat>{_NUMBER})°?[NS]?(?P<gap> ?[,/;|] ?| )"
    rf"(?P<lon>{_NUMBER})°?[EW]?(?![0-9A-Za-z])(?!\.[0-9])"
)
_LABELLED = re.compile(
    rf"{_LATITUDE}{_IS}(?P<lat>[+-]?[0-9]{{1,3}}\.[0-9]{{3,15}})[\"']?°?"
    rf"[ ,;/\n]{{1,4}}[\"']?{_LONGITUDE}{_IS}"
    r"(?P<lon>[+-]?[0-9]{1,3}\.[0-9]{3,15})"
)
_MINUTES = r"[0-9]{1,2} ?['′’분m] ?(?:[0-9]{1,2}(?:\.[0-9]{1,6})? ?(?:[\"″”초s]|'')? ?)?"
_DEGREES = re.compile(
    rf"(?:북위|남위)? ?[0-9]{{1,2}} ?[°º도] ?{_MINUTES}[NS]?[ ,/]{{0,3}}(?:동경|서경)? ?"
    rf"[0-9]{{1,3}} ?[°º도] ?{_MINUTES}[EW]?"
)
_SPEAKING = re.compile(
    r"(?i:(?<![a-z])(?:gps|geo|lat|latitude|lng|lon|longitude|latlng|coordinates?|coords?|location|position)(?![a-z]))"
    r"|좌표|위치|위도|경도|위경도"
)
_KOREA = ((33.0, 39.0), (124.0, 132.0))
_SINGLE = re.compile(_NUMBER)
_MOST = 180
_FINE = 4
"""Decimals from which a coordinate is finer than about ten metres."""

_BEFORE = 40
_PLACES = 2


def canonical(text: str) -> str:
    """Return ``latitude,longitude`` as decimal numbers where a pair is written; other text squeezed."""
    found = _PAIR.fullmatch(squeeze(text))
    return (
        f"{found['lat'].lstrip('+')},{found['lon'].lstrip('+')}"
        if found and _on_earth(found)
        else squeeze(text)
    )


def mask(text: str) -> str:
    """Keep whole degrees: ``37.****,126.****``."""
    found = _PAIR.fullmatch(squeeze(text))
    if not found or not _on_earth(found):
        return stars(text)
    return ",".join(f"{found[name].partition('.')[0]}.****" for name in ("lat", "lon"))


def validate(value: str) -> Verdict:
    """Judge by the ranges of latitude and longitude, their precision, and whether they lie in Korea."""
    if _DEGREES.fullmatch(value):
        return Verdict(0.9, 0.97, "degrees and minutes of a coordinate")
    if _SINGLE.fullmatch(value) and abs(float(value)) <= _MOST:
        return Verdict(0.0, 0.9, "latitude or longitude")
    found = _PAIR.fullmatch(value)
    if found is None or not _on_earth(found):
        return REJECTED
    if "," in found["gap"] and _in_korea(found) and _fine(found):
        return Verdict(0.7, 0.97, "latitude and longitude within Korea")
    return Verdict(0.3 if _fine(found) else 0.1, 0.93, "latitude and longitude")


def candidates(text: str) -> Iterator[Candidate]:
    """Yield coordinates; those that do not speak for themselves need a label in the 40 characters before."""
    for found in _LABELLED.finditer(text):
        if _on_earth(found):
            yield Candidate(found.start("lat"), found.end("lon"), 0.97, "latitude and longitude with labels")
    for form in (_PAIR, _DEGREES):
        for found in form.finditer(text):
            verdict = validate(found.group().strip())
            if not verdict:
                continue
            near = _SPEAKING.search(text, max(0, found.start() - _BEFORE), found.start())
            score = verdict.in_context if near else verdict.score
            start = found.start() + len(found.group()) - len(found.group().lstrip())
            end = found.start() + len(found.group().rstrip())
            yield Candidate(start, end, score, verdict.reason + ("; near a label" if near else ""))


def _on_earth(found: re.Match[str]) -> bool:
    return abs(float(found["lat"])) <= 90 and abs(float(found["lon"])) <= 180


def _in_korea(found: re.Match[str]) -> bool:
    (south, north), (west, east) = _KOREA
    return south <= float(found["lat"]) <= north and west <= float(found["lon"]) <= east


def _fine(found: re.Match[str]) -> bool:
    return all(len(found[name].partition(".")[2]) >= _FINE for name in ("lat", "lon"))


ITEM = Item(
    id="gps",
    entity="GPS_COORDINATE",
    name_ko="위경도 좌표",
    name_en="GPS coordinate",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("좌표, 위치, 위도, 경도, gps, coordinates, location, lat, lon"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="ISO 6709; RFC 5870; Location Information Act",
    validate=validate,
    candidates=candidates,
    column_names=words(
        """
        좌표, 위경도, 위치좌표, 위도, 경도, gps, gps coordinate, coordinates, coords, latlng, lat lng,
        lat lon, geo, geolocation, lat, latitude, lng, lon, longitude
        """
    ),
    anchor=r"[0-9]\.[0-9]{3}|[0-9] ?[°º도] ?[0-9]",
)
