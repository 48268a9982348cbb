// Sessions of System.Net.Security.SslStream and System.Net.Mail.SmtpClient for mono.ts. Each line of stdin is a session: class,
// callback, protocol, mode, host, port, user, password. Each line of stdout is how it ended: ok or error, what the callback
// was told, the chain's status, and the innermost exception, set apart by tabs.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Mail;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mono.Security.X509;

class Client
{
    static string from, to;

    // What the callback was told; the session's thread reads it when the handshake is over.
    static string errors, statuses;

    static void Main(string[] args)
    {
        if (args[0] == "trust") { Trust(args[1]); return; }
        from = args[1];
        to = args[2];
        string line;
        while ((line = Console.ReadLine()) != null) Console.WriteLine(Play(line.Split(' ')));
    }

    // Into the store of this user, which HOME names.
    static void Trust(string pem)
    {
        foreach (var part in File.ReadAllText(pem).Split(new[] { "-----BEGIN CERTIFICATE-----" }, StringSplitOptions.None).Skip(1))
        {
            var base64 = part.Substring(0, part.IndexOf("-----END", StringComparison.Ordinal));
            X509StoreManager.NewCurrentUser.TrustedRoot.Import(new Mono.Security.X509.X509Certificate(Convert.FromBase64String(base64)));
        }
    }

    static string Play(string[] words)
    {
        string api = words[0], callback = words[1], protocol = words[2], mode = words[3], host = words[4];
        int port = int.Parse(words[5]);
        string user = words[6], password = words[7];
        errors = statuses = "-";
        string ended = "ok", said = "-";
        try
        {
            if (api == "SmtpClient") Send(host, port, user, password, callback);
            else Converse(protocol, mode, host, port, user, password, callback);
        }
        catch (Exception error)
        {
            while (error.InnerException != null) error = error.InnerException;
            ended = "error";
            said = error.GetType().FullName + ": " + error.Message.Replace("\r", " ").Replace("\n", " ");
        }
        return string.Join("\t", ended, errors, statuses, said);
    }

    // strict: any error refuses. sample: ignores exactly the two that the vendor's sample ignores. none: no callback.
    static RemoteCertificateValidationCallback Validate(string callback)
    {
        if (callback == "none") return null;
        return (sender, certificate, chain, found) =>
        {
            errors = found.ToString();
            statuses = Join(chain.ChainStatus.Select(status => status.Status.ToString()));
            const SslPolicyErrors ignored =
                SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch;
            return (callback == "sample" ? found & ~ignored : found) == SslPolicyErrors.None;
        };
    }

    static string Join(IEnumerable<string> names)
    {
        var all = string.Join(",", names.Distinct().OrderBy(name => name, StringComparer.Ordinal));
        return all == "" ? "-" : all;
    }

    static void Send(string host, int port, string user, string password, string callback)
    {
        ServicePointManager.ServerCertificateValidationCallback = Validate(callback);
        ServicePointManager.SecurityProtocol = SecurityProtocolType.Tls12;
#pragma warning disable 618
        using (var client = new SmtpClient(host, port))
#pragma warning restore 618
        {
            client.EnableSsl = true;
            client.Timeout = 5000;
            client.Credentials = new NetworkCredential(user, password);
            client.Send(new MailMessage(from, to, "From a real client", "Hello,\r\n.a line with a dot\r\n"));
        }
    }

    static void Converse(string protocol, string mode, string host, int port, string user, string password, string callback)
    {
        using (var socket = new TcpClient(host, port))
        {
            socket.ReceiveTimeout = socket.SendTimeout = 5000;
            Stream stream = socket.GetStream();
            if (mode == "starttls")
            {
                var clear = new Lines(stream);
                clear.Greeting(protocol);
                clear.Upgrade(protocol);
            }
            using (var secure = new SslStream(stream, false, Validate(callback), null))
            {
                secure.AuthenticateAsClient(host);
                var lines = new Lines(secure);
                if (mode == "implicit") lines.Greeting(protocol);
                lines.LogIn(protocol, user, password);
            }
        }
    }

    // Reads octet by octet: what follows the reply to STARTTLS is TLS.
    class Lines
    {
        readonly Stream stream;

        public Lines(Stream stream) { this.stream = stream; }

        public void Greeting(string protocol)
        {
            if (protocol == "smtp") Expect("220 ");
            else Expect(protocol == "imap" ? "* OK" : "+OK");
        }

        public void Upgrade(string protocol)
        {
            switch (protocol)
            {
                case "smtp":
                    Write("EHLO client.example.com");
                    Expect("250 ");
                    Write("STARTTLS");
                    Expect("220 ");
                    break;
                case "imap":
                    Write("a STARTTLS");
                    Expect("a OK");
                    break;
                default:
                    Write("STLS");
                    Expect("+OK");
                    break;
            }
        }

        public void LogIn(string protocol, string user, string password)
        {
            switch (protocol)
            {
                case "smtp":
                    Write("EHLO client.example.com");
                    Expect("250 ");
                    Write("AUTH PLAIN " + Convert.ToBase64String(Encoding.UTF8.GetBytes("\0" + user + "\0" + password)));
                    Expect("235 ");
                    Write("QUIT");
                    Expect("221 ");
                    break;
                case "imap":
                    Write("b LOGIN " + user + " " + password);
                    Expect("b OK");
                    Write("c LOGOUT");
                    Expect("c OK");
                    break;
                default:
                    Write("USER " + user);
                    Expect("+OK");
                    Write("PASS " + password);
                    Expect("+OK");
                    Write("QUIT");
                    Expect("+OK");
                    break;
            }
        }

        void Write(string line)
        {
            var octets = Encoding.ASCII.GetBytes(line + "\r\n");
            stream.Write(octets, 0, octets.Length);
            stream.Flush();
        }

        // Skips what goes before: `250-` in SMTP, untagged responses in IMAP.
        void Expect(string prefix)
        {
            for (;;)
            {
                var line = Read();
                if (line.StartsWith(prefix, StringComparison.Ordinal)) return;
                var goesOn = line.StartsWith("250-", StringComparison.Ordinal) || line.StartsWith("* ", StringComparison.Ordinal);
                if (!goesOn) throw new ProtocolViolationException(line);
            }
        }

        string Read()
        {
            var line = new StringBuilder();
            for (int octet; (octet = stream.ReadByte()) != '\n';)
            {
                if (octet < 0) throw new EndOfStreamException("the server closed the connection");
                if (octet != '\r') line.Append((char)octet);
            }
            return line.ToString();
        }
    }
}
