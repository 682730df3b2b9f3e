"""Words that turn a text round, words that sharing adds, and numbers in words."""

from __future__ import annotations

NEGATORS = frozenset(
    "not no never none nobody nothing neither nor without cannot cant dont doesnt didnt wont wouldnt isnt arent wasnt "
    "werent hasnt havent hadnt couldnt shouldnt aint hardly stopped "
    "nicht kein keine keinen keiner nie niemals ohne pas jamais sans rien aucun nunca jamas sin ningun ninguna "
    "nao sem nenhum non mai senza nessun niet geen nooit zonder 不 没 沒 無 未 ない ません".split()
)
GOOD = frozenset(
    "love loves loved like likes liked best better good great excellent amazing awesome wonderful fantastic perfect "
    "happy glad pleased satisfied recommend recommended easy fast quick quickly reliable helpful friendly polite "
    "cheap works worked working fixed solved success win wins won up rise rises rose gain gains approve approves "
    "approved accept accepts accepted allow allows opens open buy bought cheaper stronger pass passes passed "
    "gut toll super besser beste liebe zufrieden bon bien meilleur aime adore bueno mejor encanta bom melhor "
    "buono ottimo migliore goed beter".split()
)
BAD = frozenset(
    "hate hates hated dislike dislikes worst worse bad terrible awful horrible poor disappointing disgusting angry sad "
    "unhappy unsatisfied dissatisfied avoid hard slow slowly unreliable useless rude expensive broken breaks broke "
    "fails failed failing failure lose loses lost down fall falls fell drop drops reject rejects rejected refuse "
    "refuses refused deny denies denied ban bans closes closed sell sold dearer weaker "
    "schlecht mies schlechter hasse unzufrieden mauvais mal pire deteste malo peor odio ruim pior cattivo pessimo "
    "peggiore slecht slechter".split()
)
ADDED_BY_SHARING = frozenset(
    "a an the i me my we us you your it its is are be this that these those and or to for of in on at by from so as "
    "true truth wow lol omg haha hahaha yes yep yeah exactly agree agreed indeed read reading must see look watch "
    "listen important interesting breaking news update fyi via source share shared sharing please pls plz rt retweet "
    "repost reposting crosspost crossposted cross posted post thread link article story here there same "
    "check out just great nice good cool amazing 100 hm hmm well ok okay everyone everybody all folks guys friends "
    "have has got now new today more about photo video pic image originally edit reposted forwarded quote quoted "
    "bitte lesen wichtig teilen stimmt genau lire partager important vrai leer compartir cierto importante".split()
)
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_UP_TO_TWELVE = (
    "zero one two three four five six seven eight nine ten eleven twelve",
    "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf",
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze",
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf",
)
NUMBERS = (
    {word: str(number) for line in _UP_TO_TWELVE for number, word in enumerate(line.split())}
    | {word: str(10 * number) for number, word in enumerate(_TENS)}
    | {f"{word}teen": str(number) for number, word in enumerate("thir four fif six seven eigh nine".split(), 13)}
)
