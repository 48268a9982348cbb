<?php
// php client.php <protocol> <host> <port> <servername> <ca> <user> <password>: STARTTLS as the manual shows it.
[, $protocol, $host, $port, $servername, $ca, $user, $password] = $argv;
$context = stream_context_create(['ssl' => ['cafile' => $ca, 'peer_name' => $servername, 'verify_peer' => true]]);
$s = stream_socket_client("tcp://$host:$port", $errno, $error, 10, STREAM_CLIENT_CONNECT, $context);
if (!$s) { fwrite(STDERR, "$error\n"); exit(1); }
stream_set_timeout($s, 10);
$say = function (string $line) use ($s) { fwrite($s, "$line\r\n"); echo "C: $line\n"; };
$until = function (string $pattern) use ($s) {
  while (($line = fgets($s)) !== false) { echo "S: ", rtrim($line), "\n"; if (preg_match($pattern, $line)) return $line; }
  fwrite(STDERR, "no answer\n"); exit(1);
};
$t = 0;
$until('/^(220 |\* OK|\+OK)/');
if ($protocol === 'smtp') { $say('EHLO client.example'); $until('/^250 /'); $say('STARTTLS'); $until('/^220 /'); }
if ($protocol === 'imap') { $say('a1 CAPABILITY'); $until('/^a1 /'); $say('a2 STARTTLS'); $until('/^a2 OK/'); }
if ($protocol === 'pop3') { $say('CAPA'); $until('/^\.\r/'); $say('STLS'); $until('/^\+OK/'); }
if (!stream_socket_enable_crypto($s, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)) { fwrite(STDERR, "TLS failed\n"); exit(1); }
echo "-- TLS\n";
if ($protocol === 'smtp') { $say('EHLO client.example'); $until('/^250 /'); $say('AUTH PLAIN ' . base64_encode("\0$user\0$password")); $until('/^235 /'); $say('QUIT'); }
if ($protocol === 'imap') { $say('a3 CAPABILITY'); $until('/^a3 OK/'); $say("a4 LOGIN $user $password"); $until('/^a4 OK/'); $say('a5 LOGOUT'); }
if ($protocol === 'pop3') { $say('CAPA'); $until('/^\.\r/'); $say("USER $user"); $until('/^\+OK/'); $say("PASS $password"); $until('/^\+OK/'); $say('QUIT'); }
