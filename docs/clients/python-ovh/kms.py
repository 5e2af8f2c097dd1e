"""The OVHcloud steps of the guide: registers a KMS, follows the task, changes and removes the KMS.

python kms.py IP THUMBPRINT
"""

import sys
import time

from lab import client, refusal, step

api = client()
ip, thumbprint = sys.argv[1:]


def follow(name, task):
    """Polls a task to its end; prints it as it began, the states that it went through, and how it ended."""
    step(name, task)
    states = [task["state"]]
    while task["state"] not in ("done", "error", "canceled"):
        time.sleep(0.2)
        task = api.get(f"{service}/task/{task['taskId']}")
        if states[-1] != task["state"]:
            states.append(task["state"])
    step(f"{name}States", states)
    step(f"{name}End", task)


services = api.get("/dedicatedCloud")
step("services", services)
service = f"/dedicatedCloud/{services[0]}"
step("service", api.get(service))
step("before", api.get(f"{service}/vmEncryption"))

registration = {"ip": ip, "sslThumbprint": thumbprint, "description": "registered by python-ovh – <é>"}
follow("registered", api.post(f"{service}/vmEncryption/kms", **registration))
# A task does not say which entry it made.
ids = api.get(f"{service}/vmEncryption/kms")
step("kmsIds", ids)
entry = f"{service}/vmEncryption/kms/{ids[0]}"
step("kms", api.get(entry))
step("enabled", api.get(f"{service}/vmEncryption"))
step("sameAddress", refusal(api.post, f"{service}/vmEncryption/kms", **registration))

follow(
    "changed",
    api.post(f"{entry}/changeProperties", sslThumbprint=thumbprint, description="changed by python-ovh"),
)
step("changedKms", api.get(entry))

follow("removed", api.delete(entry))
step("removedKms", refusal(api.get, entry))
step("after", api.get(f"{service}/vmEncryption"))
