"""The API's description says what the API does, and the API does what it says."""

from __future__ import annotations

import json
import re
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from tests.builders import MONDAY
from tests.web.city import City, ids_of
from web.access import EVERYBODY
from web.api.document import PATH, described

PREFIX = "/api/v1"
DOCS = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation of the description, by its method and path."""
    return {
        (method, path): operation
        for path, methods in described()["paths"].items()
        for method, operation in methods.items()
    }


def routes(app: Flask) -> dict[tuple[str, str], str]:
    """Every route of the API, by its method and path as the description writes it; with its endpoint's own name."""
    return {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(PREFIX))): rule.endpoint[4:]
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_it_is_an_openapi_document() -> None:
    """Version 3.1, fit for the tools that read it; the copy in the docs is the same file."""
    assert list(OpenAPIV31SpecValidator(described()).iter_errors()) == []
    assert described()["openapi"].startswith("3.1")
    assert DOCS.read_bytes() == PATH.read_bytes()


def test_it_describes_every_route_and_no_other(empty_city: City) -> None:
    """With the endpoint's name as the operation's id."""
    found = {key: operation["operationId"] for key, operation in operations().items()}
    assert found == routes(empty_city.app)


def test_every_schema_is_used_and_every_object_is_closed() -> None:
    """What nobody refers to is out of date; what is not described is not sent."""
    text = json.dumps(described())
    schemas = described()["components"]["schemas"]
    assert [name for name in schemas if f'"#/components/schemas/{name}"' not in text] == []
    open_ones = [
        name
        for name, one in schemas.items()
        if one.get("type") == "object" and one.get("additionalProperties") is not False
    ]
    assert open_ones == ["Problem"]


def test_it_is_served_to_those_with_a_token(empty_city: City) -> None:
    """As it lies in the house."""
    assert empty_city.app.view_functions["api.description"].who_may == EVERYBODY  # type: ignore[union-attr]  # each says so
    response = empty_city.app.test_client().get(f"{PREFIX}/openapi.json", headers=empty_city.token())
    assert response.json == described()


def check(method: str, path: str, response: TestResponse) -> None:
    """Hold an answer against the description of its operation."""
    operation = operations()[method, path]
    answers = operation["responses"]
    assert str(response.status_code) in answers, (method, path, response.status_code, response.text[:200])
    answer = answers[str(response.status_code)]
    if "$ref" in answer:
        answer = described()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    assert list(answer["content"]) == [response.mimetype], (method, path)
    schema = {**answer["content"][response.mimetype]["schema"], "components": described()["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(response.json)


def test_every_answer_is_as_described(city: City) -> None:
    """Every operation done, with things that are there."""
    ids = ids_of(city)
    client, headers = city.app.test_client(), city.token()
    new = {"title": "Third plan", "first_day": "2026-03-02", "last_day": "2026-03-03", "required": ["mayor"]}
    bodies = {"take_in": new, "confirm": {"option": 0}}
    done = []
    for (method, path), operation in operations().items():
        undecided = {"request_id": city.asks().id} if operation["operationId"] == "propose" else {}
        url = PREFIX + path.format(**{**ids, **undecided})
        response = client.open(url, method=method.upper(), headers=headers, json=bodies.get(operation["operationId"]))
        assert response.status_code in (200, 201), (method, path, response.text[:300])
        check(method, path, response)
        done.append(operation["operationId"])
    assert sorted(done) == sorted(routes(city.app).values())


def test_refusals_are_as_described_too(city: City) -> None:
    """Without a token, of what is not there, and of what cannot be used."""
    ids = dict.fromkeys(ids_of(city), "nothing")
    client, headers = city.app.test_client(), city.token()
    for (method, path), operation in operations().items():
        url = PREFIX + path.format(**ids)
        check(method, path, client.open(url, method=method.upper()))
        if "{" in path:
            body = {"option": 0} if operation["operationId"] == "confirm" else None
            response = client.open(url, method=method.upper(), headers=headers, json=body)
            assert response.status_code == 404, (method, path)
            check(method, path, response)
        if "requestBody" in operation:
            there = PREFIX + path.format(**ids_of(city)) if "{" in path else url
            response = client.open(there, method=method.upper(), headers=headers, json={"surprise": 1})
            assert response.status_code == 422, (method, path)
            check(method, path, response)


def test_an_answer_without_slots_is_as_described(city: City) -> None:
    """Reasons and ways out instead of options."""
    request = city.asks(last_day=MONDAY, earliest=time(9), latest=time(10))
    response = city.app.test_client().post(f"{PREFIX}/requests/{request.id}/proposals", headers=city.token())
    assert response.json is not None
    assert response.json["options"] == []
    assert response.json["reasons"]
    check("post", "/requests/{request_id}/proposals", response)


def test_the_control_can_fail(city: City) -> None:
    """An answer that is not as described is found out."""
    response = city.app.test_client().get(f"{PREFIX}/people", headers=city.token())
    with pytest.raises(ValidationError):
        check("get", "/places", response)
