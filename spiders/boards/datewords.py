"""The words in which boards write dates: months, weekdays, units and days, in the languages boards speak."""

from __future__ import annotations

# Beginnings of month names, January first; the longest beginning that fits a word decides.
_MONTHS = (
    "jan gen ene sty янв січ tammi led oca ιαν jän",
    "feb fév fev lut фев лют helmi úno únor şub φεβ",
    "mar mär maa mrz mrt бер мар márc bře μαρ maalis",
    "apr avr abr kwi апр кві huhti dub nis ápr απρ",
    "may mai mei mag maj мая май тра touko kvě mayıs máj μαΐ μάι",
    "jun juin giu cze июн чер kesä čer červ haz jún ιουν",
    "jul juil lug lip июл лип heinä červenec července tem júl ιουλ",
    "aug aoû aou ago sie авг сер elo srp ağu αυγ",
    "sep set wrz сен вер syys zář eyl szept σεπ",
    "oct okt out ott paź окт жов loka říj eki οκτ",
    "nov lis ноя лис marras kas νοε",
    "dec dez dic déc gru дек гру joulu pro ara δεκ",
)
_WEEKDAYS = (
    "mon lun seg pon пон пнд maa måndag mandag pazartesi hét",
    "tue die mar ter wto вто вів tis tirs úte salı kedd",
    "wed mit mer mié mie qua woe śro сре сер ons stř çar szer",
    "thu don jeu jue gio qui czw чет tors čtv per csüt",
    "fri fre ven vie sex vri pią pia пят пʼя fredag pát cum pén",
    "sat sam sáb sab zat sob суб lör lør cumartesi szo",
    "sun son dim dom zon nie вос нед sön søn ned paz vas",
)
_TODAY = (
    "today heute aujourd'hui hoy oggi vandaag hoje dzisiaj dziś сегодня сьогодні idag tänään"
    " dnes bugün 今日 今天 오늘 σήμερα astăzi azi"
)
_YESTERDAY = (
    "yesterday gestern hier ayer ieri gisteren ontem wczoraj вчера вчора igår eilen"
    " včera dün tegnap 昨日 昨天 어제 χθες χτες"
)
_NOW = (
    "just now|moments? ago|few (?:moments|seconds) ago|less than a minute|gerade eben|soeben|vor wenigen|à l'instant|"
    "ahora mismo|hace un momento|hace unos|proprio ora|adesso|poco fa|zojuist|net nu|agora|przed chwilą|"
    "только что|щойно|just nu|nyss|akkurat nå|lige nu|hetki sitten|právě teď|az önce|たった今|刚刚"
)
_UNITS = {
    1: "s sec sek seg сек sn 秒",
    60: "m min мин хв dk dakika perc λεπτ 分 分钟 分鐘 분",
    3600: "h hr hour stunde std heure hora ora ore uur uren godz час год tim time tunti tuntia hod saat"
    " óra ώρα ώρες 時間 小时 시간",
    86400: "d day tag jour día dia giorn dag dni dzień день дня дней дні päiv den dny gün nap zi ημέρ μέρ 日 天 일",
    604800: "w week woche sem sett weken tydz tyg недел тиж veck uge uke viikko týd hafta hét 週 周",
    2592000: "mo month monat mois mes maand miesi месяц місяц månad måned kuuka měs ay hónap ヶ月 个月",
    31536000: "y year jahr an ans año ano anno anni jaar rok lat год года лет рік år vuo rok yıl év 年",
}
_AGO = "ago vor il y hace fa geleden há ha atrás temu назад тому sedan siden sitten před önce ezelőtt acum πριν 前 전"


def _beginnings(rows: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        for word in row.split():
            found.setdefault(word, number)
    return found


MONTHS = _beginnings(_MONTHS)
WEEKDAYS = _beginnings(_WEEKDAYS)
TODAY = frozenset(_TODAY.split())
YESTERDAY = frozenset(_YESTERDAY.split())
NOW = _NOW
UNITS = {word: seconds for seconds, words in _UNITS.items() for word in words.split()}
AGO = frozenset(_AGO.split())


def longest(table: dict[str, int], word: str) -> int | None:
    """What the longest entry that begins `word` stands for; None where none does."""
    if word in table:
        return table[word]
    shortest = 1 if word[:1] > "\u2e7f" else 2  # one letter says something in Chinese and Japanese alone
    for end in range(min(len(word), 9), shortest - 1, -1):
        if word[:end] in table:
            return table[word[:end]]
    return None
