package forward

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/session"
	"git-credential-doorkey/internal/terminal"
)

// doorkey runs itself with these options for sessions that ssh or an editor starts.
const (
	listenOption = "--listen" // in ssh's configuration: "Match … exec"
	serveOption  = "--serve"  // in a separate process
)

// place is a host in ssh's configuration (--print-config). One process listens for all
// sessions with the host. The first session starts it, and it ends when none of their ssh
// processes is left.
type place struct {
	Host    string   `json:"host"`
	Word    string   `json:"word"`  // in each question; the other machine has it, too
	Hosts   []string `json:"hosts"` // origins for which doorkey answers, even if nobody has signed in to them
	Confirm bool     `json:"confirm"`
	Socket  string   `json:"socket"` // where the process listened last

	directory string
}

// file returns the path of one of a place's files: ".json" is the place itself, ".conf" is
// what ssh includes, and ".clients" has the ssh processes.
func (p *place) file(suffix string) string { return filepath.Join(p.directory, p.Host+suffix) }

func (p *place) save() error {
	content, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.directory, 0o700); err != nil {
		return err
	}
	return session.Replace(p.file(".json"), content)
}

// loadPlace reads the place of a host.
func loadPlace(h *helper.Helper, host string) (*place, error) {
	p := &place{Host: host, directory: session.Directory(h.Cache.Directory)}
	if !isHostname(host) {
		return nil, fmt.Errorf("%q is not the name of a host in ssh's configuration", host)
	}
	content, err := os.ReadFile(p.file(".json"))
	if err == nil {
		err = json.Unmarshal(content, p)
	}
	if err != nil {
		return nil, fmt.Errorf("ssh: %q is not set up here: %v\nrun: git credential-doorkey ssh --print-config %s", host, err, host)
	}
	return p, nil
}

// isHostname reports whether a host can be the name of a file, and a word in ssh's
// configuration without quotes.
func isHostname(host string) bool {
	return host != "" && host[0] != '.' && host[0] != '-' && !strings.ContainsFunc(host, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("._-", c))
	})
}

// hostOf returns the host of a destination: build.example.com for "ada@build.example.com"
// and for "ssh://ada@build.example.com:22".
func hostOf(destination string) string {
	rest, isURL := strings.CutPrefix(destination, "ssh://")
	rest = rest[strings.LastIndex(rest, "@")+1:]
	if isURL {
		rest, _, _ = strings.Cut(rest, ":")
	}
	return strings.TrimSuffix(rest, "/")
}

// printConfig prints the configuration for sessions that ssh or an editor starts: lines for
// ssh's configuration on this machine, and commands for the other machine. It makes a new
// place for them, so the word of an older place is no longer valid.
func printConfig(h *helper.Helper, given options, call sshCommand, out io.Writer) error {
	if runtime.GOOS == "windows" {
		return errors.New("--print-config is not available on Windows\nuse: git credential-doorkey ssh DESTINATION")
	}
	host := hostOf(call.destination)
	if !isHostname(host) {
		return fmt.Errorf("%q is not the name of a host in ssh's configuration\ngive the name that you give to ssh, for example: git credential-doorkey ssh --print-config build.example.com", call.destination)
	}
	if _, err := newConfirmation(h, given.confirm, host); err != nil {
		return err
	}
	hosts, err := hostsToAsk(h, given.hosts)
	if err != nil {
		return err
	}
	p := &place{Host: host, Word: rand.Text(), Hosts: given.hosts, Confirm: given.confirm, directory: session.Directory(h.Cache.Directory)}
	if err := p.save(); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	command := strings.ReplaceAll(terminal.ShellWord(program), "%", "%%") // ssh replaces "%h" and the like
	_, err = fmt.Fprintf(out, configuration, host, command, listenOption, host, p.file(".conf"), host, thereOnce(p.Word, hosts))
	return err
}

// hostsToAsk returns the hosts that git on the other machine is configured for: those that
// the user named, and those that the user is signed in to here.
func hostsToAsk(h *helper.Helper, named []string) ([]string, error) {
	hosts := slices.Clone(named)
	stored, err := h.Cache.List()
	if err != nil {
		return nil, err
	}
	for _, kept := range stored {
		if slices.ContainsFunc(kept.Accounts, cache.Account.IsGrant) && !slices.Contains(hosts, kept.Origin) {
			hosts = append(hosts, kept.Origin)
		}
	}
	if len(hosts) == 0 {
		return nil, errors.New("you are not signed in to any host, so git on the other machine could not ask for any\nsign in first, or name the host: git credential-doorkey ssh --host URL --print-config DESTINATION")
	}
	return hosts, nil
}

