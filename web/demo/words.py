"""What the invented city's entries are called, in its two languages. Visitors and bodies are invented as well."""

from __future__ import annotations

VISITORS = (
    "R. Almwick",
    "Ferrán Ochandia",
    "Dr. Penhalligan-Roe",
    "I. Castrovén",
    "the Brindle family",
    "Ms. Overcliffe",
    "L. Zubialde",
    "Captain Thornbury-Lees",
    "Rev. Amberley-Stote",
    "Prof. Ilundáriz",
)

BODIES = (
    "Harbor Workers' Association",
    "Merrow Youth Council",
    "Asociación de Vecinos de Southfield",
    "Tidewater Trust",
    "Cámara de Comercio",
    "Friends of Founders Park",
    "Teachers' Assembly",
    "Cyclists of the Bay",
    "Club de Ajedrez del Puerto",
    "Small Shops Alliance",
)

TOPICS = (
    "storm drains",
    "the winter shelter",
    "snow removal",
    "the budget",
    "bus line 7",
    "el paseo marítimo",
    "parking downtown",
    "the library roof",
    "seawall repairs",
    "las fiestas de verano",
)

AT_HALL = (
    "Meeting with {visitor}",
    "Meeting with {body}",
    "Briefing: {topic}",
    "Weekly review: {topic}",
    "Reunión con {body}",
    "Reunión: {topic}",
    "Interview about {topic}",
    "Signing of documents",
    "Photograph with {body}",
    "Call with {visitor} & staff",
    "Preparation: {topic}",
)

OUTSIDE = (
    "Visit: {body}",
    "Ribbon cutting with {body}",
    "Press conference: {topic}",
    "Remarks at luncheon of {body}",
    "Tour with {visitor}",
    "Visita a {body}",
    "Community meeting on {topic}",
    "Site visit: {topic}",
    "Awards of {body}",
)

EVENING = (
    "Dinner of {body}",
    "Concert with {body}",
    "Neighborhood meeting: {topic}",
    "Cena anual: {body}",
    "Reception for {visitor}",
)

ON_CALL = ("Call: {topic}", "Video call with {visitor}", "Conference call: {body}", "Videollamada: {topic}")
PRIVATE = ("Dentist", "Family", "Physical therapy", "Cita médica")
DESK = (
    "Staff meeting",
    "Budget lines: {topic}",
    "Interviews for {topic}",
    "Equipo: {topic}",
    "Walk-through: {topic}",
    "One to one with {visitor}",
)
