"""Word lists for sample people: names in several scripts, companies, streets, places.

Data only. Every name comes with the plain letters its e-mail address is made of.
"""

from __future__ import annotations

#: (given, family, given in plain letters, family in plain letters)
NAMES: tuple[tuple[str, str, str, str], ...] = (
    ("Ada", "Whitcombe", "ada", "whitcombe"),
    ("Renée", "Lefèvre", "renee", "lefevre"),
    ("Søren", "Østergård", "soren", "ostergard"),
    ("Jürgen", "Müßig", "jurgen", "mussig"),
    ("Łukasz", "Żółkowski", "lukasz", "zolkowski"),
    ("Zoë", "O'Hallaran", "zoe", "ohallaran"),
    ("José", "Núñez Peña", "jose", "nunez.pena"),
    ("Nguyễn", "Thị Hạnh", "nguyen", "thi.hanh"),
    ("Ελένη", "Παπαδοπούλου", "eleni", "papadopoulou"),
    ("Дмитрий", "Воронцов", "dmitri", "vorontsov"),
    ("Оксана", "Ткаченко", "oksana", "tkachenko"),
    ("美咲", "高橋", "misaki", "takahashi"),
    ("健太", "小林", "kenta", "kobayashi"),
    ("伟", "张", "wei", "zhang"),
    ("민준", "김", "minjun", "kim"),
    ("ليلى", "حداد", "layla", "haddad"),
    ("נועה", "לוי", "noa", "levi"),
    ("अनन्या", "शर्मा", "ananya", "sharma"),
    ("Mary Ann", "St. John-Smythe", "maryann", "stjohn.smythe"),
    ("Thomas", "Brennan", "thomas", "brennan"),
    ("Grace", "Okonkwo", "grace", "okonkwo"),
    ("Hannah", "Feldmann", "hannah", "feldmann"),
    ("Owen", "Carlisle", "owen", "carlisle"),
    ("Priya", "Raman", "priya", "raman"),
    ("Mateus", "Gonçalves", "mateus", "goncalves"),
    ("Ingrid", "Sjöström", "ingrid", "sjostrom"),
    ("Kwame", "Mensah", "kwame", "mensah"),
    ("Carla", "D'Angelo", "carla", "dangelo"),
    ("Pavel", "Dvořák", "pavel", "dvorak"),
    ("Aoife", "Ní Bhriain", "aoife", "ni.bhriain"),
)
GIVEN: tuple[str, ...] = (
    "Alice", "Benjamin", "Charlotte", "Daniel", "Emily", "Frank", "Georgia", "Henry", "Isabel",
    "Jack", "Karen", "Liam", "Monica", "Nathan", "Olivia", "Peter", "Quinn", "Rachel", "Samuel",
    "Tara", "Ursula", "Victor", "Wendy", "Xavier", "Yvonne", "Zachary",
)  # fmt: skip
FAMILY: tuple[str, ...] = (
    "Abbott", "Barlow", "Castellano", "Drummond", "Ellery", "Fairbanks", "Garrison", "Holloway",
    "Ibarra", "Jennings", "Kowalczyk", "Lindqvist", "Marchetti", "Novak", "Osborne", "Pemberton",
    "Quigley", "Rutherford", "Santangelo", "Thornbury", "Underwood", "Valdez", "Winslow", "Yates",
    "Zimmerman",
)  # fmt: skip
COMPANY_FIRST: tuple[str, ...] = (
    "Alder", "Bluestone", "Cedar Ridge", "Driftwood", "Eastgate", "Fernhill", "Granite Bay",
    "Harborview", "Ironwood", "Juniper", "Kestrel", "Lakeside", "Maple Street", "Northwind",
    "Oakhaven", "Pinecrest", "Quarry Lane", "Redwood", "Silverline", "Tidewater", "Upland",
    "Valley Forge", "Westbrook", "Yellowstone", "Zephyr",
)  # fmt: skip
COMPANY_SECOND: tuple[tuple[str, str], ...] = (
    ("Logistics LLC", "LOGISTICS_AND_SUPPLY_CHAIN"),
    ("Bakery", "FOOD_PRODUCTION"),
    ("Architects", "ARCHITECTURE_PLANNING"),
    ("Dental Group", "MEDICAL_PRACTICE"),
    ("Software Inc.", "COMPUTER_SOFTWARE"),
    ("Interiors & Design", "DESIGN"),
    ("Legal Partners", "LAW_PRACTICE"),
    ("Landscaping Co.", "ENVIRONMENTAL_SERVICES"),
    ("Print Works", "PRINTING"),
    ("Outfitters", "RETAIL"),
)
JOBS: tuple[str, ...] = (
    "Owner", "Office Manager", "Accounts Payable", "Head of Operations", "Purchasing Lead",
    "Finance Director", "Project Manager", "Bookkeeper",
)  # fmt: skip
STREETS: tuple[str, ...] = (
    "Market Street", "Elm Avenue", "Harbor Road", "Mill Lane", "Station Street", "Orchard Way",
    "Second Avenue", "Church Street", "Riverside Drive", "Chestnut Court",
)  # fmt: skip
#: (city, state, zip, area code)
PLACES: tuple[tuple[str, str, str, str], ...] = (
    ("Boston", "MA", "02108", "617"),
    ("Portland", "OR", "97204", "503"),
    ("Austin", "TX", "78701", "512"),
    ("Denver", "CO", "80202", "303"),
    ("Madison", "WI", "53703", "608"),
    ("Savannah", "GA", "31401", "912"),
    ("San José", "CA", "95113", "408"),
    ("Burlington", "VT", "05401", "802"),
    ("Spokane", "WA", "99201", "509"),
    ("Cleveland", "OH", "44114", "216"),
)
