// Sends one message with SmtpClient, or logs in over IMAP or POP3 with SslStream. Nothing beyond .NET itself.
// SmtpClient speaks STARTTLS only, and trusts what the machine trusts (on Linux: SSL_CERT_FILE).
using System.Net;
using System.Net.Mail;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

static string Setting(string name) =>
    Environment.GetEnvironmentVariable($"MOCKMAIL_{name}") ?? throw new InvalidOperationException($"MOCKMAIL_{name} is not set");

var host = Setting("SERVERNAME");
var port = int.Parse(Setting("PORT"));
var starttls = Setting("MODE") == "starttls";
var user = Setting("USER");
var password = Setting("PASSWORD");

try
{
    switch (Setting("PROTOCOL"))
    {
        case "smtp": await Send(); break;
        case "imap": await Imap(); break;
        case "pop3": await Pop3(); break;
    }
    return 0;
}
catch (Exception error)
{
    Console.Error.WriteLine($"{error.GetType().Name}: {error.GetBaseException().Message}");
    return 1;
}

async Task Send()
{
    if (!starttls) throw new NotSupportedException("SmtpClient has no implicit TLS");
    using var client = new SmtpClient(host, port)
    {
        EnableSsl = true,
        Credentials = new NetworkCredential(user, password),
    };
    await client.SendMailAsync("sender@example.com", "recipient@example.com", "Hello", "Hello from .NET.");
}

async Task Imap()
{
    using var connection = new TcpClient(host, port);
    await using var session = await Open(connection, "* OK", "a STARTTLS", "a OK");
    await Ask(session, $"b LOGIN \"{user}\" \"{password}\"", "b OK");
    await Ask(session, "c LOGOUT", "c OK");
}

async Task Pop3()
{
    using var connection = new TcpClient(host, port);
    await using var session = await Open(connection, "+OK", "STLS", "+OK");
    foreach (var command in new[] { $"USER {user}", $"PASS {password}", "STAT", "QUIT" })
    {
        await Ask(session, command, "+OK");
    }
}

async Task<Stream> Open(TcpClient connection, string greeting, string request, string answer)
{
    Stream stream = connection.GetStream();
    if (starttls)
    {
        await Expect(stream, greeting);
        await Ask(stream, request, answer);
    }
    var secure = new SslStream(stream);
    await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
    {
        TargetHost = host,
        CertificateChainPolicy = Trusting(Setting("CA")),
    });
    if (!starttls) await Expect(secure, greeting);
    return secure;
}

// Trusts the roots of a PEM file and nothing else.
static X509ChainPolicy Trusting(string pem)
{
    var policy = new X509ChainPolicy
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
    };
    policy.CustomTrustStore.ImportFromPemFile(pem);
    return policy;
}

static async Task Ask(Stream stream, string command, string answer)
{
    await stream.WriteAsync(Encoding.ASCII.GetBytes($"{command}\r\n"));
    await Expect(stream, answer);
}

// Reads up to the answer, passing over the untagged replies of IMAP. One octet at a time, so that nothing that was sent
// in clear before TLS is taken for a part of the session inside it.
static async Task Expect(Stream stream, string answer)
{
    while (true)
    {
        var line = new StringBuilder();
        var octet = new byte[1];
        while (!line.ToString().EndsWith("\r\n"))
        {
            if (await stream.ReadAsync(octet) == 0) throw new IOException("the server closed the connection");
            line.Append((char)octet[0]);
        }
        if (line.ToString().StartsWith(answer)) return;
        if (!line.ToString().StartsWith("* ")) throw new IOException($"the server answered: {line.ToString().Trim()}");
    }
}
