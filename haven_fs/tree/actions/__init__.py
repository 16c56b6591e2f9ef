"""The one door for writes: making, putting, copying, moving and deleting in the tree, whichever provider asks.

A provider says which path a write is about and checks whether it is allowed. What the write means is decided here; if
it means nothing, a kind of Refused says why.
"""

from haven_fs.tree.actions.door import Actions
from haven_fs.tree.actions.plan import NO_PARENT, NOTHING, THERE, Change, Done, NotDone, Plan, Writing, refusal
from haven_fs.tree.actions.put import Put
from haven_fs.tree.actions.real import real_of
from haven_fs.tree.actions.receiving import Receiving

__all__ = [
    "NOTHING",
    "NO_PARENT",
    "THERE",
    "Actions",
    "Change",
    "Done",
    "NotDone",
    "Plan",
    "Put",
    "Receiving",
    "Writing",
    "real_of",
    "refusal",
]
