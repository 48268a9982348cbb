// Prints `<folder> <OK or the error>` for each folder, as crypto/x509 judges a server named localhost.
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	directory := os.Args[1]
	roots := pool(read(filepath.Join(directory, "ca.pem")))
	for _, id := range os.Args[2:] {
		chain := read(filepath.Join(directory, id, "fullchain.pem"))
		_, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: pool(chain[1:]), DNSName: "localhost"})
		if err == nil {
			fmt.Println(id, "OK")
		} else {
			fmt.Println(id, err)
		}
	}
}

func pool(certificates []*x509.Certificate) *x509.CertPool {
	result := x509.NewCertPool()
	for _, certificate := range certificates {
		result.AddCert(certificate)
	}
	return result
}

func read(file string) (certificates []*x509.Certificate) {
	rest, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	for {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			return
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			panic(err)
		}
		certificates = append(certificates, certificate)
	}
}
