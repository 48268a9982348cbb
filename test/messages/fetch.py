"""Sends a file over SMTP and fetches it back, whole and in parts. Arguments: CA, user, password, the message's file, a
folder to write to, and the ports of SMTP, IMAP and POP3, all with implicit TLS. With `-` for the file it only fetches."""

import imaplib
import poplib
import smtplib
import ssl
import sys

ca, user, password, file, folder, smtp_port, imap_port, pop3_port = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
poplib._MAXLINE = 1 << 20


def write(name, octets):
    with open(f"{folder}/{name}", "wb") as out:
        out.write(octets)


if file != "-":
    with smtplib.SMTP_SSL("localhost", int(smtp_port), timeout=30, context=context) as client:
        client.login(user, password)
        with open(file, "rb") as message:
            client.sendmail("alice@example.com", ["bob@example.com"], message.read())

with imaplib.IMAP4_SSL("localhost", int(imap_port), ssl_context=context, timeout=30) as client:
    client.login(user, password)
    _, [count] = client.select("INBOX", readonly=True)

    def fetch(item):
        _, answer = client.fetch(count, f"({item})")
        return answer[0][1]

    write("imap-whole", fetch("BODY.PEEK[]"))
    write("imap-rfc822", fetch("RFC822"))
    write("imap-header", fetch("BODY.PEEK[HEADER]"))
    write("imap-text", fetch("BODY.PEEK[TEXT]"))
    write("imap-first-part", fetch("BODY.PEEK[1]"))
    write("imap-second-part", fetch("BODY.PEEK[2]"))
    write("imap-second-part-mime", fetch("BODY.PEEK[2.MIME]"))
    write("imap-middle", fetch("BODY.PEEK[]<500000.70001>"))
    write("imap-middle-of-second-part", fetch("BODY.PEEK[2]<12345.65537>"))
    _, answer = client.fetch(count, "(RFC822.SIZE)")
    write("imap-size", answer[0])
    pieces, start, step = [], 0, 99_991
    while True:
        piece = fetch(f"BODY.PEEK[]<{start}.{step}>")
        pieces.append(piece)
        start += len(piece)
        if len(piece) < step:
            break
    write("imap-pieces", b"".join(pieces))

client = poplib.POP3_SSL("localhost", int(pop3_port), timeout=30, context=context)
client.user(user)
client.pass_(password)
count, _ = client.stat()
write("pop3-size", client.list(count).split()[2])
# poplib splits at CRLF and takes the dots off.
write("pop3-whole", b"".join(line + b"\r\n" for line in client.retr(count)[1]))
write("pop3-top", b"".join(line + b"\r\n" for line in client.top(count, 3)[1]))
client.quit()
