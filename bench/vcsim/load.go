package main

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// load asks a server the same question over so many kept connections. Its standard input gives the request, in Base64, on the first line, then
// milliseconds, line after line: for so long all connections repeat the request, and the answers per second are printed.
func load(address string, connections int) error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		return errors.New("no request")
	}
	request, err := base64.StdEncoding.DecodeString(lines.Text())
	if err != nil {
		return err
	}
	clients := make([]*client, connections)
	for i := range clients {
		// The certificates were made for the measurement; what they say is not looked at.
		conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			return err
		}
		defer conn.Close()
		clients[i] = &client{conn: conn, reader: bufio.NewReaderSize(conn, 16384)}
	}
	fmt.Println("ready")
	for lines.Scan() {
		ms, err := strconv.Atoi(lines.Text())
		if err != nil {
			return err
		}
		rate, err := repeat(clients, request, time.Duration(ms)*time.Millisecond)
		if err != nil {
			return err
		}
		fmt.Println(rate)
	}
	return lines.Err()
}

func repeat(clients []*client, request []byte, long time.Duration) (float64, error) {
	var answers atomic.Int64
	var failure atomic.Value
	var group sync.WaitGroup
	begin := time.Now()
	for _, one := range clients {
		group.Go(func() {
			for time.Since(begin) < long {
				if err := one.exchange(request); err != nil {
					failure.Store(err)
					return
				}
				answers.Add(1)
			}
		})
	}
	group.Wait()
	if err, ok := failure.Load().(error); ok {
		return 0, err
	}
	return float64(answers.Load()) / time.Since(begin).Seconds(), nil
}

type client struct {
	conn   *tls.Conn
	reader *bufio.Reader
}

// exchange sends the request and reads one answer of known length with status 200.
func (c *client) exchange(request []byte) error {
	if _, err := c.conn.Write(request); err != nil {
		return err
	}
	length := -1
	for first := true; ; first = false {
		line, err := c.reader.ReadString('\n')
		if err != nil {
			return err
		}
		line = strings.TrimRight(line, "\r\n")
		if first && !strings.HasPrefix(line, "HTTP/1.1 200 ") {
			return errors.New(line)
		}
		if line == "" {
			break
		}
		if name, value, _ := strings.Cut(line, ":"); strings.EqualFold(name, "content-length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return errors.New("an answer without a length")
	}
	_, err := io.CopyN(io.Discard, c.reader, int64(length))
	return err
}
