"""The demo model's words: what people call the things that are drawn, and words for things that never are.

The words for what is not drawn come in three lists: those the model is trained with, those by which settings were
chosen, and those it is measured with at the end. What matters is the last: that a word it never met finds nothing.
"""

Meanings = dict[tuple[str, ...], tuple[str, ...]]
"""What is drawn: the words for any of it, the plainest first."""

SUBJECT_WORDS: Meanings = {
    ("dog",): ("dog", "dogs", "puppy", "puppies", "doggy", "hound"),
    ("cat",): ("cat", "cats", "kitten", "kittens", "kitty"),
    ("boat",): ("boat", "boats", "sailing boat", "sailboat", "ship", "yacht"),
    ("car",): ("car", "cars", "automobile"),
    ("tree",): ("tree", "trees", "apple tree"),
    ("house",): ("house", "houses", "cottage", "home"),
    ("balloon",): ("balloon", "balloons", "hot air balloon", "hot-air balloon"),
    ("bicycle",): ("bicycle", "bicycles", "bike", "bikes"),
    ("cake",): ("cake", "cakes", "birthday cake"),
    ("snowman",): ("snowman", "snowmen"),
    ("kite",): ("kite", "kites"),
    ("train",): ("train", "trains", "locomotive", "steam train", "railway"),
    ("dog", "cat"): ("animal", "animals", "pet", "pets"),
    ("nothing",): ("empty", "nobody", "nothing"),
}
SCENE_WORDS: Meanings = {
    ("beach",): ("beach", "seaside", "sand", "shore", "coast", "beaches", "seashore"),
    ("mountains",): ("mountains", "mountain", "alps", "peaks", "hills"),
    ("city",): ("city", "town", "street", "downtown", "skyscrapers", "skyline"),
    ("forest",): ("forest", "woods", "wood", "woodland", "firs"),
    ("snow",): ("snow", "winter", "snowy"),
    ("park",): ("park", "garden", "meadow", "lawn", "parks"),
    ("sea",): ("sea", "ocean", "waves", "open sea"),
    ("night sky",): ("night sky", "starry sky", "stars"),
    ("sea", "beach"): ("water",),
}
COLOUR_WORDS: Meanings = {
    ("red",): ("red",),
    ("orange",): ("orange",),
    ("yellow",): ("yellow",),
    ("green",): ("green",),
    ("blue",): ("blue",),
    ("purple",): ("purple", "violet"),
    ("pink",): ("pink",),
    ("white",): ("white",),
    ("black",): ("black",),
    ("brown",): ("brown",),
}
TIME_WORDS: Meanings = {
    ("morning",): ("morning", "sunrise", "dawn"),
    ("day",): ("day", "daytime", "noon", "midday"),
    ("evening", "dusk"): ("evening", "sunset"),
    ("dusk",): ("dusk", "twilight"),
    ("night",): ("night", "nighttime", "moonlight", "moon"),
}

ARTICLES = ("a", "a", "the", "the", "", "", "my", "our", "some")
LEADS = ("a photo of", "a picture of", "photo of", "photos of", "pictures of", "an image of", "a view of")
DESCRIPTIONS = ("small", "little", "big", "old", "new", "cute", "beautiful", "nice", "lovely")
DOINGS = ("playing", "standing", "sitting", "running", "seen", "outside")
ADJECTIVES = ("snowy",)
"""Words for scenes that stand before what they tell of."""
PLACED = {
    "beach": ("on the", "at the", "on a", "by the", "on"),
    "mountains": ("in the", "in", "near the"),
    "city": ("in the", "in a", "in", "in our"),
    "forest": ("in the", "in a", "in"),
    "snow": ("in the", "in"),
    "park": ("in the", "in a", "in"),
    "sea": ("at", "on the", "in the", "by the", "over the"),
    "night sky": ("under the", "in the", "under a"),
}
"""What people say before each scene's words; and for all of them, sometimes, any of PREPOSITIONS."""
PREPOSITIONS = ("on", "in", "at", "by", "near", "under", "with", "and", "over")
TIMED = ("at", "in the", "during the", "by", "at the", "")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


