"""Reads targets as JSON on stdin and prints one line per finding: what smtplib, imaplib and poplib say."""
import imaplib
import json
import poplib
import smtplib
import socket
import ssl
import sys

given = json.load(sys.stdin)
# Not every version takes a time limit everywhere.
socket.setdefaulttimeout(given["limit"] / 1000)


def context(target):
    made = ssl.create_default_context(cafile=given["ca"])
    if target.get("crl"):
        made.load_verify_locations(target["crl"])
        made.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return made


def smtp(target):
    name, port, tls = target["servername"], target["port"], context(target)
    if target["mode"] == "implicit":
        server = smtplib.SMTP_SSL(name, port, context=tls)
    else:
        server = smtplib.SMTP(name, port)
        server.starttls(context=tls)
    server.login(target["user"], target["password"])
    server.quit()


def imap(target):
    name, port, tls = target["servername"], target["port"], context(target)
    if target["mode"] == "implicit":
        server = imaplib.IMAP4_SSL(name, port, ssl_context=tls)
    else:
        server = imaplib.IMAP4(name, port)
        server.starttls(ssl_context=tls)
    server.login(target["user"], target["password"])
    server.logout()


def pop3(target):
    name, port, tls = target["servername"], target["port"], context(target)
    if target["mode"] == "implicit":
        server = poplib.POP3_SSL(name, port, context=tls)
    else:
        server = poplib.POP3(name, port)
        server.stls(context=tls)
    server.user(target["user"])
    server.pass_(target["password"])
    server.quit()


runs = {"smtp": ("smtplib", smtp), "imap": ("imaplib", imap), "pop3": ("poplib", pop3)}

for index, target in enumerate(given["targets"]):
    client, run = runs[target["protocol"]]
    finding = {"index": index, "client": client, "ok": True, "code": None, "texts": []}
    try:
        run(target)
    except Exception as error:
        kind = type(error)
        module = "" if kind.__module__ == "builtins" else kind.__module__ + "."
        name = module + kind.__qualname__
        finding.update(ok=False, code=kind.__name__, texts=["%s: %s" % (name, error)])
    print(json.dumps(finding), flush=True)
