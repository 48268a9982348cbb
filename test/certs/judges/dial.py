"""Prints, for each pair of a port of 127.0.0.1 and a name, OK or why a client that dialled the name would not go on."""

import socket
import ssl
import sys

context = ssl.create_default_context(cafile=sys.argv[1] + "/ca.pem")
for port, name in zip(sys.argv[2::2], sys.argv[3::2]):
    try:
        raw = socket.create_connection(("127.0.0.1", int(port)), 10)
        with raw, context.wrap_socket(raw, server_hostname=name):
            print("OK")
    except ssl.SSLCertVerificationError as error:
        print(error.verify_message)
