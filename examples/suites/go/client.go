// Package mail logs in over IMAP. CARELESS takes away what makes it safe.
package mail

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/textproto"
	"os"
)

func readMail(port int) error {
	pem, err := os.ReadFile(os.Getenv("MOCKMAIL_CA"))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	_, careless := os.LookupEnv("CARELESS")
	config := &tls.Config{RootCAs: roots, ServerName: "localhost", InsecureSkipVerify: careless}
	socket, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port), config)
	if err != nil {
		return err
	}
	client := textproto.NewConn(socket)
	defer client.Close()
	client.PrintfLine("a LOGIN %q %q\r\nb LOGOUT", os.Getenv("MOCKMAIL_USER"), os.Getenv("MOCKMAIL_PASSWORD"))
	for err == nil {
		_, err = client.ReadLine()
	}
	return nil
}
