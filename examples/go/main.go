// Sends one message with net/smtp, or logs in over IMAP or POP3 with crypto/tls and net/textproto.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"strings"
	"time"
)

var (
	host     = os.Getenv("MOCKMAIL_SERVERNAME")
	address  = net.JoinHostPort(host, os.Getenv("MOCKMAIL_PORT"))
	implicit = os.Getenv("MOCKMAIL_MODE") == "implicit"
	user     = os.Getenv("MOCKMAIL_USER")
	password = os.Getenv("MOCKMAIL_PASSWORD")
)

func main() {
	sessions := map[string]func(net.Conn, *tls.Config) error{"smtp": send, "imap": imap, "pop3": pop3}
	if err := run(sessions[os.Getenv("MOCKMAIL_PROTOCOL")]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(session func(net.Conn, *tls.Config) error) error {
	pem, err := os.ReadFile(os.Getenv("MOCKMAIL_CA"))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: roots, ServerName: host}

	connection, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return err
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(10 * time.Second))
	if !implicit {
		return session(connection, config)
	}
	secure := tls.Client(connection, config)
	if err := secure.Handshake(); err != nil {
		return err
	}
	return session(secure, config)
}

func send(connection net.Conn, config *tls.Config) error {
	client, err := smtp.NewClient(connection, host)
	if err != nil {
		return err
	}
	if !implicit {
		if err := client.StartTLS(config); err != nil {
			return err
		}
	}
	if err := client.Auth(smtp.PlainAuth("", user, password, host)); err != nil {
		return err
	}
	if err := client.Mail("sender@example.com"); err != nil {
		return err
	}
	if err := client.Rcpt("recipient@example.com"); err != nil {
		return err
	}
	data, err := client.Data()
	if err != nil {
		return err
	}
	fmt.Fprint(data, "From: sender@example.com\r\nTo: recipient@example.com\r\nSubject: Hello\r\n\r\nHello from Go.\r\n")
	if err := data.Close(); err != nil {
		return err
	}
	return client.Quit()
}

func imap(connection net.Conn, config *tls.Config) error {
	lines := textproto.NewConn(connection)
	if _, err := lines.ReadLine(); err != nil {
		return err
	}
	if !implicit {
		if _, err := ask(lines, "a OK", "a STARTTLS"); err != nil {
			return err
		}
		secure, err := upgrade(connection, lines, config)
		if err != nil {
			return err
		}
		lines = secure
	}
	if _, err := ask(lines, "b OK", "b LOGIN %q %q", user, password); err != nil {
		return err
	}
	_, err := ask(lines, "c OK", "c LOGOUT")
	return err
}

func pop3(connection net.Conn, config *tls.Config) error {
	lines := textproto.NewConn(connection)
	if _, err := lines.ReadLine(); err != nil {
		return err
	}
	if !implicit {
		if _, err := ask(lines, "+OK", "STLS"); err != nil {
			return err
		}
		secure, err := upgrade(connection, lines, config)
		if err != nil {
			return err
		}
		lines = secure
	}
	for _, command := range []string{"USER " + user, "PASS " + password, "STAT", "QUIT"} {
		if _, err := ask(lines, "+OK", "%s", command); err != nil {
			return err
		}
	}
	return nil
}

// Sends a command and reads up to its answer, passing over the untagged replies of IMAP.
func ask(lines *textproto.Conn, wanted, format string, args ...any) (string, error) {
	if err := lines.PrintfLine(format, args...); err != nil {
		return "", err
	}
	for {
		line, err := lines.ReadLine()
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(line, wanted) {
			return line, nil
		}
		if !strings.HasPrefix(line, "* ") {
			return "", fmt.Errorf("the server answered: %s", line)
		}
	}
}

// Begins TLS. What came behind the server's answer in clear is an injection, and nothing of it is read.
func upgrade(connection net.Conn, lines *textproto.Conn, config *tls.Config) (*textproto.Conn, error) {
	if lines.R.Buffered() > 0 {
		return nil, fmt.Errorf("the server sent more before TLS")
	}
	secure := tls.Client(connection, config)
	return textproto.NewConn(secure), secure.Handshake()
}
