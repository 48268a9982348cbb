"""The same with tlslite-ng, which still speaks SSL 3.0 and RC4. It checks no certificate: faults of TLS are what it is asked for."""
import socket
import sys
import traceback

sys.path.insert(0, sys.argv[1])
from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

versions_of = {'300': (3, 0), '301': (3, 1), '302': (3, 2), '303': (3, 3), '304': (3, 4)}


def until(conn, wanted):
    seen = b''
    while wanted not in seen:
        more = conn.recv(4096)
        if not more:
            raise EOFError('no answer')
        seen += bytes(more)


def read(path):
    with open(path) as file:
        return file.read()


def hold(port, settings, session, alpn, chain, key):
    finished = False
    try:
        with socket.create_connection(('127.0.0.1', int(port)), timeout=4) as raw:
            conn = TLSConnection(raw)
            conn.handshakeClientCert(chain, key, settings=settings, session=session, serverName='localhost', alpn=alpn)
            finished = True
            until(conn, b'ready\r\n')
            conn.sendall(b'a CAPABILITY\r\n')
            until(conn, b'a OK done\r\n')
            conn.sendall(b'b LOGOUT\r\n')
            until(conn, b'b OK done\r\n')
            resumed = ' resumed' if conn.resumed else ''
            said = f'ok {conn.getVersionName()} {conn.getCipherName()}{resumed}'
            conn.close()
            return said, conn.session
    except Exception as error:
        try:
            words = str(error)
        except TypeError:
            # Its own errors cannot always say what they are.
            words = repr(error.args)
        return ('later: ' if finished else '') + f'{type(error).__name__}: {words}', None


for line in sys.stdin:
    port, versions, ciphers, times, *rest = line.split()
    settings = HandshakeSettings()
    if versions != '-':
        few = versions.split(',')
        settings.minVersion, settings.maxVersion = versions_of[few[0]], versions_of[few[-1]]
        settings.versions = [v for v in [(3, 4), (3, 3), (3, 2), (3, 1)] if settings.minVersion <= v <= settings.maxVersion]
    if ciphers != '-':
        settings.cipherNames = ciphers.split(',')
    if versions == '300' or ciphers != '-':
        settings.macNames = ['sha', 'md5', 'aead', 'sha256', 'sha384']
    names, cert, private = rest
    alpn = [bytearray(name.encode()) for name in names.split(',')] if names != '-' else None
    chain, key = None, None
    if cert != '-':
        chain = X509CertChain()
        chain.parsePemList(read(cert))
        key = parsePEMKey(read(private), private=True)
    said, session = '', None
    for _ in range(int(times)):
        said, session = hold(port, settings, session, alpn, chain, key)
    print(said.replace('\n', ' '), flush=True)
