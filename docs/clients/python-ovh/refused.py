"""Makes each mistake once and prints the exception that the client raises.

python refused.py IP THUMBPRINT
"""

import sys

from lab import client, refusal, step

api = client()
ip, thumbprint = sys.argv[1:]
service = f"/dedicatedCloud/{api.get('/dedicatedCloud')[0]}"
kms = f"{service}/vmEncryption/kms"

step("unknownService", refusal(api.get, "/dedicatedCloud/pcc-0-0-0-0"))
step("unknownKms", refusal(api.get, f"{kms}/42"))
step("unknownTask", refusal(api.get, f"{service}/task/42"))
step("noSuchRoute", refusal(api.get, f"{service}/noSuchRoute"))
step("hostName", refusal(api.post, kms, ip="kms.example.com", sslThumbprint=thumbprint))
step("addressOfVersion6", refusal(api.post, kms, ip="2001:db8::1", sslThumbprint=thumbprint))
step("noThumbprint", refusal(api.post, kms, ip=ip))
step("numberForText", refusal(api.post, kms, ip=ip, sslThumbprint=42))
step("guidePath", refusal(api.post, f"{service}/kms", ip=ip, sslThumbprint=thumbprint))

# The keys, each wrong in turn.
step("wrongApplicationKey", refusal(client(application_key="wrong").get, "/dedicatedCloud"))
step("wrongSecret", refusal(client(application_secret="wrong").get, "/dedicatedCloud"))
step("wrongConsumerKey", refusal(client(consumer_key="wrong").get, "/dedicatedCloud"))
