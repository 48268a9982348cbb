// Sends one message with SmtpClient, or logs in over IMAP or POP3 with SslStream. Nothing beyond .NET itself, and one source for
// .NET 8 and Mono, which part where the roots come from. SmtpClient speaks STARTTLS only, and trusts what the machine trusts
// (on Linux: SSL_CERT_FILE).
using System;
using System.IO;
using System.Net;
using System.Net.Mail;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

static class Program
{
    static string Host => Setting("SERVERNAME");
    static int Port => int.Parse(Setting("PORT"));
    static bool Starttls => Setting("MODE") == "starttls";
    static string User => Setting("USER");
    static string Password => Setting("PASSWORD");

    static string Setting(string name)
    {
        var value = Environment.GetEnvironmentVariable($"MOCKMAIL_{name}");
        if (value == null) throw new InvalidOperationException($"MOCKMAIL_{name} is not set");
        return value;
    }

    static int Main()
    {
        try
        {
            switch (Setting("PROTOCOL"))
            {
                case "smtp": Send(); break;
                case "imap": Imap(); break;
                case "pop3": Pop3(); break;
            }
            return 0;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine($"{error.GetType().Name}: {error.GetBaseException().Message}");
            return 1;
        }
    }

    static void Send()
    {
        if (!Starttls) throw new NotSupportedException("SmtpClient has no implicit TLS");
        using (var client = new SmtpClient(Host, Port))
        {
            client.EnableSsl = true;
            client.Credentials = new NetworkCredential(User, Password);
            client.Send("sender@example.com", "recipient@example.com", "Hello", "Hello from .NET.");
        }
    }

    static void Imap()
    {
        using (var connection = new TcpClient(Host, Port))
        using (var session = Open(connection, "* OK", "a STARTTLS", "a OK"))
        {
            Ask(session, $"b LOGIN \"{User}\" \"{Password}\"", "b OK");
            Ask(session, "c LOGOUT", "c OK");
        }
    }

    static void Pop3()
    {
        using (var connection = new TcpClient(Host, Port))
        using (var session = Open(connection, "+OK", "STLS", "+OK"))
        {
            foreach (var command in new[] { $"USER {User}", $"PASS {Password}", "STAT", "QUIT" }) Ask(session, command, "+OK");
        }
    }

    static Stream Open(TcpClient connection, string greeting, string request, string answer)
    {
        Stream stream = connection.GetStream();
        if (Starttls)
        {
            Expect(stream, greeting);
            Ask(stream, request, answer);
        }
        var secure = Secure(stream);
        if (!Starttls) Expect(secure, greeting);
        return secure;
    }

#if NET
    // Trusts the roots of a PEM file and nothing else.
    static Stream Secure(Stream stream)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(Setting("CA"));
        var secure = new SslStream(stream);
        secure.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = Host, CertificateChainPolicy = policy });
        return secure;
    }
#else
    // Mono has no such policy, and a callback is not told of a wrong name where the chain is wrong too. So it trusts what the
    // store of its user holds, which HOME names.
    static Stream Secure(Stream stream)
    {
        var secure = new SslStream(stream);
        secure.AuthenticateAsClient(Host);
        return secure;
    }
#endif

    static void Ask(Stream stream, string command, string answer)
    {
        var octets = Encoding.ASCII.GetBytes($"{command}\r\n");
        stream.Write(octets, 0, octets.Length);
        Expect(stream, answer);
    }

    // Reads up to the answer, passing over the untagged replies of IMAP. One octet at a time, so that nothing that was sent
    // in clear before TLS is taken for a part of the session inside it.
    static void Expect(Stream stream, string answer)
    {
        while (true)
        {
            var line = new StringBuilder();
            while (!line.ToString().EndsWith("\r\n", StringComparison.Ordinal))
            {
                var octet = stream.ReadByte();
                if (octet < 0) throw new IOException("the server closed the connection");
                line.Append((char)octet);
            }
            var text = line.ToString();
            if (text.StartsWith(answer, StringComparison.Ordinal)) return;
            if (!text.StartsWith("* ", StringComparison.Ordinal)) throw new IOException($"the server answered: {text.Trim()}");
        }
    }
}
