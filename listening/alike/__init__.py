"""When two posts say the same thing: their own words, the keys under which copies meet, and the comparison."""

from listening.alike.campaigns import Member, campaign
from listening.alike.likeness import Likeness, compare
from listening.alike.sketch import Keys, keys
from listening.alike.words import FEW, Said, said

__all__ = ["FEW", "Keys", "Likeness", "Member", "Said", "campaign", "compare", "keys", "said"]
