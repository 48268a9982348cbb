"""Logs in over IMAP with implicit TLS. Arguments: host, port, user, password, and the CA's file, a certificate and its key."""

import imaplib
import ssl
import sys

host, port, user, password, *files = sys.argv[1:]
context = ssl.create_default_context(cafile=files[0] if files else None)
if len(files) > 1:
    context.load_cert_chain(files[1], files[2])
try:
    with imaplib.IMAP4_SSL(host, int(port), ssl_context=context, timeout=10) as client:
        client.login(user, password)
    print("logged in")
except Exception as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(1)
