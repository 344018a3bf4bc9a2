"""Words that speak for or against a person's name in English text. Tables of data, in lower case."""

from __future__ import annotations

from safeguards.items.text import words


def _set(table: str) -> frozenset[str]:
    return frozenset(words(table.replace(" ", ",")))


TITLES = _set(
    """
    mr mrs ms miss mx dr prof professor sir dame lady lord madam reverend rev fr father sister brother
    capt captain col colonel gen general lt lieutenant maj major sgt sergeant cpl corporal adm admiral
    cmdr commander sen senator rep congressman congresswoman gov governor pres president judge justice
    rabbi imam pastor herr frau monsieur madame mme mlle señor señora sr sra signor signora don doña
    attorney nurse detective officer inspector agent ambassador chancellor minister secretary mayor dean
    coach
    """
)
"""Titles and ranks that stand right before a name."""

ROLES = _set(
    """
    producer director author writer singer songwriter guitarist drummer bassist vocalist rapper musician
    composer conductor actor actress comedian journalist reporter columnist editor critic poet novelist
    artist painter sculptor photographer designer architect engineer scientist researcher physicist
    chemist biologist economist historian philosopher psychologist analyst consultant lawyer solicitor
    barrister prosecutor spokesman spokeswoman spokesperson founder cofounder co-founder chairman
    chairwoman chair chief executive ceo cto cfo coo manager supervisor player striker midfielder
    goalkeeper defender quarterback pitcher forward captain champion swimmer boxer wrestler golfer
    driver racer cyclist runner jockey teacher student pupil tutor doctor surgeon physician patient
    dentist nurse therapist accountant banker broker trader investor entrepreneur salesman chef farmer
    carpenter electrician plumber mechanic astronaut pilot soldier activist candidate leader activist
    suspect victim witness defendant plaintiff host presenter comedian model dancer choreographer
    filmmaker screenwriter playwright developer programmer colleague friend neighbour neighbor partner
    wife husband son daughter brother sister mother father mom dad mum uncle aunt cousin nephew niece
    grandfather grandmother grandson granddaughter fiancé fiancée boyfriend girlfriend kid child
    customer client employee applicant candidate attendee passenger tenant landlord beneficiary boss
    assistant user member contact agent representative commenter lawyer heir heiress widow widower
    stepson stepdaughter roommate rockstar legend star hero icon
    """
)
"""Trades and relations that stand right before a name, capitalised or not."""

LABELS = _set(
    """
    name names surname user customer client patient employee contact attn attention from to cc author by
    directed sender recipient signed signature applicant insured beneficiary payee payer cardholder
    holder guest passenger
    """
)
"""Labels that a colon or a line end follows."""

SPEECH = _set(
    """
    say says said tell tells told ask asks asked reply replies replied answer answers answered shout
    shouts shouted whisper whispers whispered explain explains explained add adds added write writes
    wrote note notes noted state states stated claim claims claimed argue argues argued report reports
    reported insist insists insisted admit admits admitted recall recalls recalled suggest suggests
    suggested warn warns warned think thinks thought believe believes believed laugh laughs laughed
    smile smiles smiled nod nods nodded cry cries cried
    """
)
"""Verbs of speech and thought, which persons do."""

DEEDS = _set(
    """
    lives live lived works worked flew fly travelled traveled moved born died dies married marries
    divorced grew went goes came comes met meets loves loved likes liked hates hated wants wanted needs
    needed knows knew called calls phoned texted emailed sings sang plays played stars starred studied
    studies graduated retired resigned quit joined spent gave given had listed received bought sold
    drove drives walked ran sat stood slept ate cooked teaches taught began wears wore feels felt hopes
    hoped turned turns visited visits lists points pointed became wrote
    """
)
"""What persons do or undergo, in the verb right behind a name."""

