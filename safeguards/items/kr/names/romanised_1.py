"""Korean surnames and syllables of given names in Latin letters, version 1, as passports spell them.

Frozen: a longer list is another version in another file.
"""

from __future__ import annotations

from safeguards.items.text import words

SURNAMES = words(
    """
    kim, lee, yi, rhee, park, pak, bak, choi, choe, jung, jeong, chung, kang, gang, cho, jo, yoon, yun
    jang, chang, lim, im, rim, han, oh, seo, suh, shin, sin, kwon, gwon, hwang, ahn, an, song, jeon
    jun, chun, hong, yu, yoo, ryu, you, ko, go, koh, moon, mun, yang, son, sohn, bae, pae, baek, paik
    back, heo, hur, huh, nam, shim, sim, noh, no, roh, ha, kwak, gwak, sung, seong, cha, joo, ju, woo
    wu, koo, ku, gu, na, ra, min, jin, chin, ji, chi, eom, um, uhm, chae, won, cheon, bang, kong, gong
    hyun, hyeon, ham, byun, byeon, yeom, yum, yeo, choo, chu, do, so, seok, suk, sun, seon, seol, sul
    ma, kil, gil, yeon, wi, pyo, myung, myeong, ki, gi, ban, wang, keum, geum, ok, yook, yuk, in, maeng
    je, mo, tak, kook, guk, eo, eun, pyeon, yong, ye, bong, namgung, hwangbo, jegal, sunwoo, dokgo
    sagong, seomoon
    """
)

SYLLABLES = words(
    """
    a, ae, ah, bae, baek, ban, bang, beom, bin, bo, bok, bom, bong, bum, byeol, byeong, byung, cha
    chae, chan, chang, cheol, cheon, chil, cho, chong, choon, chul, chun, da, dae, dam, dan, deok, do
    doo, dong, du, duk, eok, eon, eul, eun, eung, ga, gab, gang, geon, geum, geun, gi, gil, go, gon
    gook, goo, gu, guk, gun, gwan, gwang, gwon, gyeong, gyo, gyu, gyun, ha, hae, hak, ham, han, hang
    hee, heon, heum, hi, ho, hong, hoo, hoon, hu, hun, hwa, hwan, hwang, hwi, hye, hyeok, hyeon, hyo
    hyoung, hyuk, hyun, hyung, ik, il, im, in, ja, jae, jang, je, jeong, jeung, ji, jin, jo, jong, joo
    joon, ju, jun, jung, ka, kang, keun, ki, kil, kon, koo, kook, ku, kuk, kun, kwan, kwang, kwon
    kyeong, kyo, kyong, kyoung, kyu, kyun, kyung, lan, lee, lim, lin, mal, man, me, mi, min, mo, mok
    moo, moon, mu, mun, myeong, myoung, myung, na, nam, nan, ne, no, noh, nyun, oh, ok, on, pil, pyo
    ra, rae, rak, ram, ran, ri, rim, rin, ro, rok, roo, ru, ryang, ryeol, ryeon, ryong, ryul, ryun
    ryung, sa, sam, san, sang, se, seo, seob, seok, seol, seon, seong, seop, seul, seung, shik, shim
    shin, si, sik, sil, sim, sin, so, sol, son, song, soo, sook, soon, sop, su, sub, suk, sul, sun
    sung, tae, taek, tak, u, ui, uk, un, ung, wan, wi, won, woo, wook, woon, woong, wu, ya, yang, ye
    yeo, yeol, yeon, yeong, yeop, yeul, yi, yo, yon, yong, yoo, yook, yoon, you, young, youn, yu, yul
    yun
    """
)
