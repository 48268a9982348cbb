"""One login by a mechanism of one's choice. Arguments: mechanism, protocol, port, CA, user, secret; implicit TLS."""

import imaplib
import poplib
import smtplib
import ssl
import sys

mechanism, protocol, port, ca, user, secret = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
bearer = f"user={user}\x01auth=Bearer {secret}\x01\x01"


def smtp():
    with smtplib.SMTP_SSL("localhost", int(port), timeout=10, context=context) as client:
        client.ehlo()
        client.user, client.password = user, secret
        if mechanism == "CRAM-MD5":
            client.auth(mechanism, client.auth_cram_md5)
        else:
            # A challenge after the initial response explains a failure; the answer means nothing.
            client.auth(mechanism, lambda challenge=None: bearer if challenge is None else "")


def imap():
    with imaplib.IMAP4_SSL("localhost", int(port), ssl_context=context, timeout=10) as client:
        if mechanism == "CRAM-MD5":
            client.login_cram_md5(user, secret)
        else:
            client.authenticate(mechanism, lambda challenge: b"" if challenge else bearer.encode())


def pop3():
    client = poplib.POP3_SSL("localhost", int(port), timeout=10, context=context)
    try:
        client.apop(user, secret)
    finally:
        client.quit()


try:
    {"smtp": smtp, "imap": imap, "pop3": pop3}[protocol]()
    print("logged in")
except Exception as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(1)