BEFORE = {
    "by": 1.6, "named": 2.0, "called": 1.9, "meet": 1.2, "met": 1.4, "with": 0.8, "dear": 3.0,
    "hi": 2.4, "hello": 2.2, "hey": 2.2, "thanks": 1.8, "thank": 0.6, "regards": 2.0, "sincerely": 2.0,
    "cheers": 1.4, "starring": 2.4, "featuring": 2.0, "features": 1.4, "feat": 2.0, "ft": 1.4,
    "married": 2.0, "heard": 1.4, "tell": 1.4, "told": 1.4, "ask": 1.2, "asked": 1.2, "says": 2.8,
    "said": 2.6, "for": 0.2, "to": 0.0, "from": -0.8, "and": 0.2, "i'm": 1.6, "i’m": 1.6, "am": 1.6,
    "call": 1.0, "given": 1.2, "gave": 1.0, "remember": 0.4, "dedicated": 0.4, "under": 0.6,
    "after": 0.5, "him": 2.0, "her": 1.6, "me": 1.2, "name": 2.4, "signed": 1.4, "attn": 2.4,
    "novel": 0.5, "like": 0.4, "than": 0.4, "early": 0.8, "late": 0.8, "young": 1.0, "old": 0.4,
    "poor": 1.0, "add": 1.0, "adds": 2.0, "added": 1.8, "explains": 2.0, "explained": 1.8, "wrote": 1.6,
    "writes": 1.6, "asks": 2.0, "replied": 2.2, "shouted": 1.8, "answered": 2.0, "laughed": 2.0,
    "of": 0.0, "in": -2.4, "at": -2.0, "on": -1.8, "near": -2.4, "into": -2.0, "through": -1.6,
    "across": -2.4, "visit": -1.2, "visited": -0.6, "inside": -2.0, "outside": -2.0, "the": -2.0,
    "a": -1.6, "an": -1.6, "this": -1.4, "that": -1.0, "these": -2.0, "our": -1.2, "my": 0.4,
    "your": -0.6, "its": -1.6, "his": 0.0, "their": -1.0, "every": -2.0, "each": -2.0, "next": -1.0,
    "last": -1.0, "version": -2.0, "via": -0.8, "using": -1.6, "install": -2.0, "use": -1.4,
    "uses": -1.4, "speak": 0.6, "including": 0.8, "south": -2.0,
    "north": -2.0, "around": -1.6, "southern": -2.5,
    "northern": -2.5, "eastern": -2.5, "western": -2.5, "central": -2.0, "since": -1.6, "until": -1.6,
    "during": -2.0,
}  # fmt: skip
"""The word right before a name, in log-odds."""

FUNCTION = _set(
    """
    a about above across after again against all almost alone along already also although always am
    among an and another any anyone anything are around as ask at away back be because been before
    behind being below between both but by can cannot could dear despite did do does done down during
    each either enough even ever every everyone everything excuse few for from further get give given go
    good had has have having he hello hence her here hers herself hey hi him himself his hmm how however
    i if in indeed inside instead into is it its itself just keep last later least less let like many
    may maybe me meanwhile might mine more most much must my myself near need neither never next no
    nobody none nor not nothing now of off often oh ok okay on once one only onto or other others
    otherwise our ours out over own per perhaps please quite rather really said same say see seem
    several shall she should since so some somebody someone something sometimes soon still such sure
    take than thank thanks that the their theirs them themselves then there therefore these they this
    those though three through thus to today together tomorrow tonight too toward towards two under
    unless unlike until up upon us use used very via want was we welcome well were what whatever when
    whenever where whereas wherever whether which while who whoever whole whom whose why will with
    within without would yes yesterday yet you your yours yourself i'm i've i'll i'd it's he's she's
    that's there's what's who's here's don't can't won't didn't doesn't isn't aren't wasn't couldn't
    wouldn't shouldn't we're we've we'll they're you're you've let's c'mon cc re fw fwd ps nb attn ref
    note date time subject phone tel fax email e-mail mail web website address office mobile cell
    """
)
"""Words that begin sentences and are no names."""

