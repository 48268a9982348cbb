"""Sends one message, or counts those of the inbox, with the standard library of Python."""

import imaplib
import os
import poplib
import smtplib
import ssl
import sys
from email.message import EmailMessage

host, port = os.environ["MOCKMAIL_SERVERNAME"], int(os.environ["MOCKMAIL_PORT"])
user, password = os.environ["MOCKMAIL_USER"], os.environ["MOCKMAIL_PASSWORD"]
implicit = os.environ["MOCKMAIL_MODE"] == "implicit"
# Without a context of this kind, none of the three libraries checks anything.
context = ssl.create_default_context(cafile=os.environ["MOCKMAIL_CA"])


def smtp():
    message = EmailMessage()
    message["From"], message["To"] = "sender@example.com", "recipient@example.com"
    message["Subject"] = "Hello"
    message.set_content("Hello from smtplib.")
    if implicit:
        client = smtplib.SMTP_SSL(host, port, context=context, timeout=10)
    else:
        client = smtplib.SMTP(host, port, timeout=10)
    with client:
        if not implicit:
            client.starttls(context=context)
        client.login(user, password)
        client.send_message(message)


# Not in a "with", nor with a "finally": to leave a session whose handshake failed is an error of its own, and hides the first.
def imap():
    if implicit:
        client = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=10)
    else:
        client = imaplib.IMAP4(host, port, timeout=10)
        client.starttls(ssl_context=context)
    client.login(user, password)
    _, (count,) = client.select(readonly=True)
    print(count.decode(), "messages")
    client.logout()


def pop3():
    if implicit:
        client = poplib.POP3_SSL(host, port, context=context, timeout=10)
    else:
        client = poplib.POP3(host, port, timeout=10)
        client.stls(context=context)
    client.user(user)
    client.pass_(password)
    print(client.stat()[0], "messages")
    client.quit()


try:
    {"smtp": smtp, "imap": imap, "pop3": pop3}[os.environ["MOCKMAIL_PROTOCOL"]]()
except (OSError, smtplib.SMTPException, imaplib.IMAP4.error, poplib.error_proto) as error:
    sys.exit(f"{type(error).__name__}: {error}")
