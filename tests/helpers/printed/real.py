"""What a person reads in photos of the corpus, by their paths in it: those words that need no magnifying glass."""

_COMPASS = "top left right bottom"

REAL = {
    "cameras/drew__Canon EOS REBEL T3i.jpg": "NO PUCK PLAY BANK",
    "cameras/drew__Issue 211.jpg": "2016-04-19 3:03:00 PM 30°C HC500 HYPERFIRE RECONYX",
    "cameras/drew__Kodak DC3400.jpg": "HE ECKO UNLTD",
    "cameras/drew__Nikon E900 (2).jpg": "THANK YOU",
    "cameras/drew__Olympus PEN E-P3.jpg": "OLYMPUS OLYMPUS PEN New Generation System Cameras CALUMET PHOTOGRAPHIC",
    "cameras/drew__Sony DigitalMavica.jpg": "Linden Ave",
    "places/drew__Apple iPhone 4.jpg": "Tavolo 30 Conto 01 Oper 04 JIN LI 0080 13:37 CONTO",
    "places/drew__FujiFilm FinePixS1Pro (5).jpg": "104 Poole",
    "places/drew__Sony DSC-HX5V (2).jpg": "Alt Hammoor 62-42 38 Notruf 112",
    "places/drew__exif-at-eof.heic": "NO PETS ALLOWED",
    "scenes/000000000724.jpg": "STOP",
    "scenes/000000000885.jpg": "Morgan POLO",
    "scenes/000000001296.jpg": "HELLO KITTY",
    "scenes/000000001532.jpg": "NORTH 101 Ventura NORTH 101 Hollywood Blvd Sunset Blvd TAXI EXIT 20",
    "scenes/000000001584.jpg": "15 ALDWYCH ALM 89B",
    "scenes/000000002006.jpg": "Metrocentre via Bens 96 South Tyne NA52 BUU",
    "scenes/000000005037.jpg": "First Group FREE WI-FI ON BOARD SCANIA 65745 First SN55 JVK",
    "scenes/000000005477.jpg": "POLSKIE LINIE LOTNICZE LOT LOT",
    "scenes/000000006460.jpg": "STB",
    "scenes/000000011615.jpg": "Severins brücke Koelnmesse Im Sionstal",
    "scenes/000000012576.jpg": "PIZZA PIZZA PIZZA PIZZA",
    **{f"cameras/exifs__{way}_{n}.jpg": _COMPASS for way in ("landscape", "portrait") for n in range(1, 9)},
}
