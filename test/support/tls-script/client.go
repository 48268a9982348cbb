// Holds the dialogue with each server named on a line of stdin: port, versions, suites and how often. One line of answer each.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
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
	jobs := bufio.NewScanner(os.Stdin)
	for jobs.Scan() {
		job := strings.Fields(jobs.Text())
		config := &tls.Config{RootCAs: roots, ServerName: "localhost", ClientSessionCache: tls.NewLRUClientSessionCache(4), Renegotiation: tls.RenegotiateFreelyAsClient}
		if job[1] != "-" {
			versions := strings.Split(job[1], ",")
			config.MinVersion, config.MaxVersion = number(versions[0]), number(versions[len(versions)-1])
		}
		if job[2] != "-" {
			for _, suite := range strings.Split(job[2], ",") {
				config.CipherSuites = append(config.CipherSuites, number(suite))
			}
		}
		if len(job) > 4 && job[4] != "-" {
			config.NextProtos = strings.Split(job[4], ",")
		}
		times, _ := strconv.Atoi(job[3])
		said := ""
		for ; times > 0; times-- {
			said = hold(job[0], config)
		}
		fmt.Println(strings.ReplaceAll(said, "\n", " "))
	}
}

func number(hex string) uint16 {
	value, _ := strconv.ParseUint(hex, 16, 16)
	return uint16(value)
}

func hold(port string, config *tls.Config) string {
	raw, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		return err.Error()
	}
	defer raw.Close()
	raw.SetDeadline(time.Now().Add(4 * time.Second))
	conn := tls.Client(raw, config)
	if err := conn.Handshake(); err != nil {
		return err.Error()
	}
	if err := talk(conn); err != nil {
		return "later: " + err.Error()
	}
	state := conn.ConnectionState()
	resumed := ""
	if state.DidResume {
		resumed = " resumed"
	}
	return "ok " + tls.VersionName(state.Version) + " " + tls.CipherSuiteName(state.CipherSuite) + resumed
}

func talk(conn *tls.Conn) error {
	in := bufio.NewReader(conn)
	if _, err := in.ReadString('\n'); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("a CAPABILITY\r\n")); err != nil {
		return err
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		if line == "a OK done\r\n" {
			break
		}
	}
	conn.Write([]byte("b LOGOUT\r\n"))
	_, err := io.Copy(io.Discard, in)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
