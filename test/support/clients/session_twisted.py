"""Sessions of twisted.mail over Twisted's own TLS; what goes in and out is told in scripted.ts."""

import base64
import io
import sys

from twisted.internet import defer, endpoints, protocol, reactor, ssl
from twisted.mail import imap4, smtp
from twisted.mail.pop3 import AdvancedPOP3Client

trust, ca, sender, recipient, file, number = sys.argv[1:7]
timeout = 10


def verifying(host):
    # Chain and dates are OpenSSL's to check, the name is service_identity's.
    with open(ca) as roots:
        return ssl.optionsForClientTLS(host, trustRoot=ssl.Certificate.loadPEM(roots.read()))


def noting(kind):
    """A protocol of that kind that tells when it was greeted, and why it was lost."""

    class Noting(kind):
        greeted = None

        def serverGreeting(self, greeting):
            self.greeted.callback(greeting)

        def connectionLost(self, reason):
            super().connectionLost(reason)
            if not self.lost.called:
                self.lost.errback(reason)

    return Noting


@defer.inlineCallbacks
def connected(kind, mode, host, port):
    client = noting(kind)()
    client.greeted, client.lost = defer.Deferred(), defer.Deferred()
    client.lost.addErrback(lambda reason: reason)
    factory = protocol.Factory.forProtocol(lambda: client)
    factory.noisy = False
    endpoint = endpoints.HostnameEndpoint(reactor, host, port, timeout=timeout)
    if mode == "implicit":
        endpoint = endpoints.wrapClientTLS(verifying(host), endpoint)
    yield endpoint.connect(factory)
    return client


def unless_lost(client, answer):
    """The answer, or why the connection was lost before it came."""
    either = defer.Deferred()

    def settle(result):
        if not either.called:
            either.callback(result)

    answer.addBoth(settle)
    client.lost.addBoth(lambda reason: (settle(reason), None)[1])
    return either


@defer.inlineCallbacks
def imap(mode, host, port, user, password):
    client = yield connected(imap4.IMAP4Client, mode, host, port)
    yield unless_lost(client, client.greeted)
    if mode == "starttls":
        yield unless_lost(client, client.startTLS(verifying(host)))
    yield unless_lost(client, client.login(user.encode(), password.encode()))
    listed = yield unless_lost(client, client.list("", "*"))
    yield unless_lost(client, client.examine("INBOX"))
    fetched = yield unless_lost(client, client.fetchSpecific(number, peek=True))
    yield unless_lost(client, client.logout())
    return "\n".join(name for _, _, name in listed).encode(), fetched[int(number)][0][-1].encode("latin-1")


@defer.inlineCallbacks
def pop3(mode, host, port, user, password):
    client = yield connected(AdvancedPOP3Client, mode, host, port)
    yield unless_lost(client, client.greeted)
    if mode == "starttls":
        yield unless_lost(client, client.startTLS(verifying(host)))
    yield unless_lost(client, client.login(user.encode(), password.encode()))
    sizes = yield unless_lost(client, client.listSize())
    lines = yield unless_lost(client, client.retrieve(int(number) - 1))
    yield unless_lost(client, client.quit())
    listed = "\n".join(f"{index} {size}" for index, size in enumerate(sizes, 1))
    return listed.encode(), b"".join(line + b"\r\n" for line in lines)


@defer.inlineCallbacks
def send(mode, host, port, user, password):
    sent = defer.Deferred()

    class Sender(smtp.ESMTPSender):
        # The factory is told by connectTCP only, and not by an endpoint.
        def connectionLost(self, reason=None):
            super().connectionLost(reason)
            if not sent.called:
                sent.errback(reason)

    with open(file, "rb") as message:
        # Lines are Twisted's to end.
        raw = io.BytesIO(message.read().replace(b"\r\n", b"\n"))
    factory = smtp.ESMTPSenderFactory(
        user.encode(),
        password.encode(),
        sender,
        recipient,
        raw,
        sent,
        retries=0,
        timeout=timeout,
        contextFactory=verifying(host) if mode == "starttls" else None,
        requireTransportSecurity=mode == "starttls",
    )
    factory.protocol = Sender
    factory.noisy = False
    factory.domain = b"localhost"
    endpoint = endpoints.HostnameEndpoint(reactor, host, port, timeout=timeout)
    if mode == "implicit":
        endpoint = endpoints.wrapClientTLS(verifying(host), endpoint)
    yield endpoint.connect(factory)
    yield sent
    return None, None


def encode(octets):
    return "-" if octets is None else base64.b64encode(octets).decode()


@defer.inlineCallbacks
def main():
    for line in sys.stdin.read().splitlines():
        kind, mode, host, port, user, password = line.split()
        try:
            play = {"smtp": send, "imap": imap, "pop3": pop3}[kind]
            answer = play(mode, host, int(port), user, password)
            listed, fetched = yield answer.addTimeout(timeout, reactor)
            print("ok", "-", encode(listed), encode(fetched), sep=",")
        except Exception as error:
            print("error", encode(f"{type(error).__name__}: {error}".encode()), "-", "-", sep=",")
    reactor.stop()


reactor.callWhenRunning(main)
reactor.run()
