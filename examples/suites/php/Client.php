<?php

/** A mail client: logs in over IMAP. CARELESS takes away what makes it safe. */
final class Client
{
    public static function readMail(int $port): void
    {
        $careless = getenv('CARELESS') !== false;
        $tls = ['cafile' => getenv('MOCKMAIL_CA'), 'peer_name' => 'localhost'];
        $tls += ['verify_peer' => !$careless, 'verify_peer_name' => !$careless];
        $context = stream_context_create(['ssl' => $tls]);
        $client = @stream_socket_client("tls://127.0.0.1:$port", $code, $error, 10, STREAM_CLIENT_CONNECT, $context);
        if ($client === false) {
            throw new RuntimeException("It cannot connect: $error");
        }
        $login = sprintf('a LOGIN "%s" "%s"', getenv('MOCKMAIL_USER'), getenv('MOCKMAIL_PASSWORD'));
        fwrite($client, "$login\r\nb LOGOUT\r\n");
        stream_get_contents($client);
        fclose($client);
    }
}