// startListener runs when ssh reads its configuration. It writes the forwarding for this
// session, with its own path on the other machine, and makes sure that a process listens
// here. If it fails, ssh continues without forwarding.
func startListener(ctx context.Context, h *helper.Helper, host string) error {
	p, err := loadPlace(h, host)
	if err != nil {
		return err
	}
	// ssh starts a shell, which becomes this process, so the parent is ssh.
	if err := p.addClient(os.Getppid()); err != nil {
		return err
	}
	if p.takeTurn(ctx) != nil {
		if p, err = start(ctx, h, host); err != nil {
			return err
		}
		_ = p.takeTurn(ctx) // if this fails, two sessions may share a path on the other machine
	}
	remote := session.ForwardedPrefix + strings.ToLower(rand.Text())
	return session.Replace(p.file(".conf"), fmt.Appendf(nil, "ExitOnForwardFailure no\nRemoteForward %s \"%s\"\n", remote, p.Socket))
}

// turnTime is how long ssh may take to read the file that startListener wrote.
const turnTime = 300 * time.Millisecond

// takeTurn waits until no other ssh process is about to read its forwarding, because all of
// them read the same file. It fails if no process listens.
func (p *place) takeTurn(ctx context.Context) error {
	return session.New(p.Socket, p.Word).TakeTurn(ctx)
}

// startTime is how long the process may take until it listens.
const startTime = 10 * time.Second

// start starts the process that listens, and returns the place with its socket.
func start(ctx context.Context, h *helper.Helper, host string) (*place, error) {
	child, err := environment.StartOutliving(func() (*exec.Cmd, error) {
		program, err := os.Executable()
		if err != nil {
			return nil, err
		}
		command := exec.Command(program, "ssh", serveOption, host)
		command.Dir, command.Env = environment.ForeignDirectory(), environment.ForForeignDirectory(os.Environ())
		return command, nil
	})
	if err != nil {
		return nil, fmt.Errorf("cannot start the process that listens for %q: %v", host, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		if p, err := loadPlace(h, host); err == nil && session.Answers(p.Socket) {
			return p, nil
		}
		select {
		case err := <-ended:
			return nil, fmt.Errorf("the process that listens for %q has ended: %v", host, err)
		case <-ctx.Done():
			return nil, fmt.Errorf("the process that listens for %q is not ready after %v", host, startTime)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// idleCheck is how often the process checks whether a session is left.
const idleCheck = 2 * time.Second

// serveOnDemand answers git on the other machine until no ssh process is left.
func serveOnDemand(ctx context.Context, h *helper.Helper, host string) error {
	p, err := loadPlace(h, host)
	if err != nil {
		return err
	}
	confirmation, err := newConfirmation(h, p.Confirm, p.Host)
	if err != nil {
		return err
	}
	s := &server{Helper: h, word: p.Word, hosts: p.Hosts, end: func() {}, confirmation: confirmation}
	s.given.Do(func() {}) // the other machine already has the word
	listener, stop, err := listen()
	if err != nil {
		return err
	}
	defer stop()
	p.Socket = listener.Addr().String()
	if err := p.save(); err != nil {
		return err
	}
	// A session adds itself before it looks for the socket. So if a session starts while
	// the socket is being closed, the next check finds it.
	for p.hasClients() {
		s.serveUntilIdle(ctx, p, listener)
		if listener, err = net.Listen("unix", p.Socket); err != nil {
			return err
		}
	}
	return listener.Close()
}

func (s *server) serveUntilIdle(ctx context.Context, p *place, listener net.Listener) {
	ctx, end := context.WithCancel(ctx)
	defer s.open(listener, p.Host)()
	served := make(chan struct{})
	go func() {
		defer close(served)
		s.serve(ctx, listener)
	}()
	for p.hasClients() {
		time.Sleep(idleCheck)
	}
	end()
	<-served
}

// addClient records an ssh process. doorkey answers as long as the process runs.
func (p *place) addClient(process int) error {
	if err := os.MkdirAll(p.file(".clients"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.file(".clients"), strconv.Itoa(process)), nil, 0o600)
}

// hasClients reports whether an ssh process is left, and removes the records of the others.
func (p *place) hasClients() (has bool) {
	clients, _ := os.ReadDir(p.file(".clients")) // none, if it cannot be read
	for _, client := range clients {
		if process, err := strconv.Atoi(client.Name()); err == nil && isRunning(process) {
			has = true
		} else {
			os.Remove(filepath.Join(p.file(".clients"), client.Name()))
		}
	}
	return has
}

func isRunning(process int) bool {
	found, err := os.FindProcess(process)
	return err == nil && found.Signal(syscall.Signal(0)) == nil
}
