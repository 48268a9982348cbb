<?php
// Reads targets as JSON on stdin and prints one line per finding: what PHP's streams say of a handshake.
$given = json_decode(stream_get_contents(STDIN), true);
$seconds = $given['limit'] / 1000;

foreach ($given['targets'] as $index => $target) {
  $warnings = [];
  set_error_handler(function (int $level, string $text) use (&$warnings): bool {
    $warnings[] = preg_replace('/\s+/', ' ', $text);
    return true;
  });
  $failed = handshake($target, $given['ca'], $seconds);
  restore_error_handler();
  // The first warning says what went wrong, those behind it that crypto could not be enabled.
  $texts = $failed === null ? [] : array_slice($warnings === [] ? [$failed] : $warnings, 0, 1);
  echo json_encode(['index' => $index, 'client' => 'stream', 'ok' => $failed === null, 'code' => null, 'texts' => $texts]), "\n";
}

/** Null where all went well, else what to say where PHP warns of nothing. */
function handshake(array $target, string $ca, float $seconds): ?string {
  ['protocol' => $protocol, 'mode' => $mode, 'host' => $host, 'port' => $port, 'servername' => $servername] = $target;
  $options = ['cafile' => $ca, 'peer_name' => $servername, 'verify_peer' => true, 'verify_peer_name' => true];
  $context = stream_context_create(['ssl' => $options]);
  $socket = stream_socket_client("tcp://$host:$port", $number, $error, $seconds, STREAM_CLIENT_CONNECT, $context);
  if (!$socket) return $error;
  stream_set_timeout($socket, (int) $seconds);
  if ($mode === 'starttls' && ($reply = upgrade($socket, $protocol)) !== null) return $reply;
  if (stream_socket_enable_crypto($socket, true, STREAM_CRYPTO_METHOD_TLS_CLIENT) !== true) return 'no crypto';
  // A missing client certificate shows with the first read, and a server that is content answers.
  if ($mode === 'starttls') fwrite($socket, $protocol === 'imap' ? "b NOOP\r\n" : "NOOP\r\n");
  return fgets($socket) === false ? 'closed' : null;
}

/** Null where the server will have TLS, else its reply. */
function upgrade($socket, string $protocol): ?string {
  $lines = ['smtp' => [null, "EHLO localhost\r\n", "STARTTLS\r\n"], 'imap' => [null, "a STARTTLS\r\n"], 'pop3' => [null, "STLS\r\n"]];
  foreach ($lines[$protocol] as $line) {
    if ($line !== null) fwrite($socket, $line);
    do $reply = fgets($socket); while (is_string($reply) && preg_match('/^\d\d\d-/', $reply));
    if (!is_string($reply)) return 'closed';
    if (!preg_match('/^(?:2\d\d |\+OK|[*a] OK)/', $reply)) return trim($reply);
  }
  return null;
}
