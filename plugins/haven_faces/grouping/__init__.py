"""Which faces are one person: at once for new faces, and again in the background for all of them.

Knows nothing of databases and pictures: it takes arrays and gives arrays. Importing it imports numpy.
"""

from haven_faces.grouping.calibrate import Calibration, calibrate_labelled, calibrate_unlabelled
from haven_faces.grouping.incremental import Added, Groups
from haven_faces.grouping.kinds import Barred, Faces, Limits
from haven_faces.grouping.likely import Likely, likely
from haven_faces.grouping.neighbours import Stopped
from haven_faces.grouping.regrouping import regroup
from haven_faces.grouping.voting import weighed

__all__ = [
    "Added",
    "Barred",
    "Calibration",
    "Faces",
    "Groups",
    "Likely",
    "Limits",
    "Stopped",
    "calibrate_labelled",
    "calibrate_unlabelled",
    "likely",
    "regroup",
    "weighed",
]
