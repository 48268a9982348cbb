// Prints, for each pair of a port of 127.0.0.1 and a name, OK or why a TLS client that dialled the name would not go on. The
// first argument is the directory of the PKI.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

func main() {
	pem, err := os.ReadFile(filepath.Join(os.Args[1], "ca.pem"))
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	for at := 2; at < len(os.Args); at += 2 {
		dialer := &net.Dialer{Timeout: 10 * time.Second}
		config := &tls.Config{RootCAs: roots, ServerName: os.Args[at+1]}
		connection, err := tls.DialWithDialer(dialer, "tcp", "127.0.0.1:"+os.Args[at], config)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println("OK")
		connection.Close()
	}
}