ORDINARY = _set(
    """
    account action adventure age air album american animation anonymous app apple april arm art august
    autumn award baby bank bar base battery bay beach bear best beta big bill billing bird bishop black
    blue board boat bob bond book boot bot bow box boy bridge bright british brook brown buck bus bush
    cake call camp canon car card care case cash castle cat century chance chapter charity chase china
    chip christian christmas church city civil class clay client cloud club coast code coffee coke cold
    college colour comedy common company contract cook core country county court cow cross crown crystal
    customer data daisy dawn day dean dear december delta desk destiny diamond digital direct dog dollar
    door double down dragon dream drew drive duke dutch eagle early earth east easter echo eden edge
    egypt ember english energy entertainment essence euro europe even event excel express faith fall
    fame family farm father february field film finance fire first fish flint flower fork fort forest
    fox frank free french friday friend frost future galaxy game garden gas gate general german gift
    ginger glass global glory god gold golden golf good grace grand grant gray great green grey group
    guest guide guilty guitar gun guy hand happy harbor harbour hall hard harmony haven hawk hazel head
    health heart heaven help heritage high hill history holiday hollow home honey honor hope horn horse
    hospital hotel house human hunter ice independence india indian inn insurance international internet
    iris iron island italian ivory ivy jack jade january japan japanese jasmine java jazz jean jersey
    jet jewel job jobs john-deere joy july june junior just justice key kid kids king kingdom kit knight
    korea korean lab lady lake lamb land lane language lark law leaf league legacy legal lemon level
    liberty library life light lily lime line link linux lion list little live local london long lord
    lotus love low loyal luck luna lux magic major mall man maple marble march mark market marvel mason
    master may mayor media medical melody memory mercury mercy merit message metal mexican meyer middle
    miles military mill mine mint mirror mission mobile model monday money moon morning mother motor
    mount mountain movie mouse music mystery name national nature navy network new news night noble
    north notice nova november now number oak oasis ocean october office oil old olive olympic one
    online opal open orange orchestra orchid order oregon oxford pace page paid panther park part
    partner party patience peace peach pearl peer people pepper personal phone phoenix pick pike pilot
    pine pink place plain planet please plum poland police polish poll polo pond pool pop pope port post
    potter power pray present press price pride prime prince princess private pro professional project
    prosper proud public queen quest quick rain rainbow ram range rank raven ray real red reed release
    remember rich ridge ring river road rob robin rock romance roman rose royal ruby run rush russia
    russian rusty sage sail saint sale sales salt sam sand sandy sap saturday scarlet school science
    scotch sea seal season senior september series serif service seven shade shadow sharp shell shepherd
    sheriff ship shop short sierra silver sing singer sky smart snow social software sol song sonny
    sound south spain spanish spark speed spirit spring sprout square staff stage star start state
    station steel stella sterling stone storm story street strong student sugar suite summer sun sunday
    sunny super support suspense swan sweet swift system table tale tank tax team tech temple terms test
    texas thai thursday tiger title today top total tower town trace track trade travel treasure tree
    trinity true trust tuesday turkey turner twin union unit united university unix usual valley van
    velvet venus victory video view village viola violet virgin vision visual wall war washington water
    way web wednesday weekend welcome west whale white wild will win wind window wine wing winter wise
    wolf woman wonder wood word work world worth wren year yellow yes yoga york young youth zen zip zone
    unknown anonymous various undisclosed n/a tba tbd default profile title act section article chapter
    volume figure table appendix exhibit item room level floor version release build invoice receipt
    quote purchase shipment parcel model serial product catalog catalogue guidelines policy manual
    report system admin root default null none python docker windows ubuntu debian oracle amazon google
    microsoft facebook samsung hyundai naver kakao netflix spotify twitter instagram youtube android
    iphone excel word outlook acrobat firefox chrome safari postgres mysql redis kafka jenkins jira
    slack zoom teams
    """
)
"""Words of the language, months, days, products and places that are also names somewhere."""

ORGANISATION = _set(
    """
    inc inc. llc l.l.c ltd ltd. plc corp corp. corporation co co. company companies gmbh ag sa s.a nv bv
    ab oy as asa spa s.p.a srl sarl kg kk pty group holdings holding partners associates bank insurance
    capital financial finance consulting solutions systems technologies technology tech software labs
    laboratories industries enterprises international global services media entertainment pictures
    studios records orchestra choir band university college school institute academy hospital clinic
    church cathedral museum library foundation trust fund society association union federation league
    council committee commission agency department ministry authority bureau force army navy police
    parliament party club team press times post tribune herald gazette journal news magazine network
    airlines airways motors electric electronics energy oil petroleum foods brewery hotel hotels resort
    restaurant café cafe stores store supermarket markets exchange securities ventures logistics telecom
    communications pharmaceuticals pharma healthcare health center centre act law bill treaty award
    awards prize cup championship open tournament festival conference summit forum show tales album song
    film movie game book series bible edition version street's
    """
)
"""What a name ends with that is an organisation's, a work's or an event's."""

