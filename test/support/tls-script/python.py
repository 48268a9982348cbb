"""Holds the dialogue with each server named on a line of stdin: port, versions, suites and how often. One line of answer each."""
import socket
import ssl
import sys

names = {'301': ssl.TLSVersion.TLSv1, '302': ssl.TLSVersion.TLSv1_1, '303': ssl.TLSVersion.TLSv1_2, '304': ssl.TLSVersion.TLSv1_3}


def hold(context, port, session):
    finished = False
    try:
        with socket.create_connection(('127.0.0.1', int(port)), timeout=4) as raw:
            with context.wrap_socket(raw, server_hostname='localhost', session=session) as conn:
                finished = True
                lines = conn.makefile('rb')
                lines.readline()
                conn.sendall(b'a CAPABILITY\r\n')
                while (line := lines.readline()) != b'a OK done\r\n':
                    if not line:
                        raise EOFError('no answer')
                conn.sendall(b'b LOGOUT\r\n')
                lines.read()
                resumed = ' resumed' if conn.session_reused else ''
                return f'ok {conn.version()} {conn.cipher()[0]}{resumed}', conn.session
    except Exception as error:
        return ('later: ' if finished else '') + (str(error) or repr(error)), None


for line in sys.stdin:
    port, versions, suites, times, *_ = line.split()
    context = ssl.create_default_context(cafile=sys.argv[1])
    if versions != '-':
        few = versions.split(',')
        context.minimum_version, context.maximum_version = names[few[0]], names[few[-1]]
    if suites != '-':
        context.set_ciphers(suites)
    said, session = '', None
    for _ in range(int(times)):
        said, session = hold(context, port, session)
    print(said.replace('\n', ' '), flush=True)
