// Reads targets as JSON on stdin and prints one line per finding: what crypto/tls and, of SMTP's STARTTLS, net/smtp say.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"os"
	"strings"
	"time"
)

type target struct {
	Protocol, Mode, Host, Servername, User, Password string
	Port                                             int
}

type finding struct {
	Index  int      `json:"index"`
	Client string   `json:"client"`
	Ok     bool     `json:"ok"`
	Code   *string  `json:"code"`
	Texts  []string `json:"texts"`
}

func main() {
	var given struct {
		Ca      string
		Limit   int
		Targets []target
	}
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		panic(err)
	}
	pem, err := os.ReadFile(given.Ca)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	limit := time.Duration(given.Limit) * time.Millisecond
	for index, one := range given.Targets {
		config := &tls.Config{RootCAs: roots, ServerName: one.Servername}
		if one.Mode == "implicit" {
			report(index, "crypto/tls", implicit(one, config, limit))
		} else if one.Mode == "starttls" && one.Protocol == "smtp" {
			report(index, "net/smtp", starttls(one, config, limit))
		} else if one.Mode == "starttls" {
			report(index, "crypto/tls", upgraded(one, config, limit))
		}
	}
}

func implicit(one target, config *tls.Config, limit time.Duration) error {
	dialer := &net.Dialer{Timeout: limit}
	connection, err := tls.DialWithDialer(dialer, "tcp", fmt.Sprintf("%s:%d", one.Host, one.Port), config)
	if err != nil {
		return err
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(limit))
	// A missing client certificate shows with the first read.
	_, err = connection.Read(make([]byte, 512))
	return err
}

func starttls(one target, config *tls.Config, limit time.Duration) error {
	socket, err := net.DialTimeout("tcp", fmt.Sprintf("%s:%d", one.Host, one.Port), limit)
	if err != nil {
		return err
	}
	defer socket.Close()
	socket.SetDeadline(time.Now().Add(limit))
	client, err := smtp.NewClient(socket, one.Servername)
	if err != nil {
		return err
	}
	if err := client.StartTLS(config); err != nil {
		return err
	}
	if err := client.Auth(smtp.PlainAuth("", one.User, one.Password, one.Servername)); err != nil {
		return err
	}
	return client.Quit()
}

func upgraded(one target, config *tls.Config, limit time.Duration) error {
	socket, err := net.DialTimeout("tcp", fmt.Sprintf("%s:%d", one.Host, one.Port), limit)
	if err != nil {
		return err
	}
	defer socket.Close()
	socket.SetDeadline(time.Now().Add(limit))
	question := map[string]string{"imap": "a STARTTLS\r\n", "pop3": "STLS\r\n"}[one.Protocol]
	for _, line := range []string{"", question} {
		if _, err := io.WriteString(socket, line); err != nil {
			return err
		}
		reply, err := readLine(socket)
		if err != nil {
			return err
		}
		if words := strings.Fields(reply); len(words) == 0 || (words[0] != "+OK" && (len(words) < 2 || words[1] != "OK")) {
			return errors.New(strings.TrimSpace(reply))
		}
	}
	secure := tls.Client(socket, config)
	if err := secure.Handshake(); err != nil {
		return err
	}
	// A missing client certificate shows with the first read, and a server that is content answers.
	if _, err := io.WriteString(secure, map[string]string{"imap": "b NOOP\r\n", "pop3": "CAPA\r\n"}[one.Protocol]); err != nil {
		return err
	}
	_, err = secure.Read(make([]byte, 512))
	return err
}

// Octet by octet: what follows the reply is TLS.
func readLine(socket net.Conn) (string, error) {
	line := []byte{}
	for octet := make([]byte, 1); ; {
		if _, err := io.ReadFull(socket, octet); err != nil {
			return "", err
		}
		if line = append(line, octet[0]); octet[0] == '\n' {
			return string(line), nil
		}
	}
}

func report(index int, client string, err error) {
	said := finding{Index: index, Client: client, Ok: err == nil, Texts: []string{}}
	if err != nil {
		innermost := err
		for next := errors.Unwrap(innermost); next != nil; next = errors.Unwrap(innermost) {
			innermost = next
		}
		code := fmt.Sprintf("%T", innermost)
		said.Code, said.Texts = &code, []string{err.Error()}
	}
	line, _ := json.Marshal(said)
	fmt.Println(string(line))
}