UNKNOWN = _listed(
    """
    airplane aquarium armchair astronaut axe backpack bagpipes bakery ballerina bamboo banana bank barn baseball
    basket basketball bath bear beard bed bee beer bell bench blanket blender book bottle bowl bread bridge broccoli
    broom bucket bus butterfly button cactus calculator camel camera candle canoe carpet carrot castle ceiling cello
    chair chameleon cheese chess chicken chimney church cinema clock closet clown coat coffee coin computer concert
    cook couch cow crab crane crocodile crown cup curtain dancer dentist desert desk diamond dinosaur doctor doll
    dolphin donkey donut door dragon dress drill drum duck eagle egg elephant elevator envelope escalator factory
    falcon farmer feather fence ferret fireplace firework fish flag flamingo flute fork fountain fox fridge frog
    fruit fungus giraffe glacier glasses glove goat goggles goldfish golf gorilla grapes guitar gym hairdryer hammer
    hammock hamster harbour harp hat hedgehog helicopter helmet hen hippo hockey honey horse hospital hotel
    iguana insect iron island jacket jellyfish jewel jungle kangaroo kettle keyboard king kitchen knife koala ladder
    lake lamp laptop lemon leopard library lighthouse lion lipstick lizard lobster magnet mango map market mask
    meat melon mirror monkey motorbike mouse mug museum mushroom nail necklace needle nest notebook nurse octopus
    office onion ostrich owl painting palace pan panda parade parrot pasta peacock pear pencil penguin piano pig
    pigeon pillow pineapple pizza plane plate plumber police pool potato printer pumpkin puppet pyramid queen quilt
    rabbit radio rain raincoat rat razor rhino ring robot rocket rope rose rug ruler sailor salad sandals sandwich
    saxophone scarf school scissors scooter seahorse shark sheep shirt shoe shovel shower shrimp sink skateboard
    skeleton ski skirt skunk sloth snail snake soap soccer sock sofa soldier soup spider spoon squirrel stadium
    stage staircase stapler statue stove strawberry submarine suitcase sunglasses surfboard swan swimming sword
    table tank taxi teacher teapot telephone television temple tennis tent tiger toaster toilet tomato toothbrush
    tortoise towel toy tractor tram triangle truck trumpet tulip turkey turtle umbrella unicorn uniform vase violin
    volcano vulture waiter wallet walrus wardrobe warehouse washing watch waterfall wedding whale wheelchair
    whistle windmill window wine wizard wolf woman worm wrench yoga zoo man child baby boy girl grandfather mother
    wearing hands smile face crowd people family friends dinner breakfast classroom airport bathroom basement
    """
)
"""Words the model is trained to find nothing for, alone and among words it knows."""
UNKNOWN_WHILE_CHOOSING = _listed(
    """
    accordion alligator antelope apricot avocado badger barbecue beetle bookshelf bulldozer cabbage cauliflower
    chandelier cherry cucumber dishwasher ferry flashlight gondola grasshopper hyena jaguar kiwi
    lantern mattress moose orchestra parachute pelican polaroid raccoon refrigerator salmon scorpion syringe
    thermometer trombone vacuum xylophone
    """
)
"""Words it is not trained with, by which settings were chosen."""
UNKNOWN_IN_TEST = _listed(
    """
    zebra spaceship typewriter bowling hamburger ballet lawyer otter tuba pharmacy microwave cathedral drone
    chessboard igloo gymnast seagull cupboard bulldog carriage boot catfish trailer housewife doughnut
    calendar compass cupcake dentures fireman gravestone hourglass icicle jigsaw kimono lasagna meteor noodles
    obelisk paintbrush quarry rollercoaster shipwreck treadmill ukulele vineyard wheelbarrow yogurt zipper barista
    """
)
"""Words it is measured with at the end. Some begin like words it knows (bulldog, carriage, catfish, trailer)."""