PLACE = _set(
    """
    street st st. road rd rd. avenue ave ave. boulevard blvd blvd. lane ln drive dr. court ct square sq
    terrace place way crescent close highway hwy parkway pkwy route trail alley plaza park bridge tunnel
    station airport port harbour harbor river lake sea ocean bay gulf cape strait channel mountain
    mountains mount hill hills valley canyon desert forest island islands isle peninsula beach coast
    city town village county district province state region country kingdom republic territory
    territories north south east west heights gardens green field fields farm castle palace tower towers
    hall house building apartments apt apt. suite unit floor box stadium arena theatre theater cemetery
    zoo falls springs creek ridge peak pass point crossing junction crossroad prairie summit dale grove
    meadows woods union brook glen mall pier dock wharf radial forks greens knoll knolls manor
    """
)
"""What a name ends with that is a place's."""

PLACE_SURNAMES = _set(
    "hill hills dale field fields west north east lake brook woods glen forest grove green "
    "rivers park lane hall house court "
    "cross castle meadows garden gardens beach bridge moor marsh knoll mills wells gates banks close union"
)
"""Of these, those that are surnames behind a known given name."""

PARTICLES = _set(
    "de del della di da dos das do du van von der den ten ter el al bin ibn bint la le zu zum "
    "zur af av y e of the d' 't ó"
)
CITIES = _set(
    """
    amsterdam ankara antwerp athens atlanta auckland austin baltimore bangkok barcelona basel beijing
    beirut belfast belgrade berlin bern birmingham bogota bogotá bologna boston brisbane bristol
    brooklyn brussels bucharest budapest busan cairo calgary cambridge canberra caracas cardiff
    charlotte chelsea chester chicago cleveland cologne copenhagen dallas delhi denver detroit dubai
    dublin durham edinburgh essen florence frankfurt geneva genoa glasgow hamburg hanoi hanover harlem
    havana helsinki houston hudson incheon istanbul jackson jakarta jerusalem johannesburg karachi kent
    kiev kyiv kyoto lagos leeds leicester leipzig lima lincoln lisbon liverpool london lima lyon madison
    madrid manchester manhattan manila marseille melbourne memphis miami milan milwaukee minneapolis
    montreal moscow mumbai munich nairobi naples nashville newcastle nice norfolk nottingham odessa
    orlando osaka oslo ottawa oxford paris perth philadelphia phoenix pittsburgh portland porto prague
    preston quebec raleigh richmond riga rochester rome rotterdam salem salzburg santiago savannah
    seattle seoul seville shanghai sheffield singapore sofia stockholm strasbourg stuttgart suwon sydney
    taipei tallinn tampa tokyo toledo toronto tulsa turin utrecht valencia vancouver venice vienna
    vilnius warsaw washington wellington winnipeg york zagreb zurich alabama alaska arizona arkansas
    california carolina colorado connecticut dakota delaware florida georgia hawaii idaho illinois
    indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi
    missouri montana nebraska nevada hampshire jersey mexico ohio oklahoma oregon pennsylvania tennessee
    texas utah vermont virginia wisconsin wyoming ontario alberta essex surrey sussex devon cornwall
    kent norfolk suffolk lancaster derby dover stafford warwick windsor bedford hartford stratford
    """
)
"""Cities and regions, many of which are given names and surnames too."""

TWO_WORD_PLACES = frozenset(
    words(
        """
        los angeles, san francisco, san diego, san jose, new york, new delhi, hong kong, las vegas,
        tel aviv, buenos aires, rio de janeiro, sao paulo, cape town, kuala lumpur, ho chi minh,
        saint petersburg, st petersburg, santa barbara, santa monica, santa cruz, santa clara, santa fe,
        palo alto, mountain view, el paso, fort worth, baton rouge, des moines, salt lake, san antonio,
        san juan, santo domingo, costa rica, puerto rico, sierra leone, jeju island, den haag,
        long beach
        """
    )
)

