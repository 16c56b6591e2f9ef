"""The rows of the table of writes, cell by cell, in the world of helpers.meaning.world."""

from helpers.meaning.cells import Cell, changed, person, place
from helpers.meaning.world import JUNE, MAY

ALICE, BOB = ("A1.jpg", "A2.jpg", "A3.jpg"), ("B1.jpg", "B2.jpg", "B3.jpg")
CELLS = [
    # People
    Cell("People", "new folder", lambda h: h.make("/People/Carl"), changed(people=(set(), {("Carl",)}))),
    Cell(
        "People",
        "file copied in",
        lambda h: h.copy(f"{MAY}/A1.jpg", "/People/Bob/A1.jpg"),
        changed(**{"in": (set(), person("Bob", "A1.jpg"))}),
    ),
    Cell(
        "People",
        "rename folder",
        lambda h: h.move_folder("/People/Alice", "/People/Alicia"),
        changed(**{"in": (person("Alice", *ALICE), person("Alicia", *ALICE)), "people": ({("Alice",)}, {("Alicia",)})}),
    ),
    Cell(
        "People",
        "rename folder to a name that is taken",
        lambda h: h.move_folder("/People/Alice", "/People/Bob"),
        unless="rclone",  # moves what is in the one into the other, photo by photo
    ),
    Cell(
        "People",
        "move photo to a sibling",
        lambda h: h.move("/People/Alice/A2.jpg", "/People/Bob/A2.jpg"),
        changed(**{"in": (person("Alice", "A2.jpg"), person("Bob", "A2.jpg"))}),
    ),
    Cell(
        "People",
        "delete photo",
        lambda h: h.delete("/People/Alice/A1.jpg"),
        changed(**{"in": (person("Alice", "A1.jpg"), set())}),
    ),
    Cell(
        "People",
        "delete folder",
        lambda h: h.delete_folder("/People/Alice"),
        changed(**{"in": (person("Alice", *ALICE), set()), "people": ({("Alice",)}, set())}),
    ),
    Cell(
        "People",
        "a person folder moved in",
        lambda h: h.move_folder("/People/Bob", "/People/Alice/Bob"),
        changed(**{"in": (person("Bob", *BOB), person("Alice", *BOB)), "people": ({("Bob",)}, set())}),
    ),
    Cell(
        "People",
        "new name written, old one deleted",
        lambda h: h.copy("/Recent/A1.jpg", "/People/Alice/best.jpg") and h.delete("/People/Alice/A1.jpg"),
        changed(),
        unless="mount",  # sends what is copied later, and deletes first
    ),
    # Search
    Cell("Search", "new folder", lambda h: h.make("/Search/cake"), changed(made=(set(), {("search", "cake")}))),
    Cell(
        "Search",
        "rename folder",
        lambda h: h.move_folder("/Search/dog", "/Search/cat"),
        changed(made=({("search", "dog")}, {("search", "cat")})),
    ),
    Cell(
        "Search",
        "delete photo",
        lambda h: h.delete("/Search/dog/001 A1.jpg"),
        changed(unwanted=(set(), {("A1.jpg",)})),
    ),
    Cell(
        "Search", "delete folder", lambda h: h.delete_folder("/Search/dog"), changed(made=({("search", "dog")}, set()))
    ),
    Cell(
        "Search",
        "move photo to a sibling",
        lambda h: h.make("/Search/B") and h.move("/Search/dog/001 A1.jpg", "/Search/B/A1.jpg"),
    ),
    # Albums
    Cell("Albums", "new folder", lambda h: h.make("/Albums/Autumn"), changed(albums=(set(), {("Autumn", 0)}))),
    Cell(
        "Albums", "new folder in one", lambda h: h.make("/Albums/Summer/Lake"), changed(albums=(set(), {("Lake", 1)}))
    ),
    Cell(
        "Albums",
        "file copied in",
        lambda h: h.copy(f"{JUNE}/B1.jpg", "/Albums/Summer/B1.jpg"),
        changed(filled=(set(), {("Summer", "B1.jpg")}), **{"in": (set(), {("album", "Summer", "B1.jpg")})}),
    ),
    Cell(
        "Albums",
        "rename folder",
        lambda h: h.move_folder("/Albums/Summer", "/Albums/Sun"),
        changed(
            albums=({("Summer", 0)}, {("Sun", 0)}),
            filled=({("Summer", "A1.jpg")}, {("Sun", "A1.jpg")}),
            **{"in": ({("album", "Summer", "A1.jpg")}, {("album", "Sun", "A1.jpg")})},
        ),
    ),
    Cell(
        "Albums",
        "move photo to a sibling",
        lambda h: h.move("/Albums/Summer/A1.jpg", "/Albums/Winter/A1.jpg"),
        changed(
            filled=({("Summer", "A1.jpg")}, {("Winter", "A1.jpg")}),
            **{"in": ({("album", "Summer", "A1.jpg")}, {("album", "Winter", "A1.jpg")})},
        ),
    ),
    Cell(
        "Albums",
        "delete photo",
        lambda h: h.delete("/Albums/Summer/A1.jpg"),
        changed(filled=({("Summer", "A1.jpg")}, set()), **{"in": ({("album", "Summer", "A1.jpg")}, set())}),
    ),
    Cell(
        "Albums",
        "delete folder",
        lambda h: h.delete_folder("/Albums/Summer"),
        changed(
            albums=({("Summer", 0)}, set()),
            filled=({("Summer", "A1.jpg")}, set()),
            **{"in": ({("album", "Summer", "A1.jpg")}, set())},
        ),
    ),
    Cell(
        "Albums",
        "photo dragged from a person",
        lambda h: h.move("/People/Bob/B2.jpg", "/Albums/Winter/B2.jpg"),
        lambda before, after: ("Winter", "B2.jpg") in after["filled"] and ("person", "Bob", "B2.jpg") in after["in"],
    ),
    Cell(
        "Albums",
        "new name written, old one deleted",
        lambda h: h.copy("/Recent/A1.jpg", "/Albums/Summer/best.jpg") and h.delete("/Albums/Summer/A1.jpg"),
        changed(),
        unless="mount",  # sends what is copied later, and deletes first
    ),
    # Places
    Cell(
        "Places",
        "new folder",
        lambda h: h.make("/Places/Paris/with Alice"),
        lambda before, after: "with Alice" in {name for _, name in after["made"]},
    ),
    Cell(
        "Places",
        "file copied in, no place yet",
        lambda h: h.copy(f"{JUNE}/stranger.jpg", "/Places/Paris/stranger.jpg"),
        changed(**{"in": (set(), place("Paris", "stranger.jpg"))}),
    ),
    Cell("Places", "file copied in, place known", lambda h: h.copy(f"{JUNE}/B3.jpg", "/Places/Paris/B3.jpg")),
    Cell(
        "Places",
        "rename folder",
        lambda h: h.move_folder("/Places/Berlin", "/Places/Home"),
        lambda before, after: ("Home",) in after["called"] and place("Home", *BOB) <= set(after["in"]),
    ),
    Cell(
        "Places",
        "move photo to a sibling",
        lambda h: h.move("/Places/Berlin/B1.jpg", "/Places/Paris/B1.jpg"),
        changed(**{"in": (place("Berlin", "B1.jpg"), place("Paris", "B1.jpg"))}),
    ),
    Cell(
        "Places",
        "delete photo",
        lambda h: h.delete("/Places/Paris/A1.jpg"),
        changed(**{"in": (place("Paris", "A1.jpg"), set())}),
    ),
    # Timeline
    Cell("Timeline", "new folder", lambda h: h.make("/Timeline/2020/party")),
    Cell(
        "Timeline",
        "file copied in, undated",
        lambda h: h.copy("/Review/Undated/undated.jpg", f"{JUNE}/undated.jpg"),
        lambda before, after: dict(after["days"])["undated.jpg"] // 100 == 202106,
    ),
    Cell("Timeline", "file copied in, date known", lambda h: h.copy(f"{MAY}/A1.jpg", f"{JUNE}/A1.jpg")),
    Cell("Timeline", "rename folder", lambda h: h.move_folder("/Timeline/2020/2020-05", "/Timeline/2020/party")),
    Cell(
        "Timeline",
        "move photo to a sibling",
        lambda h: h.move(f"{MAY}/A3.jpg", f"{JUNE}/A3.jpg"),
        changed(days=({("A3.jpg", 20200503)}, {("A3.jpg", 20210603)})),
    ),
    Cell("Timeline", "delete photo", lambda h: h.delete(f"{MAY}/A1.jpg")),
    Cell(
        "Timeline",
        "new name written, old one deleted",
        lambda h: (
            h.copy("/Recent/A1.jpg", "/Timeline/2020/2020-05/best.jpg") and h.delete("/Timeline/2020/2020-05/A1.jpg")
        ),
        changed(),
        unless="mount",  # sends what is copied later, and deletes first
    ),
    # Favorites
    Cell(
        "Favorites",
        "new folder",
        lambda h: h.make("/Favorites/dog"),
        changed(made=(set(), {("favorites", "dog")})),
    ),
    Cell(
        "Favorites",
        "file copied in",
        lambda h: h.copy(f"{MAY}/A1.jpg", "/Favorites/A1.jpg"),
        changed(favorites=(set(), {("A1.jpg", 1)})),
    ),
    Cell(
        "Favorites",
        "delete photo",
        lambda h: h.delete("/Favorites/B1.jpg"),
        lambda before, after: ("B1.jpg", 1) not in after["favorites"],
    ),
    Cell(
        "Favorites",
        "new name written, old one deleted",
        lambda h: h.copy("/Recent/B1.jpg", "/Favorites/best.jpg") and h.delete("/Favorites/B1.jpg"),
        changed(),
        unless="mount",  # sends what is copied later, and deletes first
    ),
    # Review
    Cell("Review", "new folder", lambda h: h.make("/Review/Undated/dog")),
    Cell("Review", "file copied in", lambda h: h.copy(f"{MAY}/A1.jpg", "/Review/Undated/A1.jpg")),
    Cell(
        "Review",
        "settled by moving",
        lambda h: h.move("/Review/Unknown faces/stranger.jpg", "/People/Bob/stranger.jpg"),
        changed(**{"in": (set(), person("Bob", "stranger.jpg"))}),
    ),
    Cell(
        "Review",
        "delete photo",
        lambda h: h.delete("/Review/Unknown faces/stranger.jpg"),
        changed(dismissed=(set(), {("stranger.jpg", "face")})),
    ),
    Cell("Review", "rename folder", lambda h: h.move_folder("/Review/Undated", "/Review/Old")),
    # Recently Removed
    Cell("Recently Removed", "new folder", lambda h: h.make("/Recently Removed/more")),
    Cell(
        "Recently Removed",
        "photo moved in",
        lambda h: h.move(f"{MAY}/A2.jpg", "/Recently Removed/A2.jpg"),
        lambda before, after: "A2.jpg" not in dict(after["days"]),
    ),
    # Originals, read-only
    Cell("Originals", "new folder", lambda h: h.make("/Originals/Pictures/new")),
    Cell("Originals", "delete photo", lambda h: h.delete("/Originals/Pictures/A1.jpg")),
    Cell("Originals", "rename photo", lambda h: h.move("/Originals/Pictures/A1.jpg", "/Originals/Pictures/Z.jpg")),
    Cell(
        "Originals", "moved into a smart folder", lambda h: h.move("/Originals/Pictures/A1.jpg", "/People/Bob/A1.jpg")
    ),
]
