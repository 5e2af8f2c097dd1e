"""Lets schemathesis speak to the OVH API: signs what it sends, and asks about objects that exist.

The environment says how: OVH_APPLICATION_KEY, OVH_APPLICATION_SECRET, OVH_CONSUMER_KEY, KEYRIG_SERVICE_NAME, and KEYRIG_TALLY,
the file that gets the statuses counted per operation.
"""

import atexit
import hashlib
import json
import os
import time
from collections import Counter, defaultdict

import requests
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.parameters import ParameterLocation

ENV = os.environ
TALLY = defaultdict(Counter)


class Signature(requests.auth.AuthBase):
    """Signs a request when all of it is known, as OVH's clients do."""

    def __call__(self, request):
        body = request.body or b""
        if isinstance(body, str):
            body = body.encode()
        timestamp = str(int(time.time()))
        digest = hashlib.sha1()
        head = [ENV["OVH_APPLICATION_SECRET"], ENV["OVH_CONSUMER_KEY"], request.method, request.url, ""]
        digest.update("+".join(head).encode() + body + f"+{timestamp}".encode())
        request.headers["X-Ovh-Application"] = ENV["OVH_APPLICATION_KEY"]
        request.headers["X-Ovh-Consumer"] = ENV["OVH_CONSUMER_KEY"]
        request.headers["X-Ovh-Timestamp"] = timestamp
        request.headers["X-Ovh-Signature"] = "$1$" + digest.hexdigest()
        return request


schemathesis.auth.set_from_requests(Signature())


def lacks_headers(case):
    """Whether the case leaves out headers that it must have, those of the signature among them."""
    mutations = getattr(case.meta.phase.data, "mutations", ()) if case.meta else ()
    return any(m.parameter_location == ParameterLocation.HEADER and "required" in m.keywords for m in mutations)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Random ids lead nowhere: where the path is meant to be good, puts in those that the API lists."""
    if lacks_headers(case):
        case._auth = None
    component = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
    if not case.path_parameters:
        return
    if component is not None and not component.mode.is_positive:
        # In a batch each id has an error of its own beside it.
        case.headers.pop("X-Ovh-Batch", None)
        return
    path = ""
    for segment in case.operation.path.split("/")[1:]:
        if segment.startswith("{"):
            known = existing(case.operation.base_url, path)
            name = segment[1:-1]
            if name == "serviceName":
                case.path_parameters[name] = ENV["KEYRIG_SERVICE_NAME"]
            elif known:
                case.path_parameters[name] = known[len(known) // 2]
            segment = str(case.path_parameters[name])
        path += "/" + segment


def existing(base_url, path):
    answer = requests.get(base_url.rstrip("/") + path, auth=Signature(), timeout=10)
    ids = answer.json()
    return ids if answer.status_code == 200 and isinstance(ids, list) else []


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Headers and query parameters that nobody declared, and empty headers, are ignored, not refused, by this API as by most."""
    if not isinstance(failure, AcceptedNegativeData):
        return True
    sent = [*(case.headers or {}), *(case.query or {})]
    unknown = any(name.lower() == "x-schemathesis-unknown-property" for name in sent)
    empty = any(value == "" for value in (case.headers or {}).values())
    return not (unknown or empty)


@schemathesis.hook
def after_call(context, case, response):
    TALLY[f"{case.operation.method.upper()} {case.operation.path}"][response.status_code] += 1


@atexit.register
def report():
    with open(ENV["KEYRIG_TALLY"], "w", encoding="utf-8") as file:
        json.dump(TALLY, file)

