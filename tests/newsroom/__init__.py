"""A news site on this machine that misbehaves on demand: set its pages, read back what was asked.

`Site` is the server; `newsroom.faults` holds the ways of going wrong. Nothing here sleeps: a reply that hangs
waits until the client goes away or the site closes.
"""

from newsroom.site import Exchange, Reply, Request, Site

__all__ = ["Exchange", "Reply", "Request", "Site"]
