"""What the owner does not want to be asked again: "when was this taken?", "where?"; nothing else is known by that."""

from haven_fs.catalog.catalog import Writer


def dismiss(w: Writer, photo_id: int, question: str) -> None:
    """Ask a question about a photo no more; `question` is a word for it, such as "time"."""
    w.db.execute("INSERT OR IGNORE INTO dismissed (photo_id, question) VALUES (?, ?)", (photo_id, question))
    w.note_removal()
    w.correct("not asked again", photo_id, question=question)


def ask_again(w: Writer, photo_id: int, question: str) -> None:
    """Have a question be open again, as when the owner took an answer away; part of what is corrected next."""
    w.db.execute("DELETE FROM dismissed WHERE photo_id = ? AND question = ?", (photo_id, question))
