//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// stillness is the patience with a connection that carries nothing, in either direction: longer than any roam takes.
const stillness = 30 * time.Second

// poured is what came of one connection, as its end saw it.
type poured struct {
	Sent, Received uint64
	Seconds        float64
	Longest        float64 // seconds in which nothing arrived
	Error          string  `json:",omitempty"` // the first octet that was wrong, or what ended it too early
}

// sink serves connections of pour until the process is told to end.
func sink(args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT)
	defer stop()
	l, err := net.Listen("tcp", args[0])
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { l.Close() })()
	slog.New(slog.NewTextHandler(os.Stderr, nil)).Info("ready")
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		go func() {
			ended := make(chan struct{}) // the far end has sent all
			say(exchange(c.(*net.TCPConn), ended, ended))
		}()
	}
}

func pour(args []string) error {
	fs := flag.NewFlagSet("pour", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	howLong := fs.Duration("for", 10*time.Second, "")
	if err := fs.Parse(args); err != nil || fs.NArg() != 1 {
		return errUsage
	}
	c, err := net.DialTimeout("tcp", fs.Arg(0), stillness)
	if err != nil {
		return err
	}
	enough := make(chan struct{})
	time.AfterFunc(*howLong, func() { close(enough) })
	return say(exchange(c.(*net.TCPConn), enough, make(chan struct{})))
}

func say(p poured) error { return json.NewEncoder(os.Stdout).Encode(p) }

// exchange sends until enough is closed and receives until the far end has sent all, which closes ended.
func exchange(c *net.TCPConn, enough <-chan struct{}, ended chan<- struct{}) poured {
	defer c.Close()
	var p poured
	var sent atomic.Uint64
	start, sending := time.Now(), make(chan error, 1)
	go func() { sending <- send(c, enough, &sent) }()
	errIn := p.receive(c)
	close(ended)
	if errIn != nil {
		c.Close() // also ends the sending
	}
	errOut := <-sending
	p.Sent, p.Seconds = sent.Load(), time.Since(start).Seconds()
	if errIn != nil {
		p.Error = "receive: " + errIn.Error()
	} else if errOut != nil {
		p.Error = "send: " + errOut.Error()
	}
	return p
}

func send(c *net.TCPConn, enough <-chan struct{}, sent *atomic.Uint64) error {
	pattern := newPattern()
	for n := uint64(0); ; n++ {
		select {
		case <-enough:
			return c.CloseWrite()
		default:
		}
		if err := c.SetWriteDeadline(time.Now().Add(stillness)); err != nil {
			return err
		}
		written, err := c.Write(pattern.block(n))
		sent.Add(uint64(written))
		if err != nil {
			return err
		}
	}
}

func (p *poured) receive(c *net.TCPConn) error {
	pattern, buf, last := newPattern(), make([]byte, 4*blockSize), time.Now()
	for {
		if err := c.SetReadDeadline(time.Now().Add(stillness)); err != nil {
			return err
		}
		n, err := c.Read(buf)
		now := time.Now()
		p.Longest, last = max(p.Longest, now.Sub(last).Seconds()), now
		if at := pattern.differs(p.Received, buf[:n]); at >= 0 {
			return fmt.Errorf("octet %d is not what was sent", p.Received+uint64(at))
		}
		p.Received += uint64(n)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
