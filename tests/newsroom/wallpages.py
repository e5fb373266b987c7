"""Pages that are no article, made up after the real kinds: bot checks, consent, paywall stubs, logins, soft 404s.

In fifteen languages; ORDINARY are articles and answers that look like one of these and are none.
"""

from newsroom.wallpages_checks import CHECKS
from newsroom.wallpages_missing import MISSING
from newsroom.wallpages_ordinary import ORDINARY
from newsroom.wallpages_reading import READING
from newsroom.wallshells import WallPage

WALLS: tuple[WallPage, ...] = (*CHECKS, *READING, *MISSING)

__all__ = ["ORDINARY", "WALLS", "WallPage"]
