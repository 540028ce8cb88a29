// Command web is the program in the test images: a small HTTP server that finishes open requests
// before it ends, and that can be told to misbehave.
package main

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	if os.Getenv("CRASH") == "1" {
		fmt.Println("crashing at start, as CRASH=1 asks")
		os.Exit(1)
	}
	signals := []os.Signal{syscall.SIGTERM, syscall.SIGINT}
	if os.Getenv("IGNORE_SIGTERM") != "" {
		signal.Ignore(syscall.SIGTERM)
		signals = signals[1:]
	}
	stop, cancel := signal.NotifyContext(context.Background(), signals...)
	defer cancel()
	if os.Getenv("NEVER_READY") != "" {
		fmt.Println("never ready, as NEVER_READY asks")
		<-stop.Done()
		return
	}
	wait, _ := strconv.Atoi(os.Getenv("START_AFTER_MS"))
	time.Sleep(time.Duration(wait) * time.Millisecond)
	drain := &drain{}
	server := &http.Server{
		Addr:      ":" + env("PORT", "8080"),
		Handler:   drain.announced(logged(routes())),
		ConnState: drain.count,
	}
	go func() {
		fmt.Println("listening on", server.Addr)
		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			fmt.Println(err)
			os.Exit(1)
		}
	}()
	<-stop.Done()
	fmt.Println("stopping")
	drain.wait(500 * time.Millisecond)
	patience, done := context.WithTimeout(context.Background(), 30*time.Second)
	defer done()
	if err := server.Shutdown(patience); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// drain lets clients leave kept connections by themselves: closing an idle one races with the
// client's next request.
type drain struct {
	stopping atomic.Bool
	open     atomic.Int64
}

func (d *drain) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		d.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		d.open.Add(-1)
	}
}

func (d *drain) announced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

func (d *drain) wait(longest time.Duration) {
	d.stopping.Store(true)
	for begin := time.Now(); d.open.Load() > 0 && time.Since(begin) < longest; {
		time.Sleep(5 * time.Millisecond)
	}
}

func env(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			fmt.Println(r.Method, r.URL.RequestURI())
		}
		next.ServeHTTP(w, r)
	})
}

func routes() http.Handler {
	text, err := os.ReadFile("/etc/text")
	if err != nil {
		text = []byte("davit")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { w.Write(text) })
	mux.HandleFunc("GET /env/{name}", func(w http.ResponseWriter, r *http.Request) {
		value, found := os.LookupEnv(r.PathValue("name"))
		if !found {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, value)
	})
	mux.HandleFunc("GET /args", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, strings.Join(os.Args[1:], "\n"))
	})
	mux.HandleFunc("GET /file", readFile)
	mux.HandleFunc("PUT /file", writeFile)
	mux.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) { os.Exit(1) })
	mux.HandleFunc("GET /slow", func(w http.ResponseWriter, r *http.Request) {
		ms, _ := strconv.Atoi(r.URL.Query().Get("ms"))
		time.Sleep(time.Duration(ms) * time.Millisecond)
		io.WriteString(w, "slow")
	})
	mux.HandleFunc("GET /download", download)
	mux.HandleFunc("GET /socket", socket)
	return mux
}

// download sends a piece of 1,000 bytes every 50 ms, as many as asked for.
func download(w http.ResponseWriter, r *http.Request) {
	pieces, _ := strconv.Atoi(r.URL.Query().Get("pieces"))
	w.Header().Set("Content-Length", strconv.Itoa(pieces*1000))
	piece := make([]byte, 1000)
	for range pieces {
		if _, err := w.Write(piece); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		time.Sleep(50 * time.Millisecond)
	}
}

// socket is a WebSocket that says "tick" every 50 ms for as long as the client and the process live.
func socket(w http.ResponseWriter, r *http.Request) {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	for err == nil {
		_, err = conn.Write([]byte{0x81, 4, 't', 'i', 'c', 'k'})
		time.Sleep(50 * time.Millisecond)
	}
}

func readFile(w http.ResponseWriter, r *http.Request) {
	content, err := os.ReadFile(r.URL.Query().Get("path"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Write(content)
}

func writeFile(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	if err == nil {
		err = os.WriteFile(r.URL.Query().Get("path"), content, 0o644)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
