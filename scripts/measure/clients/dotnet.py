"""Reads targets as JSON on stdin and prints one line per finding: what SslStream and SmtpClient say.

Needs pythonnet, DOTNET_ROOT, and a runtimeconfig.json named by DOTNET_RUNTIME_CONFIG; roots come from SSL_CERT_FILE.
"""
import json
import os
import sys

from clr_loader import get_coreclr
from pythonnet import set_runtime

set_runtime(get_coreclr(runtime_config=os.environ["DOTNET_RUNTIME_CONFIG"], dotnet_root=os.environ["DOTNET_ROOT"]))
import clr  # noqa: E402

for assembly in ("System.Net.Security", "System.Net.Sockets", "System.Net.Mail", "System.Net.Requests", "System.Net.ServicePoint"):
    clr.AddReference(assembly)
from System import Array, Byte, Exception as DotnetException  # noqa: E402
from System.Net import NetworkCredential  # noqa: E402
from System.Net.Mail import MailMessage, SmtpClient  # noqa: E402
from System.Net.Security import RemoteCertificateValidationCallback, SslStream  # noqa: E402
from System.Net.Sockets import TcpClient  # noqa: E402

given = json.load(sys.stdin)


def describe(error):
    texts = []
    while error is not None and len(texts) < 5:
        texts.append("%s: %s" % (error.GetType().FullName, error.Message))
        error = error.InnerException
    return texts


def stream(target, callback):
    client = TcpClient()
    client.ReceiveTimeout = client.SendTimeout = given["limit"]
    client.Connect(target["host"], target["port"])
    return SslStream(client.GetStream(), False, callback) if callback else SslStream(client.GetStream(), False)


def implicit(target):
    tls = stream(target, None)
    tls.AuthenticateAsClient(target["servername"])
    # A missing client certificate shows with the first read.
    tls.Read(Array[Byte](512 * [0]), 0, 512)
    tls.Close()


def flags(target):
    """The two enumerations that a validation callback is given."""
    seen = []

    def check(sender, certificate, chain, errors):
        seen.append(errors.ToString())
        if "ChainErrors" in errors.ToString():
            seen.extend(status.Status.ToString() for status in chain.ChainStatus)
        return True

    try:
        tls = stream(target, RemoteCertificateValidationCallback(check))
        tls.AuthenticateAsClient(target["servername"])
        tls.Close()
    except DotnetException:
        pass
    return [flag for flag in dict.fromkeys(seen) if flag != "None"]


def smtp(target):
    client = SmtpClient(target["servername"], target["port"])
    client.EnableSsl = True
    client.Timeout = given["limit"]
    client.Credentials = NetworkCredential(target["user"], target["password"])
    client.Send(MailMessage("a@example.com", "b@example.com", "x", "x"))
    client.Dispose()


def report(index, client, run, target):
    finding = {"index": index, "client": client, "ok": True, "code": None, "texts": []}
    try:
        run(target)
    except DotnetException as error:
        finding.update(ok=False, code=error.GetType().Name, texts=describe(error))
    print(json.dumps(finding), flush=True)


for index, target in enumerate(given["targets"]):
    # Revocation is not asked for, so a fault of it cannot show.
    if target.get("crl"):
        continue
    if target["mode"] == "implicit":
        report(index, "SslStream", implicit, target)
        for flag in flags(target):
            kind = "SslPolicyErrors" if flag.startswith("RemoteCertificate") else "X509ChainStatusFlags"
            print(json.dumps({"index": index, "client": kind, "ok": False, "code": None, "texts": [flag]}), flush=True)
    elif target["protocol"] == "smtp":
        report(index, "SmtpClient", smtp, target)
