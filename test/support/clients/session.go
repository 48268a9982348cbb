// Sessions of net/smtp; what goes in and out is told in scripted.ts.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"strings"
	"time"
)

func main() {
	trust, ca, from, to := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	message, err := os.ReadFile(os.Args[5])
	if err != nil {
		panic(err)
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		target := strings.Fields(lines.Text())
		mode, host, address := target[1], target[2], net.JoinHostPort(target[2], target[3])
		auth := smtp.PlainAuth("", target[4], target[5], host)
		var err error
		switch {
		case trust == "given":
			err = send(mode, host, address, verifying(ca, host), auth, from, to, message)
		case mode == "implicit":
			err = send(mode, host, address, nil, auth, from, to, message)
		default:
			err = smtp.SendMail(address, auth, from, []string{to}, message)
		}
		if err != nil {
			fmt.Println("error," + base64.StdEncoding.EncodeToString([]byte(err.Error())) + ",-,-")
		} else {
			fmt.Println("ok,-,-,-")
		}
	}
}

// Trusts nothing but our root; with a name and without InsecureSkipVerify, chain, dates and name are checked.
func verifying(ca, host string) *tls.Config {
	pem, err := os.ReadFile(ca)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: roots, ServerName: host}
}

func send(mode, host, address string, config *tls.Config, auth smtp.Auth, from, to string, message []byte) error {
	client, err := dial(mode, host, address, config)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Auth(auth); err != nil {
		return err
	}
	if err := client.Mail(from); err != nil {
		return err
	}
	if err := client.Rcpt(to); err != nil {
		return err
	}
	data, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := data.Write(message); err != nil {
		return err
	}
	if err := data.Close(); err != nil {
		return err
	}
	return client.Quit()
}

func dial(mode, host, address string, config *tls.Config) (*smtp.Client, error) {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if mode == "implicit" {
		secure, err := tls.DialWithDialer(dialer, "tcp", address, config)
		if err != nil {
			return nil, err
		}
		return smtp.NewClient(secure, host)
	}
	plain, err := dialer.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	client, err := smtp.NewClient(plain, host)
	if err != nil {
		return nil, err
	}
	if err := client.StartTLS(config); err != nil {
		client.Close()
		return nil, err
	}
	return client, nil
}
