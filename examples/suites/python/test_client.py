import json
import os
import urllib.request

import pytest
from client import read_mail


def api(method, path, body=None):
    headers = {"Authorization": "Bearer " + os.environ["MOCKMAIL_TOKEN"]}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["MOCKMAIL_API"] + path, data, headers, method=method)
    return json.load(urllib.request.urlopen(request))


@pytest.mark.parametrize("scenario", ["good", "expired", "wrong-host", "untrusted-root"])
def test_client(scenario):
    for served in ("good", scenario):  # A refusal counts only of a client that works on the good server.
        server = api("PUT", "/api/v1/endpoints/e1", {"scenario": served})
        try:
            read_mail(server["port"])
        except OSError:
            pass  # It may end as it likes: what counts is what reached the server.
        outcome = api("GET", "/api/v1/endpoints/e1/outcome")
        assert outcome["verdict"] == "pass", outcome
