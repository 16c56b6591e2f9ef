"""New faces find their person at once or wait, and what the owner said is kept."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.face_scores import scores
from helpers.plain_faces import DIMENSIONS, Album
from helpers.synthetic_faces import Shape, incrementally, synthetic

from haven_faces.grouping import Faces, Groups, Limits, gallery
from haven_faces.grouping.kinds import EXEMPLARS

LIMITS = Limits(0.4)
ANNA, BEN, CARL = 1, 2, 3


def groups_of(faces: Faces, barred: dict[int, np.ndarray] | None = None) -> Groups:
    return Groups(faces, barred or {}, LIMITS)


def nobody() -> Groups:
    return groups_of(Album().faces())


def test_a_new_photo_finds_its_person_at_once() -> None:
    album = Album()
    known = [*album.add(ANNA, person=7, count=4), *album.add(BEN, person=8, count=4)]
    new = [*album.add(BEN), *album.add(ANNA), *album.add(CARL)]
    added = groups_of(album.faces(known)).add(album.faces(new))
    assert added.person.tolist() == [8, 7, 0]
    assert added.revised == {}


def test_a_face_waits_until_others_agree() -> None:
    album = Album()
    faces = album.add(ANNA, square=0.46, count=5)  # not enough for two alone, enough for three
    groups = nobody()
    assert groups.add(album.faces(faces[:1])).person.tolist() == [0]
    assert groups.add(album.faces(faces[1:2])).person.tolist() == [0]
    third = groups.add(album.faces(faces[2:3]))
    label = int(third.person[0])
    assert label < 0
    assert third.revised == {1: label, 2: label}
    assert groups.add(album.faces(faces[3:4])).person.tolist() == [label]
    groups.named({label: 17})
    fifth = groups.add(album.faces(faces[4:]))
    assert fifth.person.tolist() == [17]
    assert fifth.revised == {}


def test_a_face_that_comes_again_waits_once() -> None:
    album = Album()
    face = album.faces(album.add(ANNA))
    for groups in (nobody(), groups_of(face)):
        assert [groups.add(face).person.tolist() for _ in range(3)] == [[0], [0], [0]]
        assert len(groups._gallery.waiting) == 1


def test_two_faces_alike_beyond_doubt_are_a_person() -> None:
    album = Album()
    album.add(ANNA, square=0.6, count=2)
    added = nobody().add(album.faces())
    assert added.person[0] == added.person[1] < 0
    assert added.revised == {}


def test_new_groups_get_labels_of_their_own() -> None:
    album = Album()
    album.add(ANNA, count=3)
    album.add(BEN, count=3)
    groups = nobody()
    first = groups.add(album.faces()).person
    assert first[0] == first[1] == first[2] < 0
    assert first[3] == first[4] == first[5] < 0
    assert first[0] != first[3]
    more = album.add(CARL, count=3)
    assert groups.add(album.faces(more)).person[0] not in (*first.tolist(), 0)


def test_a_waiting_face_joins_when_the_person_becomes_clearer() -> None:
    album = Album()
    waiting = album.add({ANNA: 0.3, BEN: 0.3})  # likes Anna a little, and Ben as much
    groups = nobody()
    groups.add(album.faces(waiting))
    anna = album.add(ANNA, square=0.9, count=3)
    added = groups.add(album.faces(anna))
    label = int(added.person[0])
    assert label < 0
    assert added.revised == {1: label}


def test_a_waiting_face_of_low_quality_joins_the_person_that_comes() -> None:
    album = Album()
    blurred = album.add(ANNA, quality=0.4)
    groups = nobody()
    assert groups.add(album.faces(blurred)).person.tolist() == [0]
    added = groups.add(album.faces(album.add(ANNA, count=3)))
    assert added.revised == {1: int(added.person[0])}


def test_one_odd_face_lets_nobody_in() -> None:
    album = Album()
    known = album.add(ANNA, person=7, count=5) + album.add({ANNA: 0.4, BEN: 0.55}, person=7)
    bens = album.add(BEN, count=3)  # 0.59 from the odd face
    added = groups_of(album.faces(known)).add(album.faces(bens))
    assert 7 not in added.person
    assert len(set(added.person.tolist())) == 1


@pytest.mark.parametrize("seed", range(5))
def test_a_face_between_two_people_does_not_join_them(seed: int) -> None:
    album = Album()
    annas, bens = album.add(ANNA, count=5), album.add(BEN, count=5)
    between = album.add({ANNA: 0.45, BEN: 0.45})
    rows = np.random.default_rng(seed).permutation([*annas, *bens, *between])
    person, _ = incrementally(replace(album.faces(rows.tolist()), ids=np.arange(1, 12)), LIMITS, 1)
    of = dict(zip(rows.tolist(), person.tolist(), strict=True))
    assert len({of[row] for row in annas}) == len({of[row] for row in bens}) == 1
    assert of[annas[0]] != of[bens[0]]


def test_a_face_as_like_one_person_as_another_waits() -> None:
    album = Album()
    known = album.add(ANNA, person=7, count=4) + album.add(BEN, person=8, count=4)
    groups = groups_of(album.faces(known))
    assert groups.add(album.faces(album.add({ANNA: 0.42, BEN: 0.42}, count=1))).person.tolist() == [0]
    assert groups.add(album.faces(album.add({ANNA: 0.42, BEN: 0.2}, count=1))).person.tolist() == [7]


def test_two_faces_in_one_picture_are_two_people() -> None:
    album = Album()
    known = album.add(ANNA, person=7, count=4)
    groups = groups_of(album.faces(known))
    better, worse = album.add(ANNA, square=0.8, picture=50), album.add(ANNA, square=0.6, picture=50)
    assert groups.add(album.faces(worse + better)).person.tolist() == [0, 7]
    late = album.add(ANNA, picture=50)
    assert groups.add(album.faces(late)).person.tolist() == [0]
    there = album.add(ANNA, picture=-known[0] - 1)
    assert groups.add(album.faces(there)).person[0] != 7


def test_twins_in_one_picture_found_no_group() -> None:
    album = Album()
    album.add(ANNA, square=0.9, picture=50, count=3)
    assert nobody().add(album.faces()).person.tolist() == [0, 0, 0]


def test_faces_of_low_quality_found_nothing() -> None:
    album = Album()
    album.add(ANNA, square=0.95, quality=0.45, count=6)
    assert nobody().add(album.faces()).person.tolist() == [0] * 6


def test_faces_of_low_quality_help_no_others_to_begin() -> None:
    album = Album()
    groups = nobody()
    groups.add(album.faces(album.add(ANNA, square=0.46, count=2)))
    assert groups.add(album.faces(album.add(ANNA, square=0.46, quality=0.45))).person.tolist() == [0]
    groups = nobody()
    groups.add(album.faces(album.add(BEN, square=0.95, quality=0.45, count=3)))
    added = groups.add(album.faces(album.add(BEN, square=0.95)))
    assert (added.person.tolist(), added.revised) == ([0], {})


def test_a_face_of_low_quality_must_be_nearer() -> None:
    album = Album()
    known = album.add(ANNA, person=7, count=4)
    groups = groups_of(album.faces(known))
    square = 0.47**2 / 0.64  # a likeness of 0.47 to each
    assert groups.add(album.faces(album.add(ANNA, square=square, quality=0.1))).person.tolist() == [0]
    assert groups.add(album.faces(album.add(ANNA, square=0.5, quality=0.1))).person.tolist() == [7]
    assert groups.add(album.faces(album.add(ANNA, square=square))).person.tolist() == [7]


def test_faces_of_low_quality_are_no_exemplars() -> None:
    album = Album()
    known = album.add(ANNA, person=7, count=3) + album.add(BEN, square=0.9, person=7, quality=0.4, count=5)
    assert groups_of(album.faces(known)).add(album.faces(album.add(BEN))).person.tolist() == [0]


def test_a_person_of_whom_only_a_bad_photo_is_known_is_found_by_it_until_there_is_a_better_one() -> None:
    album = Album()
    known = album.add(ANNA, square=0.8, person=7, quality=0.3, fixed=True)
    groups = groups_of(album.faces(known))
    first, far = album.add(ANNA, square=0.8), album.add(ANNA, square=0.5)
    assert groups.add(album.faces(first)).person.tolist() == [7]
    assert groups.add(album.faces(far)).person.tolist() == [7]


def test_what_is_assigned_is_never_moved() -> None:
    album = Album()
    wrong = album.add(ANNA, person=8)
    known = album.add(ANNA, person=7, count=4) + album.add(BEN, person=8, count=4)
    groups = groups_of(album.faces(known))
    added = groups.add(album.faces(wrong + album.add(ANNA, count=5)))
    assert added.person.tolist() == [8, 7, 7, 7, 7, 7]
    assert added.revised == {}


def test_fixed_faces_stay_and_teach() -> None:
    album = Album()
    groups = nobody()
    said = album.add(ANNA, person=7, fixed=True, count=2) + album.add(BEN, fixed=True, count=4)
    assert groups.add(album.faces(said)).person.tolist() == [7, 7, 0, 0, 0, 0]
    assert groups.add(album.faces(album.add(ANNA) + album.add(BEN))).person.tolist() == [7, 0]


def test_look_alikes_of_a_face_that_is_not_the_person_do_not_join() -> None:
    album = Album()
    known = album.add(ANNA, person=7, count=5)
    sister = {ANNA: 0.45, BEN: 0.45}
    removed, again = album.add(sister), album.add(sister)
    anna = album.add(ANNA)
    vectors = album.faces().vectors.astype(np.float32)
    assert groups_of(album.faces(known)).add(album.faces(again)).person.tolist() == [7]
    barred = groups_of(album.faces(known), {7: vectors[removed]})
    assert barred.add(album.faces(again + anna)).person.tolist() == [0, 7]


def test_a_removed_photo_of_the_person_itself_bars_nobody_else() -> None:
    album = Album()
    known = album.add(ANNA, person=7, count=5)
    removed = album.add(ANNA)
    groups = groups_of(album.faces(known), {7: album.faces(removed).vectors.astype(np.float32)})
    assert groups.add(album.faces(album.add(ANNA, count=3))).person.tolist() == [7, 7, 7]
    assert groups.add(album.faces(removed)).person.tolist() == [0]


def test_a_child_grows() -> None:
    album = Album()
    stages = [{10 + n: 0.3, 11 + n: 0.3} for n in range(5)]  # each half of the last
    rows = [row for stage in stages for row in album.add(stage, count=4)]
    person, _ = incrementally(album.faces(rows), LIMITS, 1)
    first, last = album.faces().vectors[[rows[0], rows[-1]]].astype(np.float32)
    assert first @ last < 0.1
    assert len(set(person.tolist())) == 5  # too far apart to be joined as they come
    gently = Album()
    turned = [(np.cos(n * 0.3) ** 2 * 0.7, np.sin(n * 0.3) ** 2 * 0.7) for n in range(6)]
    for one, other in turned:
        gently.add({10: one, 11: other}, count=4)
    person, groups = incrementally(gently.faces(), LIMITS, 1)
    vectors = gently.faces().vectors.astype(np.float32)
    assert vectors[0] @ vectors[-1] < 0.1
    assert len(set(person.tolist())) == 1
    assert len(groups._gallery.slots(int(person[0]))) > 1


def test_three_together_are_recognised_where_one_is_not() -> None:
    album = Album()
    known = album.add(ANNA, person=7, count=6)
    years_later = album.add({ANNA: 0.2, 20: 0.5}, count=3)  # 0.36 from those, 0.7 from each other
    groups = groups_of(album.faces(known))
    assert groups.add(album.faces(years_later[:1])).person.tolist() == [0]
    assert groups.add(album.faces(years_later[1:2])).person.tolist() == [0]  # hers, or a new person's? It waits
    third = groups.add(album.faces(years_later[2:]))
    assert third.person.tolist() == [7]
    assert sorted(third.revised.values()) == [7, 7]
    stranger = album.add(BEN, square=0.7, count=2)
    assert (groups.add(album.faces(stranger)).person < 0).all()


def test_exemplars_are_few_and_waiting_faces_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "WAITING", 10)
    album = Album()
    known = [row for n in range(40) for row in album.add({ANNA: 0.3, 20 + n: 0.6}, person=7)]
    strangers = [row for n in range(30) for row in album.add(61 + n)]
    for groups in (groups_of(album.faces(known + strangers)), nobody()):
        groups.add(album.faces(known + strangers))
        assert len(groups._gallery.slots(7)) == EXEMPLARS
        assert len(groups._gallery.waiting) == 10


def test_nothing_and_unusable_faces() -> None:
    album = Album()
    groups = nobody()
    assert groups.add(album.faces()).person.tolist() == []
    album.add(ANNA, count=4)
    faces = album.faces()
    vectors = faces.vectors.copy()
    vectors[0], vectors[1] = np.nan, 0
    added = groups.add(replace(faces, vectors=vectors))
    assert added.person[:2].tolist() == [0, 0]
    assert added.person[2] == added.person[3] < 0


def test_identical_faces_are_one_person() -> None:
    album = Album()
    album.add(ANNA, square=1.0, count=700)
    person = nobody().add(album.faces()).person
    assert len(set(person.tolist())) == 1
    assert person[0] < 0


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_vectors_of_either_kind(kind: type) -> None:
    album = Album()
    album.add(ANNA, count=3)
    faces = replace(album.faces(), vectors=album.faces().vectors.astype(kind))
    assert faces.vectors.shape[1] == DIMENSIONS
    assert len(set(nobody().add(faces).person.tolist())) == 1


@pytest.mark.parametrize("seed", range(3))
def test_many_faces_in_any_order(seed: int) -> None:
    faces, truth = synthetic(900, 20, Shape(free=200))
    order = np.random.default_rng(seed).permutation(len(faces))
    person, _ = incrementally(replace(faces.take(order), ids=np.arange(1, 901)), LIMITS, 32)
    good = faces.good[order]
    pairs, bcubed = scores(truth[order][good], person[good])
    assert pairs[0] > 0.99
    assert bcubed[0] > 0.99
    assert pairs[2] > 0.95
    assert bcubed[2] > 0.95


def test_groups_made_anew_from_faces_decide_alike() -> None:
    faces, _ = synthetic(1200, 21, Shape(free=200))
    person, kept = incrementally(faces.take(slice(0, 1000)), LIMITS, 50)
    anew = groups_of(replace(faces.take(slice(0, 1000)), person=person))
    new = faces.take(slice(1000, 1200))
    assert (np.maximum(kept.add(new).person, 0) == np.maximum(anew.add(new).person, 0)).mean() > 0.97
