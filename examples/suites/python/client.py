"""A mail client: logs in over IMAP. CARELESS takes away what makes it safe."""

import imaplib
import os
import ssl


def read_mail(port):
    context = ssl.create_default_context(cafile=os.environ["MOCKMAIL_CA"])
    if "CARELESS" in os.environ:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = imaplib.IMAP4_SSL("localhost", port, ssl_context=context, timeout=10)
    client.login(os.environ["MOCKMAIL_USER"], os.environ["MOCKMAIL_PASSWORD"])
    client.select(readonly=True)
    client.logout()
