"""What the law and good manners ask: erasing people for good, and letting go of what is old."""

from listening.privacy.erase import Erased, Plan, erase, forget, plan
from listening.privacy.restore import Restored, restore
from listening.privacy.retention import Tidied, foresee, tidy

__all__ = ["Erased", "Plan", "Restored", "Tidied", "erase", "foresee", "forget", "plan", "restore", "tidy"]