SURNAME_ENDINGS = words(
    """
    ová, ova, eva, evna, ovna, ov, ev, yov, sky, ski, ska, cki, cka, skaya, sen, ssen, sson, dottir,
    dóttir, ić, vić, ovic, evic, escu, nen, ainen, inen, ini, elli, etti, ucci, azzi, yan, ian, adze,
    shvili, enko, chuk, czuk, wicz, czyk, arek, berg, ström, strom, gren, qvist, lund, lindh, mann,
    hoff, bauer, meier, mayer, stein, feld, huber, oğlu, oglu, poulos, opoulos, idis, akis, iou, quez,
    guez, ández, ínez, ñez, illo, eiro, eira, ães, kova, ková, ík, ák, čík, ček, ský, ská, cký, dze,
    iani, escu, aru, eanu, kis, nyi, ghy, falvi, moto, yama, mura, naka, saki, shima, gawa, kawa, hashi,
    bayashi
    """
)
"""How surnames end in many languages."""

BRANDS = _set(
    """
    adidas airbnb alibaba audi boeing bosch bloomberg burberry cadillac cartier chanel chase chevrolet
    citroën cisco colgate dell deloitte dior disney domino ebay ericsson ferrari ford gillette goldman
    google gucci harley heinz hermès hilton honda hyundai intel johnson kellogg kia lamborghini levi
    lexus lloyds lufthansa macy maserati mattel mazda mcdonald mercedes merck merrill michelin
    mitsubishi moody motorola nestle nestlé nike nintendo nissan nokia nvidia omega opel oracle
    panasonic pfizer philips porsche prada puma reuters ricoh rolex samsung sanofi schwab siemens skoda
    sony starbucks suzuki swarovski tesla tiffany titanic toyota toshiba uber unilever valentino versace
    volkswagen volvo walmart wendy wikipedia xerox yamaha zara mozilla reddit quora apollo artemis
    phoenix kotlin mysql nginx
    """
)
"""Firms and products called like persons, or whose names stand where persons' do."""

BRAND_NAMES = frozenset(
    words(
        """
        aston villa, morgan stanley, merrill lynch, eli lilly, louis vuitton, pink floyd,
        charles schwab, goldman sachs, wells fargo, philip morris, ralph lauren, calvin klein,
        tommy hilfiger, hugo boss, saint laurent, yves saint laurent, johnnie walker, jack daniels,
        jim beam, john deere, harley davidson, ernst young, arthur andersen, estee lauder, warner bros,
        walt disney, papa john, trader joe, barnes noble, stella artois, jp morgan, j.p. morgan,
        jpmorgan chase, marks spencer, abercrombie fitch, booz allen, booz allen hamilton, fannie mae,
        freddie mac, sallie mae, michael kors, kate spade, marc jacobs, jimmy choo, paul smith,
        ted baker, dolce gabbana, giorgio armani, karl lagerfeld, rosetta stone, christian dior,
        mary kay, sherwin williams, dow jones, booker prize, ivy league, air force, big ben, super bowl,
        white house, wall street, black friday, red hat, hello kitty, mickey mouse, harry potter,
        james bond, sherlock holmes, tom clancy, madison square, notre dame, johns hopkins,
        carnegie mellon, brigham young, virginia tech, austin powers, mac os, mac mini, mac pro
        """
    )
)

PLACE_BEGINS = _set(
    """
    saint st new los las san santa são mount mt lake fort port cape hurricane typhoon storm operation
    project camp saint-denis north south east west upper lower greater great old royal team club café
    hotel hms uss mv rms studio radio
    """
)
"""What a name begins with that is a place's, a storm's or a ship's."""

THINGS = _set(
    """
    server file host domain product project company brand table column class function package event team
    school store city street device display model bank business group module service cluster database
    schema image item code tag branch build event place hotel restaurant pet dog cat band song book
    movie film ship boat street village town app
    """
)
"""What has a name without being a person: server name, file name."""

ARTEFACTS = _set(
    """
    account admin alias app backup balancer bot browser build cache channel client cluster config
    container dashboard database deployment device directory endpoint environment flow folder gateway group
    guest host image instance interface kernel label layout license log menu mode module monitor
    network node notes option panel partition permission pipeline plan plugin policy printer
    process profile profiles project queue record release report repository review role root route router
    rule runner schedule schema script section server service session setting settings setup snapshot
    storage subnet system table task template tenant test tests theme thread tool type update user users
    variable view volume widget wizard workflow workspace
    """
)
"""What a name ends with that is a setting's, a program's or a machine's, and no surname: Default Profile."""
