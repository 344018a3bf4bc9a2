"""What each search that a column could have would cost, and what it would give away; measured, not guessed.

A plan takes values, or only how often each of them occurs, and holds counts and shares alone: no value and no
tag. Standard library only. The model, and where it is kinder or harsher than the world:

* A tag is a random function of what the search compares, so that two unequal forms share ``bits`` bits with
  chance 2^-bits (HMAC-SHA-256 as a pseudo-random function, RFC 2104).
* Queries ask for the value of a row drawn at random: common values are asked for more often.
* The attacker reads the tags and no key, and knows exactly how often each value occurs, as after the theft of
  an older copy. Who knows a census instead knows less. Naveed, Kamara and Wright, "Inference Attacks on
  Property-Preserving Encrypted Databases" (CCS 2015), recovered most of some hospital columns with less.
* Each search is measured alone. Tags of several searches, or of several columns of one row, tell more.

A figure is about the whole column, or about its commonest value without a name; fewer than ``LEAST_VALUES``
values are refused, since figures on a handful would be about single persons.
"""

from safeguards.fields.planning.candidates import fitting, parse_search
from safeguards.fields.planning.plan import SearchPlan, plan_counted, plan_searches
from safeguards.fields.planning.population import LEAST_VALUES, Population
from safeguards.fields.planning.proposal import Proposal
from safeguards.fields.planning.widths import WIDTHS, Gauge, Width

__all__ = [
    "LEAST_VALUES",
    "WIDTHS",
    "Gauge",
    "Population",
    "Proposal",
    "SearchPlan",
    "Width",
    "fitting",
    "parse_search",
    "plan_counted",
    "plan_searches",
]
