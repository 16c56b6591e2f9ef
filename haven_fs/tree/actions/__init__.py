"""The one door for writes: what is made, put, copied, moved and deleted in the tree, whoever asks for it.

A provider says which path a write is about and looks whether it may be done; what it means is decided here, and a kind
of Refused says why it means nothing.
"""

from haven_fs.tree.actions.door import Actions
from haven_fs.tree.actions.plan import NO_PARENT, NOTHING, THERE, Change, Done, NotDone, Plan, Writing, refusal
from haven_fs.tree.actions.put import Put, Receiving
from haven_fs.tree.actions.real import real_of

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
