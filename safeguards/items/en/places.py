"""Names of places and of times in English text: what stands in capital letters without being a person."""

from __future__ import annotations

from safeguards.items.text import words

STATES = words(
    """
    AL, AK, AZ, AR, CA, CO, CT, DE, FL, GA, HI, ID, IL, IN, IA, KS, KY, LA, ME, MD, MA, MI, MN, MS, MO,
    MT, NE, NV, NH, NJ, NM, NY, NC, ND, OH, OK, OR, PA, RI, SC, SD, TN, TX, UT, VT, VA, WA, WV, WI, WY,
    DC, PR, GU, VI, AS, MP
    """
)
"""Postal abbreviations of US states and territories (USPS Publication 28, appendix B)."""

COUNTRIES = words(
    """
    Afghanistan, Albania, Algeria, Andorra, Angola, Argentina, Armenia, Australia, Austria, Azerbaijan,
    Bahamas, Bahrain, Bangladesh, Barbados, Belarus, Belgium, Belize, Benin, Bhutan, Bolivia, Bosnia,
    Botswana, Brazil, Brunei, Bulgaria, Burkina Faso, Burundi, Cambodia, Cameroon, Canada, Chad, Chile,
    China, Colombia, Congo, Costa Rica, Croatia, Cuba, Cyprus, Czechia, Czech Republic, Denmark,
    Djibouti, Dominican Republic, Ecuador, Egypt, El Salvador, England, Eritrea, Estonia, Eswatini,
    Ethiopia, Faroe Islands, Fiji, Finland, France, Gabon, Gambia, Georgia, Germany, Ghana,
    Great Britain, Greece, Greenland, Grenada, Guatemala, Guinea, Guyana, Haiti, Honduras, Hong Kong,
    Hungary, Iceland, India, Indonesia, Iran, Iraq, Ireland, Israel, Italy, Ivory Coast, Jamaica, Japan,
    Jordan, Kazakhstan, Kenya, Kosovo, Kuwait, Kyrgyzstan, Laos, Latvia, Lebanon, Lesotho, Liberia,
    Libya, Liechtenstein, Lithuania, Luxembourg, Macau, Madagascar, Malawi, Malaysia, Maldives, Mali,
    Malta, Mauritania, Mauritius, Mexico, Moldova, Monaco, Mongolia, Montenegro, Morocco, Mozambique,
    Myanmar, Namibia, Nepal, Netherlands, The Netherlands, New Zealand, Nicaragua, Niger, Nigeria,
    North Korea, North Macedonia, Northern Ireland, Norway, Oman, Pakistan, Palestine, Panama, Paraguay,
    Peru, Philippines, Poland, Portugal, Puerto Rico, Qatar, Republic of Korea, Romania, Russia, Rwanda,
    Saudi Arabia, Scotland, Senegal, Serbia, Sierra Leone, Singapore, Slovakia, Slovenia, Somalia,
    South Africa, South Korea, Korea, Spain, Sri Lanka, Sudan, Suriname, Sweden, Switzerland, Syria,
    Taiwan, Tajikistan, Tanzania, Thailand, Togo, Trinidad and Tobago, Tunisia, Turkey, Turkmenistan,
    Uganda, Ukraine, United Arab Emirates, United Kingdom, United States, United States of America,
    Uruguay, USA, U.S.A., UK, U.K., Uzbekistan, Venezuela, Vietnam, Wales, Yemen, Zambia, Zimbabwe
    """
)

MONTH_NAMES = frozenset(
    words(
        """
        january, february, march, april, may, june, july, august, september, october, november,
        december, jan, feb, mar, apr, jun, jul, aug, sep, sept, oct, nov, dec, spring, summer, autumn,
        fall, winter
        """
    )
)
DAY_NAMES = frozenset(words("monday, tuesday, wednesday, thursday, friday, saturday, sunday"))
