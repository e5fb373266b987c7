"""A small topic in three versions, and texts that tell them apart."""

TOPIC = """
id = "small"
title = "Small"
[[anchor]]
name = "town"
en = [{anchors}]
[[event]]
name = "fighting"
acled = "Battles / Armed clash"
proves = true
en = ["shelling", "siege"]
[[sense]]
name = "ship"
phrases.en = ["HMS Aldbury"]
signs.en = ["navy", "captain", "crew"]
"""
OLD = TOPIC.format(anchors='"Aldbury"')
NEW = TOPIC.format(anchors='"Overton"')
BOTH = TOPIC.format(anchors='"Aldbury", "Overton"')

ALDBURY = "The shelling of Aldbury went on through the night."
OVERTON = "The siege of Overton began on Tuesday."
PEACE = "The market hall will be rebuilt."
