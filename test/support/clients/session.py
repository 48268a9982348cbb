"""Sessions of smtplib, imaplib and poplib; what goes in and out is told in scripted.ts."""

import base64
import imaplib
import poplib
import smtplib
import ssl
import sys

trust, ca, sender, recipient, file, number = sys.argv[1:7]
timeout = 10


def verifying():
    # Checks the chain and the name, and trusts nothing but our root. Without a context Python does as it likes.
    return ssl.create_default_context(cafile=ca) if trust == "given" else None


def smtp(mode, host, port, user, password):
    if mode == "implicit":
        client = smtplib.SMTP_SSL(host, port, timeout=timeout, context=verifying())
    else:
        client = smtplib.SMTP(host, port, timeout=timeout)
    with client:
        if mode == "starttls":
            client.starttls(context=verifying())
        client.login(user, password)
        with open(file, "rb") as message:
            client.sendmail(sender, [recipient], message.read())
    return None, None


def imap(mode, host, port, user, password):
    if mode == "implicit":
        client = imaplib.IMAP4_SSL(host, port, ssl_context=verifying(), timeout=timeout)
    else:
        client = imaplib.IMAP4(host, port, timeout=timeout)
    with client:
        if mode == "starttls":
            client.starttls(ssl_context=verifying())
        client.login(user, password)
        _, listed = client.list()
        client.select("INBOX", readonly=True)
        _, fetched = client.fetch(number, "(BODY.PEEK[])")
        return b"\n".join(listed), fetched[0][1]


def pop3(mode, host, port, user, password):
    if mode == "implicit":
        client = poplib.POP3_SSL(host, port, timeout=timeout, context=verifying())
    else:
        client = poplib.POP3(host, port, timeout=timeout)
    try:
        if mode == "starttls":
            client.stls(context=verifying())
        client.user(user)
        client.pass_(password)
        _, listed, _ = client.list()
        _, lines, _ = client.retr(number)
        return b"\n".join(listed), b"".join(line + b"\r\n" for line in lines)
    finally:
        client.quit()


def encode(octets):
    return "-" if octets is None else base64.b64encode(octets).decode()


for line in sys.stdin:
    protocol, mode, host, port, user, password = line.split()
    try:
        play = {"smtp": smtp, "imap": imap, "pop3": pop3}[protocol]
        listed, fetched = play(mode, host, int(port), user, password)
        print("ok", "-", encode(listed), encode(fetched), sep=",")
    except Exception as error:
        while error.__context__ is not None:  # what went wrong first, not what went wrong when leaving
            error = error.__context__
        print("error", encode(f"{type(error).__name__}: {error}".encode()), "-", "-", sep=",")
