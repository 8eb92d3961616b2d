#!/usr/bin/env python3
"""Arranges, acts and asserts through the emulator's control API, with the standard library alone.

    pingone-password-emulator --listen 127.0.0.1:8080 &
    python3 any_language.py http://127.0.0.1:8080
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

UNLOCK = "application/vnd.pingidentity.password.unlock+json"
EMULATOR = sys.argv[1].rstrip("/")


def send(method, url, headers=None, body=None):
    """Returns the status, the headers and the JSON of a response."""
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        response = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        text = response.read()
        return response.status, response.headers, json.loads(text) if text else None


def control(method, path, body=None, **query):
    """Calls the control API."""
    url = f"{EMULATOR}/__emulator/{path}"
    if query:
        url += "?" + urllib.parse.urlencode(query)
    if body is None:
        status, _, response = send(method, url)
    else:
        status, _, response = send(method, url, {"Content-Type": "application/json"}, json.dumps(body).encode())
    assert status < 300, (method, path, status, response)
    return response


# Arrange: a user who is locked out, and a server that fails once after it has applied an unlock.
control("POST", "reset")
settings = control("GET", "settings")
user = control("POST", "users", {"username": "ada", "status": "PASSWORD_LOCKED_OUT"})
control("POST", "faults", {"operation": "unlockPassword", "fault": "internal-error-500-after"})

# Act: as your code would. First with the media type that so many clients send, then with the right one, then again.
password = f"{settings['api_url']}/environments/{settings['environment_id']}/users/{user['id']}/password"
token = {"Authorization": f"Bearer {settings['access_token']}"}
wrong, headers, _ = send("POST", password, token | {"Content-Type": "application/json"})
print("wrong media type:", wrong, headers["X-Emulator-Near-Miss"])
failed, _, _ = send("POST", password, token | {"Content-Type": UNLOCK})
print("failed:", failed)
read, _, state = send("GET", password, token)
print("read:", read, state["status"])

# Assert: what arrived, and what is true on the server.
assert (wrong, failed, read, state["status"]) == (415, 500, 200, "OK")
assert control("GET", f"users/{user['id']}")["password_unlocks"] == 1
count = control("GET", "requests/count", user_id=user["id"], operation="unlockPassword", content_type=UNLOCK)
assert count == {"count": 1, "dropped": 0}, count
(near_miss,) = control("GET", "requests", near_miss="true")
assert near_miss["status"] == 415 and "application/json" in near_miss["near_miss"], near_miss
events = [event["type"] for event in control("GET", "events", user_id=user["id"])]
assert events == ["PASSWORD.UNLOCKED", "USER.UNLOCKED"], events
print("one unlock applied, one near miss, and the events", *events)
