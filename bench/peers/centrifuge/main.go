// The job of bench/programs/fanout_server.cpp on centrifuge, in its own JSON protocol: from SIGUSR2 on it
// publishes, every interval, `burst` messages to everybody; a second SIGUSR2 stops it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/centrifugal/centrifuge"
	"golang.org/x/sys/unix"
)

const channel = "chart"

type message struct {
	T    int64 `json:"t"`
	Data []int `json:"data"`
}

// CLOCK_MONOTONIC, which package time hides.
func nanosecondsNow() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		log.Fatal(err)
	}
	return now.Nano()
}

// Five-digit numbers, and a last one that makes the message as long as it should be on the wire.
func chartRows(messageBytes int) []int {
	header := 10
	if messageBytes <= 127 {
		header = 2
	} else if messageBytes <= 65539 {
		header = 4
	}
	empty, _ := json.Marshal(message{nanosecondsNow(), []int{}})
	around := fmt.Sprintf(`{"push":{"channel":"%s","pub":{"data":%s}}}`, channel, empty)
	left := messageBytes - header - len(around)
	rows := []int{}
	for ; left > 11; left -= 6 {
		rows = append(rows, 10000+len(rows))
	}
	last, _ := strconv.Atoi(strings.Repeat("9", left))
	return append(rows, last)
}

func broadcast(node *centrifuge.Node, rows []int) {
	data, _ := json.Marshal(message{nanosecondsNow(), rows})
	if _, err := node.Publish(channel, data); err != nil {
		log.Fatal(err)
	}
}

func run(node *centrifuge.Node, interval time.Duration, rows []int, burst int) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR2)
	<-signals
	broadcasts := 0
	for due := time.Now(); ; {
		for i := 0; i < burst; i++ {
			broadcast(node, rows)
			broadcasts++
		}
		// No debt is kept: who is late goes on from now.
		due = due.Add(interval)
		if now := time.Now(); due.Before(now) {
			due = now
		}
		select {
		case <-signals:
			fmt.Printf("sent %d broadcasts\n", broadcasts)
			return
		case <-time.After(time.Until(due)):
		}
	}
}

func newNode() *centrifuge.Node {
	node, err := centrifuge.New(centrifuge.Config{})
	if err != nil {
		log.Fatal(err)
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{
			Credentials:   &centrifuge.Credentials{},
			Subscriptions: map[string]centrifuge.SubscribeOptions{channel: {}},
			// As every other server here does; its clients count frames.
			MaxMessagesInFrame: 1,
		}, nil
	})
	if err := node.Run(); err != nil {
		log.Fatal(err)
	}
	return node
}

func main() {
	port := flag.Int("port", 0, "where it listens; 0 takes a free port")
	intervalMs := flag.Float64("interval-ms", 10, "between the beginnings of two bursts")
	bytes := flag.Int("bytes", 200, "of one message on the wire, its frame included")
	burst := flag.Int("burst", 1, "messages at a time")
	flag.Parse()

	node := newNode()
	http.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{}))
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	go run(node, time.Duration(*intervalMs*1e6), chartRows(*bytes), *burst)
	fmt.Printf("listening on port %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}
