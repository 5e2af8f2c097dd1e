"""What the scripts beside this one share: a client of the lab, and how they print what each step gave."""

import json
import os

import ovh


def client(**keys):
    """OVHcloud's client, unchanged.

    It takes names of endpoints only, never a URL, so the lab's URL becomes one more name. The endpoint and the keys come from
    OVH_ENDPOINT, OVH_APPLICATION_KEY, OVH_APPLICATION_SECRET and OVH_CONSUMER_KEY, as the client reads them by itself.
    """
    endpoint = os.environ["OVH_ENDPOINT"]
    if "/" in endpoint:
        ovh.client.ENDPOINTS[endpoint] = endpoint
    return ovh.Client(**keys)


def step(name, gave):
    """Prints one line: the name of a step and what it gave, as JSON."""
    print(name, json.dumps(gave, ensure_ascii=False), flush=True)


def refusal(call, *arguments, **parameters):
    """What the client raises when the API refuses a call."""
    try:
        return call(*arguments, **parameters)
    except ovh.APIError as error:
        return {
            "exception": type(error).__name__,
            "status": error.response.status_code if error.response is not None else None,
            "message": error.args[0],
            "queryId": error.query_id,
        }
