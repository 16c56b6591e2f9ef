"""How many people are in each photo, kept by the database itself: the table `face_count`, which no code writes to.

People are counted by the faces that one sees as such, in the frame of a video that has the most, and there are never
fewer than those who are known to be in it. Whoever writes to `face`, an undo too, so keeps the count right.
"""

_PLAIN = "space IS NOT NULL AND quality >= 0.3"
_COUNT = f"""
        DELETE FROM face_count WHERE photo_id = {{row}}.photo_id;
        INSERT INTO face_count SELECT * FROM (
            SELECT {{row}}.photo_id, max(
                (SELECT coalesce(max(seen), 0) FROM (SELECT count(*) AS seen FROM face
                    WHERE photo_id = {{row}}.photo_id AND {_PLAIN} GROUP BY frame)),
                (SELECT count(DISTINCT person_id) FROM face
                    WHERE photo_id = {{row}}.photo_id AND (said > 0 OR {_PLAIN}))
            ) AS people) WHERE people > 0;
"""
_COLUMNS = "photo_id, frame, space, quality, person_id, said"

COUNTING = f"""
    CREATE TABLE face_count (               -- how many people are in a photo; a photo with nobody has no row
        photo_id INTEGER PRIMARY KEY REFERENCES photo,
        people INTEGER NOT NULL
    );
    CREATE INDEX face_count_people ON face_count (people);
    CREATE TRIGGER face_count_more AFTER INSERT ON face BEGIN{_COUNT.format(row="NEW")}    END;
    CREATE TRIGGER face_count_less AFTER DELETE ON face BEGIN{_COUNT.format(row="OLD")}    END;
    CREATE TRIGGER face_count_else AFTER UPDATE OF {_COLUMNS} ON face BEGIN{_COUNT.format(row="NEW")}    END;
    INSERT INTO face_count SELECT photo_id, people FROM (
        SELECT photo_id, max(seen, known) AS people FROM (
            SELECT photo_id, max(seen) AS seen, (SELECT count(DISTINCT person_id) FROM face g
                WHERE g.photo_id = f.photo_id AND (said > 0 OR {_PLAIN})) AS known
            FROM (SELECT photo_id, sum({_PLAIN}) AS seen FROM face GROUP BY photo_id, frame) f GROUP BY photo_id))
        WHERE people > 0;
    CREATE INDEX face_nobody ON face (photo_id)
        WHERE person_id IS NULL AND dismissed = 0 AND space IS NOT NULL AND quality >= 0.3;
"""
"""The migration that makes the table, fills it, and has it follow `face`."""
