<?php

require_once __DIR__ . '/Client.php';

final class ClientTest extends PHPUnit\Framework\TestCase
{
    private static function api(string $method, string $path, array $body = []): array
    {
        $headers = ['Authorization: Bearer ' . getenv('MOCKMAIL_TOKEN'), 'Content-Type: application/json'];
        $http = ['method' => $method, 'header' => $headers, 'content' => json_encode($body)];
        $answer = file_get_contents(getenv('MOCKMAIL_API') . $path, false, stream_context_create(['http' => $http]));
        return json_decode($answer, true);
    }

    public function testClientRefusesWhatItMust(): void
    {
        foreach (['good', 'expired', 'wrong-host', 'untrusted-root'] as $scenario) { // The first is the others' control.
            $server = self::api('PUT', '/api/v1/endpoints/e1', ['scenario' => $scenario]);
            try { Client::readMail($server['port']); } catch (RuntimeException) { } // It may end as it likes.
            $outcome = self::api('GET', '/api/v1/endpoints/e1/outcome');
            self::assertSame('pass', $outcome['verdict'], json_encode($outcome));
        }
    }
}
