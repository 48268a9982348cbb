"""One session of smtplib, imaplib or poplib. The errand comes as JSON on stdin, the result goes as JSON to stdout."""

import base64
import imaplib
import json
import poplib
import smtplib
import ssl
import sys

errand = json.load(sys.stdin)
host, port, implicit = errand["servername"], errand["port"], errand["mode"] == "implicit"
user, password, timeout = errand["user"], errand["password"], 10


def verifying():
    # Checks the chain and the name, and trusts nothing but our root.
    return ssl.create_default_context(cafile=errand["ca"])


def smtp(context):
    if implicit:
        client = smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    else:
        client = smtplib.SMTP(host, port, timeout=timeout)
    with client:
        if not implicit:
            client.starttls(context=context)
        client.login(user, password)
        client.sendmail(errand["from"], [errand["to"]], errand["raw"].encode())
    return {}


def imap(context):
    if implicit:
        client = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=timeout)
    else:
        client = imaplib.IMAP4(host, port, timeout=timeout)
    with client:
        if not implicit:
            client.starttls(ssl_context=context)
        client.login(user, password)
        _, listed = client.list()
        client.select("INBOX", readonly=True)
        _, fetched = client.fetch("1", "(BODY.PEEK[])")
        return {"listed": [line.decode() for line in listed], "fetched": fetched[0][1]}


def pop3(context):
    if implicit:
        client = poplib.POP3_SSL(host, port, timeout=timeout, context=context)
    else:
        client = poplib.POP3(host, port, timeout=timeout)
    try:
        if not implicit:
            client.stls(context=context)
        client.user(user)
        client.pass_(password)
        _, listed, _ = client.list()
        _, lines, _ = client.retr(1)
        fetched = b"".join(line + b"\r\n" for line in lines)
        return {"listed": [line.decode() for line in listed], "fetched": fetched}
    finally:
        client.quit()


try:
    result = {"smtp": smtp, "imap": imap, "pop3": pop3}[errand["protocol"]](verifying())
    if "fetched" in result:
        result["fetched"] = base64.b64encode(result["fetched"]).decode()
    print(json.dumps({"ok": True, "said": "", **result}))
except (OSError, smtplib.SMTPException, imaplib.IMAP4.error, poplib.error_proto) as error:
    while error.__context__ is not None:  # what went wrong first, not what went wrong when leaving
        error = error.__context__
    print(json.dumps({"ok": False, "said": f"{type(error).__name__}: {error}"}))
