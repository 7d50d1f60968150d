"""find: which files, and what is done with them.  Every test goes with every action.

"delete the logs below /srv older than a month", "the ten biggest videos", "how many empty
folders": root by tests by action by presentation.
"""
