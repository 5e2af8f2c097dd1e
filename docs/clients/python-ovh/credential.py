"""Asks for a consumer key that may read, waits until somebody has granted it at the address that it prints, and uses it.

python credential.py
"""

import time

import ovh
from lab import client, refusal, step

# How often the consumer key is tried before it counts as never granted, and the pause between two tries in seconds.
TRIES = 100
PAUSE = 0.2

api = client(consumer_key="none")
request = api.new_consumer_key_request()
request.add_recursive_rules(ovh.API_READ_ONLY, "/dedicatedCloud")
request.add_rules(ovh.API_READ_ONLY, "/auth/*")
asked = request.request(redirect_url="https://example.com/granted")
step("asked", {"state": asked["state"], "validationUrl": asked["validationUrl"]})
step("notGranted", refusal(api.get, "/dedicatedCloud"))


def wait():
    for _ in range(TRIES):
        try:
            return api.get("/dedicatedCloud")
        except ovh.exceptions.InvalidCredential:
            time.sleep(PAUSE)
    raise SystemExit("nobody granted the consumer key")


services = wait()
step("services", services)
step("credential", api.get("/auth/currentCredential"))
step("details", api.get("/auth/details"))
step("notInTheRules", refusal(api.post, f"/dedicatedCloud/{services[0]}/vmEncryption/kms", ip="192.0.2.1"))
