"""Countries as Koreans and English write them, to ISO 3166-1 alpha-2 codes."""

from __future__ import annotations

from safeguards.items.text import words

CODES: dict[str, str] = dict(
    pair.split("=")
    for pair in words(
        """
        대한민국=KR, 한국=KR, 남한=KR, Republic of Korea=KR, South Korea=KR, Korea=KR, Korean=KR, ROK=KR
        북한=KP, 조선민주주의인민공화국=KP, North Korea=KP, 중국=CN, 중화인민공화국=CN, China=CN
        Chinese=CN, 조선족=CN, 한국계 중국=CN, 한국계중국=CN, 대만=TW, 타이완=TW, 중화민국=TW, Taiwan=TW
        홍콩=HK, Hong Kong=HK, 마카오=MO, Macau=MO, 일본=JP, Japan=JP, Japanese=JP, 몽골=MN, 몽고=MN
        Mongolia=MN, 베트남=VN, 월남=VN, Vietnam=VN, Viet Nam=VN, Vietnamese=VN, 태국=TH, 타이=TH
        Thailand=TH, Thai=TH, 필리핀=PH, Philippines=PH, Filipino=PH, 인도네시아=ID, Indonesia=ID
        Indonesian=ID, 말레이시아=MY, Malaysia=MY, 싱가포르=SG, 싱가폴=SG, Singapore=SG, 캄보디아=KH
        Cambodia=KH, Cambodian=KH, 라오스=LA, Laos=LA, 미얀마=MM, 버마=MM, Myanmar=MM, 브루나이=BN
        Brunei=BN, 동티모르=TL, Timor-Leste=TL, 네팔=NP, Nepal=NP, Nepalese=NP, 인도=IN, India=IN
        Indian=IN, 파키스탄=PK, Pakistan=PK, 방글라데시=BD, Bangladesh=BD, 스리랑카=LK, Sri Lanka=LK
        부탄=BT, Bhutan=BT, 몰디브=MV, Maldives=MV, 아프가니스탄=AF, Afghanistan=AF, 우즈베키스탄=UZ
        우즈벡=UZ, Uzbekistan=UZ, 카자흐스탄=KZ, Kazakhstan=KZ, 키르기스스탄=KG, 키르기즈=KG
        Kyrgyzstan=KG, 타지키스탄=TJ, Tajikistan=TJ, 투르크메니스탄=TM, Turkmenistan=TM, 이란=IR
        Iran=IR, 이라크=IQ, Iraq=IQ, 사우디아라비아=SA, 사우디=SA, Saudi Arabia=SA, 아랍에미리트=AE
        아랍에미레이트=AE, UAE=AE, United Arab Emirates=AE, 카타르=QA, Qatar=QA, 쿠웨이트=KW, Kuwait=KW
        바레인=BH, Bahrain=BH, 오만=OM, Oman=OM, 예멘=YE, Yemen=YE, 시리아=SY, Syria=SY, 요르단=JO
        Jordan=JO, 레바논=LB, Lebanon=LB, 이스라엘=IL, Israel=IL, 팔레스타인=PS, Palestine=PS
        튀르키예=TR, 터키=TR, Turkey=TR, Türkiye=TR, 조지아=GE, 그루지야=GE, Georgia=GE, 아르메니아=AM
        Armenia=AM, 아제르바이잔=AZ, Azerbaijan=AZ, 러시아=RU, 러시아연방=RU, Russia=RU, Russian=RU
        우크라이나=UA, Ukraine=UA, 벨라루스=BY, Belarus=BY, 몰도바=MD, Moldova=MD, 영국=GB
        United Kingdom=GB, UK=GB, British=GB, 프랑스=FR, France=FR, French=FR, 독일=DE, Germany=DE
        German=DE, 이탈리아=IT, 이태리=IT, Italy=IT, Italian=IT, 스페인=ES, Spain=ES, Spanish=ES
        포르투갈=PT, Portugal=PT, 네덜란드=NL, Netherlands=NL, Dutch=NL, 벨기에=BE, Belgium=BE
        룩셈부르크=LU, Luxembourg=LU, 스위스=CH, Switzerland=CH, 오스트리아=AT, Austria=AT, 스웨덴=SE
        Sweden=SE, 노르웨이=NO, Norway=NO, 덴마크=DK, Denmark=DK, 핀란드=FI, Finland=FI, 아이슬란드=IS
        Iceland=IS, 아일랜드=IE, Ireland=IE, 폴란드=PL, Poland=PL, 체코=CZ, Czech Republic=CZ
        Czechia=CZ, 슬로바키아=SK, Slovakia=SK, 헝가리=HU, Hungary=HU, 루마니아=RO, Romania=RO
        불가리아=BG, Bulgaria=BG, 그리스=GR, Greece=GR, 크로아티아=HR, Croatia=HR, 세르비아=RS
        Serbia=RS, 슬로베니아=SI, Slovenia=SI, 보스니아=BA, 알바니아=AL, Albania=AL, 북마케도니아=MK
        코소보=XK, 몬테네그로=ME, 리투아니아=LT, Lithuania=LT, 라트비아=LV, Latvia=LV, 에스토니아=EE
        Estonia=EE, 키프로스=CY, 몰타=MT, 모나코=MC, 바티칸=VA, 미국=US, 미합중국=US, United States=US
        USA=US, U.S.A.=US, American=US, 캐나다=CA, Canada=CA, Canadian=CA, 멕시코=MX, Mexico=MX
        과테말라=GT, 온두라스=HN, 엘살바도르=SV, 니카라과=NI, 코스타리카=CR, 파나마=PA, 쿠바=CU, Cuba=CU
        도미니카공화국=DO, 도미니카=DO, 아이티=HT, 자메이카=JM, 콜롬비아=CO, Colombia=CO, 베네수엘라=VE
        에콰도르=EC, 페루=PE, Peru=PE, 볼리비아=BO, 브라질=BR, Brazil=BR, 파라과이=PY, 우루과이=UY
        아르헨티나=AR, Argentina=AR, 칠레=CL, Chile=CL, 호주=AU, 오스트레일리아=AU, Australia=AU
        Australian=AU, 뉴질랜드=NZ, New Zealand=NZ, 피지=FJ, 파푸아뉴기니=PG, 이집트=EG, Egypt=EG
        리비아=LY, 튀니지=TN, 알제리=DZ, 모로코=MA, Morocco=MA, 수단=SD, 남수단=SS, 에티오피아=ET
        Ethiopia=ET, 에리트레아=ER, 소말리아=SO, 케냐=KE, Kenya=KE, 우간다=UG, 탄자니아=TZ, 르완다=RW
        부룬디=BI, 콩고민주공화국=CD, 콩고=CG, 카메룬=CM, 나이지리아=NG, Nigeria=NG, 가나=GH, Ghana=GH
        코트디부아르=CI, 세네갈=SN, 말리=ML, 니제르=NE, 차드=TD, 앙골라=AO, 잠비아=ZM, 짐바브웨=ZW
        모잠비크=MZ, 마다가스카르=MG, 말라위=MW, 보츠와나=BW, 나미비아=NA, 남아프리카공화국=ZA
        남아공=ZA, South Africa=ZA, 가봉=GA, 토고=TG, 베냉=BJ, 라이베리아=LR, 시에라리온=SL, 기니=GN
        감비아=GM, 부르키나파소=BF, 모리셔스=MU
        """
    )
)
"""Name to code; also the adjectives that forms in English ask for."""

STATELESS = ("무국적", "Stateless")
