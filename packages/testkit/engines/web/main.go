// Command web is the program in the test images: a small HTTP server that finishes open requests
// before it ends, and that can be told to misbehave.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if os.Getenv("CRASH") == "1" {
		fmt.Println("crashing at start, as CRASH=1 asks")
		os.Exit(1)
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	if os.Getenv("NEVER_READY") != "" {
		fmt.Println("never ready, as NEVER_READY asks")
		<-stop.Done()
		return
	}
	server := &http.Server{Addr: ":" + env("PORT", "8080"), Handler: logged(routes())}
	go func() {
		fmt.Println("listening on", server.Addr)
		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			fmt.Println(err)
			os.Exit(1)
		}
	}()
	<-stop.Done()
	fmt.Println("stopping")
	patience, done := context.WithTimeout(context.Background(), 30*time.Second)
	defer done()
	if err := server.Shutdown(patience); err != nil {
		fmt.Println(err)
		os.Exit(1)
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
	return mux
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
