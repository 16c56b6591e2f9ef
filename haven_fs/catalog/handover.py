"""A library that is removed after its files were copied to another: what was said of a photo goes to its copy there.

Copied, added and then removed is how people move to a new disk. Without this, what they said would stay with the files
that are left behind.
"""

from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.corrections import said_photos
from haven_fs.catalog.disk import hide_if_empty, mark_due, touch
from haven_fs.catalog.photos import name_anew
from haven_fs.catalog.places import put_into, replace_row, slot_of

_COPIES = (
    "SELECT o.id, o.photo_id, n.id, n.photo_id FROM dir d JOIN original o ON o.dir_id = d.id AND o.gone IS NULL"
    " JOIN original n ON n.size = o.size AND n.fingerprint = o.fingerprint AND n.gone IS NULL AND n.probed"
    " JOIN photo p ON p.main_id = o.id JOIN dir e ON e.id = n.dir_id AND e.library_id <> d.library_id"
    " WHERE d.library_id = ?"
    " ORDER BY o.id, n.file <> o.file, n.id"
)


def hand_over(w: Writer, library_id: int) -> int:
    """Have photos of a library that something was said of be their copies in others; return how many are."""
    said = said_photos(w.db)
    taken: set[int] = set()
    done: list[int] = []
    for original_id, photo_id, copy, copy_photo_id in w.db.execute(_COPIES, (library_id,)).fetchall():
        if photo_id not in said or copy_photo_id in said or copy in taken or original_id in done[-1:]:
            continue
        there, place = slot_of(w, original_id), slot_of(w, copy)
        taken.add(copy)
        done.append(original_id)
        left = replace_row(w, copy, original_id)
        put_into(w, {original_id: place})
        for slot in (there, place):
            mark_due(w, slot[0], [slot[2]])
        touch(w, {there[0], place[0]})
        if left is not None:
            hide_if_empty(w, left)
    name_anew(w, done)
    return len(done)
