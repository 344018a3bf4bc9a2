"""What e-mail surrogates are made of, version 1: domains of many mailboxes, and the parts of names.

Frozen: a longer list is another version in another file.
"""

from __future__ import annotations

from safeguards.items.text import words

PROVIDERS: dict[str, int] = {
    domain: place
    for place, domain in enumerate(
        words(
            """
            gmail.com, naver.com, daum.net, hanmail.net, kakao.com, nate.com, outlook.com, hotmail.com
            yahoo.com, icloud.com, me.com, live.com, msn.com, korea.kr, korea.com, empas.com, dreamwiz.com
            lycos.co.kr, paran.com, chol.com, hanmir.com, freechal.com, unitel.co.kr, netian.com, hitel.net
            yahoo.co.kr, hotmail.co.kr, outlook.kr, googlemail.com, mac.com, aol.com, gmx.com, gmx.de, gmx.net
            web.de, mail.ru, yandex.ru, yandex.com, qq.com, 163.com, 126.com, sina.com, foxmail.com, sohu.com
            proton.me, protonmail.com, pm.me, zoho.com, fastmail.com, tutanota.com, yahoo.co.jp, docomo.ne.jp
            ezweb.ne.jp, softbank.ne.jp, orange.fr, free.fr, t-online.de, libero.it, uol.com.br, comcast.net
            verizon.net, example.com, example.org
            """
        )
    )
}
"""Domain to its number."""

BEFORE = words(
    """
    min, seo, ji, ye, ha, do, jun, hyun, su, eun, yu, jae, sang, young, kyung, sun, jin, woo, tae, dong
    seung, chan, in, ho, na, da, so, ga, yeon, byung, mi, hye, cheol, kwang, gi, hee
    """
)
"""First syllables of given names, 36 as there are digits and letters."""

BEHIND = words(
    """
    jun, min, woo, jin, seo, yeon, eun, hyun, a, young, ho, su, rin, won, hee, bin, joo, yun, kyung
    sun, mi, ji, hye, jae, seok, sik, ki, tae, gyu, hwan, il, chul, sang, nam, kwon, rim
    """
)
"""Second syllables, 36."""

SURNAMES = words(
    """
    kim, lee, park, choi, jung, kang, cho, yoon, jang, lim, han, oh, seo, shin, kwon, hwang, ahn, song
    ryu, hong, jeon, ko, moon, yang, son, bae, baek, heo, nam, shim, noh, ha, kwak, sung, cha, joo
    """
)
"""Surnames, 36."""
