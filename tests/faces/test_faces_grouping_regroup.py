"""All faces grouped anew: who is one person, what may never be, and that people stay who they were."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.face_scores import labelled, scores
from helpers.plain_faces import Album
from helpers.synthetic_faces import Shape, incrementally, synthetic

from haven_faces.grouping import Faces, Limits, regroup

LIMITS = Limits(0.4)
ANNA, BEN, CARL = 1, 2, 3


def regrouped(faces: Faces, barred: dict[int, np.ndarray] | None = None) -> np.ndarray:
    person = regroup(faces, barred or {}, LIMITS)
    assert person is not None
    return person


def test_people_are_found() -> None:
    album = Album()
    annas, bens, alone = album.add(ANNA, count=6), album.add(BEN, square=0.46, count=6), album.add(CARL)
    person = regrouped(album.faces())
    assert len(set(person[annas].tolist())) == len(set(person[bens].tolist())) == 1
    assert person[annas[0]] < 0 > person[bens[0]] != person[annas[0]]
    assert person[alone].tolist() == [0]


@pytest.mark.parametrize("between", [1, 2])
def test_faces_between_two_people_do_not_join_them(between: int) -> None:
    album = Album()
    annas, bens = album.add(ANNA, count=6), album.add(BEN, count=6)
    album.add({ANNA: 0.48, BEN: 0.48}, count=between)
    person = regrouped(album.faces())
    assert len(set(person[annas].tolist())) == len(set(person[bens].tolist())) == 1
    assert person[annas[0]] != person[bens[0]]


def test_faces_of_low_quality_neither_found_nor_join_people() -> None:
    album = Album()
    annas, bens = album.add(ANNA, count=6), album.add(BEN, count=6)
    album.add({ANNA: 0.48, BEN: 0.48}, quality=0.4, count=20)
    strangers = album.add(CARL, square=0.95, quality=0.45, count=10)
    near = album.add(ANNA, square=0.5, quality=0.1)
    far = album.add(ANNA, square=0.45**2 / 0.64, quality=0.1)
    sharp = album.add(ANNA, square=0.45**2 / 0.64)
    person = regrouped(album.faces())
    assert person[annas[0]] != person[bens[0]]
    assert set(person[strangers].tolist()) == {0}
    assert person[near] == person[annas[0]]
    assert person[far] == 0
    assert person[sharp] == person[annas[0]]


def test_two_faces_in_one_picture_are_two_people() -> None:
    album = Album()
    twins = [
        album.add(ANNA, square=0.8, picture=100 + n) + album.add(ANNA, square=0.7, picture=100 + n) for n in (1, 2)
    ]
    album.add(ANNA, count=5)
    person = regrouped(album.faces())
    for one, other in twins:
        assert person[one] != person[other] or person[one] == 0


def test_two_annas_stay_two() -> None:
    album = Album()
    album.add(ANNA, person=7, count=6)
    album.add(ANNA, person=8, count=4)
    assert set(regrouped(album.faces()).tolist()) == {7}
    first, second = album.add(ANNA, person=7, fixed=True), album.add(ANNA, person=8, fixed=True)
    person = regrouped(album.faces())
    assert person[first].tolist() == [7]
    assert person[second].tolist() == [8]
    assert set(person.tolist()) == {7, 8}


def test_new_faces_go_to_the_right_one_of_two_annas() -> None:
    album = Album()
    first, second = {ANNA: 0.5, 20: 0.2}, {ANNA: 0.5, 21: 0.2}  # 0.7 from themselves, 0.5 from each other
    album.add(first, person=7, fixed=True, count=3)
    album.add(second, person=8, fixed=True, count=3)
    firsts, seconds = album.add(first, count=4), album.add(second, count=4)
    person = regrouped(album.faces())
    assert set(person[firsts].tolist()) == {7}
    assert set(person[seconds].tolist()) == {8}


def test_two_who_are_always_together_are_two() -> None:
    album = Album()
    ones = [album.add({ANNA: 0.5, 20: 0.2}, picture=100 + n)[0] for n in range(6)]
    others = [album.add({ANNA: 0.5, 21: 0.2}, picture=100 + n)[0] for n in range(6)]
    person = regrouped(album.faces())
    assert len(set(person[ones].tolist())) == len(set(person[others].tolist())) == 1
    assert person[ones[0]] != person[others[0]]
    assert 0 not in person


def test_two_that_may_be_other_years_of_somebody_wait() -> None:
    album = Album()
    album.add(ANNA, count=6)
    years_later = album.add({ANNA: 0.2, 20: 0.5}, count=2)  # 0.36 from those, 0.7 from each other
    strangers = album.add(BEN, square=0.7, count=2)
    faces = album.faces()
    person = regrouped(faces)
    assert set(person[years_later].tolist()) == {0}
    assert person[strangers[0]] == person[strangers[1]] < 0
    known = np.where(np.isin(np.arange(10), years_later), 7, 0)
    assert set(regrouped(replace(faces, person=known))[years_later].tolist()) == {7}


def test_what_was_one_person_is_parted_only_if_it_is_clearly_two() -> None:
    album = Album()
    album.add({ANNA: 0.31, 20: 0.4}, count=6)
    album.add({ANNA: 0.31, 21: 0.4}, count=6)
    faces = album.faces()
    assert len(set(regrouped(faces).tolist())) == 2
    assert set(regrouped(replace(faces, person=np.full(12, 7))).tolist()) == {7}


def test_fixed_faces_keep_their_person_whatever_they_look_like() -> None:
    album = Album()
    annas = album.add(ANNA, person=7, count=6)
    odd = album.add(BEN, person=7, fixed=True)
    blurred = album.add(CARL, person=7, quality=0.1, fixed=True)
    nobody = album.add(ANNA, fixed=True, count=3)
    alone = album.add(ANNA, square=0.9)
    album.rows[alone[0]] = (-album.rows[alone[0]][0], *album.rows[alone[0]][1:])  # like none but the next
    out = album.add(ANNA, square=0.9, fixed=True, count=2)
    for row in out:
        album.rows[row] = (-album.rows[row][0], *album.rows[row][1:])
    same_picture = album.add(ANNA, person=7, fixed=True, picture=500) + album.add(
        ANNA, person=7, fixed=True, picture=500
    )
    person = regrouped(album.faces())
    assert set(person[[*annas, *odd, *blurred, *same_picture]].tolist()) == {7}
    assert set(person[nobody + alone + out].tolist()) == {0}


def test_faces_that_are_nobodys_take_no_part() -> None:
    album = Album()
    nobodys = album.add(ANNA, fixed=True, count=2)
    annas = album.add(ANNA, count=4)
    person = regrouped(album.faces())
    assert person[nobodys].tolist() == [0, 0]
    assert len(set(person[annas].tolist())) == 1
    assert person[annas[0]] < 0


def test_a_face_as_like_one_person_as_another_waits() -> None:
    album = Album()
    album.add(ANNA, count=6)
    album.add(BEN, count=6)
    between = album.add({ANNA: 0.36, BEN: 0.36}, quality=0.48)
    assert regrouped(album.faces())[between].tolist() == [0]
    nearer = album.add({ANNA: 0.36, BEN: 0.2}, quality=0.48)
    assert (regrouped(album.faces())[nearer] < 0).all()


def test_a_person_with_few_fixed_faces_keeps_the_many_others() -> None:
    album = Album()
    said = album.add(BEN, person=7, fixed=True)
    rest = album.add(ANNA, person=7, count=9)
    person = regrouped(album.faces())
    assert set(person[said + rest].tolist()) == {7}


def test_of_two_in_one_picture_the_fixed_one_stays() -> None:
    album = Album()
    album.add(ANNA, person=7, count=5)
    said = album.add(ANNA, square=0.5, person=7, picture=500, fixed=True)
    better = album.add(ANNA, square=0.9, person=7, picture=500)
    person = regrouped(album.faces())
    assert person[said].tolist() == [7]
    assert person[better] != 7


def test_look_alikes_of_a_removed_face_leave_together_and_are_a_person() -> None:
    album = Album()
    annas = album.add(ANNA, person=7, count=12)
    sisters = album.add({ANNA: 0.40, BEN: 0.45}, person=7, count=5)
    removed = album.add({ANNA: 0.40, BEN: 0.45})
    said = album.add({ANNA: 0.40, BEN: 0.45}, person=7, fixed=True)
    faces = album.faces()
    assert set(regrouped(faces)[sisters].tolist()) == {7}
    barred = {7: faces.vectors[removed].astype(np.float32)}
    person = regrouped(faces, barred)
    assert set(person[annas].tolist()) == {7}
    assert person[said].tolist() == [7]
    label = int(person[sisters[0]])
    assert label < 0
    assert set(person[sisters + removed].tolist()) == {label}
    again = replace(faces, person=np.where(person == label, 9, person))
    assert regrouped(again, barred).tolist() == again.person.tolist()


def test_a_removed_photo_of_the_person_itself_takes_nobody_along() -> None:
    album = Album()
    annas = album.add(ANNA, person=7, count=8)
    removed = album.add(ANNA)
    person = regrouped(album.faces(), {7: album.faces(removed).vectors.astype(np.float32)})
    assert set(person[annas].tolist()) == {7}
    assert person[removed].tolist() == [0]


def test_a_removed_photo_of_the_person_takes_nobody_along_when_years_are_apart() -> None:
    album = Album()
    annas = album.add(ANNA, person=7, count=12)
    album.add({ANNA: 0.2, CARL: 0.5}, person=7, fixed=True, count=5)
    removed = album.add(ANNA)
    person = regrouped(album.faces(), {7: album.faces(removed).vectors.astype(np.float32)})
    assert set(person[annas].tolist()) == {7}


def test_a_child_grows() -> None:
    album = Album()
    for n in range(6):
        album.add({10: np.cos(n * 0.3) ** 2 * 0.7, 11: np.sin(n * 0.3) ** 2 * 0.7}, count=6)
    vectors = album.faces().vectors.astype(np.float32)
    assert vectors[0] @ vectors[-1] < 0.1
    assert len(set(regrouped(album.faces()).tolist())) == 1


def test_a_group_of_two_people_is_parted_and_the_larger_part_keeps_the_id() -> None:
    album = Album()
    annas, bens = album.add(ANNA, person=7, count=9), album.add(BEN, person=7, count=4)
    person = regrouped(album.faces())
    assert set(person[annas].tolist()) == {7}
    assert person[bens[0]] < 0
    assert len(set(person[bens].tolist())) == 1


def test_two_groups_of_one_person_are_joined_under_the_id_of_the_larger() -> None:
    album = Album()
    album.add(ANNA, person=9, count=8)
    album.add(ANNA, person=7, count=3)
    bad = album.add(ANNA, square=0.9, person=7, quality=0.4, count=20)  # these have no vote
    person = regrouped(album.faces())
    assert set(person.tolist()) == {9}
    assert len(bad) == 20


def test_fixed_faces_decide_before_votes() -> None:
    album = Album()
    album.add(ANNA, person=9, count=8)
    album.add(ANNA, person=7, fixed=True)
    assert set(regrouped(album.faces()).tolist()) == {7}


def test_an_id_lives_on_in_one_group_only() -> None:
    album = Album()
    annas, bens = album.add(ANNA, person=7, count=5), album.add(BEN, person=7, count=4)
    album.add(BEN, person=8, count=2)
    person = regrouped(album.faces())
    assert set(person[annas].tolist()) == {7}
    assert set(person[bens].tolist()) == {8}


@pytest.mark.parametrize(("near", "then"), [({ANNA: 0.38, BEN: 0.42}, 7), ({ANNA: 0.3, BEN: 0.6}, 8)])
def test_a_face_leaves_its_person_only_for_one_that_is_clearly_nearer(near: dict[int, float], then: int) -> None:
    album = Album()
    annas, bens = album.add(ANNA, person=7, count=6), album.add(BEN, person=8, count=6)
    (row,) = album.add(near, person=7)
    faces = album.faces()
    person = regrouped(faces)
    assert set(person[annas].tolist()) == {7}
    assert set(person[bens].tolist()) == {8}
    assert person[row] == then
    assert regrouped(replace(faces, person=np.where(np.arange(len(faces)) == row, 0, faces.person)))[row] == 8


def test_the_order_of_the_rows_does_not_matter() -> None:
    faces, _ = synthetic(700, 22, Shape(free=200))
    order = np.random.default_rng(1).permutation(len(faces))
    assert (regrouped(faces.take(order)) == regrouped(faces)[order]).all()


def test_grouping_again_changes_nothing() -> None:
    faces, _ = synthetic(1500, 23, Shape(free=150))
    once = labelled(regrouped(faces), 1)
    twice = regrouped(replace(faces, person=once))
    assert ((twice == once) | (once == 0)).mean() > 0.998


def test_few_change_person_when_a_tenth_more_come() -> None:
    faces, _ = synthetic(3000, 24, Shape(free=100))
    before = labelled(regrouped(faces.take(slice(0, 2700))), 1)
    known = replace(faces, person=np.concatenate([before, np.zeros(300, np.int64)]))
    added, _ = incrementally(known, LIMITS, 50, 2700)
    assert (added[:2700][before > 0] == before[before > 0]).all()
    after = regrouped(replace(faces, person=added))[:2700]
    assert ((after != before) & (before > 0)).mean() < 0.01


@pytest.mark.parametrize("shape", [Shape(free=200), Shape(free=75, dimensions=256), Shape(free=150, poor=0.4)])
def test_many_faces(shape: Shape) -> None:
    faces, truth = synthetic(1500, 25, shape)
    person = regrouped(faces)
    good = faces.good
    for precision, recall, _ in scores(truth[good], person[good]):
        assert precision > 0.99
        assert recall > 0.9
    poor = ~good & (person != 0)
    assert poor.sum() > 20
    assert scores(truth, person)[0][0] > 0.99
    together = np.stack([person, faces.picture], 1)[person != 0]
    assert len(np.unique(together, axis=0)) == len(together)


def test_nothing_one_and_unusable_faces() -> None:
    assert regrouped(Album().faces()).tolist() == []
    album = Album()
    album.add(ANNA)
    assert regrouped(album.faces()).tolist() == [0]
    album.add(ANNA, count=4)
    faces = album.faces()
    vectors = faces.vectors.copy()
    vectors[0], vectors[1] = np.nan, 0
    person = regrouped(replace(faces, vectors=vectors))
    assert person[:2].tolist() == [0, 0]
    assert len(set(person[2:].tolist())) == 1
    assert person[2] < 0


def test_no_good_face_at_all() -> None:
    album = Album()
    album.add(ANNA, quality=0.2, count=5)
    said = album.add(BEN, person=7, quality=0.2, fixed=True)
    person = regrouped(album.faces())
    assert set(person[:5].tolist()) == {0}
    assert person[said].tolist() == [7]


def test_copies_of_one_picture_do_not_hide_the_other_faces() -> None:
    album = Album()
    copies = album.add({ANNA: 0.6, CARL: 0.4}, count=200)
    annas = album.add(ANNA, count=6)
    person = regrouped(album.faces())
    assert len(set(person[copies + annas].tolist())) == 1


def test_stops_when_told() -> None:
    faces, _ = synthetic(500, 26)
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    assert regroup(faces, {}, LIMITS, stop) is None
    assert asked == 4


def test_vectors_may_be_a_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    faces, _ = synthetic(400, 27)
    path = tmp_path_factory.mktemp("vectors") / "vectors.npy"
    np.save(path, faces.vectors)
    mapped = replace(faces, vectors=np.load(path, mmap_mode="r"))
    assert (regrouped(mapped) == regrouped(faces)).all()
    assert (regrouped(replace(faces, vectors=faces.vectors.astype(np.float32))) == regrouped(faces)).all()
