// One TLS handshake for each line of stdin, `protocol mode host port`. Trusts the roots of the file named first.
// Prints `OK` or the error, a line each.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

func main() {
	pem, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if err := shake(words[0], words[1], words[2], words[3], roots); err != nil {
			fmt.Println(strings.Join(strings.Fields(err.Error()), " "))
		} else {
			fmt.Println("OK")
		}
	}
}

func shake(protocol, mode, host, port string, roots *x509.CertPool) error {
	plain, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), 10*time.Second)
	if err != nil {
		return err
	}
	defer plain.Close()
	plain.SetDeadline(time.Now().Add(10 * time.Second))
	if mode == "starttls" {
		if err := upgrade(protocol, plain); err != nil {
			return err
		}
	}
	// With a name and without InsecureSkipVerify, the chain, the dates and the name are checked.
	secure := tls.Client(plain, &tls.Config{RootCAs: roots, ServerName: host})
	if err := secure.Handshake(); err != nil {
		return err
	}
	_, err = io.WriteString(secure, "a NOOP\r\n")
	return err
}

func upgrade(protocol string, plain net.Conn) error {
	// Nothing follows a reply before it is answered, so that no byte of TLS is read ahead.
	lines := bufio.NewReader(plain)
	ask := func(line string) error {
		if _, err := io.WriteString(plain, line); err != nil {
			return err
		}
		for {
			reply, err := lines.ReadString('\n')
			if err != nil || protocol != "smtp" || reply[3] == ' ' {
				return err
			}
		}
	}
	if err := ask(""); err != nil {
		return err
	}
	if protocol == "smtp" {
		if err := ask("EHLO localhost\r\n"); err != nil {
			return err
		}
	}
	return ask(map[string]string{"smtp": "STARTTLS\r\n", "imap": "a STARTTLS\r\n", "pop3": "STLS\r\n"}[protocol])
}
