"""Words to print, of four languages: made up for the tests, with the umlauts and accents that readers stumble over."""

from random import Random

SHOPS = {
    "de": ("Bäckerei Grünwald", "Metzgerei Schäfer", "Drogerie Müßig", "Café Möwe", "Getränke Höfer"),
    "en": ("Corner Grocery", "Harbour Books", "Maple Hardware", "Queens Bakery", "Daily Market"),
    "fr": ("Épicerie du Marché", "Boulangerie Lefèvre", "Librairie Générale", "Café de la Forêt", "Pâtisserie Noël"),
    "es": ("Panadería Núñez", "Librería España", "Ferretería Peña", "Cafetería Río", "Farmacia Ibáñez"),
}
GOODS = {
    "de": ("Brötchen", "Käse", "Äpfel", "Milch", "Würstchen", "Spülmittel", "Gemüse", "Öl", "Süßkartoffel", "Bürste"),
    "en": ("Bread", "Butter", "Apples", "Orange juice", "Candles", "Notebook", "Pencils", "Cheddar", "Soap", "Coffee"),
    "fr": (
        "Baguette",
        "Crème fraîche",
        "Pâté",
        "Pêches",
        "Café moulu",
        "Thé glacé",
        "Gâteau",
        "Légumes",
        "Bière",
        "Œufs",
    ),
    "es": ("Jamón", "Aceite", "Piñas", "Azúcar", "Leche", "Champú", "Plátano", "Café", "Queso", "Limón"),
}
TOTAL = {"de": "SUMME", "en": "TOTAL", "fr": "TOTAL TTC", "es": "IMPORTE"}
THANKS = {
    "de": "Vielen Dank für Ihren Einkauf",
    "en": "Thank you for shopping with us",
    "fr": "Merci de votre visite à bientôt",
    "es": "Gracias por su compra mañana",
}
SENTENCES = {
    "de": (
        "vielen Dank für Ihr Schreiben vom vergangenen Dienstag.",
        "Die Unterlagen schicken wir Ihnen in Kürze zu.",
        "Bitte überweisen Sie den Betrag innerhalb von vierzehn Tagen.",
        "Für Rückfragen stehen wir Ihnen gern zur Verfügung.",
        "Der Zähler wurde im Frühjahr geprüft und für gültig erklärt.",
        "Mit freundlichen Grüßen aus der Verwaltung",
    ),
    "en": (
        "thank you for your letter of last Tuesday.",
        "The papers will be sent to you within a few days.",
        "Please transfer the amount within two weeks.",
        "If you have any questions do not hesitate to call.",
        "The meter was inspected in spring and found to be correct.",
        "With kind regards from the office",
    ),
    "fr": (
        "nous vous remercions de votre lettre de mardi dernier.",
        "Les documents vous seront envoyés très bientôt.",
        "Veuillez régler le montant dans un délai de quinze jours.",
        "Nous restons à votre disposition pour toute précision.",
        "Le compteur a été vérifié au printemps et déclaré conforme.",
        "Veuillez agréer nos salutations distinguées",
    ),
    "es": (
        "le agradecemos su carta del pasado martes.",
        "Los documentos se enviarán en los próximos días.",
        "Le rogamos que abone el importe en dos semanas.",
        "Quedamos a su disposición para cualquier aclaración.",
        "El contador se revisó en primavera y está en buen estado.",
        "Reciba un cordial saludo de la administración",
    ),
}
SIGNS = {
    "de": (
        "Ausfahrt freihalten",
        "Grünstraße",
        "Kein Trinkwasser",
        "Schloßplatz",
        "Betreten verboten",
        "Öffnungszeiten",
    ),
    "en": ("No parking", "Harbour Street", "Beware of the dog", "Free wifi", "Private property", "Pull to open"),
    "fr": (
        "Défense d'entrer",
        "Rue de l'Église",
        "Sortie de secours",
        "Marché couvert",
        "Forêt domaniale",
        "Boîte aux lettres",
    ),
    "es": (
        "Prohibido fumar",
        "Calle España",
        "Salida de emergencia",
        "Plaza Mayor",
        "Piscina pública",
        "Cuidado con el niño",
    ),
}
TITLES = {
    "de": ("Der grüne Fluß", "Über den Wäldern", "Nächte am Meer"),
    "en": ("The Silent River", "Beyond the Hills", "Winter Light"),
    "fr": ("L'été à la mer", "La forêt muette", "Le château perdu"),
    "es": ("El niño del río", "La montaña azul", "Mañana será"),
}
NAMES = (
    "Jörg Weiß",
    "Anna Keller",
    "Zoé Lefèvre",
    "Íñigo Peña",
    "Mary Hughes",
    "Björn Åkesson",
    "Léa Dubois",
    "Rosa Núñez",
)
TOWNS = ("München", "Köln", "Genève", "Málaga", "Bristol", "Nîmes", "Zürich", "Logroño", "Leeds", "Tübingen")


def language(rng: Random) -> str:
    """Return one of the languages."""
    return rng.choice(("de", "en", "fr", "es"))


def price(rng: Random) -> str:
    """Return an amount of money."""
    return f"{rng.randint(0, 89)},{rng.randint(10, 99)}"


def date(rng: Random) -> str:
    """Return a date."""
    return f"{rng.randint(10, 28)}.{rng.randint(10, 12)}.20{rng.randint(10, 25)}"
