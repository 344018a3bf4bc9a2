"""Words that addresses in Latin letters are made of: kinds of streets, units and places. Tables of data."""

from __future__ import annotations

from safeguards.items.text import words

TYPES = words(
    """
    Street, St, Str, Avenue, Ave, Av, Road, Rd, Boulevard, Blvd, Drive, Dr, Lane, Ln, Court, Ct, Square,
    Sq, Terrace, Ter, Place, Pl, Way, Crescent, Cres, Close, Highway, Hwy, Parkway, Pkwy, Circle, Cir,
    Route, Trail, Trl, Alley, Plaza, Row, Walk, Mews, Gardens, Grove, Rise, Quay, Esplanade, Parade,
    Loop, Turnpike, Pike, Broadway, Path, Ridge, Hill, Vale, Green, Heights, Point, Crossing, Landing,
    Run, Bend, Glen, Expressway, Freeway, Streets, Causeway, Embankment
    """
)
"""English kinds of streets, which stand behind the name."""

SURE_TYPES = frozenset(
    words(
        """
        Street, St, Str, Avenue, Ave, Av, Road, Rd, Boulevard, Blvd, Drive, Lane, Ln, Terrace, Crescent,
        Cres, Highway, Hwy, Parkway, Pkwy, Streets, Sq, Square, Circle, Cir, Plaza, Alley, Close, Court,
        Mews, Esplanade, Turnpike
        """
    )
)
"""Those that hardly mean anything else behind a number and a name."""

LEADING = words(
    r"""
    Rue, rue, boulevard, avenida, calle, rua, Avenue, Av\., Boulevard, Bd\., Chemin, Impasse,
    All[ée]e, Allées, Place, Quai, Route, Cours, Chaussée, Passage, Square, Via, Viale, Vicolo,
    Corso, Piazza, Piazzetta, Piazzale, Largo, Strada, Borgo, Contrada, Lungomare, Calle, Cl\., C/,
    C\., Carrer, Avenida, Avda\., Avda, Paseo, Plaza, Pza\., Camino, Ctra\., Carretera, Ronda,
    Travesía, Rua, R\., Travessa, Praça, Alameda, Estrada, Rodovia, Beco, ul\., ulica, Ulica, Al\.,
    al\., pl\., os\., aleja, ulitsa, Strada, Calea, Bulevardul, Aleea, Jalan, Jl\., ul, nám\.,
    náměstí, třída, tř\., Cesta, Trg, trg, Leoforos, Odos, Straat, Op de, Am, An der, Auf der, Zum,
    Zur
    """
)
"""Kinds of streets that stand before the name: Romance and Slavonic languages, Indonesian, German phrases."""

SUFFIXES = words(
    """
    straße, strasse, str., gasse, weg, allee, platz, ufer, steig, damm, ring, graben, straat, laan,
    dijk, plein, kade, gracht, singel, dreef, hof, steeg, pad, vej, vejen, gade, gaden, stræde, torv,
    plads, vei, veien, veg, vegen, gata, gate, gaten, tunet, bakken, gatan, vägen, väg, gränd, stigen,
    backen, torget, katu, tie, kuja, polku, tori, ranta, kaari, aukio, stræti, gata, vegur, braut,
    gerði, hlíð, holt, tún, götu, utca, útja, tee, maantee, puiestee, tänav, põik, iela, gatvė,
    prospekt, sokak, caddesi, cesta, ulice, ulica, nitz, nerstrasse, rinne, linnankatu, mäki, penger,
    raitti
    """
)
"""Ends of a street's name in Germanic, Finnic, Hungarian, Baltic and Turkish addresses."""

SPACED_SUFFIXES = words(
    """
    utca, u\\., út, útja, tér, tere, körút, krt\\., köz, sor, tee, maantee, mnt, puiestee, pst, tänav,
    tn, põik, iela, gatvė, g\\., sokak, caddesi, cad\\., str, str\\., vei, gate, tie, väg
    """
)
"""The same as words of their own."""

UNITS = (
    r"(?:Apt|Apartment|Suite|Ste|Unit|Flat|Room|Rm|Floor|Lot|Bldg|Building)\.? ?#?[0-9]{1,5}[A-Za-z]?"
    r"|#[0-9]{1,5}[A-Za-z]?"
)
"""What stands within a building, with its number."""

NO_STREETS = words(
    """
    Section, Chapter, Article, Title, Part, Page, Figure, Fig, Table, Step, Level, Phase, Stage, Grade,
    Class, Version, Windows, Gate, Terminal, Platform, Track, Room, Area, Zone, Sector, Boeing, Airbus,
    Flight, Apollo, Formula, Form, Psalm, Super, Route, Highway, Interstate, Exit, January, February,
    March, April, May, June, July, August, September, October, November, December, Jan, Feb, Mar, Apr,
    Jun, Jul, Aug, Sep, Sept, Oct, Nov, Dec, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday,
    Sunday, Season, Episode, Week, Day, Year, Number, No, Nr, Order, Invoice, Case, Item, Model, Type,
    Category, Tier, Group, Team, Round, Game, Match, Match, Act, Rule, Law, Bill, Resolution, Appendix,
    Annex, Exhibit, Channel, Radio, Studio, Galaxy, Note, Office, Python, Java, Ubuntu, Android, Node,
    Angular, Port, Line, Row, Error, Issue, Ticket, Build, Release, Batch, Lot, Size, Covid, Volume,
    Vol, Question, Answer, Top, Xbox, Playstation, About, Over, During, Spring, Evening, Morning, King,
    Committee, Decade, Around, Only, Just, Another, From, Since, Until, Between, By, Under, Nearly,
    Almost, The, Approximately, At, On, In, Least
    """
)
"""Capitalised words that numbers follow without being streets."""
